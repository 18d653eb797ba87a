"""The pictures of the documentation, taken from a served demo shop with its real models.

    shopclerk demo --build-only --store demo-shop
    python tests/ui/screenshots.py --store demo-shop [--out docs/screenshots] [NAME ...]

Works on a copy of the store, which must not have been served before (it makes its own accounts). Each picture is one function below.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import CHROMIUM, FLAGS
from PIL import Image
from served import FAST, Site, serve

from assistant.accounts import Accounts
from assistant.build import open_shop
from assistant.store.records import AccountRole

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOST_BYTES = 250_000
WIDE, PHONE = (1280, 800), (390, 844)
STORY = ("a warm jacket for rain, under 150", "Do you have it in a bigger size?")


@dataclass(frozen=True)
class Camera:
    """Opens pages of the site, each as somebody new."""

    browser: Browser
    site: Site

    def open(self, path: str, *, size: tuple[int, int] = WIDE, dark: bool = False, user: str = "") -> Page:
        """A page, signed in where `user` is named."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            base_url=self.site.url,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(path)
        if user:
            page.fill("[name=username]", user)
            page.fill("[name=password]", self.site.passwords[user])
            page.click("button[type=submit]")
        return page


def say(page: Page, text: str, label: str = "Your message") -> None:
    """Type, send, and wait for the answer."""
    answers = page.locator(".sc-bot:not(.sc-pending)").count()
    page.get_by_label(label).fill(text)
    page.keyboard.press("Enter")
    page.locator(".sc-bot:not(.sc-pending)").nth(answers).wait_for()


def shopper(camera: Camera) -> Page:
    """A shopper gets product cards."""
    page = camera.open("/")
    page.locator(".sc-welcome").wait_for()
    say(page, STORY[0])
    return page


def shopper_phone_dark(camera: Camera) -> Page:
    """The same on a phone, dark."""
    page = camera.open("/", size=PHONE, dark=True)
    page.locator(".sc-welcome").wait_for()
    say(page, STORY[0])
    return page


def store(camera: Camera) -> Page:
    """The demo shop's storefront."""
    return camera.open("/store")


def _with_widget(camera: Camera, size: tuple[int, int], dark: bool = False) -> Page:
    page = camera.open("/store", size=size, dark=dark)
    page.get_by_role("button", name="Open chat").click()
    page.get_by_label("Your message").fill(STORY[0])
    page.keyboard.press("Enter")
    page.locator("shopclerk-chat [data-product]").first.wait_for()
    return page


def widget(camera: Camera) -> Page:
    """The chat bubble on a page of the shop."""
    return _with_widget(camera, WIDE)


def widget_phone(camera: Camera) -> Page:
    """The chat bubble fills a phone."""
    return _with_widget(camera, PHONE, dark=True)


def product(camera: Camera) -> Page:
    """A product's page."""
    page = camera.open("/store")
    page.locator(".sc-goods a").first.click()
    page.locator(".sc-product").wait_for()
    return page


def desk(camera: Camera) -> Page:
    """An agent has taken a conversation over."""
    shopper = camera.open("/")
    shopper.locator(".sc-welcome").wait_for()
    say(shopper, STORY[0])
    shopper.get_by_role("button", name="Talk to a person").click()
    shopper.locator(".sc-presence.sc-waiting").wait_for()
    shopper.get_by_label("Your message").fill("Does the first one keep out heavy rain? I hike in Scotland.")
    shopper.keyboard.press("Enter")
    shopper.locator(".sc-customer", has_text="Scotland").wait_for()
    page = camera.open("/desk", user="agent")
    page.locator(".sc-queue [data-open]", has_text="Scotland").click()
    page.locator(".sc-suggestions button").first.wait_for()
    return page


def _insights(camera: Camera, **look: object) -> Page:
    page = camera.open("/insights", user="manager", **look)  # type: ignore[arg-type]
    page.locator(".sc-welcome").wait_for()
    say(page, "net sales by month this year", "Your question")
    page.locator("#sc-chart .js-plotly-plot .point, #sc-chart .js-plotly-plot .lines").first.wait_for()
    return page


def insights(camera: Camera) -> Page:
    """A figure with its chart and its receipt."""
    return _insights(camera)


def insights_dark(camera: Camera) -> Page:
    """The same in the dark."""
    return _insights(camera, dark=True)


def insights_phone(camera: Camera) -> Page:
    """The same on a phone."""
    return _insights(camera, size=PHONE)


def signin(camera: Camera) -> Page:
    """The staff's door."""
    return camera.open("/signin")


def invitation(camera: Camera) -> Page:
    """Where somebody invited chooses a password."""
    return camera.open(f"/invite/{Accounts(camera.site.shop.store, FAST).invite('nell', AccountRole.AGENT)}")


def account(camera: Camera) -> Page:
    """The account's own page, dark."""
    page = camera.open("/signin?next=/account", user="agent", dark=True)
    page.get_by_text("What customers read").wait_for()
    return page


def api(camera: Camera) -> Page:
    """The API's page."""
    page = camera.open("/api/docs")
    page.locator(".sc-route summary").first.click()
    return page


PICTURES: dict[str, Callable[[Camera], Page]] = {
    made.__name__.replace("_", "-"): made
    for made in (
        shopper,
        shopper_phone_dark,
        store,
        widget,
        widget_phone,
        product,
        desk,
        insights,
        insights_dark,
        insights_phone,
        signin,
        invitation,
        account,
        api,
    )
}


def small_png(shot: bytes) -> bytes:
    """The picture packed tightly, in 256 colours where it would be larger than `MOST_BYTES`."""
    out, picture = io.BytesIO(), Image.open(io.BytesIO(shot)).convert("RGB")
    picture.save(out, "PNG", optimize=True)
    if out.tell() > MOST_BYTES:
        out = io.BytesIO()
        picture.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Take the pictures named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    args = parser.parse_args()
    from playwright.sync_api import sync_playwright

    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shop = open_shop(Path(shutil.copytree(args.store, Path(folder) / "shop")))
        shop.warm_up()
        with serve(shop) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for name in args.names or PICTURES:
                page = PICTURES[name](Camera(browser, site))
                page.wait_for_timeout(800)
                (args.out / f"{name}.png").write_bytes(small_png(page.screenshot()))
                page.context.close()
                print(f"{name}: {(args.out / f'{name}.png').stat().st_size / 1000:.0f} kB")
            browser.close()
        shop.close()


if __name__ == "__main__":
    main()
