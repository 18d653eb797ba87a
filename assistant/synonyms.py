"""Words that shoppers use for one another: the shipped list and the shop's own, for whoever compares words.

Owns the format of `synonyms.txt`; refuses to know stems, indexes and products. One list serves the index, which takes all of it
as a help, and the counter, which takes for the same thing only what the list says is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SYNONYMS_FILE = "synonyms.txt"


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The lines of a list by what they claim.

    `same` are groups of names for one thing, `narrower` pairs of a word and what is meant by it as well, `near` groups of things that
    are only like one another; `purposes` are pairs of some words that say what a thing is for, and the thing.
    """

    same: tuple[tuple[str, ...], ...] = ()
    narrower: tuple[tuple[str, tuple[str, ...]], ...] = ()
    near: tuple[tuple[str, ...], ...] = ()
    purposes: tuple[tuple[str, str], ...] = ()

    def lines(self) -> Iterator[str]:
        """Every group as words with commas between, for an index that weighs them all alike."""
        for group in (*self.same, *self.near):
            yield ", ".join(group)
        for word, others in self.narrower:
            for other in others:
                yield f"{word}, {other}"


def read_synonyms(store_folder: Path | None = None) -> Synonyms:
    """The shipped list, and what the shop added in `synonyms.txt` of its store."""
    paths = [Path(__file__).with_name(SYNONYMS_FILE), *([store_folder / SYNONYMS_FILE] if store_folder else [])]
    return parse_synonyms(line for path in paths if path.is_file() for line in path.read_text(encoding="utf-8").splitlines())


def parse_synonyms(lines: Iterable[str]) -> Synonyms:
    """Lines such as `sofa = couch`, `shoe > footwear`, `tell the time -> clock` and `lamp, light`; `#` opens a remark."""
    same: list[tuple[str, ...]] = []
    narrower: list[tuple[str, tuple[str, ...]]] = []
    near: list[tuple[str, ...]] = []
    purposes: list[tuple[str, str]] = []
    for line in lines:
        said = line.partition("#")[0].strip()
        purpose, serves, thing = said.partition("->")
        word, wider, others = said.partition(">")
        if serves:
            purposes.append((purpose.strip(), thing.strip()))
        elif wider:
            narrower.append((word.strip(), _entries(others, ",")))
        elif "=" in said:
            same.append(_entries(said, "="))
        elif said:
            near.append(_entries(said, ","))
    return Synonyms(tuple(same), tuple(narrower), tuple(near), tuple(purposes))


def _entries(text: str, mark: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(mark) if entry.strip())
