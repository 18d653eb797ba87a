"""The chat bubble as shoppers meet it: on another origin's page under a strict policy, on a phone, by keyboard, with a person."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from served import EVIL, Site, make_shop, serve

from assistant.config import WidgetSettings
from assistant.desk import handoff
from assistant.store.records import Mode
from ui.theme import asset

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

PAGE = (
    '<!doctype html><html lang="en"><head><title>A shop</title><meta name="viewport" content="width=device-width, initial-scale=1">'
    "{}</head>"
)
BODY = '<body><h1>Boots and tents</h1><a href="#x">A link of the page</a></body></html>'


@dataclass
class Elsewhere:
    """A page of somebody else's, on two origins: `friend` is on the shop's list, `stranger` is not."""

    friend: str
    stranger: str
    html: str = ""
    policy: str = ""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", page.policy)
            self.end_headers()
            self.wfile.write(page.html.encode())

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    page = Elsewhere(f"http://localhost:{server.server_port}", f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield page
    server.shutdown()


@pytest.fixture(scope="module")
def shop_site(tmp_path_factory: pytest.TempPathFactory, elsewhere: Elsewhere) -> Iterator[Site]:
    """A shop that lets the friend's pages show its bubble."""
    shop = make_shop(tmp_path_factory.mktemp("widget") / "shop")
    shop.settings = shop.settings.model_copy(update={"widget": WidgetSettings(origins=(elsewhere.friend,))})
    with serve(shop) as site:
        elsewhere.html = PAGE.format(f'<script src="{site.url}/widget.js" data-accent="#7a1f4b" async></script>') + BODY
        elsewhere.policy = f"default-src 'none'; script-src {site.url}; connect-src {site.url}; base-uri 'none'; form-action 'none'"
        yield site
    shop.close()


@pytest.fixture
def meet(browser: Browser, shop_site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody new; a broken content policy or a script error fails the test at its end."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(url: str, *, width: int = 1280, errors: bool = False) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if not errors:
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(url)
        page.locator("shopclerk-chat .launch").wait_for()
        return page

    yield open_page
    for context in opened:
        context.close()
    assert not complaints


def ask(page: Page, text: str) -> None:
    """Type into the open bubble and send."""
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def conversation(site: Site, text: str) -> str:
    """The id of the conversation in which this was said."""
    store = site.shop.store
    return next(c.id for c in store.conversations.recent() if any(text in turn.text for turn in store.conversations.turns(c.id)))


def test_it_is_small_and_anybody_may_load_it(shop_site: Site) -> None:
    served = httpx.get(f"{shop_site.url}/widget.js")
    assert len(served.content) < 30_000
    assert served.headers["cross-origin-resource-policy"] == "cross-origin"
    assert httpx.get(f"{shop_site.url}/widget.js", headers={"If-None-Match": served.headers["etag"]}).status_code == 304
    for never in (b"innerHTML", b"document.write", b"eval(", b"cookie ="):
        assert never not in asset("widget.js")[0]


@pytest.mark.browser
def test_a_shopper_asks_on_a_page_of_another_origin_under_a_strict_policy(meet: Callable[..., Page], elsewhere: Elsewhere) -> None:
    page = meet(elsewhere.friend)
    page.get_by_role("button", name="Open chat").click()
    page.get_by_text("Welcome to Test & Co").wait_for()
    ask(page, "I need a tent, Kreuzursprung")
    page.locator("shopclerk-chat [data-product]").nth(3).wait_for()
    assert "£189.00" in page.locator("[data-product=p1]").inner_text()
    assert "Only 3 left" in page.locator("[data-product=p2]").inner_text()
    accent = page.locator("shopclerk-chat .send").evaluate("e => getComputedStyle(e).backgroundColor")
    assert accent == "rgb(122, 31, 75)"
    page.get_by_role("button", name="Under £100").click()
    page.locator(".customer:not([aria-hidden])", has_text="Under £100").wait_for()
    page.reload()
    page.locator(".customer:not([aria-hidden])", has_text="Kreuzursprung").wait_for()
    assert page.context.cookies() == []
    page.get_by_role("button", name="New chat").click()
    page.get_by_text("Welcome to Test & Co").wait_for()
    assert page.locator(".customer").count() == 0


@pytest.mark.browser
def test_a_new_chat_need_not_wait_for_the_answer_to_the_old_one(meet: Callable[..., Page], elsewhere: Elsewhere) -> None:
    page = meet(elsewhere.friend)
    page.get_by_role("button", name="Open chat").click()
    page.get_by_text("Welcome to Test & Co").wait_for()
    held: list[Route] = []
    page.route("**/chat/stream", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/chat/stream"):
        ask(page, "I need a tent, Abbruchfrage")
    page.get_by_role("button", name="New chat").click()
    page.get_by_text("Welcome to Test & Co").wait_for()
    ask(page, "second thoughts")
    page.locator(".assistant", has_text="The Ridge Boot costs").wait_for()
    assert page.locator(".customer", has_text="Abbruchfrage").count() == 0
    assert page.get_by_role("alert").count() == 0
    assert len(held) == 1


@pytest.mark.browser
def test_two_tabs_of_a_page_are_one_chat(meet: Callable[..., Page], elsewhere: Elsewhere) -> None:
    page = meet(elsewhere.friend)
    page.get_by_role("button", name="Open chat").click()
    ask(page, "I need a tent, Zweitfenster")
    page.locator("[data-product=p1]").wait_for()
    other = page.context.new_page()
    other.goto(elsewhere.friend)
    other.locator(".customer:not([aria-hidden])", has_text="Zweitfenster").wait_for()
    page.get_by_role("button", name="New chat").click()
    other.locator(".customer", has_text="Zweitfenster").wait_for(state="detached")
    ask(page, "second thoughts")
    page.locator(".customer:not([aria-hidden])", has_text="second thoughts").wait_for()
    ask(other, "can I return it")
    other.locator(".assistant", has_text="thirty days").wait_for()
    assert other.locator(".customer:not([aria-hidden]) .text").all_inner_texts() == ["second thoughts", "can I return it"]


@pytest.mark.browser
def test_a_conversation_that_the_shop_no_longer_knows_begins_anew_and_no_word_is_lost(
    meet: Callable[..., Page], elsewhere: Elsewhere
) -> None:
    page = meet(elsewhere.friend, errors=True)
    page.get_by_role("button", name="Open chat").click()
    ask(page, "I need a tent, Vergessen")
    page.locator("[data-product=p1]").wait_for()
    page.evaluate(
        "for (const key of Object.keys(localStorage)) localStorage.setItem(key, JSON.stringify({ conversation: 'forged', open: true }))"
    )
    ask(page, "second thoughts")
    page.locator(".assistant", has_text="The Ridge Boot costs").wait_for()
    assert page.locator(".customer", has_text="Vergessen").count() == 0


@pytest.mark.browser
def test_whatever_is_said_is_text_and_a_thumb_is_kept(meet: Callable[..., Page], elsewhere: Elsewhere, shop_site: Site) -> None:
    page = meet(elsewhere.friend)
    page.get_by_role("button", name="Open chat").click()
    ask(page, f"evil {EVIL}")
    page.locator("[data-product=p4]").wait_for()
    assert "<script>" in page.locator("[data-product=p4]").inner_text()
    assert page.title() == "A shop"
    with page.expect_response(lambda response: response.url.endswith("/feedback")) as told:
        page.get_by_role("button", name="Not helpful").click()
    assert told.value.status == 204
    kept = shop_site.shop.store.feedback.of_conversation(conversation(shop_site, "evil"))
    assert [(f.turn, f.rating) for f in kept] == [(2, -1)]


@pytest.mark.browser
def test_a_page_that_is_not_on_the_list_gets_nothing(meet: Callable[..., Page], elsewhere: Elsewhere, shop_site: Site) -> None:
    before = shop_site.shop.store.conversations.count()
    page = meet(elsewhere.stranger, errors=True)
    page.get_by_role("button", name="Open chat").click()
    ask(page, "a tent")
    page.get_by_role("alert").get_by_text("No connection").wait_for()
    assert page.get_by_label("Your message").input_value() == "a tent", "nothing that was typed is lost"
    assert shop_site.shop.store.conversations.count() == before


def test_origins_are_checked_by_the_server_too_and_only_the_widgets_routes_are_open(shop_site: Site, elsewhere: Elsewhere) -> None:
    def post(path: str, origin: str) -> httpx.Response:
        return httpx.post(shop_site.url + path, json={"text": "a tent"}, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})

    friendly = post("/api/v1/chat", elsewhere.friend)
    assert (friendly.status_code, friendly.headers["access-control-allow-origin"]) == (200, elsewhere.friend)
    assert "access-control-allow-credentials" not in friendly.headers
    assert post("/api/v1/chat", elsewhere.stranger).status_code == 403
    for path in ("/api/v1/staff/ask", "/signout", "/new", "/insights/board/pin"):
        answer = post(path, elsewhere.friend)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
    assert httpx.post(f"{shop_site.url}/new", headers={"Origin": "https://evil.example"}).status_code == 403
    assert httpx.post(f"{shop_site.url}/new", headers={"Origin": shop_site.url}).status_code == 303


@pytest.mark.browser
def test_it_fills_a_phone_and_nothing_runs_off(meet: Callable[..., Page], elsewhere: Elsewhere) -> None:
    page = meet(elsewhere.friend, width=390)
    page.get_by_role("button", name="Open chat").click()
    panel = page.get_by_role("dialog")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 800}
    assert not page.locator(".launch").is_visible()
    ask(page, "a tent for my phone")
    page.locator("[data-product=p1]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".talk").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    small = page.locator("shopclerk-chat").evaluate(
        "e => [...e.shadowRoot.querySelectorAll('.top button, .send')].filter(b => b.offsetWidth && b.offsetWidth < 40).length"
    )
    assert small == 0, "what a thumb must hit is 40 pixels wide at least"
    page.get_by_role("button", name="Close chat").click()
    assert page.locator(".launch").is_visible()


@pytest.mark.browser
def test_the_keyboard_alone_suffices_and_stays_inside(meet: Callable[..., Page], elsewhere: Elsewhere) -> None:
    page = meet(elsewhere.friend)
    focused = "document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label') ?? document.activeElement.localName"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Welcome to Test & Co").wait_for()
    assert page.evaluate(focused) == "Your message"
    page.keyboard.type("what about returns?")
    page.keyboard.press("Enter")
    page.get_by_role("log").get_by_text("You have thirty days from delivery.").wait_for()
    seen = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.add(page.evaluate(focused))
    assert {"Talk to a person", "New chat", "Close chat", "Helpful", "Your message", "Send"} <= seen
    assert "a" not in seen, "the page behind is out of reach while the dialog is open"
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launch"


@pytest.mark.browser
def test_a_person_takes_over_and_their_words_arrive_by_themselves(meet: Callable[..., Page], elsewhere: Elsewhere, shop_site: Site) -> None:
    store = shop_site.shop.store
    page = meet(elsewhere.friend)
    page.get_by_role("button", name="Open chat").click()
    ask(page, "My tent from Oberwurzelbach is torn")
    page.locator("[data-product=p1]").wait_for()
    page.get_by_role("button", name="Talk to a person").click()
    page.get_by_role("status").get_by_text("Waiting for a person").wait_for()
    id = conversation(shop_site, "Oberwurzelbach")
    handoff.take_over(store, id, "agent")
    page.get_by_role("status").get_by_text("You are talking with a colleague").wait_for()
    note = page.locator(".note", has_text="has joined")
    note.wait_for()
    handoff.take_back(store, id, "agent", Mode.WAITING)
    page.get_by_role("status").get_by_text("Waiting for a person").wait_for()
    assert note.count() == 0, "the line of a take-over that was taken back stays"
    handoff.take_over(store, id, "agent")
    note.wait_for()
    handoff.say(store, id, "agent", "Good morning, where is it torn?")
    page.locator(".person", has_text="where is it torn?").wait_for()
    answers = page.locator(".assistant").count()
    ask(page, "At the seam")
    page.locator(".customer:not([aria-hidden])", has_text="At the seam").wait_for()
    assert page.locator(".assistant").count() == answers, "the bot talks over the person"
    assert store.conversations.turns(id)[-1].text == "At the seam"
    page.get_by_role("button", name="Close chat").click()
    handoff.say(store, id, "agent", "A new one is on its way.")
    page.get_by_role("button", name="Open chat, 1 new").click()
    page.locator(".person", has_text="on its way").wait_for()
    handoff.close(store, id, "agent")
    page.get_by_role("status").get_by_text("Closed").wait_for()
    ask(page, "what about returns?")
    page.locator(".assistant", has_text="thirty days").wait_for()
    conversation_now = store.conversations.get(id)
    assert conversation_now is not None
    assert conversation_now.mode is Mode.BOT


@pytest.mark.browser
def test_the_storefront_shows_goods_and_the_bubble_knows_which_one_is_meant(meet: Callable[..., Page], shop_site: Site) -> None:
    page = meet(f"{shop_site.url}/store")
    assert "Content-Security-Policy" not in page.content()
    assert page.locator(".sc-goods li").count() == 5
    page.get_by_label("Search").fill("tent")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Found for “tent”").wait_for()
    page.get_by_role("link", name="Trail Tent").click()
    page.get_by_role("heading", name="Trail Tent").wait_for()
    assert "2,100 g" in page.locator("dl").inner_text()
    page.get_by_role("button", name="Ask about it").click()
    page.locator(".customer:not([aria-hidden])", has_text="Tell me more about Trail Tent").wait_for()
    page.locator("shopclerk-chat a[href='/store/p2']").wait_for()
    assert httpx.get(f"{shop_site.url}/store/none").status_code == 404
    assert "<script>document" not in httpx.get(f"{shop_site.url}/store/p4").text
