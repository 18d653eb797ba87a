"""The responder by itself: lines of a message and its evidence in, lines of words out, many in a batch.

Owns the reading and checking of those lines; the words are the guarded responder's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, cast, get_args

from assistant.errors import BadQuestion
from assistant.models.slots import Fact, Request, Style
from assistant.shopper.respond import Wording

BATCH = 64
_LONGEST = 20_000


class Words(Protocol):
    """Whoever words requests: `assistant.shopper.respond.GuardedResponder`, or a fake."""

    def word_all(self, requests: Sequence[Request]) -> list[Wording]: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One line of input."""

    id: str | int
    request: Request


def respond_lines(responder: Words, lines: Iterable[str], style: Style = "brief") -> Iterator[str]:
    """Word requests, one JSON object a line: `{"id", "message", "intent"?, "evidence": [text or {attribute: value}]}`, and where it
    matters `"last_turn"` and `"style"`; yields `{"id", "text"}` for each, in order.

    Raises:
        BadQuestion: a line is out of form; names the line. Those before it are answered first.
    """
    parsed = (parse_line(line, number, style) for number, line in enumerate(lines, 1) if line.strip())
    while True:
        batch, refused = _batch(parsed)
        worded = responder.word_all([line.request for line in batch])
        for line, wording in zip(batch, worded, strict=True):
            yield json.dumps({"id": line.id, "text": wording.text}, ensure_ascii=False)
        if refused is not None:
            raise refused
        if len(batch) < BATCH:
            return


def parse_line(line: str, number: int, style: Style = "brief") -> Line:
    """The request in one JSON line; `number` is the line's number, for the error.

    Raises:
        BadQuestion: it is out of form.
    """
    try:
        record: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadQuestion(f"Line {number} is not JSON ({error.msg}): {line.strip()[:80]!r}.") from error
    if not isinstance(record, dict):
        raise BadQuestion(f"Line {number} is not a JSON object: {line.strip()[:80]!r}.")
    if not isinstance(record.get("id"), str | int) or isinstance(record.get("id"), bool):
        raise BadQuestion(f"Line {number}: 'id' is {record.get('id')!r}.", hint="Give every line a text or a number as its id.")
    for key in ("message", "intent", "last_turn"):
        if not isinstance(record.get(key, "" if key != "message" else None), str):
            raise BadQuestion(f"Line {number}: {key!r} is {record.get(key)!r}.", hint="Give a text.")
    chosen = parse_style(record.get("style", style), f"Line {number}: ")
    evidence = _evidence(record.get("evidence"), number)
    return Line(record["id"], Request(record["message"], evidence, record.get("intent", ""), record.get("last_turn", ""), chosen))


def parse_style(name: Any, where: str = "") -> Style:
    """The style called `name`.

    Raises:
        BadQuestion: there is no such style.
    """
    if name in get_args(Style):
        return cast(Style, name)
    raise BadQuestion(f"{where}'style' is {name!r}.", hint="Give brief or full, or leave it out.")


def _evidence(given: Any, number: int) -> tuple[Fact, ...]:
    hint = "Give a list of texts or of objects whose values are texts, numbers or truths; at least one."
    if not isinstance(given, list) or not given:
        raise BadQuestion(f"Line {number}: 'evidence' is {given!r}.", hint=hint)
    for fact in given:
        scalar = isinstance(fact, dict) and all(value is None or isinstance(value, str | int | float) for value in fact.values())
        if not isinstance(fact, str) and not (scalar and fact):
            raise BadQuestion(f"Line {number}: a piece of evidence is {str(fact)[:80]!r}.", hint=hint)
    facts: list[str | Mapping[str, Any]] = given
    if sum(len(str(fact)) for fact in facts) > _LONGEST:
        raise BadQuestion(f"Line {number}: the evidence has more than {_LONGEST:,} characters.", hint="Give what answers the message.")
    return tuple(facts)


def _batch(parsed: Iterator[Line]) -> tuple[list[Line], BadQuestion | None]:
    """The next lines, and what was wrong with the one after them."""
    batch: list[Line] = []
    try:
        for line in islice(parsed, BATCH):
            batch.append(line)  # noqa: PERF402 (a copy would lose those before a bad line)
    except BadQuestion as error:
        return batch, error
    return batch, None
