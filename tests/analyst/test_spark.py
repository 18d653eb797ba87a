"""The same typed questions on DuckDB and on Spark give the same figures.

PySpark is no dependency: `pip install pyspark` beside the project (Java 17 or later) and run `pytest -m slow tests/analyst/test_spark.py`.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from names import Names
from oracle import Oracle
from suite import Ask
from typed import cases, typed

from assistant.analyst.context import Context
from assistant.analyst.question import Comparison, Period, Question, Side
from assistant.analyst.tools import ToolResult, tools
from assistant.warehouse import LinkedWarehouse

ASKED = 90
"""So many of the suite, spread over all its files; a question takes Spark about half a second."""
NOVEMBER, OCTOBER = Period(date(2011, 11, 1), date(2011, 11, 30), "month"), Period(date(2011, 10, 1), date(2011, 10, 31), "month")
CHANGED = Comparison("growth", (Side("Nov 2011", NOVEMBER), Side("Oct 2011", OCTOBER)))
OTHERS = (
    Question("why", ("net_sales",), period=NOVEMBER, comparison=CHANGED),
    Question("why", ("orders",), ("country",), period=NOVEMBER, comparison=CHANGED),
    Question("forecast", ("net_sales",), period=Period(date(2012, 1, 1), date(2012, 1, 31), "month")),
    Question("together"),
)

pytestmark = [pytest.mark.shared, pytest.mark.slow]


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory, context: Context) -> Iterator[Context]:
    """The made-up shop's tables in a local Spark."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or later on the path")
    import ibis

    folder = tmp_path_factory.mktemp("spark")
    quiet = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.sql.session.timeZone": "UTC"}
    builder = sql.SparkSession.builder.master("local[2]").config("spark.sql.warehouse.dir", str(folder / "spark"))
    for name, value in quiet.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    connection = ibis.pyspark.connect(session)
    for file in context.warehouse.export(folder / "tables"):
        connection.read_parquet(file, table_name=file.stem)
    yield replace(context, warehouse=LinkedWarehouse(connection))
    session.stop()


@pytest.fixture(scope="session")
def names_of_shop(oracle: Oracle) -> Names:
    return Names(oracle)


def _some() -> list[Ask]:
    every = cases()
    return every[:: max(1, len(every) // ASKED)]


def _figures(result: ToolResult) -> dict[str, Any]:
    return {
        "status": result.status,
        "value": result.value if isinstance(result.value, str | None) else pytest.approx(result.value, rel=1e-9, abs=1e-7),
        "labels": [(row.label, row.name) for row in result.rows],
        "figures": pytest.approx([row.value for row in result.rows], rel=1e-9, abs=1e-7),
        "rows_read": result.receipt.rows_read if result.receipt else None,
    }


def _both(question: Question, one: Context, other: Context) -> None:
    asked = one.semantics.checked(question)
    ours, theirs = (tools()[question.tool].run(asked, context) for context in (one, other))
    found = _figures(theirs)
    found["value"], found["figures"] = theirs.value, [row.value for row in theirs.rows]
    assert found == _figures(ours)


@pytest.mark.parametrize("ask", _some(), ids=lambda ask: ask.place)
def test_spark_gives_the_same_figures(ask: Ask, names_of_shop: Names, context: Context, spark: Context) -> None:
    head, *words = shlex.split(names_of_shop.fill_spec(ask.spec))
    _both(typed(head, dict(word.split("=", 1) for word in words)), context, spark)


@pytest.mark.parametrize("question", OTHERS, ids=lambda question: f"{question.tool}-{question.metric}")
def test_spark_gives_the_same_explanations(question: Question, context: Context, spark: Context) -> None:
    _both(question, context, spark)


def test_at_least_eighty_are_asked() -> None:
    assert len(_some()) + len(OTHERS) >= 80
