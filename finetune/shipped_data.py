"""What the shipped model is trained and judged on: which texts, how many of each kind, and which are held out.

All of it may be passed on: the project's own examples and patterns, the public support utterances, and lines from CLINC150 that no shop
would get. Knows no model; light to import.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.intents import OUT_OF_SCOPE, load_catalogue
from finetune.augment import altered
from finetune.data import Labelled, read_labelled
from finetune.shop_talk import ShopTalk

SUPPORT = Path("support/bitext_utterances_20k.csv")
CLINC = Path("intents/clinc150_train_val.json")
RENAMED = {"check_invoices": "check_invoice"}
"""Labels of the support utterances that the catalogue calls otherwise."""

OUTSIDE = (
    "weather", "translate", "book_flight", "book_hotel", "alarm", "timer", "calculator", "recipe", "restaurant_reservation",
    "restaurant_suggestion", "car_rental", "oil_change_how", "traffic", "exchange_rate", "taxes", "credit_score", "travel_alert",
    "directions", "distance", "gas", "jump_start", "play_music", "smart_home", "text", "make_call", "date", "time", "spelling",
    "fun_fact", "meaning_of_life", "flip_coin", "roll_dice", "calories", "nutrition_info", "cook_time", "vaccines",
    "international_visa", "pto_request", "payday", "income", "todo_list", "calendar", "reminder_update", "uber", "tire_pressure", "mpg",
    "plug_type", "what_song", "next_song", "timezone", "insurance", "meeting_schedule", "flight_status",
)  # fmt: skip
"""Intents of CLINC150 that a shop's clerk does not deal with."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many examples of each kind an intent gets."""

    patterns: int = 100
    copies: int = 3
    support: int = 150
    foreign: int = 12
    held_out: int = 3
    seed: int = 13


def shipped_data(folder: Path, amounts: Amounts) -> tuple[Labelled, Labelled]:
    """(training, validation) data. Validation has whole examples that no training text was made from, and no patterns, which are easy."""
    chooser = random.Random(amounts.seed)
    own, own_held = own_examples(amounts, chooser)
    support, support_held = _support(folder / SUPPORT, amounts, chooser)
    foreign, foreign_held = _foreign(folder / CLINC, amounts, chooser)
    talk = ShopTalk(amounts.seed).messages(amounts.patterns)
    held = own_held + support_held + foreign_held
    train = own + talk + support + foreign
    seen = {text.casefold() for text in train.texts}
    return train, held.take(i for i, text in enumerate(held.texts) if text.casefold() not in seen)


def own_examples(amounts: Amounts, chooser: random.Random) -> tuple[Labelled, Labelled]:
    """(training, held out) examples of the shipped catalogue; the shipped model never saw those held out, nor anything made from them."""
    train: list[tuple[str, str]] = []
    held: list[tuple[str, str]] = []
    for intent in load_catalogue():
        examples = chooser.sample(intent.examples, len(intent.examples))
        held += [(text, intent.name) for text in examples[: amounts.held_out]]
        for text in examples[amounts.held_out :]:
            versions = {text} | {altered(text, chooser) for _ in range(amounts.copies)}
            train += [(version, intent.name) for version in sorted(versions)]
    return _labelled(train), _labelled(held)


def _support(path: Path, amounts: Amounts, chooser: random.Random) -> tuple[Labelled, Labelled]:
    rows = _by_label(read_labelled([path]))
    train: list[tuple[str, str]] = []
    held: list[tuple[str, str]] = []
    for label, texts in sorted(rows.items()):
        drawn = chooser.sample(sorted(set(texts)), min(len(set(texts)), amounts.support))
        name = RENAMED.get(label, label)
        held += [(text, name) for text in drawn[:5]]
        train += [(text, name) for text in drawn[5:]]
    return _labelled(train), _labelled(held)


def _foreign(path: Path, amounts: Amounts, chooser: random.Random) -> tuple[Labelled, Labelled]:
    train: list[tuple[str, str]] = []
    held: list[tuple[str, str]] = []
    for split, into, count in (("train", train, amounts.foreign), ("valid", held, 2)):
        rows = _by_label(read_labelled([path], split=split))
        into += [(text, OUT_OF_SCOPE) for label in OUTSIDE for text in chooser.sample(rows[label], count)]
        into += [(text, OUT_OF_SCOPE) for text in rows["oos"]]
    return _labelled(train), _labelled(held)


def _by_label(data: Labelled) -> Mapping[str, Sequence[str]]:
    rows: dict[str, list[str]] = defaultdict(list)
    for text, label in zip(data.texts, data.labels, strict=True):
        rows[label].append(text)
    return rows


def _labelled(pairs: Iterable[tuple[str, str]]) -> Labelled:
    rows = list(pairs)
    return Labelled(tuple(text for text, _ in rows), tuple(label for _, label in rows))
