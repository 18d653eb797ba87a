"""Questions about the catalogue itself: what is in it twice, what it lacks, where a new product belongs.

Owns the patterns of such messages (`catalogue.toml`), each the whole message; everything else is the ordinary parser's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from assistant.analyst.question import FilterClause, Question


def catalogue_question(text: str) -> Question | None:
    """The question that the message asks of the catalogue, None where it asks something else."""
    said = " ".join(text.strip().strip("?!. ").split())
    for question, pattern in _patterns():
        found = pattern.fullmatch(said)
        if found is None:
            continue
        if question.tool != "category":
            return question
        named = found["text"].strip("\"'“” ")
        return Question("category", filters=(FilterClause("product", "contains", (named,), named),), ask="label")
    return None


@cache
def _patterns() -> tuple[tuple[Question, re.Pattern[str]], ...]:
    return tuple((question, re.compile(pattern, re.IGNORECASE)) for question, pattern in _written())


def _written() -> Iterator[tuple[Question, str]]:
    content = tomllib.loads(files("assistant.analyst").joinpath("catalogue.toml").read_text(encoding="utf-8"))
    slots, patterns = content["slots"], content["patterns"]
    for tool in ("duplicates", "gaps", "category"):
        for pattern in patterns[tool]:
            yield Question(tool, ask="rows"), _filled(pattern, slots)
    for attribute, words in content["attributes"].items():
        for pattern in patterns["lacking"]:
            yield Question("gaps", per=attribute, ask="rows"), _filled(pattern, {**slots, "attribute": words})


def _filled(pattern: str, slots: dict[str, str]) -> str:
    for name, choice in slots.items():
        pattern = pattern.replace(f"{{{name}}}", choice)
    return pattern
