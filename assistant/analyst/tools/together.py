"""What is bought together: pairs of products by the number of orders that hold both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.analyst import wording
from assistant.analyst.question import FilterClause, Question
from assistant.analyst.receipts import receipt
from assistant.analyst.tools import ToolResult, tool
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DEFAULT_N = 10
CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class _Found:
    rows: tuple[Row, ...]
    sql: str
    lines: int


@tool(
    examples=("What is bought together with the enamel teapot?", "What goes with 22423?", "Which products are most often bought together?"),
    reads=("filters", "period", "ranking", "ask"),
)
def together(question: Question, context: Context) -> ToolResult:
    """Products that stand in the same orders, most shared orders first; services such as postage are left out.

    With products in the filters: what else is in those orders; for several products (a basket) orders that hold any of them.
    Two products with `ask` number: how many orders hold both. Without a product: the pairs bought together most often.
    """
    clause = question.filter_on("product")
    codes = tuple(str(v) for v in clause.values) if clause and clause.op in ("eq", "in") else ()
    lines = _goods(question, context)
    if len(codes) == 2 and question.ask == "number":
        return _both(question, context, lines, codes)
    n = question.ranking.n if question.ranking else DEFAULT_N
    found = _with(context, lines, codes, n) if codes else _pairs(context, lines, n)
    if not found.rows:
        text = (
            f"{_name(clause, codes)} was in no order together with another product." if codes else "No two products were ever in one order."
        )
        return ToolResult(status=Status.DECLINED, text=text)
    return ToolResult(
        value=found.rows[0].label if question.ask == "label" else None,
        rows=found.rows,
        unit="count",
        text=_sentence(found.rows, _name(clause, codes), question, context),
        products=tuple(row.label for row in found.rows) if codes else (),
        receipt=_receipt(question, context, found),
    )


def _goods(question: Question, context: Context) -> Any:
    """Sale lines of goods in the question's scope, products aside."""
    from assistant.analyst.compile import narrowed

    scope = question.without_filter("product")
    lines = narrowed(context.warehouse.table("lines"), scope.filters, scope.period, context)
    return lines.filter(lines["sale"], ~lines["service"])


def _with(context: Context, lines: Any, codes: tuple[str, ...], n: int) -> _Found:
    """The products in orders that hold any of `codes`."""
    import ibis

    orders = lines.filter(lines["product_id"].isin(codes)).select("order_id").distinct()
    others = lines.filter(lines["product_id"].notin(codes)).semi_join(orders, "order_id")
    counted = others.group_by("product_id").aggregate(
        name=others["product"].max(), orders=others["order_id"].nunique(), read=others.count()
    )
    counted = counted.mutate(all_read=counted["read"].sum().over())
    expression = counted.order_by([ibis.desc("orders"), "product_id"]).limit(n)
    found = context.warehouse.run(expression).to_pylist()
    rows = tuple(Row(r["product_id"], r["orders"], r["name"]) for r in found)
    return _Found(rows, context.warehouse.sql(expression), int(found[0]["all_read"]) if found else 0)


def _pairs(context: Context, lines: Any, n: int) -> _Found:
    """The most frequent pairs of all. Exact: a pair is in no more orders than its rarer product, so only frequent ones need pairing."""
    import ibis

    held = lines.select("order_id", "product_id", "product").distinct()
    frequent = held.group_by("product_id").aggregate(orders=held.count()).order_by([ibis.desc("orders"), "product_id"])
    limit = CANDIDATES
    while True:
        counts = context.warehouse.run(frequent.limit(limit + 1)).to_pylist()
        kept = held.filter(held["product_id"].isin([c["product_id"] for c in counts[:limit]]))
        expression = _pair_counts(kept, n)
        found = context.warehouse.run(expression).to_pylist()
        if len(counts) <= limit or (len(found) == n and found[-1]["orders"] >= counts[limit]["orders"]):
            break
        limit *= 2
    rows = tuple(Row(f"{r['a']} + {r['b']}", r["orders"], f"{r['name_a']} + {r['name_b']}") for r in found)
    return _Found(rows, context.warehouse.sql(expression), int(context.warehouse.run(lines.count().name("n").as_table())["n"][0].as_py()))


def _pair_counts(held: Any, n: int) -> Any:
    import ibis

    other = held.view()
    pairs = held.join(other, [held["order_id"] == other["order_id"], held["product_id"] < other["product_id"]])
    pairs = pairs.select(a=held["product_id"], b=other["product_id"], name_a=held["product"], name_b=other["product"])
    counted = pairs.group_by("a", "b").aggregate(name_a=pairs["name_a"].max(), name_b=pairs["name_b"].max(), orders=pairs.count())
    return counted.order_by([ibis.desc("orders"), "a", "b"]).limit(n)


def _both(question: Question, context: Context, lines: Any, codes: tuple[str, ...]) -> ToolResult:
    """How many orders hold both of two products."""
    mine = lines.filter(lines["product_id"].isin(codes))
    each = mine.group_by("order_id").aggregate(kinds=mine["product_id"].nunique(), read=mine.count())
    expression = each.aggregate(orders=(each["kinds"] == 2).sum(), read=each["read"].sum())
    (found,) = context.warehouse.run(expression).to_pylist()
    count = int(found["orders"] or 0)
    scope = ", ".join(wording.scope(question.without_filter("product"), context))
    return ToolResult(
        value=count,
        unit="count",
        text=f"{_name(question.filter_on('product'), codes)} were bought together in {wording.number(count)} orders, {scope}.",
        products=codes,
        receipt=_receipt(question, context, _Found((), context.warehouse.sql(expression), int(found["read"] or 0))),
    )


def _name(clause: FilterClause | None, codes: tuple[str, ...]) -> str:
    return clause.label if clause and clause.label else " and ".join(codes)


def _sentence(rows: tuple[Row, ...], name: str, question: Question, context: Context) -> str:
    scope = ", ".join(wording.scope(question.without_filter("product"), context))
    shown = [f"{row.name or row.label} ({row.label}), in {wording.number(row.value)} orders" for row in rows[:3]]
    head = f"Bought together with {name}" if name else "Most often bought together"
    return f"{head}, {scope}: {'; '.join(shown)}."


def _receipt(question: Question, context: Context, found: _Found) -> Any:
    """Counted in orders; the definition says what the count is of."""
    made = receipt(question, found.sql, found.lines, context, metric="orders")
    return replace(made, metric="orders with both", definition="number of orders that hold both products; services left out")
