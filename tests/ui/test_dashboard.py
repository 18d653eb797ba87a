"""Saved questions and the dashboard: kept from the sheet, shared, fresh on opening, and only for those who may see figures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from served import EVIL, Site

from assistant.analyst.saved import SavedQuestion, SavedQuestions
from assistant.api import SESSION_COOKIE
from assistant.tokens import Tokens
from assistant.types import Answer, Row, Status
from ui import dashboard

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOARD = "/insights/board"


@pytest.fixture
def kept(site: Site) -> Iterator[SavedQuestions]:
    """The site's saved questions, none before and none after."""
    questions = SavedQuestions(site.shop.store.folder)
    yield questions
    for saved in questions.all():
        questions.remove(saved.name)


def client(site: Site, user: str) -> httpx.Client:
    account = site.shop.store.accounts.get(user)
    assert account is not None
    return httpx.Client(base_url=site.url, cookies={SESSION_COOKIE: Tokens(site.shop.store).session_of(account)}, follow_redirects=True)


def test_pinned_questions_are_asked_on_opening_and_can_be_taken_off(site: Site, kept: SavedQuestions) -> None:
    kept.save(SavedQuestion("Autumn", "sales by month", pinned=True, saved_by="manager"))
    kept.save(SavedQuestion("Later", "sales", saved_by="analyst"))
    with client(site, "analyst") as analyst:
        page = analyst.get(BOARD).text
        assert page.count("<article") == 1
        assert "£1,156,205.61" in page
        assert "saved by manager" in page
        assert page.count("<rect") == 4
        assert analyst.get(BOARD, params={"show": "Later"}).text.count("<article") == 2
        assert "Nothing is pinned yet" in analyst.post(f"{BOARD}/unpin", data={"name": "Autumn"}).text
        assert analyst.post(f"{BOARD}/pin", data={"name": "Later"}).text.count("<article") == 1
        assert analyst.post(f"{BOARD}/remove", data={"name": "Later"}).text.count("<article") == 0
        assert analyst.post(f"{BOARD}/remove", data={"name": "Later"}).status_code == 200
    assert [saved.name for saved in kept.all()] == ["Autumn"]


@pytest.mark.parametrize(("user", "status"), [("agent", 403), ("", 401)])
@pytest.mark.parametrize("route", ["pin", "unpin", "remove"])
def test_others_change_nothing(site: Site, kept: SavedQuestions, user: str, status: int, route: str) -> None:
    kept.save(SavedQuestion("Autumn", "sales", pinned=True))
    with client(site, user) if user else httpx.Client(base_url=site.url) as somebody:
        assert somebody.post(f"{BOARD}/{route}", data={"name": "Autumn"}).status_code == status
    assert kept.pinned() == kept.all()
    assert len(kept.all()) == 1


def test_every_handler_asks_for_the_account() -> None:
    for route in dashboard.router.routes:
        assert "account" in route.endpoint.__annotations__, route.path  # type: ignore[attr-defined]


def test_a_name_is_text_and_nothing_else(site: Site, kept: SavedQuestions) -> None:
    kept.save(SavedQuestion(EVIL, "sales", pinned=True, saved_by=EVIL))
    with client(site, "manager") as manager:
        page = manager.get(BOARD).text
    assert EVIL not in page
    assert "<img" not in page


def test_bars_stand_on_the_ground_and_hang_below_it() -> None:
    rows = (Row("2011-01", 30.0), Row("2011-02", -10.0), Row("2011-03", 0.0))
    drawn = str(dashboard.picture(Answer(Status.ANSWERED, "", rows=rows, tool="series", unit="money"), "GBP"))
    spans = [(float(y), float(h)) for y, h in re.findall(r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn)]
    assert spans == [(0.0, 75.0), (75.0, 25.0), (75.0, 0.6)]
    assert "−£10.00" in drawn


def test_a_growth_keeps_its_sides_in_their_own_unit() -> None:
    rows = (Row("2011", 120.0), Row("2010", 100.0))
    drawn = str(dashboard.picture(Answer(Status.ANSWERED, "", 0.2, rows, tool="compare", unit="share", row_unit="money"), "GBP"))
    assert "£120.00" in drawn
    assert "%</b>" not in drawn


@pytest.mark.browser
def test_a_question_is_saved_pinned_and_asked_again(visit: Callable[..., Page], site: Site, kept: SavedQuestions) -> None:
    page = visit("/insights", user="manager")
    page.locator(".sc-welcome").wait_for()
    box = page.get_by_label("Your question")
    box.fill("sales by month")
    box.press("Enter")
    page.get_by_role("button", name="Save question").click()
    page.get_by_text("Saved for everybody at the shop.").wait_for()
    page.get_by_role("button", name="Figures and receipt").click()
    page.get_by_role("button", name="Pin to dashboard").click()
    page.get_by_text("Pinned to the dashboard.").wait_for()
    assert kept.all() == (SavedQuestion("sales by month", "sales by month", pinned=True, saved_by="manager"),)
    page.get_by_role("link", name="Open the dashboard").click()
    page.locator(".sc-pin .sc-figure", has_text="£1,156,205.61").wait_for()
    colleague = visit("/insights", user="analyst")
    colleague.get_by_role("button", name="sales by month", exact=True).click()
    colleague.locator(".sc-figure", has_text="£1,156,205.61").wait_for()
    page.get_by_role("button", name="Unpin: sales by month").first.click()
    page.get_by_text("Nothing is pinned yet").wait_for()
