"""Bought together: counts equal to pandas', services left out, baskets, pairs."""

from __future__ import annotations

import itertools
from collections import Counter

from oracle import Oracle, Slice

from assistant.analyst.context import Context
from assistant.analyst.question import FilterClause, Question, Ranking
from assistant.analyst.tools.together import together
from assistant.types import Status


def _of(*codes: str, **rest: object) -> Question:
    clause = FilterClause("product", "eq" if len(codes) == 1 else "in", codes)
    return Question("together", filters=(clause,), **rest)  # type: ignore[arg-type]


def test_counts_are_those_of_pandas(context: Context, oracle: Oracle) -> None:
    best = oracle.measure("orders", Slice(), "product").idxmax()
    result = together(_of(best, ranking=Ranking(5)), context)
    expected = oracle.together(best)
    assert [row.value for row in result.rows] == list(expected.head(5))
    assert all(expected[row.label] == row.value for row in result.rows)
    assert result.products == tuple(row.label for row in result.rows)
    assert f"in {result.rows[0].value} orders" in result.text
    assert result.receipt is not None
    assert result.receipt.rows_read > 0


def test_two_products_are_counted_together(context: Context, oracle: Oracle) -> None:
    best = oracle.measure("orders", Slice(), "product").idxmax()
    other = oracle.together(best).index[0]
    assert together(_of(best, other, ask="number"), context).value == oracle.together(best)[other]


def test_a_basket_leaves_out_what_it_holds(context: Context, oracle: Oracle) -> None:
    first, second = oracle.measure("orders", Slice(), "product").nlargest(2).index
    rows = together(_of(first, second, ask="rows"), context).rows
    assert rows
    assert {first, second}.isdisjoint(row.label for row in rows)


def test_pairs_of_all_are_exact(context: Context, oracle: Oracle) -> None:
    goods = oracle.sale[~oracle.sale["service"]]
    pairs: Counter[str] = Counter()
    for codes in goods.groupby("invoice")["code"].unique():
        pairs.update(f"{a} + {b}" for a, b in itertools.combinations(sorted(codes), 2))
    found = together(Question("together", ranking=Ranking(3)), context).rows
    assert [row.value for row in found] == [n for _, n in pairs.most_common(3)]
    assert all(pairs[row.label] == row.value for row in found)


def test_a_product_nobody_bought_is_declined(context: Context) -> None:
    result = together(_of("00000"), context)
    assert result.status is Status.DECLINED
    assert not result.rows
