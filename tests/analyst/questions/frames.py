"""A warehouse straight from data frames, so that questions can be asked without a store and its importers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
from oracle import GOODS

from assistant.warehouse import Warehouse


class FrameExport:
    """The frames of the public data's layout, in the form of a store's export."""

    def __init__(self, lines: pd.DataFrame, reviews: pd.DataFrame) -> None:
        self._lines, self._reviews = lines, reviews

    def order_lines(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        lines = self._lines
        kinds = lines["Invoice"].astype(str).str[0].map({"C": "credit", "A": "adjustment"}).fillna("sale")
        yield from _batches(
            pd.DataFrame(
                {
                    "order_id": lines["Invoice"].astype(str),
                    "order_kind": kinds,
                    "status": None,
                    "customer_id": lines["Customer ID"].astype("Int64").astype("string"),
                    "country": lines["Country"].astype(str),
                    "placed_at": lines["InvoiceDate"].astype("datetime64[us]"),
                    "product_id": _codes(lines),
                    "quantity": lines["Quantity"].astype("int64"),
                    "unit_price": lines["Price"].astype(float),
                    "line_no": range(len(lines)),
                }
            )
        )

    def products(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        sold = ~self._lines["Invoice"].astype(str).str[0].isin(["C", "A"]) & (self._lines["Quantity"] > 0) & (self._lines["Price"] > 0)
        named = pd.DataFrame({"id": _codes(self._lines), "name": self._lines["Description"].astype(object)})
        counts = (
            named[sold].dropna().groupby(["id", "name"]).size().reset_index(name="n").sort_values(["n", "name"], ascending=[False, True])
        )
        names = counts.drop_duplicates("id").set_index("id")["name"].str.strip()
        codes = pd.Series(named["id"].unique())
        kinds = codes.str.match(GOODS).map({True: "goods", False: "service"})
        yield from _batches(pd.DataFrame({"id": codes, "name": codes.map(names).fillna(codes), "kind": kinds, "active": True}))

    def reviews(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        columns = {
            "Age": "age",
            "Recommended IND": "recommended",
            "Division Name": "division",
            "Department Name": "department",
            "Class Name": "class",
        }
        extra = self._reviews[list(columns)].rename(columns=columns)
        yield from _batches(
            pd.DataFrame(
                {
                    "id": [f"r{n}" for n in range(len(extra))],
                    "product_id": self._reviews["Clothing ID"].astype(str),
                    "rating": self._reviews["Rating"].astype(float),
                    "title": self._reviews["Title"].fillna("").astype(str),
                    "text": self._reviews["Review Text"].fillna("").astype(str),
                    "attributes": extra.apply(lambda row: row.dropna().to_json(), axis=1),
                }
            )
        )

    def customers(self, batch_size: int) -> Iterator[pa.RecordBatch]:
        yield from ()


class FrameSource:
    """What `assistant.warehouse.refresh` needs of a store."""

    def __init__(self, folder: Path, lines: pd.DataFrame, reviews: pd.DataFrame) -> None:
        self.folder = folder
        self.export = FrameExport(lines, reviews)

    def changed_at(self) -> str:
        return "frames"


def warehouse_of(folder: Path, lines: pd.DataFrame, reviews: pd.DataFrame) -> Warehouse:
    """A warehouse of these frames in `folder`."""
    Warehouse.refresh(FrameSource(folder, lines, reviews))
    return Warehouse.open(folder)


def _codes(lines: pd.DataFrame) -> pd.Series:
    return lines["StockCode"].astype(str).str.strip().str.upper()


def _batches(frame: pd.DataFrame) -> Iterator[pa.RecordBatch]:
    yield from pa.Table.from_pandas(frame, preserve_index=False).to_batches()
