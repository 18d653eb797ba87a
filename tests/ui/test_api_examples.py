"""The examples of docs/api.md are run as they stand, and the pages on API, widget and accounts name what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from served import Site

from assistant.config import AccountSettings, ApiSettings, OidcSettings, ServeSettings, WidgetSettings
from assistant.keys import Keys, Scope
from assistant.store.records import AccountRole

DOCS = Path(__file__).resolve().parents[2] / "docs"
SETTINGS = {"api": ApiSettings, "widget": WidgetSettings, "accounts": AccountSettings, "oidc": OidcSettings, "serve": ServeSettings}


def run(*command: object, **environment: str) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_example(site: Site) -> None:
    said = run(sys.executable, DOCS / "examples" / "chat.py", site.url, "a tent", "what about returns?")
    assert "> a tent\nHere is what I would take:" in said
    assert "[answered; products: p1, p2, p3, p5]" in said
    assert "You have thirty days from delivery." in said


def test_the_curl_example(site: Site) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    key = Keys(site.shop.store).create("example", (Scope.CHAT, Scope.SEARCH, Scope.STAFF)).text
    said = run("bash", DOCS / "examples" / "chat.sh", site.url, "a tent", "sales", SHOPCLERK_KEY=key)
    assert "event: words\ndata: " in said
    assert '"product:p1"' in said
    assert '"metric":"net_sales"' in said.replace(" ", "")


def test_the_page_on_the_api_names_every_call_and_every_scope(site: Site) -> None:
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(GET|POST) (/api/v1/\S+)`", page))
    described = site.app.openapi()["paths"]
    assert {(verb.upper(), path) for path, item in described.items() for verb in item} <= named
    assert {scope.value for scope in Scope} <= set(re.findall(r"`(\w+)` \|$", page, re.MULTILINE))
    for metric in re.findall(r"`(shopclerk_\w+)", page):
        assert metric.encode() in site.app.state.service.metrics.text(), metric


@pytest.mark.parametrize("page", ["api.md", "widget.md", "accounts.md"])
def test_settings_are_named_as_they_are_called(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = re.findall(r"`(api|widget|accounts|oidc|serve)\.(\w+)", text)
    assert named
    for table, name in named:
        assert name in SETTINGS[table].model_fields, f"{table}.{name}"


def test_the_widgets_attributes_are_those_of_the_page() -> None:
    script = (DOCS.parent / "ui" / "assets" / "widget.js").read_text(encoding="utf-8")
    for attribute in re.findall(r"data-([a-z-]+)", (DOCS / "widget.md").read_text(encoding="utf-8")):
        name = re.sub(r"-([a-z])", lambda found: found[1].upper(), attribute)
        assert f"settings.{name}" in script or f"'{name}'" in script or name == "shopclerkAsk", attribute


def test_the_page_on_accounts_knows_every_role() -> None:
    text = (DOCS / "accounts.md").read_text(encoding="utf-8")
    assert {role.value for role in AccountRole} == set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
