"""Order lines of any number, in the columns of Online Retail II, made by chance: what imports and staff questions are timed on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from goods import CACHE

SEED = 11
FIRST_DAY = np.datetime64("2010-01-01")
DAYS = 720
COUNTRIES = ("United Kingdom", "Germany", "France", "Spain", "Ireland", "Netherlands", "Belgium", "Portugal")
_PRODUCTS, _CUSTOMERS, _LINES_AN_ORDER = 5000, 6000, 20


def lines_file(size: int, folder: Path = CACHE) -> Path:
    """A Parquet file with `size` lines; about a fiftieth of the invoices are credit notes."""
    path = folder / f"lines-{size}.parquet"
    if path.exists():
        return path
    rng = np.random.default_rng(SEED)
    orders = max(1, size // _LINES_AN_ORDER)
    order = np.sort(rng.integers(0, orders, size))
    credit = (rng.random(orders) < 0.02)[order]
    second = np.sort(rng.integers(0, DAYS * 86_400, orders))[order]
    customer = rng.integers(12_000, 12_000 + _CUSTOMERS, orders)[order]
    product = (rng.pareto(1.1, size) * 40).astype(np.int64) % _PRODUCTS
    price = np.round(0.5 + (product * 7919 % 4000) / 100, 2)
    quantity = rng.integers(1, 13, size) * np.where(credit, -1, 1)
    prefix = np.where(credit, "C", "")
    table = pa.table(
        {
            "Invoice": np.char.add(prefix, (500_000 + order).astype(str)),
            "StockCode": (10_000 + product).astype(str),
            "Description": np.char.add("THING NUMBER ", product.astype(str)),
            "Quantity": quantity,
            "InvoiceDate": (FIRST_DAY.astype("datetime64[s]") + second).astype("datetime64[us]"),
            "Price": price,
            "Customer ID": customer,
            "Country": np.array(COUNTRIES)[(customer % 97) % len(COUNTRIES)],
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return path
