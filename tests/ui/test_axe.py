"""No page shuts anybody out: axe-core finds nothing serious on any of them, light or dark, wide or on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from served import FAST, Site

from assistant.accounts import Accounts
from assistant.store.records import AccountRole

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., "Page"]
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core itself, as its Python package ships it."""
    package = pytest.importorskip("axe_playwright_python")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def pages(visit: Visit, site: Site, **look: Any) -> Iterator[tuple[str, Page]]:
    """Every page with something on it, and the empty ones."""
    yield from _of_the_shopper(visit, **look)
    yield from _of_the_door(visit, site, **look)
    yield from _of_the_staff(visit, site, **look)


def _of_the_shopper(visit: Visit, **look: Any) -> Iterator[tuple[str, Page]]:
    page = visit("/", **look)
    page.locator(".sc-welcome").wait_for()
    yield "shopper, empty", page
    page.get_by_label("Your message").fill("I need a tent")
    page.keyboard.press("Enter")
    page.locator(".sc-bot:not(.sc-pending) .sc-card").nth(3).wait_for()
    page.locator(".sc-sources summary").click()
    page.get_by_role("button", name="Not helpful").click()
    yield "shopper, answered", page
    page.get_by_role("button", name="Talk to a person").click()
    page.locator(".sc-presence.sc-waiting").wait_for()
    yield "shopper, waiting", page
    page = visit("/store", **look)
    yield "storefront", page
    page.get_by_role("button", name="Open chat").click()
    page.get_by_label("Your message").fill("I need a tent")
    page.keyboard.press("Enter")
    page.locator("shopclerk-chat [data-product]").nth(3).wait_for()
    yield "widget", page
    page = visit("/store?q=nothing-like-it", **look)
    yield "storefront, nothing found", page
    yield "product", visit("/store/p1", **look)
    yield "API", visit("/api/docs", **look)


def _of_the_door(visit: Visit, site: Site, **look: Any) -> Iterator[tuple[str, Page]]:
    page = visit("/signin", **look)
    page.fill("[name=username]", "nobody")
    page.fill("[name=password]", "not the password")
    page.click("button[type=submit]")
    page.get_by_role("alert").wait_for()
    yield "sign-in, refused", page
    secret = Accounts(site.shop.store, FAST).invite("invited", AccountRole.AGENT)
    yield "invitation", visit(f"/invite/{secret}", **look)
    yield "invitation, used", visit("/invite/none", **look)
    page = visit("/signin?next=/account", user="analyst", **look)
    page.get_by_text("Change the password").wait_for()
    yield "account", page
    page.goto("/desk/")
    page.get_by_role("heading", name="not yours").wait_for()
    yield "wrong door", page


def _of_the_staff(visit: Visit, site: Site, **look: Any) -> Iterator[tuple[str, Page]]:
    page = visit("/desk", user="manager", **look)
    page.locator(".sc-queue [data-open]").first.wait_for()
    yield "desk, nothing open", page
    page.locator(".sc-queue [data-open]").first.click()
    page.locator(".sc-talk-head").wait_for()
    yield "desk, a conversation", page
    page.goto("/desk/gaps")
    yield "gaps", page
    page = visit("/insights", user="manager", **look)
    page.locator(".sc-welcome").wait_for()
    yield "insights, empty", page
    page.get_by_label("Your question").fill("sales by month")
    page.keyboard.press("Enter")
    page.locator("#sc-chart .js-plotly-plot .bars .point").first.wait_for()
    page.locator(".sc-receipt > summary").click()
    yield "insights, answered", page
    page.goto("/insights/board")
    yield "dashboard", page
    page.goto("/insights/service")
    yield "service", page


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "phone-dark"])
def test_nothing_serious_on_any_page(visit: Visit, site: Site, axe: str, width: int, dark: bool) -> None:
    found = []
    for name, page in pages(visit, site, width=width, dark=dark):
        page.wait_for_timeout(500)  # what rises in has risen: a half-transparent word has no contrast
        page.evaluate(axe)
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        for violation in result["violations"]:
            if violation["impact"] in SERIOUS:
                where = [(node["target"], node["any"][0]["message"] if node["any"] else "") for node in violation["nodes"][:4]]
                found.append((name, violation["id"], violation["help"], where))
    assert not found, "\n".join(map(str, found))


def test_axe_would_say_so(visit: Visit, axe: str) -> None:
    page = visit("/signin")
    page.evaluate(axe)
    page.evaluate(
        "document.querySelector('h1').style.color = '#eee';"
        "const box = document.querySelector('[name=password]'); box.parentElement.replaceWith(box);"
    )
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    serious = {violation["id"] for violation in result["violations"] if violation["impact"] in SERIOUS}
    assert {"color-contrast", "label"} <= serious
