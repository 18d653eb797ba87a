"""What people do in the browser, from the first click to the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from served import EVIL, Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Visit = Callable[..., "Page"]


def say(page: Page, text: str, label: str = "Your message") -> None:
    """Type and send."""
    page.get_by_label(label).fill(text)
    page.keyboard.press("Enter")


def test_a_shopper_asks_gets_cards_goes_on_and_finds_it_all_again_after_a_refresh(visit: Visit) -> None:
    page = visit("/")
    page.locator(".sc-welcome h1").wait_for()
    assert "Test & Co" in page.locator(".sc-welcome h1").inner_text()
    say(page, "I need a tent")
    page.locator(".sc-card").nth(3).wait_for()
    assert "£189.00" in page.locator("[data-product=p1]").inner_text()
    assert "Only 3 left" in page.locator("[data-product=p2]").inner_text()
    assert "Out of stock" in page.locator("[data-product=p3]").inner_text()
    assert "from £69.00" in page.locator("[data-product=p5]").inner_text()
    page.locator(".sc-sources summary").click()
    assert "Thirty days from delivery." in page.locator(".sc-sources").inner_text()
    say(page, "and the second one?")
    page.get_by_text("The Ridge Boot costs £129.50.").wait_for()
    page.reload()
    page.get_by_text("The Ridge Boot costs £129.50.").wait_for()
    assert page.locator(".sc-customer").all_inner_texts() == ["I need a tent", "and the second one?"]
    assert page.get_by_label("Your message").input_value() == ""


def test_a_clicked_choice_is_a_message_and_only_the_last_answer_offers_choices(visit: Visit) -> None:
    page = visit("/")
    say(page, "tent please")
    page.get_by_role("button", name="Only tents", exact=True).click()
    page.locator(".sc-customer", has_text="Only tents").wait_for()
    page.locator(".sc-bot:not(.sc-pending)").nth(1).wait_for()
    assert page.locator(".sc-bot").nth(0).locator(".sc-choices").count() == 0
    page.locator("[data-product=p2] button").first.click()
    page.locator(".sc-customer", has_text="Tell me more about Ridge Boot").wait_for()


def test_a_hurried_shopper_loses_no_message_and_no_half_written_one(visit: Visit) -> None:
    page = visit("/")
    page.locator(".sc-welcome h1").wait_for()
    for text in ("a tent please", "the second one?"):
        say(page, text)
        page.wait_for_function("document.querySelector('#sc-composer textarea').value === ''")
    page.get_by_label("Your message").fill("and about ret")
    page.locator(".sc-bot:not(.sc-pending)").nth(1).wait_for()
    page.wait_for_timeout(500)
    assert page.get_by_label("Your message").input_value() == "and about ret"
    assert sorted(page.locator(".sc-customer").all_inner_texts()) == ["a tent please", "the second one?"]


def test_a_thumb_is_kept(visit: Visit, site: Site) -> None:
    page = visit("/")
    say(page, "what about returns?")
    page.get_by_role("button", name="Not helpful").click()
    page.locator('[data-rate="-1"][aria-pressed="true"]').wait_for()
    page.wait_for_timeout(400)
    assert any(f.rating == -1 and f.turn == 2 for f in site.shop.store.feedback.all())


def test_a_new_chat_begins_empty_and_two_browsers_do_not_see_each_other(visit: Visit) -> None:
    first, second = visit("/"), visit("/")
    say(first, "tent for me")
    first.locator(".sc-card").first.wait_for()
    second.reload()
    second.locator(".sc-welcome").wait_for()
    assert second.locator(".sc-customer").count() == 0
    first.get_by_role("button", name="New chat").click()
    first.locator(".sc-welcome").wait_for()
    assert first.locator(".sc-customer").count() == 0


def test_the_whole_story_of_a_person_taking_over(visit: Visit) -> None:
    shopper = visit("/")
    say(shopper, "The Zeltbeispiel tent is torn")
    shopper.locator(".sc-card").first.wait_for()
    shopper.get_by_role("button", name="Talk to a person").click()
    shopper.locator(".sc-presence.sc-waiting").wait_for()

    desk = visit("/desk", user="agent")
    desk.locator(".sc-queue [data-open]", has_text="Zeltbeispiel").click()
    desk.locator("#sc-take").click()
    desk.locator(".sc-mode-agent", has_text="Held by you").wait_for()
    shopper.locator(".sc-with-agent").wait_for()

    desk.locator(".sc-suggestions button").first.click()
    box = desk.get_by_label("Your reply")
    desk.wait_for_function("document.querySelector('#sc-reply textarea').value.startsWith('Thank you for waiting')")
    box.press("End")
    box.type(" One moment.")
    box.press("Enter")
    shopper.locator(".sc-agent", has_text="looking into it now. One moment.").wait_for()

    bots = shopper.locator(".sc-bot").count()
    say(shopper, "It is torn at the seam")
    desk.locator(".sc-customer", has_text="torn at the seam").wait_for()
    shopper.wait_for_timeout(800)
    assert shopper.locator(".sc-bot").count() == bots, "the bot talks over the person"

    desk.locator("#sc-back").click()
    shopper.get_by_text("the assistant is back").wait_for()
    say(shopper, "what about returns?")
    shopper.get_by_text("You have thirty days from delivery.").wait_for()
    desk.locator("#sc-close").click()
    shopper.get_by_text("This conversation is closed").wait_for()


def test_the_analyst_sees_figure_chart_table_and_receipt_and_takes_the_table_home(visit: Visit) -> None:
    page = visit("/insights", user="analyst")
    page.locator(".sc-welcome").wait_for()
    say(page, "sales by month", "Your question")
    page.locator(".sc-figure", has_text="£1,156,205.61").wait_for()
    page.locator("#sc-chart .js-plotly-plot .bars .point").first.wait_for()
    assert page.locator(".sc-rows tbody tr").count() == 4
    page.locator(".sc-receipt > summary").click()
    receipt = page.locator(".sc-receipt").inner_text()
    assert "84,711" in receipt
    assert "1 November 2011 to 30 November 2011" in receipt
    page.locator(".sc-query summary").click()
    assert "SELECT sum(amount)" in page.locator(".sc-query pre").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "label,name,value"
    assert lines[1] == "2011-09,,950690.2"
    assert lines[4] == "'=cmd(),,1.0"


def test_a_question_back_is_answered_by_a_click_and_earlier_sheets_open_again(visit: Visit) -> None:
    page = visit("/insights", user="manager")
    say(page, "sales", "Your question")
    page.locator(".sc-figure").wait_for()
    say(page, "which is best", "Your question")
    page.get_by_role("button", name="Products", exact=True).wait_for()
    page.locator(".sc-figure").wait_for(state="detached")
    page.get_by_role("button", name="Figures and receipt").first.click()
    page.locator(".sc-figure").wait_for()
    page.reload()
    page.locator(".sc-staff", has_text="which is best").wait_for()


def test_a_wrong_password_is_said_in_words_and_opens_nothing(visit: Visit) -> None:
    page = visit("/desk")
    page.fill("[name=username]", "agent")
    page.fill("[name=password]", "not the password")
    page.click("button[type=submit]")
    assert "not right" in page.get_by_role("alert").inner_text()
    assert page.locator("[name=username]").input_value() == "agent"
    page.goto("/desk/")
    assert "/signin" in page.url


def test_whatever_a_person_or_a_file_wrote_is_text_and_nothing_else(visit: Visit) -> None:
    page = visit("/")
    page.locator(".sc-welcome").wait_for()
    title = page.title()
    say(page, "evil " + EVIL + " ${7*7} {{7*7}}")
    page.locator("[data-product=p4]").wait_for()
    assert "<script>" in page.locator(".sc-card-name").first.inner_text()
    assert "${7*7} {{7*7}}" in page.locator(".sc-customer").first.inner_text()
    page.locator(".sc-sources summary").click()
    assert page.locator(".sc-thread script, .sc-thread img").count() == 0
    page.wait_for_timeout(300)
    assert page.title() == title
    page.get_by_role("button", name="Talk to a person").click()
    desk = visit("/desk", user="manager")
    desk.locator(".sc-queue [data-open]", has_text="evil").click()
    desk.locator(".sc-desk .sc-customer").first.wait_for()
    assert desk.locator("#sc-desk script, #sc-desk img").count() == 0
    assert desk.title().startswith("Desk")


def test_an_answer_that_fails_is_said_and_not_waited_for(visit: Visit) -> None:
    page = visit("/")
    say(page, "explode, please")
    page.get_by_role("alert").get_by_text("Something went wrong on our side").wait_for()
    assert page.locator(".sc-pending").count() == 0
    say(page, "what about returns?")
    page.get_by_text("You have thirty days from delivery.").wait_for()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_runs_off_a_phone(visit: Visit, dark: bool) -> None:
    page = visit("/", width=390, dark=dark)
    say(page, "a tent for my phone")
    page.locator(".sc-card").first.wait_for()
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    ink, paper = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert (sum(_rgb(ink)) > sum(_rgb(paper))) == dark
    for path in ("/insights", "/desk"):
        staff = visit(path, width=390, user="manager", dark=dark)
        staff.locator(".sc-top").wait_for()
        staff.wait_for_timeout(300)
        assert staff.evaluate(wide) <= 0, path


def _rgb(colour: str) -> list[int]:
    return [int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
