"""The staff's accounts: passwords, lockout, and who may open which room.

Owns argon2 hashing and the rules of signing in; keeps accounts in `store.accounts` and writes every attempt to the audit log.
Refuses to know about cookies and pages (`assistant.tokens`, `ui.signin`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.errors import NotAllowed
from assistant.store import Store
from assistant.store.records import Account, AccountRole

DESK_ROLES = frozenset({AccountRole.AGENT, AccountRole.MANAGER, AccountRole.ADMIN})
"""Who may open the agents' desk."""

INSIGHTS_ROLES = frozenset({AccountRole.ANALYST, AccountRole.MANAGER, AccountRole.ADMIN})
"""Who may ask about the shop's figures."""

FIRST_ACCOUNTS = (("agent", AccountRole.AGENT), ("analyst", AccountRole.ANALYST), ("manager", AccountRole.MANAGER))

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
_REFUSED = "The name or the password is not right."
_LOCKED = "Too many attempts. Wait a quarter of an hour and try again."


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account just made, with its password in clear: shown once, kept nowhere."""

    username: str
    role: AccountRole
    password: str


class Accounts:
    """Makes accounts and lets their owners in. Safe to use from several threads.

    Args:
        store: where accounts and the audit log live.
        hasher: argon2id with the library's current defaults unless a test wants it faster.
    """

    def __init__(self, store: Store, hasher: PasswordHasher | None = None) -> None:
        self._store = store
        self._hasher = hasher or PasswordHasher()
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._by_name = RateLimitItemPerMinute(FAILURES_ALLOWED, LOCKED_FOR.seconds // 60)
        self._by_address = RateLimitItemPerMinute(4 * FAILURES_ALLOWED, LOCKED_FOR.seconds // 60)

    @cached_property
    def _nobody(self) -> str:
        """Checked for unknown names: they must cost as much time as a wrong password, or the clock tells them apart."""
        return self._hasher.hash(secrets.token_urlsafe())

    def create(self, username: str, role: AccountRole) -> NewAccount:
        """A new account with a random password.

        Raises:
            StoreError: the name is taken.
        """
        password = secrets.token_urlsafe(12)
        self._store.accounts.add(Account(username, self._hasher.hash(password), role, datetime.now(UTC)))
        self._store.audit.append("system", "account_created", username, role=role.value)
        return NewAccount(username, role, password)

    def create_first(self) -> tuple[NewAccount, ...]:
        """An agent, an analyst and a manager for a store that has no account yet; nothing otherwise."""
        with self._store.transaction():
            if self._store.accounts.all():
                return ()
            return tuple(self.create(username, role) for username, role in FIRST_ACCOUNTS)

    def sign_in(self, username: str, password: str, address: str) -> Account:
        """The account, if name and password belong together.

        Known and unknown names are answered alike, in words and in time.

        Raises:
            NotAllowed: they do not, the account is disabled, or there were too many attempts from this name or address.
        """
        name = username.strip().lower()
        if not (self._limiter.test(self._by_name, "name", name) and self._limiter.test(self._by_address, "address", address)):
            raise self._refusal(name, address, _LOCKED)
        account = self._store.accounts.get(name)
        right = self._matches(account, password)
        if account is not None and account.locked_until is not None and account.locked_until > datetime.now(UTC):
            raise self._refusal(name, address, _LOCKED)
        if account is None or account.disabled or not right:
            self._count_failure(account, name, address)
            raise self._refusal(name, address, _REFUSED)
        return self._welcome(account, password, address)

    def _matches(self, account: Account | None, password: str) -> bool:
        try:
            return self._hasher.verify(self._nobody if account is None else account.password_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _count_failure(self, account: Account | None, name: str, address: str) -> None:
        self._limiter.hit(self._by_name, "name", name)
        self._limiter.hit(self._by_address, "address", address)
        if account is None:
            return
        failures = account.failed_sign_ins + 1
        locked_until = datetime.now(UTC) + LOCKED_FOR if failures % FAILURES_ALLOWED == 0 else account.locked_until
        self._store.accounts.save(replace(account, failed_sign_ins=failures, locked_until=locked_until))

    def _welcome(self, account: Account, password: str, address: str) -> Account:
        fresh = self._hasher.hash(password) if self._hasher.check_needs_rehash(account.password_hash) else account.password_hash
        account = replace(account, password_hash=fresh, failed_sign_ins=0, locked_until=None)
        with self._store.transaction():
            self._store.accounts.save(account)
            self._store.audit.append(account.username, "signed_in", account.username, address=address)
        return account

    def _refusal(self, name: str, address: str, words: str) -> NotAllowed:
        self._store.audit.append(name[:80], "sign_in_refused", name[:80], address=address, locked=words == _LOCKED)
        return NotAllowed(words)
