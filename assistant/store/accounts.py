"""The staff's accounts."""

from __future__ import annotations

from assistant.errors import StoreError
from assistant.store.codec import from_stamp, from_time, stamp
from assistant.store.database import Database, Row
from assistant.store.records import Account, AccountRole

_COLUMNS = "username, password_hash, role, created_at, disabled, failed_sign_ins, locked_until, shown_as"
COLLEAGUE = "a colleague"
"""What customers read of an agent who has chosen no name."""


class Accounts:
    """People who may sign in. Usernames differ in more than case."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, account: Account) -> None:
        """Add a new account.

        Raises:
            StoreError: the username is taken.
        """
        with self._db.transaction():
            if self.get(account.username) is not None:
                raise StoreError(f"There is an account {account.username!r} already.", hint="Choose another name, or change that account.")
            self.save(account)

    def get(self, username: str) -> Account | None:
        """The account of this name, upper and lower case alike."""
        row = self._db.row(f"SELECT {_COLUMNS} FROM accounts WHERE username = ? COLLATE NOCASE", (username,))
        return _account(row) if row else None

    def shown(self, username: str) -> str:
        """The name of this account as customers read it; never the login, which may be an e-mail address."""
        account = self.get(username)
        return account.shown_as if account and account.shown_as else COLLEAGUE

    def save(self, account: Account) -> None:
        """Write the account as given, new or known."""
        a = account
        locked_until = None if a.locked_until is None else stamp(a.locked_until)
        self._db.execute(
            f"INSERT OR REPLACE INTO accounts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (a.username, a.password_hash, a.role.value, stamp(a.created_at), int(a.disabled), a.failed_sign_ins, locked_until, a.shown_as),
        )

    def all(self) -> list[Account]:
        """Every account, by name."""
        return [_account(row) for row in self._db.rows(f"SELECT {_COLUMNS} FROM accounts ORDER BY username")]


def _account(row: Row) -> Account:
    username, password_hash, role, created_at, disabled, failed, locked_until, shown_as = row
    locked = from_time(locked_until)
    return Account(username, password_hash, AccountRole(role), from_stamp(created_at), bool(disabled), failed, locked, shown_as)
