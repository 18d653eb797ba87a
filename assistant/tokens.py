"""Tokens: who is signed in, which conversation a browser or a program is in, and that a form is ours.

All are signed with a key that is a file of the store, readable by its owner only; a token of another store or another purpose does not
pass. A session is also a row of the store, so that it can be ended: by signing out, by doing nothing for too long, by a new password.
Owns signatures and expiry; refuses to know about HTTP.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from assistant.config import AccountSettings
from assistant.store import Store
from assistant.store.codec import now
from assistant.store.records import Account, Session

KEY_FILE = "secret.key"
FORM_LASTS = timedelta(hours=1)
ERRAND_LASTS = timedelta(minutes=10)
SHOPPER_KINDS = ("api", "widget")
"""Conversations whose token a program or a page holds itself; those of the shop's own page are in a cookie (`web`)."""
_TOUCH_EVERY = timedelta(seconds=30)


class Tokens:
    """Makes and reads the store's tokens.

    Args:
        store: the open store; its folder keeps the key, made here at first use.
        settings: how long a session holds.
        clock: the time, for tests.
    """

    def __init__(self, store: Store, settings: AccountSettings | None = None, clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._clock = clock
        settings = settings or AccountSettings()
        self._idle, self.session_lasts = timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.session_hours)
        key = _key_of(store.folder)
        self._sessions = URLSafeSerializer(key, salt="session")
        self._forms = URLSafeTimedSerializer(key, salt="form")
        self._errands = URLSafeTimedSerializer(key, salt="errand")
        self._conversations = URLSafeSerializer(key, salt="conversation")

    def session_of(self, account: Account, address: str = "") -> str:
        """A new session of the account, as the token that stands for it. It ends with its time, with the password, with the account."""
        began, secret = self._clock(), secrets.token_urlsafe(24)
        with self._store.transaction():
            self._store.sessions.sweep(began - self.session_lasts, began - self._idle)
            self._store.sessions.add(Session(_hash(secret), account.username, began, began, address))
        return self._sessions.dumps([secret, _fingerprint(account)])

    def account_in(self, token: str | None) -> Account | None:
        """The account that a session's token stands for, read anew from the store; None where it does not (any more)."""
        session, fingerprint = self._session(token)
        account = self._store.accounts.get(session.username) if session else None
        if account is None or account.disabled or not secrets.compare_digest(_fingerprint(account), fingerprint):
            return None
        return account

    def session_key(self, token: str | None) -> str:
        """The key of a living session, "" where it is none."""
        session, _ = self._session(token)
        return session.key if session else ""

    def touch(self, token: str | None) -> None:
        """Somebody is at the screen: the session's idle time begins anew."""
        session, _ = self._session(token)
        if session is not None and self._clock() - session.seen_at > _TOUCH_EVERY:
            self._store.sessions.touch(session.key, self._clock())

    def end(self, token: str | None) -> None:
        """End a session, if it lives."""
        if key := self.session_key(token):
            self._store.sessions.remove(key)

    def _session(self, token: str | None) -> tuple[Session | None, str]:
        """The living session of a token, and the fingerprint of the password that it was given for."""
        try:
            secret, fingerprint = self._sessions.loads(token or "")
        except (BadSignature, ValueError, TypeError):
            return None, ""
        session, time = self._store.sessions.get(_hash(str(secret))), self._clock()
        if session is None or time - session.began_at >= self.session_lasts or time - session.seen_at >= self._idle:
            return None, ""
        return session, str(fingerprint)

    def new_conversation(self, kind: str) -> str:
        """A token for a conversation yet to be begun. `kind` (`web`, `api`, `insights:ada`) becomes part of its id."""
        return self._conversations.dumps(f"{kind}:{secrets.token_hex(12)}")

    def conversation_in(self, token: str | None, kind: str) -> str | None:
        """The conversation id in a token of this kind, or None."""
        try:
            name = self._conversations.loads(token or "")
        except BadSignature:
            return None
        return name if isinstance(name, str) and name.startswith(f"{kind}:") else None

    def shopper_conversation(self, token: str | None) -> str | None:
        """The id of a shopper's conversation by API or widget, or None."""
        return next((id for kind in SHOPPER_KINDS if (id := self.conversation_in(token, kind))), None)

    def new_form(self) -> str:
        """A token for the hidden field and the cookie of a form."""
        return self._forms.dumps(secrets.token_hex(8))

    def form_holds(self, field: str, cookie: str | None) -> bool:
        """Whether a form came from our page: field and cookie agree, are signed here, and are no older than an hour."""
        try:
            self._forms.loads(field, max_age=FORM_LASTS.seconds)
        except BadSignature:
            return False
        return secrets.compare_digest(field.encode(), (cookie or "").encode())

    def new_errand(self, noted: dict[str, str]) -> str:
        """A token for somebody who goes to another site and comes back: what must be known then. It can be read, and not altered."""
        return self._errands.dumps(noted)

    def errand_in(self, token: str | None) -> dict[str, str] | None:
        """What was noted, if the errand took no longer than ten minutes."""
        try:
            noted: dict[str, str] = self._errands.loads(token or "", max_age=ERRAND_LASTS.seconds)
        except BadSignature:
            return None
        return noted


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _fingerprint(account: Account) -> str:
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]


def _key_of(folder: Path) -> bytes:
    path = folder / KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
