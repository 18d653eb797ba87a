"""What is on hand beside what sells: the join that every stock tool starts from.

Owns reading stock from the warehouse and lining it up with the sales of each product. Decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.analyst.trade import daily_units, remembered

if TYPE_CHECKING:
    from assistant.analyst.context import Context
    from assistant.analyst.question import Question

NO_STOCK = "The shop's data holds no stock figures, so I cannot tell what is on hand or when it runs out."
FEWEST_DAYS = 28


@dataclass(frozen=True, slots=True)
class OnHand:
    """Products with a known stock: parallel (products,), `categories` "" where there is none, `units` (products, days) sold until the day
    before the as-of day, `seasons` for the lead time, by category."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    stock: NDArray[np.float64]
    price: NDArray[np.float64]
    units: NDArray[np.float64]
    seasons: NDArray[np.float64]
    categories: tuple[str, ...]
    sql: str
    rows_read: int

    def __len__(self) -> int:
        return len(self.ids)

    def pick(self, places: Any) -> OnHand:
        """Only these products."""
        index = np.asarray(places, dtype=np.int64)
        return OnHand(
            tuple(self.ids[n] for n in index.tolist()), tuple(self.names[n] for n in index.tolist()), self.stock[index], self.price[index],
            self.units[index], self.seasons[index], tuple(self.categories[n] for n in index.tolist()), self.sql, self.rows_read,
        )  # fmt: skip


def on_hand(question: Question, context: Context) -> OnHand | None:
    """Active products whose stock is known, under the question's filters on products and categories; None where none has a stock."""
    lead = context.settings.staff.lead_days
    everything = remembered(context, ("on hand", lead), lambda: _read(context, lead))
    if everything is None:
        return None
    chosen = np.ones(len(everything), dtype=bool)
    for clause in question.filters:
        values = {str(v) for v in clause.values}
        column = {"product": everything.ids, "category": everything.categories}.get(clause.dimension)
        if column is not None:
            hit = np.array([value in values for value in column])
            chosen &= ~hit if clause.op in ("ne", "not_in") else hit
    return everything.pick(np.flatnonzero(chosen))


def _products(context: Context) -> tuple[list[dict[str, Any]], str]:
    table = context.warehouse.table("products")
    expression = table.filter(~table["service"], table["stock"].notnull(), table["active"]).order_by("product_id")
    return context.warehouse.run(expression).to_pylist(), context.warehouse.sql(expression)


def _read(context: Context, lead: int) -> OnHand | None:
    from assistant.models.restock import season

    rows, sql = _products(context)
    if not rows:
        return None
    sold = daily_units(context)
    place = {id: n for n, id in enumerate(sold.products)}
    days = max(sold.units.shape[1] - 1, 0)
    units = np.zeros((len(rows), days))
    for n, row in enumerate(rows):
        if row["product_id"] in place:
            units[n] = sold.units[place[row["product_id"]], :days]
    categories = [str(r["category"] or "") for r in rows]
    whole = season(units.sum(axis=0), lead)
    by_category = {name: season(units[[c == name for c in categories]].sum(axis=0), lead) for name in set(categories)}
    seasons = np.array([by_category[c] if c else whole for c in categories])
    return OnHand(
        tuple(str(r["product_id"]) for r in rows),
        tuple(str(r["product"]) for r in rows),
        np.array([float(r["stock"]) for r in rows]),
        np.array([float(r["list_price"] or 0.0) for r in rows]),
        units,
        seasons,
        tuple(categories),
        f"{sql};\n\n{sold.sql}",
        sold.rows_read,
    )
