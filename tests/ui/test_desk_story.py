"""The whole story in the browser, from the shopper's question over the agent's words to the analyst's figure; and the desk's tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from served import Site, make_shop, serve

from assistant.analyst.analyst import Analyst
from assistant.desk import handoff
from assistant.types import Answer, Status
from assistant.warehouse import Warehouse

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Visit = Callable[..., "Page"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: here it is counted what happens."""
    shop = make_shop(tmp_path_factory.mktemp("story") / "shop")
    Warehouse.refresh(shop.store)
    shop.__dict__["analyst"] = Analyst(shop.store.folder, shop.settings, service=shop.service)
    with serve(shop) as served:
        yield served
    shop.close()


def say(page: Page, text: str, label: str = "Your message") -> None:
    page.get_by_label(label).fill(text)
    page.keyboard.press("Enter")


def taken(visit: Visit, site: Site, words: str, customer: str | None = None) -> tuple[Page, str]:
    """The desk with a conversation of the agent's own open."""
    key = f"key-{words.split()[0]}"
    site.shop.store.conversations.start(key, "shopper", customer)
    site.shop.store.conversations.append(key, "customer", words)
    handoff.ask_for_person(site.shop.store, key)
    desk = visit("/desk", user="agent")
    desk.locator(".sc-queue [data-open]", has_text=words).click()
    desk.locator("#sc-take").click()
    desk.locator(".sc-mode-agent", has_text="Held by you").wait_for()
    return desk, key


def test_the_whole_story(visit: Visit, site: Site) -> None:
    shopper = visit("/")
    say(shopper, "I need a tent")
    shopper.locator(".sc-card").nth(3).wait_for()
    shopper.get_by_role("button", name="Talk to a person").click()
    shopper.locator(".sc-presence.sc-waiting").wait_for()

    desk = visit("/desk", user="agent")
    desk.locator(".sc-queue [data-open]", has_text="I need a tent").click()
    desk.locator("#sc-take").click()
    desk.locator(".sc-mode-agent", has_text="Held by you").wait_for()
    desk.locator('.sc-suggestions [data-act="insert"]').first.click()
    box = desk.get_by_label("Your reply")
    desk.wait_for_function("document.querySelector('#sc-reply textarea')?.value.startsWith('Thank you for waiting')")
    box.press("End")
    box.type(" One moment.")
    box.press("Enter")
    shopper.locator(".sc-agent", has_text="looking into it now. One moment.").wait_for()
    say(shopper, "Take your time, thank you")
    desk.locator(".sc-customer", has_text="Take your time").wait_for()
    desk.locator("#sc-close").click()
    shopper.get_by_text("This conversation is closed").wait_for()

    (used,) = site.shop.store.suggestions.used()
    assert (used.outcome, used.by) == ("edited", "agent")
    assert 0 < used.edit_distance < 0.5

    staff = visit("/insights", user="analyst")
    say(staff, "How many conversations were handed off today?", "Your question")
    staff.locator(".sc-figure").wait_for()
    assert staff.locator(".sc-figure").inner_text() == "1"
    staff.locator(".sc-receipt > summary").click()
    receipt = staff.locator(".sc-receipt").inner_text()
    assert "went from the assistant into the queue" in receipt
    assert f"{datetime.now(UTC).astimezone():%-d %B %Y}" in receipt


def test_the_desk_is_driven_by_keys_and_what_was_done_can_be_taken_back(visit: Visit, site: Site) -> None:
    store = site.shop.store
    desk, key = taken(visit, site, "Tastenprobe with the kettle")
    desk.locator(".sc-suggestions").wait_for()
    desk.keyboard.press("?")
    desk.locator(".sc-help[open]").wait_for()
    desk.keyboard.press("Escape")
    desk.locator(".sc-help[open]").wait_for(state="detached")
    desk.keyboard.press("Shift+Digit1")
    desk.locator(".sc-agent", has_text="looking into it now").wait_for()
    assert [used.outcome for used in store.suggestions.of_conversation(key)] == ["accepted"]
    desk.keyboard.press("q")
    desk.locator(".sc-mode-waiting", has_text="Waiting").first.wait_for()
    desk.keyboard.press("z")
    desk.locator(".sc-mode-agent", has_text="Held by you").wait_for()
    desk.keyboard.press("g")
    desk.keyboard.type("  Kettle Handle ")
    desk.keyboard.press("Enter")
    desk.locator(".sc-tagging li", has_text="kettle handle").wait_for()
    desk.keyboard.press("Escape")
    desk.keyboard.press("c")
    desk.locator(".sc-talk-head", has_text="Closed").wait_for()
    assert store.tags.of_conversation(key) == ["kettle handle"]
    events = [switch.now.value for switch in store.switches.of_conversation(key)]
    assert events == ["waiting", "agent", "waiting", "agent", "closed"]


def test_notes_stay_inside_and_outlive_a_redrawing_while_they_are_written(visit: Visit, site: Site) -> None:
    store = site.shop.store
    desk, key = taken(visit, site, "Notizprobe about a jumper", "c1")
    desk.locator(".sc-person h2", has_text="Ada Byron").wait_for()
    field = desk.get_by_label("Note", exact=True)
    field.click()
    field.press_sequentially("Ask the ware")
    store.conversations.append(key, "customer", "Are you still there?")
    desk.locator(".sc-customer", has_text="still there").wait_for()
    field.press_sequentially("house")
    desk.get_by_role("button", name="Add note").click()
    desk.locator(".sc-notes li", has_text="Ask the warehouse").wait_for()
    assert [note.text for note in store.notes.of_conversation(key)] == ["Ask the warehouse"]
    assert all("warehouse" not in turn.text for turn in store.conversations.turns(key))
    assert desk.get_by_label("Note", exact=True).input_value() == ""
    desk.get_by_role("button", name="Remove", exact=True).first.click()
    desk.locator(".sc-undo", has_text="Note removed").wait_for()
    desk.locator(".sc-undo button").click()
    desk.locator(".sc-notes li", has_text="Ask the warehouse").wait_for()
    looks = [e for e in store.audit.recent(50) if e.action == "customer_viewed" and e.detail.get("conversation") == key]
    assert {(e.actor, e.subject) for e in looks} == {("agent", "c1")}


def test_macros_are_made_inserted_and_refused_while_a_slot_is_open(visit: Visit, site: Site) -> None:
    desk, _ = taken(visit, site, "Makroprobe for a mug", "c1")
    desk.keyboard.press("m")
    desk.locator(".sc-macros summary", has_text="New macro").click()
    form = desk.locator('.sc-macros > details form[data-form="macro"]')
    form.get_by_label("Title").fill("Gift wrap")
    form.get_by_label("Text").fill("Dear {first name}, we wrap order {order id} for you.")
    form.get_by_role("button", name="Save").click()
    row = desk.locator(".sc-macros li", has_text="Gift wrap")
    row.get_by_role("button", name="Insert").click()
    desk.wait_for_function("document.querySelector('#sc-reply textarea')?.value === 'Dear Ada, we wrap order {order id} for you.'")
    box = desk.get_by_label("Your reply")
    box.press("Enter")
    desk.get_by_text("{order id} is not filled in yet").first.wait_for()
    box.fill("Dear Ada, we wrap it for you.")
    box.press("Enter")
    desk.locator(".sc-agent", has_text="Dear Ada, we wrap it").wait_for()
    assert [uses for name, uses in site.shop.store.macros.uses().items() if name.startswith("gift-wrap")] == [1]


def test_a_gap_of_the_faq_is_closed_on_the_desk(visit: Visit, site: Site) -> None:
    store = site.shop.store
    store.conversations.start("gap", "shopper")
    store.conversations.append("gap", "customer", "Do you engrave the handles of knives?")
    store.conversations.append(
        "gap", "bot", "Could you say that in other words?", Answer(Status.CLARIFY, "…", intent="unsure").to_record("m")
    )
    page = visit("/desk", user="manager")
    page.locator(".sc-nothing").wait_for()
    page.goto("/desk/gaps")
    page.locator(".sc-gap", has_text="engrave the handles").wait_for()
    page.get_by_label("Answer").fill("Yes, handles of wood, within a week.")
    page.get_by_role("button", name="Put into the FAQ").click()
    page.get_by_role("status").get_by_text("in the FAQ").wait_for()
    assert [entry.answer for entry in store.faq.all()][-1] == "Yes, handles of wood, within a week."
    page.goto("/insights/service?span=week")
    page.locator('[data-figure="handed_off"] .sc-figure').wait_for()
    assert page.locator(".sc-receipt").count() == page.locator("[data-figure]").count()


def test_the_service_page_is_for_managers(visit: Visit, site: Site) -> None:
    page = visit("/insights", user="analyst")
    page.locator(".sc-welcome").wait_for()
    answer = page.goto("/insights/service")
    assert answer is not None
    assert answer.status == 403
