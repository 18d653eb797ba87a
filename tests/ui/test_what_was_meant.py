"""An agent says at the desk what a customer meant, in the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from served import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_what_a_customer_meant_is_put_right_at_the_desk_and_kept_for_training(visit: Callable[..., Page], site: Site) -> None:
    shopper = visit("/")
    shopper.get_by_label("Your message").fill("has my gondola left the harbour")
    shopper.keyboard.press("Enter")
    shopper.locator(".sc-bot:not(.sc-pending)").first.wait_for()
    shopper.get_by_role("button", name="Talk to a person").click()
    shopper.locator(".sc-presence.sc-waiting").wait_for()

    desk = visit("/desk", user="agent")
    desk.locator(".sc-queue [data-open]", has_text="gondola").click()
    said = desk.locator("li", has=desk.locator(".sc-said", has_text="gondola"))
    meant = said.get_by_label("What was meant")
    meant.wait_for(state="attached")
    assert meant.input_value() != "track_order"
    desk.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    meant.select_option("track_order")
    said.get_by_text("corrected").wait_for()
    assert meant.input_value() == "track_order"
    kept = [c for c in site.shop.store.corrections.all("intent") if "gondola" in c.text]
    assert [(c.label, c.by) for c in kept] == [("track_order", "agent")]
