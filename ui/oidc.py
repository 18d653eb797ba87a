"""Sign-in by the company's own accounts: OpenID Connect, authorization code with PKCE, through Authlib.

Owns what is asked of the other site and what its answer means here: a name, and a role where the settings map one of the person's
groups. Refuses to know about cookies, pages and accounts.
"""

from __future__ import annotations

import secrets
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError

from assistant.config import OidcSettings
from assistant.errors import NotAllowed
from assistant.store.records import AccountRole

_DOWN = "The sign-in of your company cannot be reached. Try again in a while, or sign in with a password."
_FAILED = "Your company's sign-in did not vouch for you. Please try again."


class SignInFailed(NotAllowed):
    """The other site did not answer, or its answer proves nothing; the message is for the person."""


class Elsewhere:
    """Speaks to the issuer of the settings. Nothing is fetched before the first sign-in.

    Args:
        settings: with an issuer.
    """

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._client: Any = OAuth().register(
            "company",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": settings.scopes, "code_challenge_method": "S256"},
        )

    async def begin(self, way_back: str) -> tuple[str, dict[str, str]]:
        """Where to send somebody, and what to know when they are back.

        Raises:
            SignInFailed: the issuer cannot be reached.
        """
        nonce = secrets.token_urlsafe(16)
        try:
            made = await self._client.create_authorization_url(way_back, nonce=nonce)
        except (httpx2.HTTPError, OSError, AuthlibBaseError, ValueError) as error:
            raise SignInFailed(_DOWN) from error
        return made["url"], {"state": made["state"], "verifier": made["code_verifier"], "nonce": nonce}

    async def finish(self, code: str, noted: dict[str, str], way_back: str) -> tuple[str, AccountRole | None]:
        """The name that the issuer vouches for, and the role that the settings give one of their groups.

        Raises:
            SignInFailed: the code, the signature, the issuer, the audience, the time or the nonce is not right, or there is no name.
        """
        try:
            token = await self._client.fetch_access_token(code=code, redirect_uri=way_back, code_verifier=noted["verifier"])
            claims = await self._client.parse_id_token(token, nonce=noted["nonce"])
        except (httpx2.HTTPError, OSError) as error:
            raise SignInFailed(_DOWN) from error
        except (AuthlibBaseError, JoseError, ValueError, KeyError) as error:
            raise SignInFailed(_FAILED) from error
        name = str((claims or {}).get(self._settings.claim) or "")
        if not name or (self._settings.claim == "email" and claims.get("email_verified") is False):
            raise SignInFailed(f"Your company's sign-in gave no confirmed {self._settings.claim} for you.")
        return name, self._role(claims.get(self._settings.groups_claim) or ())

    def _role(self, groups: Any) -> AccountRole | None:
        """The role of the first group, in the order of the settings, that somebody is in."""
        held = {groups} if isinstance(groups, str) else set(map(str, groups))
        return next((AccountRole(role) for group, role in self._settings.roles.items() if group in held), None)
