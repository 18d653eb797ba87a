"""Online Retail II (UCI): invoice lines of a British wholesaler, as Parquet or CSV.

Invoices become orders (`C...` credit notes, `A...` adjustments, the others sales), stock codes products, customer numbers customers.
Nothing is left out: lines without a customer, at price 0 or with a negative quantity are kept as booked. Two passes, so that
an invoice whose lines are not together is still one order, and few are held at a time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from assistant.errors import BadRecord
from assistant.importers.columns import Columns, fields, match
from assistant.importers.currencies import adopt
from assistant.importers.job import Job, Row
from assistant.importers.reading import ParquetSource
from assistant.importers.registry import importer
from assistant.store.records import Address, Customer, Order, OrderKind, OrderLine, Product, ProductKind

FIELDS = fields(
    required="invoice code quantity booked_at price",
    invoice="invoice no, invoice number",
    code="stockcode",
    name="description",
    quantity="qty",
    booked_at="invoice date",
    price="unit price",
    customer="customer id",
    country="",
)

_GOODS = re.compile(r"\d{5}|DCGS|PADS$|SP1002$")
_KINDS = {"C": OrderKind.CREDIT, "A": OrderKind.ADJUSTMENT}
_BATCH = 10000
_EPOCH = datetime.fromisoformat("1970-01-01")


class _Line(NamedTuple):
    """One row; `booked_at` in microseconds since 1970 on the shop's clock."""

    number: int
    invoice: str
    code: str
    name: str
    quantity: int
    booked_at: int
    price: float
    customer: str | None
    country: str

    @property
    def is_sale(self) -> bool:
        return self.quantity > 0 and self.price > 0 and self.invoice[0] not in _KINDS


@dataclass
class _Tally:
    """What products and customers are made of: how many lines have each code and name, each customer and country."""

    names: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    countries: Counter[tuple[str, str, bool]] = field(default_factory=Counter)

    def add(self, lines: Sequence[_Line]) -> None:
        self.names.update([(line.code, line.name, line.is_sale) for line in lines])
        self.countries.update([(line.customer, line.country, line.is_sale) for line in lines if line.customer])


@importer("online-retail", ".parquet", ".csv", ".txt")
def online_retail(job: Job) -> None:
    """The lines of Online Retail II, or another file with its columns."""
    tally = _Tally()
    job.upsert("orders", _orders(job, tally))
    job.upsert("products", _products(tally))
    job.upsert("customers", _customers(tally))
    adopt(job, "GBP")


def is_service(code: str) -> bool:
    """Whether a stock code stands for postage, fees, vouchers and the like, and not for goods."""
    return not _GOODS.match(code)


def _orders(job: Job, tally: _Tally) -> Iterator[Order]:
    expected, held = _line_counts(job), dict[str, list[_Line]]()
    total, read = sum(expected.values()), 0
    for lines in _batches(job):
        tally.add(lines)
        for invoice, some in groupby(lines, key=lambda line: line.invoice):
            group = held.setdefault(invoice, [])
            group.extend(some)
            if len(group) == expected[invoice]:
                yield _order(job, held.pop(invoice))
        read += len(lines)
        if job.progress:
            job.progress(f"reading {job.path.name}", read, total)
    # Invoices of which a line was rejected never reach their count.
    yield from (_order(job, group) for group in held.values())


def _order(job: Job, lines: list[_Line]) -> Order:
    first = lines[0]
    customer = next((line.customer for line in lines if line.customer), None)
    strangers = [line for line in lines if line.customer not in (None, customer)]
    for line in strangers:
        job.reject(line.number, BadRecord(f"invoice {line.invoice} is of customer {customer}", column="customer", value=line.customer))
    return Order(
        first.invoice,
        customer_id=customer,
        placed_at=_moment(first.booked_at),
        kind=_KINDS.get(first.invoice[0], OrderKind.SALE),
        country=first.country,
        lines=tuple(_order_line(line, first.booked_at) for line in lines if line not in strangers),
    )


def _order_line(line: _Line, placed_at: int) -> OrderLine:
    booked_at = None if line.booked_at == placed_at else _moment(line.booked_at)
    return OrderLine(line.code, line.name, line.quantity, line.price, booked_at=booked_at)


def _products(tally: _Tally) -> Iterator[Product]:
    """Every code, under its most frequent name on sale lines, or on any line; one that never sold is not active."""
    sold = {code for code, _, is_sale in tally.names if is_sale}
    for code, name in _most_frequent(tally.names).items():
        kind = ProductKind.SERVICE if is_service(code) else ProductKind.GOODS
        yield Product(code, name or code, kind=kind, active=code in sold)


def _customers(tally: _Tally) -> Iterator[Customer]:
    """Every customer number, in the country of most of its sale lines, or of any line."""
    return (Customer(number, address=Address(country=country)) for number, country in _most_frequent(tally.countries).items())


def _most_frequent(counts: Counter[tuple[str, str, bool]]) -> dict[str, str]:
    """For each first part, the second that comes with it most often; on sale lines if on any."""
    best: dict[str, tuple[tuple[bool, bool, int], str]] = {}
    for (key, value, is_sale), count in counts.items():
        weight = (value != "", is_sale, count)
        if key not in best or weight > best[key][0]:
            best[key] = (weight, value)
    return {key: value for key, (_, value) in best.items()}


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _line_counts(job: Job) -> Counter[str]:
    """How many lines each invoice has."""
    columns = match(job.source.columns, FIELDS, job.mapping, job.path.name)
    if not isinstance(job.source, ParquetSource):
        return Counter(row.text("invoice").upper() for row in job.rows(FIELDS, quietly=True))
    counts: Counter[str] = Counter()
    for batch in job.source.batches(_BATCH, [columns.by_field["invoice"]]):
        counts.update(_upper_text(batch.column(0)).to_pylist())
    return counts


def _batches(job: Job) -> Iterator[list[_Line]]:
    if isinstance(job.source, ParquetSource):
        yield from _arrow_batches(job, job.source)
    else:
        yield from _row_batches(job)


def _row_batches(job: Job) -> Iterator[list[_Line]]:
    lines: list[_Line] = []
    for row in job.rows(FIELDS):
        lines.extend(_checked(job, row))
        if len(lines) >= _BATCH:
            yield lines
            lines = []
    yield lines


def _checked(job: Job, row: Row) -> list[_Line]:
    """The line of a row, or none where it is rejected."""
    try:
        return [_line(row)]
    except BadRecord as error:
        job.reject(row.number, error)
        return []


def _line(row: Row) -> _Line:
    quantity, price, booked_at = row.whole("quantity", negative=True), row.money("price", negative=True), row.time("booked_at")
    if quantity is None or price is None or booked_at is None:
        raise BadRecord("no quantity, no price or no date")
    return _Line(
        row.number,
        invoice=row.must("invoice").upper(),
        code=row.must("code").upper(),
        name=row.text("name"),
        quantity=quantity,
        booked_at=(booked_at - _EPOCH) // timedelta(microseconds=1),
        price=price,
        customer=row.key("customer") or None,
        country=row.text("country"),
    )


def _arrow_batches(job: Job, source: ParquetSource) -> Iterator[list[_Line]]:
    """Batch by batch as columns; a batch with anything odd in it goes row by row, which says what is odd."""
    columns = match(source.columns, FIELDS, job.mapping, job.path.name)
    number = 1
    for batch in source.batches(_BATCH):
        lines = _columnwise(batch, columns, number)
        if lines is None:
            rows = (Row(number + place, cells, columns) for place, cells in enumerate(batch.to_pylist()))
            lines = [line for row in rows for line in _checked(job, row)]
        yield lines
        number += batch.num_rows


def _columnwise(batch: Any, columns: Columns, number: int) -> list[_Line] | None:
    """The lines of a batch, or None if it needs a closer look: an empty cell, a fraction of a piece, a column of text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = {name: batch.column(column) for name, column in columns.by_field.items()}
    wanted = [found[name] for name in ("invoice", "code", "quantity", "booked_at", "price")]
    if any(column.null_count for column in wanted) or not pa.types.is_timestamp(found["booked_at"].type):
        return None
    try:
        quantity, price = found["quantity"].cast(pa.int64()), found["price"].cast(pa.float64())
        booked_at = found["booked_at"].cast(pa.timestamp("us")).cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    invoice, code = _upper_text(found["invoice"]), _upper_text(found["code"])
    if not pc.all(pc.is_finite(price)).as_py() or pc.any(pc.equal(invoice, "")).as_py() or pc.any(pc.equal(code, "")).as_py():
        return None
    texts = [_text(found.get(name), batch.num_rows) for name in ("name", "customer", "country")]
    name, country = (texts[place].fill_null("") for place in (0, 2))
    cells = [column.to_pylist() for column in (invoice, code, name, quantity, booked_at, price, texts[1], country)]
    return list(map(_Line._make, zip(range(number, number + batch.num_rows), *cells, strict=True)))


def _upper_text(column: Any) -> Any:
    import pyarrow.compute as pc

    return pc.utf8_upper(_text(column, len(column)))


def _text(column: Any, length: int) -> Any:
    """A column as trimmed text; numbers without a decimal point; nulls where there is no column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column is None:
        return pa.nulls(length, pa.string())
    if pa.types.is_floating(column.type):
        column = column.cast(pa.int64())
    return pc.utf8_trim_whitespace(column.cast(pa.string()))
