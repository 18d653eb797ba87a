"""Everyday words for the entity rules, from `words.toml`: read once, when first asked for."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


def word_list(name: str) -> frozenset[str]:
    """One list of the file, as a set."""
    return frozenset(_content()[name])


@cache
def stop_words() -> frozenset[str]:
    """Words that tell no product from another."""
    return word_list("stop_words")


@cache
def ordinary_words() -> frozenset[str]:
    """Words of every conversation, never taken for a misspelt name."""
    return word_list("ordinary_words")


@cache
def reason_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each canonical reason with the pattern that says it."""
    reasons: dict[str, list[str]] = _content()["reasons"]
    return tuple((value, re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)) for value, patterns in reasons.items())


@cache
def common_words() -> frozenset[str]:
    """Whole words that the shipped encoder was made with: correctly spelt, so never taken for a misspelling. Empty where it is absent."""
    tokenizer = Path(__file__).with_name("weights") / "encoder" / "tokenizer.json"
    if not tokenizer.is_file():
        return frozenset()
    vocabulary = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if len(word) > 3 and word.isalpha())


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
