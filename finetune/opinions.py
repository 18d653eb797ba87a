"""Opinions from anybody's files: a text, what it is about where that is said, and a label or a number of stars.

Owns the formats (labelled tables, `label text` lines as of SST, three-line `.seg` as of SemEval) and what labels mean in stars;
refuses to know any model.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ImportRefused
from finetune.data import Columns, Labelled, read_labelled, split_off, text_of

RATING_COLUMNS = ("rating", "stars", "score", "polarity", "sentiment", *("label", "labels", "class", "intent"))
REVIEW_COLUMNS = ("text", "review text", "review", "review_text", "sentence", "body", "comment", "content", "message", "utterance")
TARGET_COLUMNS = ("aspect", "target", "aspect term", "aspect_term", "term", "opinion target")

STARS = {
    **dict.fromkeys(("negative", "neg", "-", "bad", "-1"), 1.0),
    **dict.fromkeys(("neutral", "neu", "mixed", "none", "conflict"), 3.0),
    **dict.fromkeys(("positive", "pos", "+", "good", "+1"), 5.0),
}
"""What labels in words mean in stars."""
SCALES = {
    frozenset({0.0, 1.0}): {0.0: 1.0, 1.0: 5.0},
    frozenset({-1.0, 1.0}): {-1.0: 1.0, 1.0: 5.0},
    frozenset({-1.0, 0.0, 1.0}): {-1.0: 1.0, 0.0: 3.0, 1.0: 5.0},
    frozenset({0.0, 1.0, 2.0}): {0.0: 1.0, 1.0: 3.0, 2.0: 5.0},
}
"""What labels in numbers mean in stars; other numbers from 1 to 5 are stars themselves."""

SLOT = "$T$"
_SCORED_LINE = re.compile(r"[-+]?\d(?:\.\d)?\s+\S")


@dataclass(frozen=True, slots=True)
class Opinions:
    """Texts with their labels and, each, the target in the text that the label is about, empty where it is about the whole."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    targets: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def names(self) -> tuple[str, ...]:
        """The labels that occur, from the lowest to the highest rating."""
        stars = stars_of(set(self.labels))
        return tuple(sorted(set(self.labels), key=lambda label: (stars[label], label)))

    def take(self, rows: Iterable[int]) -> Opinions:
        """These rows, in this order."""
        chosen = list(rows)
        picked = (tuple(values[i] for i in chosen) for values in (self.texts, self.labels, self.targets))
        return Opinions(*picked)

    def split(self, share: float, seed: int) -> tuple[Opinions, Opinions]:
        """(rest, part): a part of about `share` of each label; the same text is never in both.

        Texts are drawn, not rows: a sentence with several targets is held out whole and counts by its first label.
        """
        first: dict[str, int] = {}
        for row, text in enumerate(self.texts):
            first.setdefault(text, row)
        _, part = split_off(Labelled(tuple(first), tuple(self.labels[row] for row in first.values())), share, seed)
        held = set(part.texts)
        return (
            self.take(i for i, text in enumerate(self.texts) if text not in held),
            self.take(i for i, text in enumerate(self.texts) if text in held),
        )


def read_opinions(paths: Sequence[Path], columns: Columns | None = None) -> Opinions:
    """All rows of all files.

    Raises:
        ImportRefused: a file is absent, binary or malformed, no columns can be told, or nothing usable is in it.
    """
    found = [_read(path, columns or Columns()) for path in paths]
    texts, labels, targets = (tuple(value for one in found for value in getattr(one, name)) for name in ("texts", "labels", "targets"))
    if not texts:
        raise ImportRefused(f"No opinion in {', '.join(map(str, paths))}.", hint="A file needs a text and a label in each row.")
    return Opinions(texts, labels, targets, tuple(note for one in found for note in one.notes))


def stars_of(labels: Iterable[str]) -> Mapping[str, float]:
    """What each label means in stars, from 1 (negative) to 5 (positive).

    Raises:
        ImportRefused: a label is neither a number of stars nor a word for a feeling.
    """
    names = set(labels)
    numbers = {name: _number(name) for name in names}
    known = {number for number in numbers.values() if number is not None}
    if len(known) == len(names):
        scale = SCALES.get(frozenset(known)) or next((s for values, s in SCALES.items() if known < values and min(known) < 1), None)
        if scale is not None:
            return {name: scale[float(number)] for name, number in numbers.items() if number is not None}
        if min(known) >= 1 and max(known) <= 5:
            return {name: float(number) for name, number in numbers.items() if number is not None}
    strange = sorted(name for name in names if name.casefold() not in STARS)
    if strange:
        raise ImportRefused(
            f"{len(strange)} labels are no feelings: {', '.join(strange[:5])}.",
            hint="Labels are 0/1, -1/0/1, 1 to 5 stars, or negative/neutral/positive; name the column with --label.",
        )
    return {name: STARS[name.casefold()] for name in names}


def _number(label: str) -> float | None:
    try:
        return float(label)
    except ValueError:
        return None


def _read(path: Path, columns: Columns) -> Opinions:
    if path.suffix.lower() == ".seg":
        return _seg(path, text_of(path))
    if path.suffix.lower() == ".txt" and _SCORED_LINE.match(text := text_of(path)):
        rows = [line.split(None, 1) for line in text.splitlines() if len(line.split(None, 1)) == 2]
        return Opinions(tuple(row[1].strip() for row in rows), tuple(row[0] for row in rows), ("",) * len(rows))
    if path.suffix.lower() in (".csv", ".tsv"):
        return _table(path, text_of(path), columns)
    read = read_labelled([path], columns)
    return Opinions(read.texts, read.labels, ("",) * len(read), read.notes)


def _seg(path: Path, text: str) -> Opinions:
    """Three lines a row: the sentence with its target cut out as `$T$`, the target, -1, 0 or 1."""
    lines = [line.strip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) % 3 or not lines:
        raise ImportRefused(f"{path} has {len(lines)} lines.", hint="A .seg file has three lines a row: sentence with $T$, target, label.")
    rows = [lines[start : start + 3] for start in range(0, len(lines), 3)]
    for number, row in enumerate(rows):
        if SLOT not in row[0] or _number(row[2]) is None:
            raise ImportRefused(f"{path}, line {3 * number + 1}: {row[0][:60]!r} is no row.", hint="Expected a sentence with $T$ there.")
    return Opinions(
        tuple(row[0].replace(SLOT, row[1]) for row in rows), tuple(str(int(float(row[2]))) for row in rows), tuple(row[1] for row in rows)
    )


def _table(path: Path, text: str, columns: Columns) -> Opinions:
    if not text.strip():
        raise ImportRefused(f"{path} is empty.", hint="It needs a header line and rows.")
    csv.field_size_limit(10_000_000)
    delimiter = max(",\t;|", key=text.split("\n", 1)[0].count)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    if not rows:
        raise ImportRefused(f"{path} has a header but no rows.", hint="It needs a text and a label in each row.")
    seen = {str(name).strip().casefold(): str(name) for name in rows[0] if name is not None}
    name = _column(path, seen, columns.text, REVIEW_COLUMNS, "text")
    label = _column(path, seen, columns.label, RATING_COLUMNS, "label")
    target = next((seen[known] for known in TARGET_COLUMNS if known in seen and seen[known] not in (name, label)), None)
    title = seen.get("title") if name != seen.get("title") else None
    kept: dict[str, list[str]] = defaultdict(list)
    left_out = 0
    for row in rows:
        said = " ".join(" ".join(filter(None, (_titled(row.get(title) if title else ""), row.get(name) or ""))).split())
        given = (row.get(label) or "").strip()
        if not said or not given:
            left_out += 1
            continue
        kept["text"].append(said)
        kept["label"].append(given)
        kept["target"].append((row.get(target) or "").strip() if target else "")
    notes = (f"{path.name}: {left_out} rows without text or label left out.",) if left_out else ()
    return Opinions(tuple(kept["text"]), tuple(kept["label"]), tuple(kept["target"]), notes)


def _titled(title: str | None) -> str:
    """A review's title as a sentence before its text."""
    bare = (title or "").strip()
    return bare if not bare or bare[-1] in ".!?" else f"{bare}."


def _column(path: Path, seen: Mapping[str, str], wanted: str, known: Sequence[str], what: str) -> str:
    for name in [wanted.casefold()] if wanted else known:
        if name in seen:
            return seen[name]
    raise ImportRefused(
        f"{path} has no column {wanted!r}."
        if wanted
        else f"Cannot tell which column of {path} is the {what}: it has {', '.join(seen.values())}.",
        hint=f"Name it with --{what}; it has {', '.join(seen.values())}.",
    )
