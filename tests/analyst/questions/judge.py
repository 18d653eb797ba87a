"""Whether an answer says what its gold says. Knows the answer's protocol form and nothing of how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suite import Gold

TOLERANCE = 1e-6
LABELLED_TOTALS = {"total", "all", "overall"}


def verdict(gold: Gold, answer: Mapping[str, Any]) -> str:
    """`right`, or the kind of failure: wrong, declined, answered (though it should not have been), status."""
    status = answer["status"]
    if gold.kind == "status":
        if status in gold.status:
            return "right"
        return "answered" if status == "answered" else "status"
    if status != "answered":
        return "declined" if status == "declined" else "asked back"
    return "right" if _CHECKS[gold.kind](gold, answer) else "wrong"


def _close(got: object, want: float) -> bool:
    return isinstance(got, int | float) and abs(got - want) <= max(abs(want) * TOLERANCE, 5e-4)


def _number(gold: Gold, answer: Mapping[str, Any]) -> bool:
    assert isinstance(gold.value, float)
    got = answer["value"]
    if got is None and len(answer["rows"]) == 1:
        got = answer["rows"][0]["value"]
    return _close(got, gold.value) or (gold.either_sign and _close(got, -gold.value))


def _name(gold: Gold, answer: Mapping[str, Any]) -> bool:
    got = answer["value"]
    right = {str(gold.value).casefold(), *(label.casefold() for label in gold.accept)}
    if isinstance(got, str):
        return got.casefold() in right
    rows = answer["rows"]
    return bool(rows) and str(rows[0]["label"]).casefold() in right


def _rows(gold: Gold, answer: Mapping[str, Any]) -> bool:
    rows: Sequence[Mapping[str, Any]] = [r for r in answer["rows"] if str(r["label"]).casefold() not in LABELLED_TOTALS]
    if not rows and len(gold.rows) == 1:
        return _close(answer["value"], gold.rows[0][1])
    if gold.prefix:
        rows = rows[: len(gold.rows)]
    if len(rows) != len(gold.rows):
        rows = [r for r in rows if r["value"] != 0]
    if len(rows) != len(gold.rows):
        return False
    if not gold.ordered:
        want = dict(gold.rows)
        return all(str(r["label"]) in want and _close(r["value"], want[str(r["label"])]) for r in rows)
    return all(_close(r["value"], value) for r, (_, value) in zip(rows, gold.rows, strict=True)) and _labels_fit(gold, rows)


def _labels_fit(gold: Gold, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Every label is in its place; equal values may swap, and at the cut another of the same value may stand."""
    places: dict[str, set[str]] = {}
    for label, value in gold.rows:
        places.setdefault(f"{value:.6f}", set()).add(label)
    last = f"{gold.rows[-1][1]:.6f}" if gold.rows else ""
    for row, (_, value) in zip(rows, gold.rows, strict=True):
        key = f"{value:.6f}"
        if str(row["label"]) not in places[key] and key != last:
            return False
    return gold.rows[-1:] == () or len(places[last]) > 1 or str(rows[-1]["label"]) in places[last] or gold.ties_at_cut


def _set(gold: Gold, answer: Mapping[str, Any]) -> bool:
    listed = [str(r["label"]) for r in answer["rows"]] or list(answer["products"])
    return len(listed) >= 3 and all(label in gold.accept for label in listed[:3])


def _forecast(gold: Gold, answer: Mapping[str, Any]) -> bool:
    value, ends = answer["value"], {r["label"]: r["value"] for r in answer["rows"]}
    if not isinstance(value, int | float) or not gold.low <= value <= gold.high:
        return False
    return ends.get("low", value) < value < ends.get("high", value)


_CHECKS = {"number": _number, "name": _name, "rows": _rows, "set": _set, "forecast": _forecast}
