"""Pairs that the project makes itself: stock, prices, orders, policies and traits of products in a shop that does not exist.

Owns the drawing of values and the logic of yes, no and "it does not say"; the wordings are in `shop_pairs.toml`. All is seeded.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.demo.content import Content, load_content
from assistant.models.slots import Fact, Style
from finetune.replies import Pair

WORDINGS = Path(__file__).with_suffix(".toml")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def shop_pairs(count: int, seed: int = 13) -> Iterator[Pair]:
    """`count` pairs, about half of them questions of yes or no."""
    wordings = tomllib.loads(WORDINGS.read_text(encoding="utf-8"))
    chooser = random.Random(f"shop-{seed}")
    content = load_content()
    for _ in range(count):
        drawer = _Values(chooser, content, wordings["values"])
        way = chooser.random()
        if way < 0.5:
            yield _scene(chooser.choice(wordings["scene"]), drawer, chooser)
        elif way < 0.85:
            yield _trait(chooser.choice(wordings["trait"]), drawer, chooser)
        else:
            yield _options(drawer, chooser)


class _Values(dict[str, str]):
    """Draws a value for a name at its first use in a format string: `{money}` and `{money2}` are two amounts."""

    def __init__(self, chooser: random.Random, content: Content, lists: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self._chooser, self._content = chooser, content
        self._makers: Mapping[str, Callable[[], str]] = {
            "product": self._product, "number": lambda: str(chooser.choice((2, 3, 4, 5, 7, 8, 10, 12, 14, 20, 30, 45, 60, 90, 120))),
            "decimal": lambda: f"{chooser.uniform(0.1, 30):.1f}", "money": self._money, "order": self._order, "date": self._date,
            "time": lambda: f"{chooser.randint(7, 18)}:{chooser.choice(('00', '30'))}",
            "phone": lambda: f"+{chooser.randint(1, 48)} {chooser.randint(20, 99)} {chooser.randint(1_000_000, 9_999_999)}",
            "email": lambda: f"{chooser.choice(('help', 'service', 'shop', 'hello'))}@{chooser.choice(content.domains)}",
            "link": lambda: f"https://{chooser.choice(content.domains)}/track/{chooser.randint(10_000, 99_999)}",
            "carrier": lambda: chooser.choice(lists["carriers"]), "payment": lambda: chooser.choice(lists["payments"]),
            "method": lambda: chooser.choice(lists["methods"]), "name": lambda: chooser.choice(lists["menus"]),
        }  # fmt: skip

    def __missing__(self, name: str) -> str:
        make = self._makers[re.sub(r"\d+$", "", name)]
        value = make()
        while value in self.values():
            value = make()
        self[name] = value
        return value

    def _product(self) -> str:
        content = self._content
        kind = self._chooser.choice(content.kinds)
        model, noun = self._chooser.choice(content.models), self._chooser.choice(kind.nouns)
        return f"{self._chooser.choice(content.brands).name} {model} {noun}" if self._chooser.random() < 0.4 else f"{model} {noun}"

    def _money(self) -> str:
        amount = self._chooser.choice(
            (self._chooser.randint(3, 400) - 0.01, float(self._chooser.randint(3, 900)), self._chooser.uniform(1, 1500))
        )
        return f"{self._chooser.choice('$€£$')}{amount:,.2f}"

    def _order(self) -> str:
        number = self._chooser.randint(1_000, 9_999_999)
        return self._chooser.choice((f"#W{number}", f"SHP-{number}", f"{number}", f"#{number}", f"FH-{number}"))

    def _date(self) -> str:
        day, month, year = self._chooser.randint(1, 28), self._chooser.randint(1, 12), self._chooser.randint(2023, 2027)
        name = _MONTHS[month - 1]
        return self._chooser.choice((f"{year}-{month:02}-{day:02}", f"{day} {name}", f"{name} {day}", f"{day} {name} {year}"))


def _scene(scene: Mapping[str, Any], drawn: _Values, chooser: random.Random) -> Pair:
    message = chooser.choice(scene["messages"]).format_map(drawn)
    methods = [name for name in ("method", "method2", "method3") if name in drawn]
    if methods:
        drawn["asked"] = drawn[methods[0]]
    facts: list[Fact] = [{key: value.format_map(drawn) for key, value in scene["facts"].items()}] if "facts" in scene else []
    facts += [text.format_map(drawn) for text in scene.get("texts", ())]
    style: Style = "brief" if chooser.random() < 0.7 else "full"
    reply = chooser.choice(scene[style]).format_map(drawn)
    return Pair(message, tuple(facts), reply, style, scene["intent"] if chooser.random() < 0.7 else "")


def _trait(block: Mapping[str, Any], drawn: _Values, chooser: random.Random) -> Pair:
    """One trait is asked for, which the evidence affirms, denies, or does not mention; other traits stand beside it."""
    asked, *others = chooser.sample(block["traits"], chooser.choice((1, 2, 3)))
    truth = chooser.choice(("yes", "yes", "no", "no", "unknown"))
    texts = [_said(block[chooser.choice(("has", "has", "lacks"))], other, drawn, chooser) for other in others]
    if truth != "unknown":
        texts.append(_said(block["has" if truth == "yes" else "lacks"], asked, drawn, chooser))
    elif not texts:
        texts.append("Comes in a plain box.")
    chooser.shuffle(texts)
    evidence: tuple[Fact, ...] = tuple(texts) if chooser.random() < 0.5 else (" ".join(texts),)
    named: tuple[Fact, ...] = ({"product": drawn["product"]},)
    reply = _said(block[truth], asked, drawn, chooser)
    if "product" in drawn and drawn["product"] in reply and not any(drawn["product"] in text for text in texts):
        evidence = named + evidence
    return Pair(
        _said(block["ask"], asked, drawn, chooser).lower(), evidence, reply, "brief", "product_question" if chooser.random() < 0.5 else ""
    )


def _said(wordings: Sequence[str], trait: str, drawn: _Values, chooser: random.Random) -> str:
    drawn["trait"] = trait
    return chooser.choice(wordings).format_map(drawn)


def _options(drawn: _Values, chooser: random.Random) -> Pair:
    """Does it come in this colour? Yes with the colour; no with those that there are."""
    palette = sorted({colour for kind in load_content().kinds for colour in kind.palette})
    colours = chooser.sample(palette, chooser.choice((1, 2, 3, 4)))
    there = chooser.random() < 0.5
    asked = chooser.choice(colours) if there else chooser.choice([colour for colour in palette if colour not in colours])
    listed = ", ".join(colours[:-1]) + (" and " if len(colours) > 1 else "") + colours[-1]
    product = drawn["product"]
    fact: Fact = {"product": product, "colours": ", ".join(colours)} if chooser.random() < 0.6 else f"The {product} comes in {listed}."
    question = chooser.choice(("does the {0} come in {1}?", "do you have the {0} in {1}?", "is there a {1} one?", "{0} in {1}?")).format(
        product, asked
    )
    if there:
        reply = chooser.choice((f"Yes, it comes in {asked}.", f"Yes, the {product} comes in {asked}."))
    else:
        reply = chooser.choice((f"No, it comes in {listed}.", f"No, the {product} only comes in {listed}."))
    return Pair(question, (fact,), reply, "brief", "product_question" if chooser.random() < 0.5 else "")
