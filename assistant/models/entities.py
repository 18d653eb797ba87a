"""What a message names: order numbers, people, money, quantities, dates, products and their traits.

Owns which kinds there are, and which of two overlapping finds is kept; the patterns are in `identity`, `numbers`, `dates` and
`gazetteer`. Refuses to know the conversation: what "the second one" means is for the dialogue to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from assistant.models import dates, identity, numbers
from assistant.models.gazetteer import Gazetteer
from assistant.models.words import reason_patterns
from assistant.types import Entity

KINDS = (
    "order_id", "email", "first_last_name", "zip", "phone", "money_max", "money_min", "money", "quantity", "date", "period", "product",
    "colour", "size", "material", "category", "brand", "reason", "payment_method", "ordinal", "option",
)  # fmt: skip

MAX_CHARACTERS = 2_000
"""Entities are looked for in the first part of a text only; nobody names a product after two thousand characters."""

_RANKS = (
    ("email",), ("order_id",), ("payment_method",), ("phone",), ("zip",), ("money_min", "money_max"), ("money",), ("date",), ("period",),
    ("first_last_name",), ("quantity",), ("ordinal",), ("size",),
)  # fmt: skip
"""Of two of these that overlap, the earlier group keeps the span; catalogue words and reasons live beside everything."""


@dataclass(frozen=True, slots=True)
class EntityExtractor:
    """Finds entities. `order_shape`: a pattern of this shop's order ids, see `identity.order_shapes`; `day_first` reads 3/4 as 3 April."""

    gazetteer: Gazetteer = field(default_factory=Gazetteer)
    order_shape: re.Pattern[str] | None = None
    day_first: bool = False

    def extract(self, text: str, today: date | None = None) -> tuple[Entity, ...]:
        """The entities of `text`, in its order. `today` (default: the machine's date) anchors relative dates."""
        text = text[:MAX_CHARACTERS]
        found = list(self._ruled(text, today or date.today()))  # noqa: DTZ011 - a shopper's "today" is the shop's local day
        ruled = _kept(entity for entity in found if not _is_amount(entity, found))
        named = [entity for entity in self.gazetteer.find(text) if not _inside(entity, ruled)]
        ruled = [entity for entity in ruled if entity.kind not in {"ordinal", "quantity", "date"} or not _within_product(entity, named)]
        return tuple(sorted(_unique([*ruled, *named, *reasons(text)]), key=lambda e: (e.start, e.end, -e.score)))

    def _ruled(self, text: str, today: date) -> Iterator[Entity]:
        yield from identity.emails(text)
        yield from identity.order_ids(text, self.order_shape)
        yield from identity.payment_methods(text)
        yield from identity.phones(text)
        codes = list(identity.zips(text))
        yield from codes
        yield from identity.names(text, codes)
        yield from numbers.money(text)
        yield from numbers.quantities(text)
        yield from numbers.ordinals(text)
        yield from dates.dates(text, today, day_first=self.day_first)
        yield from dates.periods(text, today)


def _is_amount(entity: Entity, found: Iterable[Entity]) -> bool:
    """Whether five figures that stand alone are what something may cost and no post code: "more than 10000"."""
    bounds = (other for other in found if other.kind in {"money_max", "money_min"})
    return entity.kind == "zip" and entity.score < 1 and any(b.start < entity.start and entity.end <= b.end for b in bounds)


def reasons(text: str) -> Iterator[Entity]:
    """Why something is cancelled, returned or exchanged, as one of a dozen canonical reasons."""
    for value, pattern in reason_patterns():
        for match in pattern.finditer(text):
            yield Entity("reason", match[0], value, match.start(), match.end())


def _kept(found: Iterable[Entity]) -> list[Entity]:
    rank = {kind: number for number, group in enumerate(_RANKS) for kind in group}
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda e: (rank[e.kind], -e.score, -(e.end - e.start))):
        clashes = [other for other in kept if _overlap(entity, other)]
        if all(
            rank[other.kind] == rank[entity.kind] and (other.start, other.end) == (entity.start, entity.end) and other.kind != entity.kind
            for other in clashes
        ):
            kept.append(entity)
    return kept


def _overlap(a: Entity, b: Entity) -> bool:
    return a.start < b.end and b.start < a.end


def _inside(entity: Entity, ruled: Iterable[Entity]) -> bool:
    """Whether a catalogue word is only a part of something that rules found, such as a name or an e-mail."""
    whole = {"email", "order_id", "first_last_name", "payment_method", "phone", "money_max", "money_min", "money"}
    return entity.kind != "product" and any(
        other.kind in whole and other.start <= entity.start and entity.end <= other.end for other in ruled
    )


def _within_product(entity: Entity, named: Iterable[Entity]) -> bool:
    return any(other.kind == "product" and other.start <= entity.start and entity.end <= other.end for other in named)


def _unique(entities: Iterable[Entity]) -> list[Entity]:
    return list(dict.fromkeys(entities))
