"""API keys: what programs may do, and how a key is made and known again.

A key is `sck_<id>_<secret>`. The secret is shown once; the store keeps its hash. It is 32 random bytes, so a fast hash is enough:
there is nothing to guess. Owns scopes; refuses to know about HTTP.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from assistant.errors import BadSettings, StoreError
from assistant.store import Store
from assistant.store.records import AccountRole, ApiKey

PREFIX = "sck"
_TOUCH_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a key may be good for."""

    CHAT = "chat"
    SEARCH = "search"
    FEEDBACK = "feedback"
    SUGGEST = "suggest"
    STAFF = "staff"
    IMPORT = "import"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, with the text that a program sends: shown once, kept nowhere."""

    key: ApiKey
    text: str


class Keys:
    """Makes API keys and knows them again. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, name: str, scopes: tuple[Scope, ...], role: AccountRole = AccountRole.ANALYST) -> NewKey:
        """A new key. `role` is whose limits (`staff.denied`) hold for staff answers.

        Raises:
            BadSettings: no scope, or no name.
        """
        if not scopes or not name.strip():
            raise BadSettings(
                f"A key needs a name and at least one scope; seen: {name!r}, {len(scopes)} scopes.",
                hint=f"Scopes are {', '.join(Scope)}: --scope chat --scope search.",
            )
        secret = secrets.token_urlsafe(32)
        key = ApiKey(secrets.token_hex(4), name.strip()[:80], _hash(secret), tuple(dict.fromkeys(scopes)), role, datetime.now(UTC))
        with self._store.transaction():
            self._store.api_keys.add(key)
            self._store.audit.append("command line", "api_key_created", key.id, name=key.name, scopes=list(key.scopes), role=role.value)
        return NewKey(key, f"{PREFIX}_{key.id}_{secret}")

    def known(self, text: str) -> ApiKey | None:
        """The key that a program sent, if it is one of ours and not revoked."""
        prefix, _, rest = text.partition("_")
        id, _, secret = rest.partition("_")
        key = self._store.api_keys.get(id) if prefix == PREFIX else None
        if key is None or key.revoked_at is not None or not secrets.compare_digest(key.secret_hash, _hash(secret)):
            return None
        now = datetime.now(UTC)
        if key.used_at is None or now - key.used_at > _TOUCH_EVERY:
            self._store.api_keys.touch(key.id, now)
        return key

    def revoke(self, id: str) -> None:
        """End a key at once.

        Raises:
            StoreError: there is no such key, or it has ended before.
        """
        with self._store.transaction():
            if not self._store.api_keys.revoke(id, datetime.now(UTC)):
                raise StoreError(f"There is no key {id!r} in use.", hint="`shopclerk keys list` shows the keys and their ids.")
            self._store.audit.append("command line", "api_key_revoked", id)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
