"""Thousands of messages that shoppers and staff might write, made from patterns and a made-up catalogue's words. Seeded.

Owns the little grammar of `shop_talk.toml` and the slots that are made rather than listed (names, order numbers, e-mails,
addresses); refuses to read any data set.
"""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path

from finetune.augment import altered
from finetune.data import Labelled

_FILE = Path(__file__).with_name("shop_talk.toml")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


class ShopTalk:
    """Makes messages of each label that `file` has patterns for. The same seed makes the same ones."""

    def __init__(self, seed: int = 13, file: Path = _FILE) -> None:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        self._slots: dict[str, list[str]] = content["slots"]
        self._patterns: dict[str, list[str]] = content["patterns"]
        self._chooser = random.Random(seed)
        self._made = {
            "name": self._product_name, "order": self._order, "sku": self._sku, "email": self._email,
            "zip": self._zip, "person_name": self._person, "ident": self._ident, "hi": self._hi, "address": self._address,
        }  # fmt: skip

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents that there are patterns for."""
        return tuple(self._patterns)

    def messages(self, per_intent: int, noise: float = 0.35) -> Labelled:
        """About `per_intent` distinct messages of each intent; a share of `noise` is altered (typing errors, haste)."""
        texts: list[str] = []
        labels: list[str] = []
        for intent in self._patterns:
            made = self._distinct(intent, per_intent, noise)
            texts += made
            labels += [intent] * len(made)
        return Labelled(tuple(texts), tuple(labels))

    def _distinct(self, intent: str, count: int, noise: float) -> list[str]:
        made: dict[str, None] = {}
        for _ in range(count * 4):
            if len(made) >= count:
                break
            text = self.message(intent)
            made[altered(text, self._chooser) if self._chooser.random() < noise else text] = None
        return list(made)

    def message(self, intent: str) -> str:
        """One message of this intent, unaltered."""
        text = self._chooser.choice(self._patterns[intent])
        while _CHOICE.search(text):
            text = _CHOICE.sub(lambda found: self._chooser.choice(found[1].split("|")), text)
        while _SLOT.search(text):
            text = _SLOT.sub(lambda found: self._filled(found[1]), text)
        return re.sub(r"\s+([?!.,])", r"\1", " ".join(text.split()))

    def _filled(self, slot: str) -> str:
        return self._made[slot]() if slot in self._made else self._one(slot)

    def _one(self, slot: str) -> str:
        return self._chooser.choice(self._slots[slot])

    def _product_name(self) -> str:
        thing = self._one("thing").title()
        parts = [self._one("maker")] * self._chooser.choice((0, 1)) + [self._one("line")] * self._chooser.choice((0, 1, 1))
        if self._chooser.random() < 0.3:
            parts.append(self._one("material").title())
        name = " ".join([*parts, thing])
        return name if self._chooser.random() < 0.5 else name.lower()

    def _order(self) -> str:
        digits = "".join(self._chooser.choices("0123456789", k=self._chooser.choice((4, 5, 6, 7, 8))))
        form = self._chooser.choice(("#{}", "#W{}", "{}", "order {}", "order #{}", "#A{}", "ORD-{}", "my order", "order number {}"))
        return form.format(digits)

    def _sku(self) -> str:
        return "".join(self._chooser.choices("0123456789", k=5)) + self._chooser.choice(("", "", "A", "B"))

    def _person(self) -> str:
        name = f"{self._one('first_name')} {self._one('last_name')}"
        return name if self._chooser.random() < 0.8 else name.lower()

    def _email(self) -> str:
        first, last = self._person().lower().split()
        return f"{first}.{last}{self._chooser.randrange(10, 9999)}@{self._chooser.choice(('example.com', 'example.org', 'mail.example'))}"

    def _zip(self) -> str:
        return "".join(self._chooser.choices("0123456789", k=5))

    def _ident(self) -> str:
        form = self._chooser.choice(
            (
                "I'm {n}, zip {z}",
                "{n}, {z}",
                "{n} ({z})",
                "my email is {e}",
                "{e}",
                "this is {n}, {z}",
                "my name is {n} and my zip code is {z}",
                "{n} / {z}",
            )
        )
        return form.format(n=self._person(), z=self._zip(), e=self._email())

    def _hi(self) -> str:
        return self._chooser.choice(("Hi,", "Hello,", "hey", "Good morning.", "hi there,", ""))

    def _address(self) -> str:
        street = f"{self._chooser.randrange(1, 990)} {self._one('street')} {self._chooser.choice(('Street', 'Road', 'Avenue', 'Lane'))}"
        return f"{street}, {self._one('city')}{self._chooser.choice((' ' + self._zip(), ''))}"
