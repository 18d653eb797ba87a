"""Labelled texts from anybody's files: CSV, TSV, JSONL and JSON, columns guessed or named.

Owns reading, cleaning and splitting; refuses to know any model. What was left out is counted and told, never silent.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import ImportRefused

TEXT_COLUMNS = ("text", "utterance", "instruction", "query", "question", "sentence", "message", "content", "input")
LABEL_COLUMNS = ("intent", "label", "labels", "category", "class", "target", "output")
OOS_LABELS = frozenset({"oos", "ood", "out_of_scope", "out-of-scope", "outofscope"})
"""Names under which data sets keep what is out of scope."""

SPLITS = {
    "train": ("train", "oos_train", "training"),
    "valid": ("val", "oos_val", "valid", "validation", "dev", "oos_dev"),
    "test": ("test", "oos_test"),
}
"""Keys of a JSON file that holds several splits, as CLINC150 does."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts and their labels, side by side; `notes` says what was left out or looks odd."""

    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def __add__(self, other: Labelled) -> Labelled:
        return Labelled(self.texts + other.texts, self.labels + other.labels, self.notes + other.notes)

    @property
    def names(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted(set(self.labels)))

    def take(self, rows: Iterable[int]) -> Labelled:
        """These rows, in this order."""
        chosen = list(rows)
        return Labelled(tuple(self.texts[i] for i in chosen), tuple(self.labels[i] for i in chosen))


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns to read; empty means guessed."""

    text: str = ""
    label: str = ""


def read_labelled(paths: Sequence[Path], columns: Columns | None = None, split: str = "train") -> Labelled:
    """All rows of all files. Of a JSON file with several splits, only `split` ("train", "valid" or "test") is read.

    Raises:
        ImportRefused: a file is absent, binary or malformed, no columns can be told, or nothing usable is in it.
    """
    data = sum((_read_file(path, columns or Columns(), split) for path in paths), Labelled())
    if not len(data):
        raise ImportRefused(f"No labelled text in {', '.join(map(str, paths))}.", hint="A file needs a text and a label in each row.")
    return data


def has_split(path: Path, split: str) -> bool:
    """Whether this JSON file holds that split beside others."""
    if path.suffix.lower() != ".json":
        return False
    content = _parsed_json(path, text_of(path))
    return isinstance(content, dict) and any(key in content for key in SPLITS[split])


def split_off(data: Labelled, share: float, seed: int) -> tuple[Labelled, Labelled]:
    """(rest, part): a part of about `share` of each label, chosen by `seed`; labels with a single example stay in the rest."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, label in enumerate(data.labels):
        rows[label].append(row)
    chooser = random.Random(seed)
    part: list[int] = []
    for label in sorted(rows):
        mine = rows[label]
        if len(mine) > 1:
            part += chooser.sample(mine, max(1, round(share * len(mine))))
    chosen = set(part)
    return data.take(i for i in range(len(data)) if i not in chosen), data.take(sorted(part))


def _read_file(path: Path, columns: Columns, split: str) -> Labelled:
    text = text_of(path)
    kind = path.suffix.lower()
    if kind in {".jsonl", ".ndjson"}:
        rows: Iterable[Any] = _json_lines(path, text)
    elif kind == ".json":
        rows = _json_rows(path, _parsed_json(path, text), split)
    elif kind in {".csv", ".tsv", ".txt"}:
        rows = _csv_rows(path, text)
    else:
        raise ImportRefused(f"{path} has the ending {kind!r}.", hint="Labelled texts are read from .csv, .tsv, .jsonl and .json files.")
    return _clean(path, _pairs(path, rows, columns))


def text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise ImportRefused(f"There is no file {path}.", hint="Check the path.") from error
    except IsADirectoryError as error:
        raise ImportRefused(f"{path} is a folder.", hint="Name the file of labelled texts.") from error
    if b"\0" in raw[:65536]:
        raise ImportRefused(f"{path} is a binary file, not text.", hint="Save it as CSV or JSONL in UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _json_lines(path: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise ImportRefused(
                    f"{path}, line {number}: not JSON ({error.msg}): {line[:60]!r}.", hint="Mend or delete that line."
                ) from error


def _parsed_json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ImportRefused(f"{path} is not valid JSON: {error}.", hint="Mend it, or save it as CSV.") from error


def _json_rows(path: Path, content: Any, split: str) -> list[Any]:
    if isinstance(content, list):
        return content
    if isinstance(content, dict):
        found = [row for key in SPLITS[split] if isinstance(content.get(key), list) for row in content[key]]
        if found:
            return found
        raise ImportRefused(
            f"{path} has the keys {', '.join(map(repr, list(content)[:6]))}, none for {split!r}.",
            hint=f"Expected one of {', '.join(SPLITS[split])}, or a list of rows.",
        )
    raise ImportRefused(f"{path} holds a {type(content).__name__}, not a list of rows.", hint="Save it as JSONL.")


def _csv_rows(path: Path, text: str) -> list[Mapping[str, str]]:
    if not text.strip():
        raise ImportRefused(f"{path} is empty.", hint="It needs a header line and rows.")
    delimiter = max(",\t;|", key=text.split("\n", 1)[0].count)
    try:
        csv.field_size_limit(10_000_000)
        return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise ImportRefused(f"{path} is not readable as CSV: {error}.", hint="Save it anew as CSV in UTF-8.") from error


def _pairs(path: Path, rows: Iterable[Any], columns: Columns) -> Iterator[tuple[str, str]]:
    names: tuple[str, str] | None = None
    for number, row in enumerate(rows, start=1):
        if isinstance(row, Mapping):
            if names is None:
                names = _column(path, row, columns.text, TEXT_COLUMNS, "text"), _column(path, row, columns.label, LABEL_COLUMNS, "label")
            text, label = row.get(names[0]), row.get(names[1])
        elif isinstance(row, list) and len(row) == 2:
            text, label = row
        else:
            raise ImportRefused(
                f"{path}, row {number}: {str(row)[:60]!r} is neither an object nor a [text, label] pair.",
                hint="Give each row a text and a label.",
            )
        yield ("" if text is None else str(text)), ("" if label is None else str(label).strip())


def _column(path: Path, row: Mapping[str, Any], wanted: str, known: Sequence[str], what: str) -> str:
    seen = {str(name).strip().lower(): str(name) for name in row if name is not None}
    if wanted:
        if wanted.lower() in seen:
            return seen[wanted.lower()]
        raise ImportRefused(f"{path} has no column {wanted!r}.", hint=f"It has {', '.join(seen.values())}.")
    for name in known:
        if name in seen:
            return seen[name]
    raise ImportRefused(
        f"Cannot tell which column of {path} is the {what}: it has {', '.join(seen.values())}.", hint=f"Name it with --{what}."
    )


def _clean(path: Path, pairs: Iterable[tuple[str, str]]) -> Labelled:
    texts, labels, empty, bare = [], [], 0, 0
    for text, label in pairs:
        text = " ".join(text.split())
        if not text:
            empty += 1
        elif not label:
            bare += 1
        else:
            texts.append(text)
            labels.append(label)
    notes = [f"{path.name}: {count} rows without {what} left out." for count, what in ((empty, "text"), (bare, "label")) if count]
    return Labelled(tuple(texts), tuple(labels), (*notes, *_oddities(path, texts, labels)))


def _oddities(path: Path, texts: Sequence[str], labels: Sequence[str]) -> Iterator[str]:
    single = [label for label, count in Counter(labels).items() if count == 1]
    if single:
        yield f"{path.name}: {len(single)} labels have one example only ({', '.join(single[:5])}): they cannot be validated."
    meanings: dict[str, set[str]] = defaultdict(set)
    for text, label in zip(texts, labels, strict=True):
        meanings[text.casefold()].add(label)
    torn = sum(len(found) > 1 for found in meanings.values())
    if torn:
        yield f"{path.name}: {torn} texts occur with more than one label."


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Labels of a data set as the model's labels; see `match_labels`."""

    to_model: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def match_labels(wanted: Sequence[str], known: Sequence[str]) -> LabelMap:
    """Each wanted label to a known one: equal, or but for case, separators and a plural ending; all names for out of scope are one."""
    folded = {_folded(name): name for name in known}
    matched: dict[str, str] = {}
    notes = []
    for name in wanted:
        if name in known:
            matched[name] = name
        elif (found := folded.get(_folded(name))) is not None:
            matched[name] = found
            notes.append(f"The label {name!r} is taken for the model's {found!r}.")
    return LabelMap(matched, tuple(name for name in wanted if name not in matched), tuple(notes))


def _folded(label: str) -> str:
    folded = "_".join(label.casefold().replace("-", " ").replace("_", " ").split())
    return "oos" if folded in OOS_LABELS else folded.removesuffix("s")
