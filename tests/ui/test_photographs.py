"""Product photographs come only from where the shop says, over HTTPS, with words for those who do not see them; else there are drawings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from served import make_shop, serve

from assistant.build import Shop
from assistant.config import Settings, load_settings, write_settings
from assistant.errors import BadSettings
from assistant.store.records import Product
from ui.pages import policy
from ui.pictures import photo, picture

CDN = "https://cdn.example.com"
ORIGINS = (CDN,)


def lamp(image: str) -> Product:
    return Product("l1", "Reading <Lamp>", "Home", "Lamps", image=image)


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        (f"{CDN}/l1.jpg?w=400&h=300", True), (f" {CDN}/l1.jpg ", True), ("https://CDN.example.com/l1.jpg", True),
        ("http://cdn.example.com/l1.jpg", False), ("//cdn.example.com/l1.jpg", False), ("https://evil.example/l1.jpg", False),
        ("https://cdn.example.com@evil.example/l1.jpg", False), ("https://cdn.example.com.evil.example/x", False),
        ("javascript:alert(1)", False), ("data:image/png;base64,AAAA", False), ("https://[bad", False), ("l1.jpg", False), ("", False),
    ],
)  # fmt: skip
def test_only_https_from_where_the_shop_says(image: str, shown: bool) -> None:
    html = str(picture(lamp(image), ORIGINS))
    assert bool(photo(lamp(image), ORIGINS)) is shown
    assert ("<img" in html) is shown
    assert ("<svg" in html) is not shown
    assert "<img" not in str(picture(lamp(image))), "without the setting nothing is fetched"


def test_a_photograph_has_words_and_tells_its_host_nothing() -> None:
    html = str(picture(lamp(f'{CDN}/a.jpg?"onload=x'), ORIGINS))
    assert 'alt="Photo of Reading &lt;Lamp&gt;"' in html
    assert 'referrerpolicy="no-referrer"' in html
    assert 'loading="lazy"' in html
    assert '"onload' not in html.replace("&#34;", "")


def test_the_policy_names_the_hosts_and_nothing_else() -> None:
    assert f"img-src 'self' data: {CDN};" in policy(ORIGINS)
    assert "img-src 'self' data:;" in policy()


@pytest.mark.parametrize("wrong", ["http://cdn.example.com", "https://cdn.example.com/path", "*", "https://a.example; script-src *"])
def test_a_setting_that_is_no_origin_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(BadSettings, match="pictures"):
        write_settings(tmp_path, {"pictures": [wrong]})
    write_settings(tmp_path, {"pictures": [CDN]})
    assert load_settings(tmp_path).pictures == (CDN,)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = make_shop(tmp_path / "shop")
    shop.settings = Settings(**{**shop.settings.model_dump(), "pictures": (CDN,)})
    shop.store.catalogue.upsert([lamp(f"{CDN}/l1.jpg")])
    yield shop
    shop.close()


def test_storefront_and_widget_show_it(shop: Shop) -> None:
    with serve(shop) as site:
        client = TestClient(site.app)
        page = client.get("/store/l1")
        assert f'<img src="{CDN}/l1.jpg" alt="Photo of Reading &lt;Lamp&gt;"' in page.text
        assert f"img-src 'self' data: {CDN};" in page.headers["content-security-policy"]
        (card,) = client.get("/widget/cards", params={"id": "l1"}).json()
        assert card["photo"] == f"{CDN}/l1.jpg"
        assert client.get("/widget/cards", params={"id": "p1"}).json()[0]["photo"] == ""
