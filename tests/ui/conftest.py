"""A served shop and a real browser, each started once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served import Site, make_shop, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = os.environ.get("SHOPCLERK_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole site on a free port, with an account of each role."""
    shop = make_shop(tmp_path_factory.mktemp("site") / "shop")
    with serve(shop) as served:
        yield served
    shop.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without one the test is skipped, or fails where a browser is required."""
    if not Path(CHROMIUM).exists():
        message = f"no browser at {CHROMIUM}: install chromium, or set SHOPCLERK_CHROMIUM"
        if os.environ.get("SHOPCLERK_TEST_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a path of the site as somebody new, on a screen of the given width; pages of one test share nothing.

    A request to any other host, a script error, or a page title changed by a script fails the test at its end.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str = "/", *, width: int = 1280, user: str = "", dark: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, base_url=site.url)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda request: _complain(complaints, request.url, site.url))
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.goto(path)
        if user:
            page.fill("[name=username]", user)
            page.fill("[name=password]", site.passwords[user])
            page.click("button[type=submit]")
        return page

    yield open_page
    for context in opened:
        context.close()
    assert not complaints


def _complain(complaints: list[str], url: str, home: str) -> None:
    if not url.startswith((home, "data:", "blob:")):
        complaints.append(f"request to {url}")
