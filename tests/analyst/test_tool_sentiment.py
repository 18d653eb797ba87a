"""Reviews by their words: shares beside the stars, quotes, topics, turns, and honest sentences where there is nothing to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assistant.analyst import reviewing
from assistant.analyst.context import Context
from assistant.analyst.question import FilterClause, Period, Question, Ranking
from assistant.analyst.reviewing import Share, read_all_reviews
from assistant.analyst.semantics import load_semantics
from assistant.analyst.tools.sentiment import has_turned, sentiment
from assistant.analyst.tools.topics import topics
from assistant.config import Settings
from assistant.errors import ModelMissing
from assistant.store import Store
from assistant.store.records import Order, OrderLine, Product, Review
from assistant.types import Status
from assistant.warehouse import Warehouse, refresh
from tests.fake_sentiment import WordSentiment

BAD = ("The zip broke after a day.", "So itchy, such a bad fabric.", "The sleeves are tight and the zip broke.")
GOOD = ("Soft fabric, I love it.", "A perfect fit, great price.", "Lovely colour.")


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[WordSentiment]:
    made = WordSentiment()
    monkeypatch.setattr(reviewing, "_reader", lambda store: made)
    reviewing._now.clear()
    yield made
    reviewing._now.clear()


Make = Callable[[list[tuple[str, float, str, date | None]]], Context]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A context over reviews given as (text, stars, department, day)."""

    def made(rows: list[tuple[str, float, str, date | None]]) -> Context:
        folder = tmp_path / "shop"
        with Store.create(folder) as store:
            store.catalogue.upsert([Product(id="P1", name="Coat")])
            store.orders.upsert([_order(date(2025, 1, 2)), _order(date(2025, 12, 30))])
            store.reviews.upsert(
                Review(
                    id=f"r{i:04}",
                    product_id="P1",
                    rating=stars,
                    text=text,
                    created_at=datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None,
                    attributes={"department": department},
                )
                for i, (text, stars, department, day) in enumerate(rows)
            )
            refresh(store)
        warehouse = Warehouse.open(folder)
        return Context(warehouse, load_semantics(), Settings(currency="GBP"), warehouse.info.first_day, warehouse.info.as_of)

    return made


def _order(day: date) -> Order:
    return Order(
        id=f"O{day:%m%d}",
        placed_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        lines=(OrderLine(product_id="P1", name="Coat", quantity=1, unit_price=10.0),),
    )


def _rows(bad: int, good: int, department: str = "Coats", day: date | None = None) -> list[tuple[str, float, str, date | None]]:
    return [(f"{BAD[i % 3]} No {i}.", 2.0, department, day) for i in range(bad)] + [
        (f"{GOOD[i % 3]} No {i}.", 5.0, department, day) for i in range(good)
    ]


def test_the_share_is_counted_and_the_stars_stand_beside_it(make: Make, reader: WordSentiment) -> None:
    rows = _rows(10, 30)
    rows[0] = (rows[0][0], 5.0, *rows[0][2:])  # bad words under five stars
    result = sentiment(Question("sentiment"), make(rows))
    assert result.value == pytest.approx(10 / 40)
    assert result.facts is not None
    assert result.facts["by_stars"] == pytest.approx(9 / 40)
    assert "by their words 25.0% of 40" in result.text
    assert "by their stars (1 or 2) 22.5% of 40" in result.text
    assert result.receipt is not None
    assert result.receipt.rows_read == 40


def test_groups_are_told_apart_and_small_ones_are_marked(make: Make, reader: WordSentiment) -> None:
    result = sentiment(Question("sentiment", by=("department",)), make(_rows(6, 18, "Coats") + _rows(3, 3, "Hats")))
    assert {row.label: row.value for row in result.rows} == {"Hats": 0.5, "Coats": 0.25}
    assert any("fewer than 20" in note for note in result.notes)


def test_dislikes_name_the_aspect_and_quote_the_reviews(make: Make, reader: WordSentiment) -> None:
    rows = _rows(12, 12)
    result = sentiment(Question("sentiment", ranking=Ranking(3, "bottom"), ask="rows"), make(rows))
    counts = {row.label: row.value for row in result.rows}
    assert counts["quality and durability"] == 8
    assert counts["material"] == 4
    quotes = [part.split("”")[0] for part in result.text.split("“")[1:]]
    assert quotes
    assert "read so by: broke" in result.text or "read so by: tight and broke" in result.text
    assert all(any(quote in text for text, *_ in rows) for quote in quotes)


def test_praise_that_speaks_of_a_beating_is_no_complaint(make: Make, reader: WordSentiment) -> None:
    """A quote holds up by itself and is not contradicted by its review's stars."""
    rows: list[tuple[str, float, str, date | None]] = [
        (f"The fabric took a bad awful beating for {n} years.", 5.0, "Coats", None) for n in range(9)
    ]
    rows += [("Well, the material is a bit tight and itchy here.", 2.0, "Coats", None)]
    told = sentiment(Question("sentiment", ranking=Ranking(3, "bottom"), ask="rows"), make(rows)).text
    assert "tight and itchy" in told
    assert "beating" not in told


def test_a_quote_that_does_not_hold_up_by_itself_is_not_shown(make: Make, reader: WordSentiment, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make([(f"The fabric is bad, number {n} of many.", 1.0, "Coats", None) for n in range(5)])
    question = Question("sentiment", ranking=Ranking(3, "bottom"), ask="rows")
    assert "“" in sentiment(question, context).text
    plain = reader.read_all(["The fabric is there."])[0]
    monkeypatch.setattr(reader, "read_all", lambda texts: [plain] * len(texts))
    assert "“" not in sentiment(question, context).text


def test_likes_are_not_dislikes(make: Make, reader: WordSentiment) -> None:
    result = sentiment(Question("sentiment", ranking=Ranking(5, "top"), ask="rows"), make(_rows(12, 12)))
    assert {row.label for row in result.rows} == {"material", "fit and size", "price", "colour"}
    assert "broke" not in result.text


def test_filters_are_those_of_the_question(make: Make, reader: WordSentiment) -> None:
    context = make(_rows(10, 0, "Coats") + _rows(0, 10, "Hats"))
    clause = FilterClause("department", "eq", ("Hats",), "Hats")
    assert sentiment(Question("sentiment", filters=(clause,)), context).value == 0.0


def test_what_was_read_beforehand_is_not_read_again(make: Make, reader: WordSentiment) -> None:
    context = make(_rows(20, 180))
    read_all_reviews(context.warehouse.path.parent.parent, context.warehouse, WordSentiment())
    result = sentiment(Question("sentiment"), context)
    assert result.value == pytest.approx(0.1)
    assert reader.texts_read == []
    assert not any("were read for this" in note for note in result.notes)


def test_a_sample_is_read_and_told_where_nothing_was_read(make: Make, reader: WordSentiment) -> None:
    result = sentiment(Question("sentiment"), make(_rows(20, 180)))
    assert len(reader.texts_read) == reviewing.ON_THE_SPOT
    assert any("120 of 200 reviews were read" in note for note in result.notes)
    assert result.facts is not None
    assert result.facts["low"] <= 0.1 <= result.facts["high"]  # type: ignore[operator]


def test_a_turn_for_the_worse_is_told(make: Make, reader: WordSentiment) -> None:
    calm = [row for month in range(4, 10) for row in _rows(2, 28, day=date(2025, month, 10))]
    context = make(calm + _rows(15, 15, day=date(2025, 10, 5)))
    read_all_reviews(context.warehouse.path.parent.parent, context.warehouse, WordSentiment())
    notes = sentiment(Question("sentiment"), context).notes
    assert any("Since 2025-10" in note and "risen" in note for note in notes)


def test_no_turn_is_told_of_months_alike(make: Make, reader: WordSentiment) -> None:
    context = make([row for month in range(4, 11) for row in _rows(3, 27, day=date(2025, month, 10))])
    read_all_reviews(context.warehouse.path.parent.parent, context.warehouse, WordSentiment())
    assert not any("Since" in note for note in sentiment(Question("sentiment"), context).notes)


def test_topics_of_complaints_leave_praise_out(make: Make, reader: WordSentiment) -> None:
    context = make(_rows(60, 60))
    result = topics(Question("topics", ranking=Ranking(5, "bottom"), ask="rows"), context)
    assert sum(row.value for row in result.rows) == 60
    assert "zip" in result.text
    assert "Lovely" not in result.text


@pytest.mark.parametrize("tool", [sentiment, topics])
def test_no_reviews_is_an_honest_sentence(make: Make, reader: WordSentiment, tool: Callable[[Question, Context], object]) -> None:
    result = tool(Question("sentiment"), make([]))
    assert result.status is Status.DECLINED  # type: ignore[attr-defined]
    assert result.value is None  # type: ignore[attr-defined]


def test_all_in_five_stars_is_no_error(make: Make, reader: WordSentiment) -> None:
    context = make(_rows(0, 25))
    assert sentiment(Question("sentiment"), context).value == 0.0
    disliked = sentiment(Question("sentiment", ranking=Ranking(3, "bottom"), ask="rows"), context)
    assert disliked.status is Status.DECLINED
    assert "none of 25 reviews complains" in disliked.text


def test_one_review_is_taken_with_care(make: Make, reader: WordSentiment) -> None:
    result = sentiment(Question("sentiment"), make(_rows(1, 0)))
    assert any("1 reviews only" in note for note in result.notes)


def test_undated_reviews_cannot_be_asked_by_month(make: Make, reader: WordSentiment) -> None:
    context = make(_rows(3, 3))
    period = Period(date(2025, 3, 1), date(2025, 3, 31), "month")
    assert "carry no dates" in sentiment(Question("sentiment", period=period), context).text


def test_without_a_model_it_says_so(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(store: Path | None) -> WordSentiment:
        raise ModelMissing("No model 'sentiment'.", hint="")

    monkeypatch.setattr(reviewing, "_reader", missing)
    result = sentiment(Question("sentiment"), make(_rows(3, 3)))
    assert result.status is Status.DECLINED
    assert "stars can be asked about" in result.text


def test_wilsons_interval() -> None:
    low, high = Share(10, 100).interval
    assert low == pytest.approx(0.0552, abs=1e-4)
    assert high == pytest.approx(0.1744, abs=1e-4)
    assert replace(Share(0, 50)).interval[0] == 0.0


def test_a_turn_is_told_from_what_was_read_beforehand_only(make: Make, reader: WordSentiment) -> None:
    rows = [row for month in range(7, 12) for row in _rows(5, 35, day=date(2025, month, 10))]
    context = make([*rows, *_rows(30, 10, day=date(2025, 12, 12))])
    assert not has_turned(context)
    read_all_reviews(context.warehouse.path.parent.parent, context.warehouse, reader)
    assert has_turned(context)
    assert "has risen" in sentiment(Question("sentiment"), context).notes[0]
