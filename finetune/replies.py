"""Replies to learn from: message, evidence and the reply that says it, out of anybody's files.

Owns reading and cleaning; refuses to know slots, tokens or networks. What was left out is counted and told, never silent.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ImportRefused
from assistant.models.slots import Fact, Style

MESSAGE_COLUMNS = ("message", "question", "instruction", "utterance", "query", "input")
EVIDENCE_COLUMNS = ("evidence", "candidate", "data", "context_text", "passage", "facts", "source_text")
REPLY_COLUMNS = ("answer", "reply", "response", "target", "output", "text")
INTENT_COLUMNS = ("intent",)


@dataclass(frozen=True, slots=True)
class Pair:
    """One reply and what it answers. `references` are other good replies, where a file has several for the same evidence."""

    message: str
    evidence: tuple[Fact, ...]
    reply: str
    style: Style = "brief"
    intent: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replies:
    """Pairs and, in `notes`, what was left out."""

    pairs: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pairs)

    def __add__(self, other: Replies) -> Replies:
        return Replies(self.pairs + other.pairs, self.notes + other.notes)


@dataclass(frozen=True, slots=True)
class ReplyColumns:
    """Names of columns; an empty one is guessed."""

    message: str = ""
    evidence: str = ""
    reply: str = ""
    intent: str = ""


def read_replies(paths: Sequence[Path], columns: ReplyColumns | None = None, style: Style = "brief") -> Replies:
    """The pairs of CSV, TSV, JSONL or JSON files. Rows without a reply or without evidence are left out and counted.

    Raises:
        ImportRefused: a file is not there, cannot be read, or has no column for the reply or the evidence.
    """
    found = Replies()
    for path in paths:
        rows = _rows(path)
        if not rows:
            raise ImportRefused(f"{path} has no rows.", hint="Give a file with a header and at least one row.")
        names = _columns(path, list(rows[0]), columns or ReplyColumns())
        pairs = [pair for row in rows if (pair := _pair(row, names, style)) is not None]
        lost = len(rows) - len(pairs)
        found += Replies(tuple(pairs), (f"{path.name}: {lost} of {len(rows)} rows have no reply or no evidence",) if lost else ())
    return found


def grouped(pairs: Iterable[Pair]) -> list[Pair]:
    """Pairs with the same message and evidence as one, the first, with all replies as its references."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        groups.setdefault((pair.message, repr(pair.evidence)), []).append(pair)
    return [
        Pair(rows[0].message, rows[0].evidence, rows[0].reply, rows[0].style, rows[0].intent, tuple(row.reply for row in rows))
        for rows in groups.values()
    ]


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportRefused(f"{path} cannot be read: {error}.", hint="Give a CSV, TSV, JSONL or JSON file in UTF-8.") from error
    try:
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        if path.suffix == ".json":
            return list(json.loads(text))
    except json.JSONDecodeError as error:
        raise ImportRefused(
            f"{path} is not valid JSON: {error}.", hint="One object a line (.jsonl), or one list of objects (.json)."
        ) from error
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def _columns(path: Path, header: Sequence[str], wanted: ReplyColumns) -> ReplyColumns:
    def named(given: str, guesses: Sequence[str], what: str, needed: bool = True) -> str:
        if given and given not in header:
            raise ImportRefused(f"{path} has no column {given!r}; it has {', '.join(header)}.", hint=f"Name the column of the {what}.")
        column = given or next((name for name in guesses if name in header), "")
        if needed and not column:
            raise ImportRefused(
                f"{path} has no column for the {what}: it has {', '.join(header)}.",
                hint=f"Name it {guesses[0]!r}, or give `--{what}-column`.",
            )
        return column

    reply = named(wanted.reply, REPLY_COLUMNS, "reply")
    return ReplyColumns(
        named(wanted.message, MESSAGE_COLUMNS, "message", needed=False),
        named(wanted.evidence, EVIDENCE_COLUMNS, "evidence"),
        reply,
        named(wanted.intent, INTENT_COLUMNS, "intent", needed=False),
    )


def _pair(row: Mapping[str, Any], columns: ReplyColumns, style: Style) -> Pair | None:
    reply, evidence = str(row.get(columns.reply) or "").strip(), _facts(row.get(columns.evidence))
    if not reply or not evidence:
        return None
    return Pair(str(row.get(columns.message) or "").strip(), evidence, reply, style, str(row.get(columns.intent) or ""))


def _facts(value: Any) -> tuple[Fact, ...]:
    if isinstance(value, list):
        return tuple(item if isinstance(item, dict) else str(item) for item in value if item)
    if isinstance(value, dict):
        return (value,) if value else ()
    text = re.sub(r"\s+", " ", str(value or "")).strip()
    return (text,) if text else ()
