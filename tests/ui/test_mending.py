"""Staff correct what a question was understood as: on the page, with the receipt, kept with their name, and learnt from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import gradio as gr
import pytest
from served import Site, make_shop, serve

from assistant.analyst.analyst import Analyst
from assistant.analyst.lessons import lesson_from
from assistant.build import QUESTIONS, Shop
from assistant.store.records import AccountRole
from assistant.types import Message, Role
from ui.insights import InsightsPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

HARNESS = Path(__file__).parents[1] / "analyst" / "questions"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose analyst is the real one, over the made-up shop's sales."""
    sys.path.insert(0, str(HARNESS))
    import synthetic
    from frames import warehouse_of

    shop = make_shop(tmp_path_factory.mktemp("office") / "shop")
    warehouse_of(shop.store.folder, synthetic.lines(), synthetic.reviews()).close()
    kept = shop.store.corrections
    shop.__dict__["analyst"] = Analyst(
        shop.store.folder,
        shop.settings,
        lessons=lambda: [lesson_from(c.text, c.was, c.label, c.by, c.at.date()) for c in kept.all(QUESTIONS)],
    )
    yield shop
    shop.close()


class Door:
    """Lets one account in."""

    def staff(self, request: object, roles: object) -> Any:
        return SimpleNamespace(username="ann", role=AccountRole.MANAGER)

    def staff_conversation(self, request: object, account: object) -> str:
        return "talk"


def event(**data: Any) -> Any:
    return SimpleNamespace(_data=data)


def test_a_correction_is_answered_kept_audited_and_learnt(office: Shop) -> None:
    page = InsightsPage(office, Door())  # type: ignore[arg-type]
    office.answer(Message("1", "talk", "flurbles in Germany in 2010", Role.STAFF, account_role="manager"))
    chosen = {"turn": 2, "metric": "orders", "by": "", "periods": [["2010-01-01", "2010-12-31"]], "kept": [0], "added": []}
    shown = page.mend(event(**chosen), None)  # type: ignore[arg-type]
    asked = office.analyst.reply(Message("2", "x", "orders in Germany in 2010", Role.STAFF), None, {})[0]
    turns = office.store.conversations.turns("talk")
    assert turns[-2].text == "I meant: Orders, Germany, 2010"
    assert turns[-1].answer is not None
    assert (turns[-1].answer["value"], turns[-1].answer["receipt"]["metric"]) == (asked.value, "orders")
    (kept,) = office.store.corrections.all(QUESTIONS)
    assert (kept.text, kept.by, kept.turn) == ("flurbles in Germany in 2010", "ann", 2)
    assert any(entry.action == "question_corrected" and entry.actor == "ann" for entry in office.store.audit.recent(5))
    assert "Shall “flurbles” mean Orders" in str(shown)
    again = office.answer(Message("3", "other", "flurbles in France in 2010", Role.STAFF, account_role="manager"))
    assert "Read as ann corrected it" in again.text
    page.learn(event(phrase="flurbles", turn=4), None)  # type: ignore[arg-type]
    assert "flurbles" in office.analyst.own_words.read_text(encoding="utf-8")
    assert office.analyst.proposals() == ()
    with pytest.raises(gr.Error, match="Atlantis"):
        page.mend(event(**{**chosen, "added": [["country", "Atlantis", False]]}), None)  # type: ignore[arg-type]


@pytest.mark.browser
def test_a_question_is_corrected_in_the_browser(office: Shop, browser: Any) -> None:
    with serve(office) as site:
        context = browser.new_context(viewport={"width": 1280, "height": 844}, base_url=site.url)
        page = context.new_page()
        page.set_default_timeout(60_000)
        _sign_in(page, site)
        page.get_by_label("Your question").fill("net sales in Germany in 2010")
        page.get_by_label("Your question").press("Enter")
        page.locator(".sc-understood summary").click()
        page.locator(".sc-understood [name=metric]").select_option("units")
        page.get_by_label("Germany").uncheck()
        page.locator(".sc-understood [name=value]").fill("France")
        page.locator(".sc-understood [name=by]").select_option("quarter")
        page.get_by_role("button", name="Answer as corrected").click()
        page.locator(".sc-staff", has_text="I meant: Units sold, France, 2010").wait_for()
        page.locator(".sc-rows td", has_text="Q4 2010").wait_for()
        page.get_by_text("Receipt").first.wait_for()
        context.close()


def _sign_in(page: Page, site: Site) -> None:
    page.goto("/insights")
    page.fill("[name=username]", "manager")
    page.fill("[name=password]", site.passwords["manager"])
    page.click("button[type=submit]")
    page.locator(".sc-welcome").wait_for()
