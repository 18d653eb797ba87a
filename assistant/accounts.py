"""The staff's accounts: passwords, lockout, and who may open which room.

Owns argon2 hashing and the rules of signing in, of passwords and of invitations; keeps accounts in `store.accounts` and writes every
attempt to the audit log.
Refuses to know about cookies and pages (`assistant.tokens`, `ui.signin`).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.config import AccountSettings
from assistant.errors import NotAllowed, StoreError
from assistant.store import Store
from assistant.store.records import Account, AccountRole, Invitation

DESK_ROLES = frozenset({AccountRole.AGENT, AccountRole.MANAGER, AccountRole.ADMIN})
"""Who may open the agents' desk."""

INSIGHTS_ROLES = frozenset({AccountRole.ANALYST, AccountRole.MANAGER, AccountRole.ADMIN})
"""Who may ask about the shop's figures."""

KEEPER_ROLES = frozenset({AccountRole.MANAGER, AccountRole.ADMIN})
"""Who may bring in data and read how the server does."""

FIRST_ACCOUNTS = (("agent", AccountRole.AGENT), ("analyst", AccountRole.ANALYST), ("manager", AccountRole.MANAGER))

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
LONGEST_SHOWN = 40
NO_PASSWORD = "!"
"""No password matches it: the account signs in elsewhere, or its invitation is not used yet."""

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
        settings: how long invitations hold.
    """

    def __init__(self, store: Store, hasher: PasswordHasher | None = None, settings: AccountSettings | None = None) -> None:
        self._store = store
        self._settings = settings or AccountSettings()
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

    def sign_in_elsewhere(self, name: str, role: AccountRole | None, address: str) -> Account:
        """The account of somebody whom the company's own sign-in vouches for; made where `role` says what it may do.

        A role given from there also replaces the one here: it is decided in one place.

        Raises:
            NotAllowed: there is no such account and no role for one, or it is disabled.
        """
        name = name.strip().lower()
        with self._store.transaction():
            account = self._store.accounts.get(name)
            if account is None and role is not None and name:
                account = Account(name, NO_PASSWORD, role, datetime.now(UTC))
                self._store.audit.append("system", "account_created", name, role=role.value)
            if account is not None and not account.disabled:
                account = replace(account, role=role or account.role, failed_sign_ins=0, locked_until=None)
                self._store.accounts.save(account)
                self._store.audit.append(account.username, "signed_in", account.username, address=address, by="oidc")
                return account
        raise self._refusal(name, address, "There is no account for you here. Ask a manager for an invitation.")

    def change_password(self, account: Account, old: str, new: str) -> Account:
        """The account with its new password. Sessions that were given for the old one end.

        Raises:
            NotAllowed: the old one is not right, the new one is too easily guessed, or there were too many attempts.
        """
        if not self._limiter.test(self._by_name, "name", account.username.lower()):
            raise self._refusal(account.username, "", _LOCKED)
        if not self._matches(account, old):
            self._count_failure(account, account.username.lower(), "")
            raise self._refusal(account.username, "", "The present password is not right.")
        return self._set_password(account, new)

    def invite(self, username: str, role: AccountRole | None = None, by: str = "command line") -> str:
        """The secret of a link by which one person may choose the password of this account, once.

        `role` is for a new account. The link for a known one changes nothing until it is used.

        Raises:
            StoreError: a new account without a role, or a name that is none; another role than a known account has.
        """
        name, known = username.strip(), self._store.accounts.get(username.strip())
        if not name or len(name) > 80:
            raise StoreError(f"An account's name has 1 to 80 characters; seen: {username!r}.", hint="shopclerk invite ada --role agent")
        if known is None and role is None:
            raise StoreError(f"There is no account {name!r} yet.", hint="Say what it may do: --role agent, analyst, manager or admin.")
        if known is not None and role not in (None, known.role):
            raise StoreError(f"{known.username} is {known.role.value} already.", hint="Leave out --role to let them choose a new password.")
        secret, made = secrets.token_urlsafe(32), datetime.now(UTC)
        invited, given = (known.username, known.role) if known else (name, role or AccountRole.AGENT)
        ends = made + timedelta(hours=self._settings.invitation_hours)
        with self._store.transaction():
            self._store.invitations.add(Invitation(_key(secret), invited, given, made, ends))
            self._store.audit.append(by, "account_invited", invited, role=given.value)
        return secret

    def invited(self, secret: str) -> Invitation:
        """The invitation that a link stands for.

        Raises:
            NotAllowed: it was used, has run out, or never was one.
        """
        invitation = self._store.invitations.get(_key(secret))
        if invitation is None or invitation.expires_at <= datetime.now(UTC):
            raise NotAllowed("This invitation was used before, or has run out. Ask for another.")
        return invitation

    def accept(self, secret: str, password: str, address: str) -> Account:
        """Use an invitation up: the account, new or known, with the password chosen.

        Raises:
            NotAllowed: the invitation does not hold, or the password is too easily guessed; then it can be used still.
        """
        invitation = self.invited(secret)
        _check_password(invitation.username, password)
        hashed = self._hasher.hash(password)
        with self._store.transaction():
            if not self._store.invitations.take(invitation.key):
                raise NotAllowed("This invitation was used before. Ask for another.")
            known = self._store.accounts.get(invitation.username) or Account(
                invitation.username, hashed, invitation.role, datetime.now(UTC)
            )
            account = replace(known, password_hash=hashed, failed_sign_ins=0, locked_until=None)
            self._store.accounts.save(account)
            self._store.sessions.remove_all(account.username)
            self._store.audit.append(account.username, "invitation_accepted", account.username, address=address)
        return account

    def call(self, username: str, shown_as: str, by: str = "command line") -> Account:
        """Choose the name that customers read; empty: none, then they read "a colleague".

        Raises:
            StoreError: there is no such account.
            NotAllowed: it is too long, or has signs that no name has.
        """
        account, name = self._store.accounts.get(username), " ".join(shown_as.split())
        if account is None:
            raise StoreError(f"There is no account {username!r}.", hint="`shopclerk accounts list` shows them.")
        if len(name) > LONGEST_SHOWN or not all(sign.isalpha() or sign in " .-'’" or sign.isdigit() for sign in name):
            raise NotAllowed(f"A name for customers has at most {LONGEST_SHOWN} letters, with spaces, dots, hyphens or apostrophes.")
        account = replace(account, shown_as=name)
        with self._store.transaction():
            self._store.accounts.save(account)
            self._store.audit.append(by, "account_named", account.username, shown_as=name)
        return account

    def assign(self, username: str, role: AccountRole, by: str) -> None:
        """Give an account another role; it holds at once, on every screen.

        Raises:
            StoreError: there is no such account.
            NotAllowed: it is one's own.
        """
        account = self._store.accounts.get(username)
        if account is None:
            raise StoreError(f"There is no account {username!r}.", hint="Invite them first.")
        if account.role is role:
            return
        if account.username == by:
            raise NotAllowed("Nobody changes their own role. Ask another administrator.")
        with self._store.transaction():
            self._store.accounts.save(replace(account, role=role))
            self._store.audit.append(by, "account_role_changed", account.username, was=account.role.value, now=role.value)

    def switch(self, username: str, *, disabled: bool, by: str = "command line") -> None:
        """Shut an account out and end its sessions, or let it in again.

        Raises:
            StoreError: there is no such account.
            NotAllowed: it is one's own.
        """
        account = self._store.accounts.get(username)
        if account is None:
            raise StoreError(f"There is no account {username!r}.", hint="`shopclerk accounts list` shows them.")
        if account.username == by:
            raise NotAllowed("Nobody shuts themselves out. Ask another administrator.")
        with self._store.transaction():
            self._store.accounts.save(replace(account, disabled=disabled, failed_sign_ins=0, locked_until=None))
            self._store.audit.append(by, "account_disabled" if disabled else "account_enabled", account.username)
            if disabled:
                self._store.sessions.remove_all(account.username)

    def _set_password(self, account: Account, password: str) -> Account:
        _check_password(account.username, password)
        account = replace(account, password_hash=self._hasher.hash(password), failed_sign_ins=0, locked_until=None)
        with self._store.transaction():
            self._store.accounts.save(account)
            self._store.sessions.remove_all(account.username)
            self._store.audit.append(account.username, "password_changed", account.username)
        return account

    def _matches(self, account: Account | None, password: str) -> bool:
        unknown = account is None or account.password_hash == NO_PASSWORD
        try:
            return self._hasher.verify(self._nobody if account is None or unknown else account.password_hash, password)
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


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _check_password(username: str, password: str) -> None:
    """Long enough, and not what somebody would try first; no rules about signs, which make passwords worse (NIST SP 800-63B).

    Raises:
        NotAllowed: it is too easily guessed, in words for the person who chose it.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise NotAllowed(f"Choose at least {SHORTEST_PASSWORD} characters; a few words do well.")
    if len(password) > 200:
        raise NotAllowed("Choose at most 200 characters.")
    plain = password.lower()
    if len(set(plain)) < 5 or username.lower() in plain or any(plain.startswith(word) for word in ("password", "123456", "qwerty")):
        raise NotAllowed("That password is among the first that anybody would try. Choose another.")
