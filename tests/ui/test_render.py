"""HTML from turns, products and records: right, and never more than text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from served import EVIL, fill

from assistant.desk import handoff
from assistant.store import Store
from assistant.store.records import Product, Turn, Variant
from ui import sheet
from ui.cards import availability, product_cards, sources
from ui.pictures import picture
from ui.render import Paper, growing, prose, thread
from ui.worklist import Worklist, ago, waits_since

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as store:
        fill(store)
        yield store


@given(st.text())
def test_prose_writes_no_tag_that_is_not_its_own(text: str) -> None:
    html = str(prose(text))
    for own in (
        "<p>",
        "</p>",
        "<ul>",
        "</ul>",
        "<ol>",
        "</ol>",
        "<li>",
        "</li>",
        "<strong>",
        "</strong>",
        '<div class="sc-text">',
        "</div>",
    ):
        html = html.replace(own, "")
    assert "<" not in html
    assert ">" not in html


def test_prose_knows_paragraphs_bullets_and_strong_words() -> None:
    assert str(prose("One\n\n- a **b**\n- c\nTwo\n1. x\n2. y")) == (
        '<div class="sc-text"><p>One</p><ul><li>a <strong>b</strong></li><li>c</li></ul><p>Two</p><ol><li>x</li><li>y</li></ol></div>'
    )


def test_a_list_that_stands_as_cards_is_not_said_twice(store: Store) -> None:
    turn = Turn("c", 2, "bot", "Two of them:\n1. Trail Tent\n2. Ridge Boot\nTell me which.", NOW, {"products": ["p1", "p2"]})
    html = thread(Paper(store, "GBP"), None, [turn])
    assert "<ol>" not in html
    assert "Tell me which." in html
    assert "<ol>" in thread(Paper(store, "GBP"), None, [replace(turn, answer={"products": ["p1"]})])


def test_cards_keep_the_order_drop_the_unknown_and_escape(store: Store) -> None:
    html = product_cards(store, ["p4", "gone", "p1", "p4"], "GBP")
    assert html.index('data-product="p4"') < html.index('data-product="p1"')
    assert html.count("<li") == 2
    assert "gone" not in html
    assert "<script" not in html
    assert str(escape(EVIL)) in html
    assert product_cards(store, ["gone"], "GBP") == ""
    assert "4.5 out of 5 stars, 2 reviews" in html


def test_sources_show_only_what_can_be_read(store: Store) -> None:
    html = sources(store, [{"kind": "policy", "id": "faq-1"}, {"kind": "faq", "id": "none"}, {"kind": "order", "id": "W1001"}], "GBP")
    assert "2 sources" in html
    assert "Thirty days" in html
    assert "shipped" in html


@pytest.mark.parametrize(
    ("product", "words"),
    [
        (Product("a", "A", stock=3), "Only 3 left"),
        (Product("a", "A", stock=0), "Out of stock"),
        (Product("a", "A", stock=30), "In stock"),
        (Product("a", "A"), ""),
        (Product("a", "A", stock=9, active=False), "Not available"),
        (Product("a", "A", variants=(Variant("v", {}, stock=0), Variant("w", {}, stock=9))), "In stock"),
        (Product("a", "A", variants=(Variant("v", {}, available=False, stock=9),)), "Not available"),
        (Product("a", "A", variants=(Variant("v", {}), Variant("w", {}))), "In stock"),
    ],
)
def test_availability_in_words(product: Product, words: str) -> None:
    assert availability(product)[0] == words


def test_every_product_has_a_drawing_and_its_kind_decides(store: Store) -> None:
    tent, boot = store.catalogue.get("p1"), store.catalogue.get("p2")
    assert tent is not None
    assert boot is not None
    assert picture(tent) != picture(boot)
    assert picture(tent) == picture(replace(tent, name="Another Tent"))
    assert "<path" in picture(Product("x", "Thing without a kind"))


def test_a_conversation_offers_choices_under_its_last_turn_only(store: Store) -> None:
    turns = [Turn("c", n, "bot", f"answer {n}", NOW, {"choices": [f"choice {n}"]}) for n in (1, 2)]
    html = thread(Paper(store, "GBP"), None, turns)
    assert "choice 2" in html
    assert "choice 1" not in html
    assert "choice 2" not in thread(Paper(store, "GBP"), None, turns, pending="next")


def test_the_queue_lists_by_waiting_time_and_tells_mine_from_others(store: Store) -> None:
    for name in ("web:1", "web:2", "web:3"):
        store.conversations.start(name, "shopper")
        store.conversations.append(name, "customer", f"hello from {name}")
        handoff.ask_for_person(store, name)
    store.conversations.start("insights:x", "staff")
    handoff.take_over(store, "web:3", "bo")
    html = Worklist(store).queue("ada", "waiting", "web:2")
    assert html.index("web:1") < html.index("web:2")
    assert "web:3" not in html
    assert "insights:x" not in html
    assert "Waiting <span>2</span>" in html
    assert "Colleagues <span>1</span>" in html
    assert "hello from web:3" in Worklist(store).queue("bo", "mine", "")
    assert "You have no conversation open." in Worklist(store).queue("ada", "mine", "")


def test_a_customer_waits_from_the_first_unanswered_word() -> None:
    at = [NOW + timedelta(minutes=n) for n in range(4)]
    turns = [Turn("c", n, author, "", at[n]) for n, author in enumerate(["customer", "bot", "customer", "customer"])]
    assert waits_since(turns) == at[2]
    assert waits_since(turns[:2]) is None
    assert [ago(NOW - timedelta(minutes=m), NOW) for m in (0, 5, 130, 3000)] == ["now", "5 min", "2 h", "2 d"]


def test_the_sheet_shows_the_record_and_folds_the_receipt() -> None:
    record = {
        "text": "Up.",
        "value": 0.125,
        "unit": "share",
        "rows": [{"label": "a", "value": 2.0}],
        "receipt": {
            "metric": "net_sales",
            "definition": "x",
            "filters": {},
            "period": [None, "2011-12-09"],
            "rows_read": 1200,
            "as_of": None,
            "query": "<b>",
        },
    }
    assert "12.5%" in sheet.headline(record, "how much?", "GBP")
    html = sheet.receipt(record)
    assert "up to 9 December 2011" in html
    assert "&lt;b&gt;" in html
    assert sheet.table({**record, "rows": []}, 2, "GBP") == ""
    series = {**record, "rows": [{"label": "2010-11", "name": "2010-11", "value": 1}], "question": {"by": ["month"]}}
    html = sheet.table(series, 2, "GBP")
    assert '<th scope="col">Month</th>' in html
    assert "<td>Nov 2010</td>" in html
    assert sheet.receipt({"receipt": None}) == ""


@given(st.sampled_from("=+-@\t\r"), st.text())
def test_no_cell_of_the_csv_is_a_formula(start: str, rest: str) -> None:
    line = sheet.to_csv({"rows": [{"label": start + rest, "name": start, "value": 1}]}).split("\n", 1)[1]
    assert line.lstrip('"').startswith("'")


def test_an_answer_grows_to_its_whole_prose_in_few_steps() -> None:
    text = "I found two that fit:\n1. Tarn Jacket - $20\n2. Fell Mug - $4\nShall I show more of them, or something else?"
    steps = list(growing(text))
    assert len(steps) <= 8
    assert all(later.startswith(earlier) and later != earlier for earlier, later in pairwise(steps))
    assert steps[-1] == "I found two that fit:\nShall I show more of them, or something else?"
    assert list(growing("1. only a list")) == []


@given(st.text(max_size=400))
def test_an_answer_grows_whatever_its_words(text: str) -> None:
    assert len(list(growing(text))) <= 8
