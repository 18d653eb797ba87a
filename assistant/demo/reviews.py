"""What customers write about what they bought: stars, and text whose aspects agree with the stars.

Which aspect is praised or faulted is kept with each review (`aspects`: "fit:negative;warmth:positive"), so that whoever
reads the text can be checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from assistant.demo.baskets import Batch, Plan
from assistant.demo.content import Content, Kind
from assistant.demo.dice import Dice
from assistant.demo.people import People
from assistant.demo.products import Catalogue
from assistant.store.records import Review

PRAISE, FAULT = "positive", "negative"


class _Opinion(NamedTuple):
    stars: int
    aspects: tuple[tuple[str, str], ...]


class Reviewers:
    """Writes the reviews of a batch."""

    def __init__(self, content: Content, catalogue: Catalogue, people: People, plan: Plan, seed: int) -> None:
        self._content = content
        self._catalogue = catalogue
        self._people = people
        self._plan = plan
        self._seed = seed

    def reviews(self, batch: Batch) -> Iterator[Review]:
        """One for each reviewed line."""
        lines = batch.lines
        for line in np.flatnonzero(~np.isnat(lines.reviewed)).tolist():
            order = int(lines.order[line])
            number, person, product = (int(x) for x in (batch.orders.number[order], batch.orders.person[order], lines.product[line]))
            dice = Dice(self._seed, "review", number * self._catalogue.count + product)
            kind = self._catalogue.kind_of(product)
            opinion = self._opinion(product, bool(lines.sent_back[line]), int(batch.orders.day[order]), kind, dice)
            yield Review(
                id=f"RV-{number + 1}-{product + 1}",
                product_id=self._catalogue.id(product),
                customer_id=self._people.id(person),
                rating=float(opinion.stars),
                title=dice.pick(self._content.stars[opinion.stars].titles),
                text=self._text(opinion, kind, dice),
                created_at=lines.reviewed[line].item(),
                attributes={
                    "age": int(self._people.age[person]),
                    "recommended": int(opinion.stars >= 4 or (opinion.stars == 3 and dice.chance(0.3))),
                    "department": kind.category,
                    "class": kind.style,
                    "aspects": ";".join(f"{aspect}:{polarity}" for aspect, polarity in opinion.aspects),
                },
            )

    def _opinion(self, product: int, sent_back: bool, day: int, kind: Kind, dice: Dice) -> _Opinion:
        planted = self._content.planted
        first, last = self._plan.wave_days
        if product == self._plan.complaint_product and dice.chance(planted["complaint"]["rate"]):
            return _complaint(planted["complaint"]["aspect"], kind, dice)
        if product == self._plan.wave_product and sent_back and first <= day <= last:
            return _complaint(planted["return_wave"]["aspect"], kind, dice)
        # the sum of three draws is close enough to a bell around the product's quality
        mood = float(self._catalogue.quality[product]) + (sum(dice.below(1000) for _ in range(3)) / 1000 - 1.5) * 1.9
        stars = min(5, max(1, round(mood - 1.6 * sent_back)))
        return _Opinion(stars, _aspects(stars, kind.aspects, dice))

    def _text(self, opinion: _Opinion, kind: Kind, dice: Dice) -> str:
        words = self._content.stars[opinion.stars]
        said = [
            dice.pick(self._content.aspects[aspect].praise if polarity == PRAISE else self._content.aspects[aspect].fault)
            for aspect, polarity in opinion.aspects
        ]
        closing = [dice.pick(words.closers)] if dice.chance(0.6) else []
        return " ".join([dice.pick(words.openers), *said, *closing]).replace("{thing}", kind.thing)


def _complaint(aspect: str, kind: Kind, dice: Dice) -> _Opinion:
    """One or two stars because of `aspect`, sometimes with one kind word about another."""
    stars = 1 + dice.below(2)
    other = dice.pick([a for a in kind.aspects if a != aspect])
    kindness = ((other, PRAISE),) if stars == 2 and dice.chance(0.5) else ()
    return _Opinion(stars, ((aspect, FAULT), *kindness))


def _aspects(stars: int, possible: tuple[str, ...], dice: Dice) -> tuple[tuple[str, str], ...]:
    """Which aspects are spoken of, and how; at 3 stars one good and one bad."""
    chosen = dice.sample(possible, 2 if stars == 3 else 1 + dice.below(3))
    if stars == 3:
        return (chosen[0], PRAISE), (chosen[1], FAULT)
    turning = len(chosen) > 1 and stars in (2, 4) and dice.chance(0.4)
    main = PRAISE if stars > 3 else FAULT
    last = (FAULT if main == PRAISE else PRAISE) if turning else main
    return (*((aspect, main) for aspect in chosen[:-1]), (chosen[-1], last))
