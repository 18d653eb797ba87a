"""The models of how customers come back, measured on anybody's file of purchases: fitted to its first half, held against its second.

Owns reading the file and the measure. The models are `assistant.models.lifetime`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ImportRefused
from assistant.models.lifetime import DAYS, TooFewCustomers, fit, summarise

NAMES = {
    "customer": ("customer", "cust", "client", "buyer", "user", "member", "id"),
    "date": ("date", "day", "placed", "time", "when"),
    "money": ("amount", "money", "value", "dollar", "spent", "revenue", "sales", "total", "price"),
}
"""Parts of the names that columns go by, the surest first."""
HEADLESS: Mapping[int, tuple[int, int, int]] = {3: (0, 1, 2), 4: (0, 1, 3), 5: (0, 2, 4)}
"""Customer, date and money in files without a header, by the number of columns: those of CDNOW's master and sample among them."""
CLEAN = re.compile(r"[^\d.,-]")


@dataclass(frozen=True, slots=True)
class Ledger:
    """Purchases as parallel arrays; `skipped` lines could not be read."""

    customers: NDArray[np.str_]
    days: NDArray[np.datetime64]
    money: NDArray[np.float64]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """Parameters fitted up to `split`, and how they did from there to `end`.

    Errors are mean absolute ones of the purchases of a customer, beside those of going on at the same pace.
    """

    customers: int
    split: date
    end: date
    parameters: Mapping[str, float]
    log_likelihood: float
    expected: float
    came: float
    error: float
    pace_error: float
    correlation: float

    def to_json(self) -> dict[str, float | int | str]:
        """By the names that `evaluate clv` prints."""
        return {
            **{name: round(value, 4) for name, value in self.parameters.items()},
            "log_likelihood": round(self.log_likelihood, 2),
            "customers": self.customers,
            "fitted_until": self.split.isoformat(),
            "judged_until": self.end.isoformat(),
            "expected_purchases": round(self.expected, 1),
            "actual_purchases": round(self.came, 1),
            "mean_absolute_error": round(self.error, 4),
            "mean_absolute_error_same_pace": round(self.pace_error, 4),
            "correlation": round(self.correlation, 4),
        }


def read_ledger(path: Path) -> Ledger:
    """Purchases, one a line: customer, date, and money; a header is optional. CSV, TSV, semicolons or blanks.

    Raises:
        ImportRefused: the file is absent or no text, columns cannot be told, or no line can be read.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except FileNotFoundError as error:
        raise ImportRefused(f"There is no file {path}.", hint="Check the path.") from error
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise ImportRefused(f"{path} is no text file.", hint="Give a CSV with customer, date and money.") from error
    rows = [_fields(line, lines[0]) for line in lines]
    columns, body = _columns(path, rows)
    customers, days, money, skipped = [], [], [], 0
    for row in body:
        day = _day(row[columns[1]]) if len(row) > max(columns) else None
        amount = _money(row[columns[2]]) if day is not None else None
        if day is None or amount is None or not row[columns[0]]:
            skipped += 1
            continue
        customers.append(row[columns[0]])
        days.append(day)
        money.append(amount)
    if not customers:
        raise ImportRefused(f"No line of {path} has a customer, a date and money.", hint="Dates are 1997-01-31 or 19970131.")
    return Ledger(np.array(customers, dtype=str), np.array(days, dtype="datetime64[D]"), np.array(money), skipped)


def _fields(line: str, first: str) -> list[str]:
    mark = next((sign for sign in ("\t", ";", ",") if sign in first), None)
    return [field.strip().strip('"') for field in (line.split(mark) if mark else line.split())]


def _columns(path: Path, rows: Sequence[list[str]]) -> tuple[tuple[int, int, int], Sequence[list[str]]]:
    """The places of customer, date and money, and the rows under the header where there is one."""
    if not rows:
        raise ImportRefused(f"{path} is empty.", hint="Give a CSV with customer, date and money.")
    head = rows[0]
    if any(_day(field) is not None for field in head):
        if len(head) not in HEADLESS:
            raise ImportRefused(
                f"{path} has {len(head)} columns and no header.", hint="Add a header with customer, date and amount, or give three columns."
            )
        return HEADLESS[len(head)], rows
    found = [
        next((n for word in words for n, name in enumerate(head) if word in name.lower()), None) for words in (NAMES[key] for key in NAMES)
    ]
    places = [place for place in found if place is not None]
    if len(places) < 3 or len(set(places)) < 3:
        raise ImportRefused(f"The header of {path} is {', '.join(head)}.", hint="It needs a customer, a date and an amount.")
    return (places[0], places[1], places[2]), rows[1:]


def _day(text: str) -> date | None:
    compact = text.replace("-", "").replace("/", "")[:8]
    if len(compact) != 8 or not compact.isdigit() or not compact.startswith(("19", "20")):
        return None
    try:
        return date(int(compact[:4]), int(compact[4:6]), int(compact[6:]))
    except ValueError:
        return None


def _money(text: str) -> float | None:
    try:
        return float(CLEAN.sub("", text).replace(",", ""))
    except ValueError:
        return None


def judge(ledger: Ledger, split: date | None = None, only: frozenset[str] = frozenset()) -> Judged:
    """Fit to the purchases up to `split` (else the middle of the time), foretell those after it; `only` these customers.

    Raises:
        ImportRefused: too few customers, or none after the split.
    """
    kept = np.isin(ledger.customers, list(only)) if only else np.ones(len(ledger.customers), dtype=bool)
    customers, days, money = ledger.customers[kept], ledger.days[kept], ledger.money[kept]
    if not len(days):
        raise ImportRefused("No purchase is by one of the customers named.", hint="Check the ids; leading zeros count.")
    first, end = days.min().item(), days.max().item()
    middle = split or first + timedelta(days=int((end - first).days + 1) // 2 - 1)
    history = summarise(list(customers), days, money, middle)
    try:
        models = fit(history)
    except TooFewCustomers as error:
        raise ImportRefused(str(error), hint="Give more customers, or a longer time.") from error
    weeks = (end - middle).days / DAYS
    came = _came(customers, days, middle, history.customers)
    expected = models.buying.expected(history, weeks)
    pace = np.where(history.age > 0, history.frequency / np.maximum(history.age, 1 / DAYS), 0.0) * weeks
    spending = models.spending
    parameters = {name: getattr(models.buying, name) for name in ("r", "alpha", "a", "b")}
    money_parameters = {} if spending is None else {"p": spending.p, "q": spending.q, "gamma": spending.gamma}
    return Judged(
        customers=len(history),
        split=middle,
        end=end,
        parameters={**parameters, **money_parameters},
        log_likelihood=models.buying.log_likelihood,
        expected=float(expected.sum()),
        came=float(came.sum()),
        error=float(np.abs(expected - came).mean()),
        pace_error=float(np.abs(pace - came).mean()),
        correlation=float(np.corrcoef(expected, came)[0, 1]) if came.std() > 0 and expected.std() > 0 else 0.0,
    )


def _came(customers: NDArray[np.str_], days: NDArray[np.datetime64], split: date, known: Sequence[str]) -> NDArray[np.float64]:
    """Days of buying after the split of each known customer, (known,)."""
    late = days > np.datetime64(split)
    pairs = {(c, d) for c, d in zip(customers[late].tolist(), days[late].tolist(), strict=True)}
    counts: dict[str, int] = {}
    for customer, _ in pairs:
        counts[customer] = counts.get(customer, 0) + 1
    return np.array([counts.get(customer, 0) for customer in known], dtype=np.float64)
