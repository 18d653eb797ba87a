"""Measuring how customers come back, on anybody's file: forms of files, figures, and files out of form."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ImportRefused
from finetune.lifetime import judge, read_ledger


def purchases(customers: int = 300, seed: int = 4) -> list[tuple[str, date, float]]:
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        rate, leaves, day = rng.gamma(0.7, 0.02), rng.beta(0.8, 3), float(rng.integers(0, 80))
        while day < 540:
            rows.append((f"{number:05d}", date(1997, 1, 1) + timedelta(days=int(day)), round(float(rng.gamma(5, 6)), 2)))
            if rng.random() < leaves:
                break
            day += max(rng.exponential(1 / rate), 1.0)
    return rows


@pytest.mark.parametrize(
    ("name", "line", "head"),
    [
        ("blanks.txt", "{0} {1:%Y%m%d} 1 {2:7.2f}", " customer_id  date number_of_cds  dollar_value"),
        ("sample.txt", "{0} 0001 {1:%Y%m%d} 1 {2:.2f}", ""),
        ("plain.csv", "{1:%Y-%m-%d},{0},{2:.2f}", "order_date,customer,amount"),
        ("semicolon.csv", '"{0}";{1:%Y-%m-%d} 10:00;{2:.2f}', '"Customer ID";InvoiceDate;Total'),
    ],
)
def test_one_shop_in_four_forms_gives_the_same_figures(tmp_path: Path, name: str, line: str, head: str) -> None:
    rows = purchases()
    path = tmp_path / name
    path.write_text("\n".join([head, *(line.format(*row) for row in rows)]) if head else "\n".join(line.format(*row) for row in rows))
    ledger = read_ledger(path)
    assert len(ledger.customers) == len(rows)
    assert ledger.skipped == 0
    assert ledger.money.sum() == pytest.approx(sum(row[2] for row in rows), abs=0.01 * len(rows))
    made = judge(ledger)
    assert made.expected == pytest.approx(made.came, rel=0.4)
    assert made.error < made.pace_error
    assert set(made.to_json()) >= {"r", "alpha", "a", "b"}


def test_only_some_customers_can_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("customer,date,amount\n" + "\n".join(f"{c},{d},{m}" for c, d, m in purchases()))
    ledger = read_ledger(path)
    half = frozenset(f"{n:05d}" for n in range(150))
    assert judge(ledger, only=half).customers <= 150
    with pytest.raises(ImportRefused, match="No purchase"):
        judge(ledger, only=frozenset(["nobody"]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "customer,amount\n1,2",
        "1 19970101 3 9.99\n2 19970102 1 5.00",
        "customer,date,amount\n1,never,5",
        "a,b,c,d,e,f\n1,1997-01-01,3,4,5,6",
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_text(text)
    with pytest.raises(ImportRefused):
        judge(read_ledger(path))


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no file"):
        read_ledger(tmp_path / "absent.csv")
