"""From metrics, groups, filters and a period to one Ibis expression, and from its rows to labelled figures.

The only place where definitions become queries. Values come in typed and are bound as literals; no text of a question gets here.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from assistant.analyst.question import FilterClause, Having, Period, Question
from assistant.analyst.semantics import Condition, Cube, Dimension, Metric, Semantics

if TYPE_CHECKING:
    from assistant.analyst.templates import Templates
    from assistant.warehouse import Warehouse

Order: TypeAlias = Literal["top", "bottom", "label"]
Key: TypeAlias = str | int | float | date | None

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

_OPERATORS = {"eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
_DIGITS = 6
_AGGREGATES = {"sum": "sum", "count": "count", "distinct": "nunique", "mean": "mean", "min": "min", "max": "max"}


class Books(Protocol):
    """What a query is compiled against and run on; `assistant.analyst.context.Context` is one."""

    @property
    def warehouse(self) -> Warehouse: ...

    @property
    def semantics(self) -> Semantics: ...

    @property
    def templates(self) -> Templates: ...


@dataclass(frozen=True, slots=True)
class Query:
    """What to compute. `drop_empty` leaves out groups without a figure (for rankings); `per` divides by the number of distinct
    days, orders, .... With `each`, only so many groups of the last dimension are left in each group of the first, by the first metric."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    filters: tuple[FilterClause, ...] = ()
    period: Period | None = None
    order: Order = "label"
    limit: int | None = None
    skip: int = 0
    per: str = ""
    having: Having | None = None
    drop_empty: bool = False
    each: int = 0

    @classmethod
    def of(cls, question: Question, limit: int) -> Query:
        """What a question asks, its groups in the order of their labels, at most `limit` of them."""
        return cls(question.metrics, question.by, question.filters, question.period, limit=limit, per=question.per, having=question.having)


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a result: raw keys, their labels, the name where it differs (a product's), and one value for each metric."""

    keys: tuple[Key, ...]
    labels: tuple[str, ...]
    values: tuple[Any, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Groups in the order asked for. `rows_read` counts the warehouse's rows that the filters and the period left, over all groups;
    `groups_found` counts the groups before the cut."""

    groups: tuple[Group, ...]
    sql: str
    rows_read: int
    groups_found: int

    @property
    def value(self) -> Any:
        """The first metric of the first group; None where there is nothing."""
        return self.groups[0].values[0] if self.groups else None


def run(query: Query, books: Books) -> QueryResult:
    """Compile `query`, run it on the warehouse, and label its rows."""
    compiled = books.templates.compiled(query, books.warehouse, lambda shape: expression_of(shape, books))
    table = books.warehouse.rows(compiled.text, compiled.expression)
    dimensions = [books.semantics.dimension(ident) for ident in query.by]
    groups = tuple(_group(row, dimensions, query) for row in table.to_pylist())
    rows_read = found = 0
    if table.num_rows:
        rows_read, found = int(table["_read"][0].as_py() or 0), int(table["_groups"][0].as_py() or 0)
    return QueryResult(groups, compiled.text, rows_read, found)


def expression_of(query: Query, books: Books) -> Any:
    """The Ibis expression for `query`: columns k0.., _name, m0.., _read, _groups."""
    import ibis

    semantics = books.semantics
    cube = semantics.cubes[semantics.metric(query.metrics[0]).cube]
    dimensions = [semantics.dimension(ident) for ident in query.by]
    table = narrowed(books.warehouse.table(cube.table), query.filters, query.period, books, cube)
    conditions = [_condition(table, c) for d in dimensions for c in d.conditions]
    present = [table[d.column].notnull() for d in dimensions]
    filled = [table[d.column] != "" for d in dimensions if d.kind in ("value", "product", "customer", "order")]
    if conditions or present:
        table = table.filter(*conditions, *present, *filled)
    plan = _Plan(query, semantics, cube, dimensions)
    result = plan.repeated(table) if semantics.metric(query.metrics[0]).repeat else plan.aggregated(table)
    if query.drop_empty:
        result = plan.without_empty(result)
    if query.having:
        summed = result["h"].round(_DIGITS)  # a sum of pence that is 1,000.0000000000001 is not over 1,000
        result = result.filter(_compare(summed, query.having.op, query.having.value))
    result = result.mutate(_read=result["_rows"].sum().over(), _groups=ibis._.count().over())
    if query.each:
        result = _first_of_each(result, query)
    keys = [result[f"k{n}"] for n in range(len(dimensions))]
    if query.each:
        result = result.order_by([keys[0], result["_place"]])
    elif query.order == "label":
        result = result.order_by(keys) if keys else result
    else:
        value = result["m0"]
        result = result.order_by([ibis.desc(value) if query.order == "top" else ibis.asc(value), *keys])
    return result if query.limit is None else result.limit(query.limit, offset=query.skip)


def _first_of_each(result: Any, query: Query) -> Any:
    """The first `query.each` rows of each group of the first dimension."""
    import ibis

    value = result["m0"]
    order = [ibis.desc(value) if query.order == "top" else ibis.asc(value), result[f"k{len(query.by) - 1}"]]
    placed = result.mutate(_place=ibis.row_number().over(group_by=result["k0"], order_by=order))
    return placed.filter(placed["_place"] < query.each)


def narrowed(table: Any, filters: Sequence[FilterClause], period: Period | None, books: Books, cube: Cube | None = None) -> Any:
    """`table` (lines, or the table of `cube`) with the filters and the period applied."""
    cube = cube or books.semantics.cubes["sales"]
    predicates = [clause_predicate(table, clause, books.semantics) for clause in filters]
    if period is not None:
        predicates.append(table[cube.time].between(period.first, period.last))
    return table.filter(*predicates) if predicates else table


def clause_predicate(table: Any, clause: FilterClause, semantics: Semantics) -> Any:
    """The Ibis predicate that a filter clause means on `table`; what has no value is all but any value (sales to nobody known)."""
    dimension = semantics.dimension(clause.dimension)
    column = table[dimension.column]
    values: tuple[Any, ...] = clause.values
    if dimension.kind == "time":
        values = tuple(date.fromisoformat(str(v)) for v in values)
    if clause.op == "contains":
        names = table[dimension.name_column or dimension.column].upper()
        return names.contains(str(values[0]).upper())
    if clause.op == "word":
        return column.lower().re_search(rf"\b{re.escape(str(values[0]).lower())}\b")
    if clause.op == "empty":
        return column.isnull() | (column == "")
    if clause.op == "between":
        return column.between(values[0], values[1])
    if clause.op in ("ne", "not_in"):
        return column.isnull() | column.notin(values)
    if clause.op == "in":
        return column.isin(values)
    return _compare(column, clause.op, values[0])


def _compare(column: Any, op: str, value: Any) -> Any:
    return _OPERATORS[op](column, value)


def _condition(table: Any, condition: Condition) -> Any:
    column, op, value = condition
    return _compare(table[column], op, value)


def _all(predicates: Sequence[Any]) -> Any:
    whole = None
    for predicate in predicates:
        whole = predicate if whole is None else whole & predicate
    return whole


@dataclass(frozen=True, slots=True)
class _Plan:
    """The aggregation of one query."""

    query: Query
    semantics: Semantics
    cube: Cube
    dimensions: Sequence[Dimension]

    def aggregated(self, table: Any) -> Any:
        """One row a group: keys, metrics, how many rows went in."""
        leaves: dict[str, Any] = {}
        wanted = [*self.query.metrics, *([self.query.having.metric] if self.query.having else [])]
        for ident in wanted:
            self._collect(ident, table, leaves)
        if self.query.per:
            leaves["_per"] = self._distinct_units(table)
        leaves["_rows"] = table.count()
        if self._by_time and "sale" in self.cube.rows:
            leaves["_sold"] = table.count(where=_all([_condition(table, c) for c in self.cube.rows["sale"]]))
        grouped = table.group_by(**self._keys(table)).aggregate(**leaves) if self.dimensions else table.aggregate(**leaves)
        outputs = {f"m{n}": self._combined(ident, grouped) for n, ident in enumerate(self.query.metrics)}
        if self.query.per:
            outputs["m0"] = outputs["m0"] / grouped["_per"].nullif(0)
        if self.query.having:
            outputs["h"] = self._combined(self.query.having.metric, grouped)
        return grouped.mutate(**outputs)

    def repeated(self, table: Any) -> Any:
        """One row a group, from the number of orders of each customer."""
        metric = self.semantics.metric(self.query.metrics[0])
        customer, order = (next(d for d in self.semantics.of_cube(self.cube.id) if d.kind == kind) for kind in ("customer", "order"))
        rows = table.filter(*[_condition(table, c) for c in metric.conditions], table[customer.column].notnull())
        keys = self._keys(rows)
        each = rows.group_by(**keys, _customer=rows[customer.column]).aggregate(_orders=rows[order.column].nunique(), _lines=rows.count())
        many = each["_orders"] >= metric.repeat
        value = many.mean() if metric.of else many.sum()
        names = {name: each[name] for name in keys}
        grouped = each.group_by(**names) if names else each
        return grouped.aggregate(m0=value, _rows=each["_lines"].sum())

    def without_empty(self, result: Any) -> Any:
        """Without groups that have no figure, or for calendar units no sale."""
        metric = self.semantics.metric(self.query.metrics[0])
        result = result.filter(result["m0"].notnull())
        if metric.unit == "count":
            result = result.filter(result["m0"] > 0)
        return result.filter(result["_sold"] > 0) if "_sold" in result.columns else result

    @property
    def _by_time(self) -> bool:
        return any(d.kind == "time" for d in self.dimensions)

    def _keys(self, table: Any) -> dict[str, Any]:
        keys: dict[str, Any] = {}
        for n, dimension in enumerate(self.dimensions):
            column = table[dimension.column]
            keys[f"k{n}"] = (column // dimension.band * dimension.band).cast("int64") if dimension.band else column
            if dimension.name_column:
                keys["_name"] = table[dimension.name_column]
        return keys

    def _distinct_units(self, table: Any) -> Any:
        unit = self.semantics.dimension(self.query.per)
        sale = self.cube.rows.get("sale", ())
        column = table[unit.column if unit.column in table.columns else self.cube.time]
        return column.nunique(where=_all([_condition(table, c) for c in sale]))

    def _collect(self, ident: str, table: Any, leaves: dict[str, Any]) -> None:
        metric = self.semantics.metric(ident)
        for part in (*metric.ratio, *metric.difference):
            self._collect(part, table, leaves)
        if metric.aggregate and ident not in leaves:
            leaves[ident] = self._leaf(metric, table)

    def _leaf(self, metric: Metric, table: Any) -> Any:
        predicates = [_condition(table, c) for c in metric.conditions]
        if metric.known:
            predicates.append(table["customer_id"].notnull())
        if metric.since:
            predicates.append(self._since(metric, table))
        where, column = _all(predicates), table[metric.column]
        value = getattr(column, _AGGREGATES[metric.aggregate])(where=where)
        return -value if metric.negate else value

    def _since(self, metric: Metric, table: Any) -> Any:
        """Customers whose first day lies within (or before) the bucket, where groups are calendar units, and the period."""
        import ibis

        first = None if self.query.period is None else ibis.literal(self.query.period.first)
        bucket = next((table[d.column] for d in self.dimensions if d.kind == "time"), None)
        start = first if bucket is None else bucket if first is None else ibis.greatest(bucket, first)
        since = table["customer_since"]
        if start is None:
            return since.notnull() if metric.since == "within" else ibis.literal(False)
        return since >= start if metric.since == "within" else since < start

    def _combined(self, ident: str, grouped: Any) -> Any:
        metric = self.semantics.metric(ident)
        if metric.ratio:
            above, below = (self._combined(part, grouped) for part in metric.ratio)
            return above.fill_null(0) / below.nullif(0)
        if metric.difference:
            first, second = (self._combined(part, grouped) for part in metric.difference)
            return first.fill_null(0) - second.fill_null(0)
        return grouped[ident]


def _group(row: Mapping[str, Any], dimensions: Sequence[Dimension], query: Query) -> Group:
    keys = tuple(row[f"k{n}"] for n in range(len(dimensions)))
    labels = tuple(label(d, key) for d, key in zip(dimensions, keys, strict=True))
    values = tuple(_float(row[f"m{n}"]) for n in range(len(query.metrics)))
    return Group(keys, labels, values, str(row.get("_name") or ""))


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def label(dimension: Dimension, key: Key) -> str:
    """What a group is called: `2011-11`, `2011-Q3`, a week by its Monday, weekdays in English, ages by their decade."""
    if isinstance(key, date):
        forms = {"month": f"{key:%Y-%m}", "quarter": f"{key.year}-Q{(key.month + 2) // 3}", "year": str(key.year)}
        return forms.get(dimension.id, key.isoformat())
    if dimension.id == "weekday" and isinstance(key, int):
        return WEEKDAYS[key - 1]
    if dimension.id == "month_of_year" and isinstance(key, int):
        return MONTHS[key - 1]
    if dimension.band and isinstance(key, int):
        return f"{key}-{key + dimension.band - 1}"
    return f"{key:g}" if isinstance(key, float) else str(key)
