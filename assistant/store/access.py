"""Sessions, invitations and API keys. Of every secret only a hash is here; who may do what is decided elsewhere."""

from __future__ import annotations

from datetime import datetime

from assistant.store.codec import from_stamp, from_time, stamp
from assistant.store.database import Database, Row
from assistant.store.records import AccountRole, ApiKey, Invitation, Session

_SESSION = "key, username, began_at, seen_at, address"
_INVITATION = "key, username, role, made_at, expires_at"
_API_KEY = "id, name, secret_hash, scopes, role, made_at, used_at, revoked_at"


class Sessions:
    """Who is signed in where."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, session: Session) -> None:
        """Begin one."""
        s = session
        self._db.execute(
            f"INSERT INTO sessions ({_SESSION}) VALUES (?, ?, ?, ?, ?)", (s.key, s.username, stamp(s.began_at), stamp(s.seen_at), s.address)
        )

    def get(self, key: str) -> Session | None:
        """The session of this hash."""
        row = self._db.row(f"SELECT {_SESSION} FROM sessions WHERE key = ?", (key,))
        return _session(row) if row else None

    def of_account(self, username: str) -> list[Session]:
        """An account's sessions, the last seen first."""
        rows = self._db.rows(f"SELECT {_SESSION} FROM sessions WHERE username = ? COLLATE NOCASE ORDER BY seen_at DESC", (username,))
        return [_session(row) for row in rows]

    def touch(self, key: str, at: datetime) -> None:
        """Note a sign of life."""
        self._db.execute("UPDATE sessions SET seen_at = ? WHERE key = ?", (stamp(at), key))

    def remove(self, key: str) -> None:
        """End one."""
        self._db.execute("DELETE FROM sessions WHERE key = ?", (key,))

    def remove_all(self, username: str, keep: str = "") -> int:
        """End an account's sessions, all but `keep`; how many there were."""
        return self._db.execute("DELETE FROM sessions WHERE username = ? COLLATE NOCASE AND key <> ?", (username, keep)).rowcount

    def sweep(self, began_before: datetime, seen_before: datetime) -> int:
        """Delete those that have run out; how many there were."""
        sql = "DELETE FROM sessions WHERE began_at <= ? OR seen_at <= ?"
        return self._db.execute(sql, (stamp(began_before), stamp(seen_before))).rowcount


class Invitations:
    """Links not yet used; one for each name at most."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, invitation: Invitation) -> None:
        """Keep one, in place of an earlier one for the same name."""
        i = invitation
        with self._db.transaction():
            self._db.execute("DELETE FROM invitations WHERE username = ? COLLATE NOCASE", (i.username,))
            self._db.execute(
                f"INSERT INTO invitations ({_INVITATION}) VALUES (?, ?, ?, ?, ?)",
                (i.key, i.username, i.role.value, stamp(i.made_at), stamp(i.expires_at)),
            )

    def get(self, key: str) -> Invitation | None:
        """The invitation of this hash."""
        row = self._db.row(f"SELECT {_INVITATION} FROM invitations WHERE key = ?", (key,))
        return _invitation(row) if row else None

    def take(self, key: str) -> bool:
        """Use one up: of two who try at once, one gets True."""
        return self._db.execute("DELETE FROM invitations WHERE key = ?", (key,)).rowcount == 1


class ApiKeys:
    """Programs that may call the API."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        k = key
        self._db.execute(
            f"INSERT INTO api_keys ({_API_KEY}) VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)",
            (k.id, k.name, k.secret_hash, " ".join(k.scopes), k.role.value, stamp(k.made_at)),
        )

    def get(self, id: str) -> ApiKey | None:
        """The key with this id."""
        row = self._db.row(f"SELECT {_API_KEY} FROM api_keys WHERE id = ?", (id,))
        return _api_key(row) if row else None

    def all(self) -> list[ApiKey]:
        """Every key, the earliest first, revoked ones too."""
        return [_api_key(row) for row in self._db.rows(f"SELECT {_API_KEY} FROM api_keys ORDER BY made_at, id")]

    def touch(self, id: str, at: datetime) -> None:
        """Note that a key was used."""
        self._db.execute("UPDATE api_keys SET used_at = ? WHERE id = ?", (stamp(at), id))

    def revoke(self, id: str, at: datetime) -> bool:
        """End a key; False where there is none, or it has ended before."""
        return self._db.execute("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (stamp(at), id)).rowcount == 1


def _session(row: Row) -> Session:
    key, username, began_at, seen_at, address = row
    return Session(key, username, from_stamp(began_at), from_stamp(seen_at), address)


def _invitation(row: Row) -> Invitation:
    key, username, role, made_at, expires_at = row
    return Invitation(key, username, AccountRole(role), from_stamp(made_at), from_stamp(expires_at))


def _api_key(row: Row) -> ApiKey:
    id, name, secret_hash, scopes, role, made_at, used_at, revoked_at = row
    return ApiKey(
        id, name, secret_hash, tuple(scopes.split()), AccountRole(role), from_stamp(made_at), from_time(used_at), from_time(revoked_at)
    )
