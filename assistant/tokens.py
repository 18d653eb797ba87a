"""Signed tokens: who is signed in, which conversation a browser or an API client is in, and that a form is ours.

The key is a file of the store, readable by its owner only; a token of another store or another purpose does not pass.
Owns signatures and expiry; refuses to know about HTTP.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import timedelta
from pathlib import Path

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from assistant.store import Store
from assistant.store.records import Account

KEY_FILE = "secret.key"
SESSION_LASTS = timedelta(hours=12)
FORM_LASTS = timedelta(hours=1)


class Tokens:
    """Makes and reads the store's signed tokens.

    Args:
        store: the open store; its folder keeps the key, made here at first use.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        key = _key_of(store.folder)
        self._sessions = URLSafeTimedSerializer(key, salt="session")
        self._forms = URLSafeTimedSerializer(key, salt="form")
        self._conversations = URLSafeSerializer(key, salt="conversation")

    def session_of(self, account: Account) -> str:
        """A token that says who is signed in. It dies with its time, with the password it was given for, and with the account."""
        return self._sessions.dumps([account.username, _fingerprint(account)])

    def account_in(self, session: str | None) -> Account | None:
        """The account that a session token stands for, read anew from the store; None where it does not (any more)."""
        try:
            username, fingerprint = self._sessions.loads(session or "", max_age=SESSION_LASTS.seconds)
        except (BadSignature, ValueError, TypeError):
            return None
        account = self._store.accounts.get(str(username))
        if account is None or account.disabled or not secrets.compare_digest(_fingerprint(account), str(fingerprint)):
            return None
        return account

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
