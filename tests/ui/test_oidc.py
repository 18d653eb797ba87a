"""Sign-in by the company's own accounts, against a provider made for the test that speaks the protocol for real."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey
from served import Site, make_shop, serve

from assistant.api import SESSION_COOKIE
from assistant.config import OidcSettings
from assistant.store.records import AccountRole


@dataclass
class Provider:
    """What the provider says next, and what it has handed out."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signing: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        """Discovery, keys and tokens; the person's own part (`/authorize`) is played by `agree`."""
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def discovery() -> dict[str, Any]:
            ends = {name: f"{self.url}/{name.split('_')[0]}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return {"issuer": self.url, "id_token_signing_alg_values_supported": ["RS256"], **ends}

        @app.get("/jwks")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.post("/token")
        def token(code: Annotated[str, Form()], code_verifier: Annotated[str, Form()]) -> Response:
            asked = self.codes.pop(code, None)
            proof = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
            if asked is None or asked["code_challenge"] != proof:
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time.time())
            claims = {"iss": self.url, "sub": "1", "aud": asked["client_id"], "nonce": asked["nonce"], "iat": now, "exp": now + 300}
            signed = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.claims}, self.signing or self.key)
            return JSONResponse({"access_token": secrets.token_hex(8), "token_type": "Bearer", "id_token": signed, "expires_in": 300})

        return app

    def agree(self, url: str, **changed: str) -> str:
        """The person signs in at `url`; where the provider sends them back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={changed.get('state', asked['state'])}"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    with socket.create_server(("127.0.0.1", 0)) as bound:
        made.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(made.app(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            thread.join(0.05)
        yield made
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Site]:
    shop = make_shop(tmp_path_factory.mktemp("oidc") / "shop")
    roles = {"support": "agent", "buying": "analyst"}
    settings = OidcSettings(issuer=provider.url, client_id="shop", client_secret="hush", name="Example & Co", roles=roles)
    shop.settings = shop.settings.model_copy(update={"oidc": settings})
    with serve(shop) as site:
        yield site
    shop.close()


@pytest.fixture
def person(company: Site, provider: Provider) -> Iterator[httpx.Client]:
    provider.claims, provider.signing = {"email": "Nell@Example.com", "email_verified": True, "groups": ["support"]}, None
    with httpx.Client(base_url=company.url) as client:
        yield client


def sign_in(person: httpx.Client, provider: Provider, **changed: str) -> httpx.Response:
    away = person.get("/signin/elsewhere?next=/desk")
    assert away.status_code == 303
    return person.get(provider.agree(away.headers["location"], **changed))


def test_somebody_of_a_known_group_comes_in_with_its_role(person: httpx.Client, provider: Provider, company: Site) -> None:
    assert "Sign in with Example &amp; Co" in person.get("/signin").text
    back = sign_in(person, provider)
    assert (back.status_code, back.headers["location"]) == (303, "/desk/")
    assert person.get("/desk/").status_code == 200
    account = company.shop.store.accounts.get("nell@example.com")
    assert account is not None
    assert account.role is AccountRole.AGENT
    entry = company.shop.store.audit.recent(1)[0]
    assert (entry.action, entry.detail["by"]) == ("signed_in", "oidc")
    provider.claims["groups"] = ["buying", "support"]
    sign_in(person, provider)
    moved = company.shop.store.accounts.get("nell@example.com")
    assert moved is not None
    assert moved.role is AccountRole.AGENT, "the first group of the settings decides"


def test_an_account_made_there_has_no_password_here(person: httpx.Client, provider: Provider) -> None:
    sign_in(person, provider)
    for password in ("!", " ", "nell"):
        form = person.get("/signin").text.split('name="form" value="')[1].split('"')[0]
        tried = person.post("/signin", data={"username": "nell@example.com", "password": password, "form": form})
        assert tried.status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": ["strangers"], "email": "eve@example.com"},
        {"email": ""},
        {"email_verified": False},
        {"aud": "another shop"},
        {"iss": "https://evil.example"},
        {"nonce": "replayed"},
        {"exp": 1},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_whoever_is_not_vouched_for_stays_out(person: httpx.Client, provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    back = sign_in(person, provider)
    assert back.status_code == 401
    assert SESSION_COOKIE not in person.cookies


def test_a_foreign_signature_a_foreign_state_and_a_used_code_open_nothing(person: httpx.Client, provider: Provider) -> None:
    provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    assert sign_in(person, provider).status_code == 401
    provider.signing = None
    assert sign_in(person, provider, state="somebody-elses").status_code == 401
    away = person.get("/signin/elsewhere").headers["location"]
    back = provider.agree(away)
    provider.codes.clear()
    assert person.get(back).status_code == 401
    assert person.get("/signin/elsewhere/back").status_code == 401
    assert SESSION_COOKIE not in person.cookies


def test_a_disabled_account_stays_out_whatever_the_company_says(person: httpx.Client, provider: Provider, company: Site) -> None:
    sign_in(person, provider)
    person.cookies.clear()
    company.app.state.accounts.switch("nell@example.com", disabled=True)
    assert sign_in(person, provider).status_code == 401
    company.app.state.accounts.switch("nell@example.com", disabled=False)


def test_a_provider_that_is_down_is_said_in_words(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    shop.settings = shop.settings.model_copy(update={"oidc": OidcSettings(issuer="http://127.0.0.1:9", client_id="shop")})
    with serve(shop) as site:
        answer = httpx.get(f"{site.url}/signin/elsewhere")
        assert answer.status_code == 502
        assert "cannot be reached" in answer.text
    shop.close()


def test_without_the_setting_there_is_no_such_door(site: Site) -> None:
    assert httpx.get(f"{site.url}/signin/elsewhere").status_code == 404
    assert "Sign in with" not in httpx.get(f"{site.url}/signin").text
