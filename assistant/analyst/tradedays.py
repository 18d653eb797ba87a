"""Which days were days of a promotion, told from the prices themselves: how much of what was sold was cheaper than it usually is.

Owns the usual price of a product and the promotions that follow from it. No shop says in its sales data that it ran a promotion, so
this is evidence, not a record, and is told as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.analyst.trade import remembered

if TYPE_CHECKING:
    from assistant.analyst.context import Context

REGULAR = 0.25
"""Of the months in which a product was sold: a price seen in so many of them, and in three, is one of its regular prices."""
SHARE = 0.4
"""Of the lines of three days that must be reduced for a promotion, over all or in a category."""
LINES = 6
SURE = 1e-5
GAP = 2
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Promotion:
    """A run of days with many reduced prices: `share` of the lines, by `discount` on average, in the `categories` that it held most."""

    first: date
    last: date
    share: float
    discount: float
    categories: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class _Reduced:
    """By category and day, (categories, days): lines, reduced lines, and the sum of their discounts."""

    categories: tuple[str, ...]
    lines: NDArray[np.float64]
    reduced: NDArray[np.float64]
    discounts: NDArray[np.float64]


def promotion_runs(context: Context) -> NDArray[np.int64]:
    """The number, from 1, of the promotion that each day since the first belongs to, (days,); 0 for days of none."""
    found = np.zeros(_days(context), dtype=np.int64)
    for number, promotion in enumerate(promotions_of(context), start=1):
        start = (promotion.first - (context.first_day or promotion.first)).days
        found[start : start + promotion.days] = number
    return found


def promotions_of(context: Context) -> tuple[Promotion, ...]:
    """The promotions that the prices tell of, by date: runs of days with many reduced lines, over all or in a category."""
    return remembered(context, ("promotions",), lambda: _found(context))


def _days(context: Context) -> int:
    return 0 if context.first_day is None or context.today is None else (context.today - context.first_day).days + 1


def _found(context: Context) -> tuple[Promotion, ...]:
    table = _reduced(context)
    marked = _marked(table.lines.sum(axis=0), table.reduced.sum(axis=0))
    for lines, reduced in zip(table.lines, table.reduced, strict=True):
        marked |= _marked(lines, reduced)
    return tuple(promotion for run in _runs(marked) if (promotion := _promotion(run, table, context.first_day or date.min)) is not None)


def _marked(lines: NDArray[np.float64], reduced: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Days in the middle of three with many more reduced lines than chance would give, (days,)."""
    from scipy.stats import binom

    around = np.ones(3)
    many, cheap = (np.convolve(part, around, mode="same") for part in (lines, reduced))
    usual = float(reduced.sum() / max(lines.sum(), 1.0))
    chance = binom.sf(cheap - 1, np.maximum(many, 1), min(usual, 0.99))
    own = reduced >= SHARE * np.maximum(lines, 1.0)
    return np.asarray((many >= LINES) & (cheap >= SHARE * many) & (chance < SURE) & (own | (lines < 2)), dtype=bool)


def _runs(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of marked days, over gaps of up to two; ends included."""
    runs: list[tuple[int, int]] = []
    for day in np.flatnonzero(marked).tolist():
        if runs and day - runs[-1][1] <= GAP + 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return [run for run in runs if run[1] - run[0] + 1 >= SHORTEST]


def _promotion(run: tuple[int, int], table: _Reduced, first_day: date) -> Promotion | None:
    days = slice(run[0], run[1] + 1)
    lines, reduced, discounts = (part[:, days].sum(axis=1) for part in (table.lines, table.reduced, table.discounts))
    if not reduced.sum():
        return None
    held = [n for n in np.argsort(-reduced).tolist() if reduced[n] >= 0.5 * lines[n] and lines[n] >= 4]
    named = tuple(table.categories[n] for n in held if table.categories[n])
    return Promotion(
        first=first_day + timedelta(days=run[0]),
        last=first_day + timedelta(days=run[1]),
        share=float(reduced.sum() / lines.sum()),
        discount=float(discounts.sum() / reduced.sum()),
        categories=named if len(held) < len(table.categories) else (),
    )


def _reduced(context: Context) -> _Reduced:
    """Lines of each category and day, how many were reduced, and by how much.

    A line is reduced where its price is none of the product's regular ones and lies under the highest of them: variants and quantity
    breaks have prices of their own, which come back month after month, and a promotion's do not.
    """
    import ibis

    lines = context.warehouse.table("lines")
    sold = lines.filter(lines["sale"], ~lines["service"], lines["unit_price"] > 0)
    seen = sold.group_by("product_id", "unit_price").aggregate(months=sold["month"].nunique())
    spans = sold.group_by("product_id").aggregate(span=sold["month"].nunique())
    seen = seen.join(spans, "product_id")
    regular = (seen["months"] >= 3) & (seen["months"] >= REGULAR * seen["span"])
    seen = seen.mutate(regular=regular)
    usual = seen.group_by("product_id").aggregate(usual=seen["unit_price"].max(where=seen["regular"]))
    priced = sold.join(seen.select("product_id", "unit_price", "regular"), ["product_id", "unit_price"]).join(usual, "product_id")
    cheap = ~priced["regular"] & (priced["unit_price"] < priced["usual"])
    grouped = priced.group_by("category", "day").aggregate(
        lines=priced.count(), reduced=cheap.sum(), off=(1 - priced["unit_price"] / priced["usual"]).sum(where=cheap)
    )
    rows = context.warehouse.run(grouped.order_by([ibis.asc("category"), ibis.asc("day")])).to_pylist()
    categories = tuple(sorted({str(r["category"] or "") for r in rows}))
    number = {name: n for n, name in enumerate(categories)}
    made = np.zeros((3, len(categories), _days(context)))
    for r in rows:
        place = number[str(r["category"] or "")], (r["day"] - (context.first_day or r["day"])).days
        made[0][place], made[1][place], made[2][place] = r["lines"], r["reduced"] or 0, r["off"] or 0.0
    return _Reduced(categories, made[0], made[1], made[2])
