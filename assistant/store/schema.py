"""The tables of `shop.db` and how older files become today's: versioned migrations, each in one transaction.

`PRAGMA user_version` counts the migrations that a file has been through. A migration, once released, is never edited: add another.
Text ids are the ids of the shop's own data. Columns named `attributes`, `options`, `address`, `memory`, `answer`, `detail` hold JSON.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sqlite_utils import Database as SqliteUtils
from sqlite_utils.db import ForeignKey

from assistant.errors import StoreError, StoreNewer
from assistant.store.database import Database

Migration = Callable[[SqliteUtils], None]


def migrate(database: Database) -> None:
    """Bring the file to today's schema; two processes that try at once do it once.

    Raises:
        StoreNewer: the file has been through migrations that this version does not know.
        StoreError: the file is older and was opened read-only.
    """
    if _version(database) == len(MIGRATIONS):
        return
    _refuse_newer(database)
    if database.read_only:
        raise StoreError(
            f"{database.path} has schema {_version(database)}, this version needs {len(MIGRATIONS)}.",
            hint=f"Open it once for writing: `shopclerk status --store {database.path.parent}`.",
        )
    for number, migration in enumerate(MIGRATIONS, start=1):
        with database.transaction():
            if _version(database) < number:
                migration(database.sqlite_utils)
                database.execute(f"PRAGMA user_version = {number}")


def _version(database: Database) -> int:
    row = database.row("PRAGMA user_version")
    return int(row[0]) if row else 0


def _refuse_newer(database: Database) -> None:
    version = _version(database)
    if version > len(MIGRATIONS):
        raise StoreNewer(
            f"{database.path.parent} was written by a newer Shopclerk: schema {version}, this one reads up to {len(MIGRATIONS)}.",
            hint="Install that version or a later one, or use another store.",
        )


def _first(db: SqliteUtils) -> None:
    """Catalogue, people, orders, conversations, and the journals."""
    _catalogue(db)
    _customers(db)
    _orders(db)
    _talk(db)
    _journals(db)


def _catalogue(db: SqliteUtils) -> None:
    _create(
        db,
        "products",
        {
            **dict.fromkeys(("id", "name", "category", "style", "brand", "description"), str),
            "price": float,
            "stock": int,
            "image": str,
            "kind": str,
            "active": int,
            "attributes": str,
            "digest": bytes,
        },
        pk="id",
        nullable=("price", "stock"),
    )
    db["products"].create_index(["category"])
    _create(
        db,
        "variants",
        {"product_id": str, "position": int, "id": str, "options": str, "price": float, "stock": int, "available": int},
        pk=("product_id", "position"),
        foreign_keys=[_child_of("variants", "product_id", "products")],
        nullable=("price", "stock"),
    )
    db["variants"].create_index(["id"])
    _create(db, "faq", {"id": str, "question": str, "answer": str, "kind": str, "position": int, "digest": bytes}, pk="id")
    _create(
        db,
        "reviews",
        {
            **dict.fromkeys(("id", "product_id", "customer_id", "title", "text", "created_at", "attributes"), str),
            "rating": float,
            "digest": bytes,
        },
        pk="id",
        nullable=("customer_id", "rating", "created_at"),
    )
    db["reviews"].create_index(["product_id"])


def _customers(db: SqliteUtils) -> None:
    _create(
        db,
        "customers",
        {
            **dict.fromkeys(
                ("id", "first_name", "last_name", "email", "address", "created_at", "attributes", "email_key", "name_zip_key"), str
            ),
            "digest": bytes,
        },
        pk="id",
        nullable=("created_at", "email_key", "name_zip_key"),
    )
    db["customers"].create_index(["email_key"])
    db["customers"].create_index(["name_zip_key"])
    _create(
        db,
        "payment_methods",
        {"customer_id": str, "position": int, "id": str, "source": str, "brand": str, "last_four": str, "balance": float},
        pk=("customer_id", "position"),
        foreign_keys=[_child_of("payment_methods", "customer_id", "customers")],
        nullable=("balance",),
    )


def _orders(db: SqliteUtils) -> None:
    _create(
        db,
        "orders",
        {
            **dict.fromkeys(("id", "customer_id", "placed_at", "status", "kind", "country", "address", "attributes", "lookup"), str),
            "digest": bytes,
        },
        pk="id",
        nullable=("customer_id", "placed_at", "address"),
    )
    for indexed in (["lookup"], ["customer_id", "placed_at"], ["placed_at"]):
        db["orders"].create_index(indexed)
    # The one table of a million rows: clustered by its key, which sqlite-utils cannot ask for.
    db.execute(
        """
        CREATE TABLE order_lines (
            order_id TEXT NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            product_id TEXT NOT NULL,
            name TEXT NOT NULL,
            quantity INTEGER NOT NULL,
            unit_price REAL NOT NULL,
            variant_id TEXT,
            options TEXT NOT NULL,
            booked_at TEXT,
            PRIMARY KEY (order_id, position)
        ) STRICT, WITHOUT ROWID
        """
    )
    children: dict[str, dict[str, type]] = {
        "payments": {"kind": str, "amount": float, "method_id": str, "at": str},
        "shipments": {"tracking_ids": str, "items": str, "carrier": str, "shipped_at": str, "delivered_at": str},
        "status_changes": {"status": str, "at": str, "note": str},
    }
    for name, columns in children.items():
        _create(
            db,
            name,
            {"order_id": str, "position": int, **columns},
            pk=("order_id", "position"),
            foreign_keys=[_child_of(name, "order_id", "orders")],
            nullable=("at", "shipped_at", "delivered_at"),
        )


def _talk(db: SqliteUtils) -> None:
    _create(
        db,
        "conversations",
        dict.fromkeys(("id", "channel", "started_at", "updated_at", "mode", "assignee", "customer_id", "subject", "memory"), str),
        pk="id",
        nullable=("assignee", "customer_id"),
    )
    for columns in (["mode", "updated_at"], ["updated_at"], ["customer_id"]):
        db["conversations"].create_index(columns)
    _create(
        db,
        "turns",
        {"conversation_id": str, "number": int, "author": str, "text": str, "at": str, "answer": str},
        pk=("conversation_id", "number"),
        foreign_keys=[_child_of("turns", "conversation_id", "conversations")],
        nullable=("answer",),
    )
    _create(
        db,
        "feedback",
        {"id": int, "conversation_id": str, "turn": int, "rating": int, "reason": str, "at": str},
        pk="id",
        foreign_keys=[_child_of("feedback", "conversation_id", "conversations")],
    )
    db["feedback"].create_index(["conversation_id"])


def _journals(db: SqliteUtils) -> None:
    _create(
        db,
        "accounts",
        {
            **dict.fromkeys(("username", "password_hash", "role", "created_at", "locked_until"), str),
            "disabled": int,
            "failed_sign_ins": int,
        },
        pk="username",
        nullable=("locked_until",),
    )
    _create(db, "audit", {"id": int, "at": str, "actor": str, "action": str, "subject": str, "detail": str}, pk="id")
    _create(
        db,
        "imports",
        {
            "id": int,
            **dict.fromkeys(("at", "format", "path", "sha256", "mapping", "changed_at"), str),
            **dict.fromkeys(("added", "changed", "unchanged", "rejected"), int),
        },
        pk="id",
    )
    _create(db, "revisions", {"name": str, "number": int}, pk="name")
    # Numbers of two stores, or of a store and its successor in the same folder, must not be taken for one another.
    start = uuid.uuid4().int >> 72
    db["revisions"].insert_all({"name": name, "number": start} for name in ("products", "faq", "customers", "orders", "reviews"))


def _corrections(db: SqliteUtils) -> None:
    """What people corrected; a correction goes with its conversation, whose words it holds."""
    _create(
        db,
        "corrections",
        {"id": int, **dict.fromkeys(("task", "text", "label", "was", "by", "at", "conversation_id"), str), "turn": int},
        pk="id",
        nullable=("conversation_id", "turn"),
        foreign_keys=[_child_of("corrections", "conversation_id", "conversations")],
    )
    db["corrections"].create_index(["task"])
    db["corrections"].create_index(["conversation_id", "turn"])


def _satisfaction(db: SqliteUtils) -> None:
    """How a conversation was for the customer; and the way from a product to the orders that hold it."""
    _create(
        db,
        "satisfaction",
        {"conversation_id": str, "score": int, "words": str, "at": str},
        pk="conversation_id",
        foreign_keys=[_child_of("satisfaction", "conversation_id", "conversations")],
    )
    db["order_lines"].create_index(["product_id"])


def _access(db: SqliteUtils) -> None:
    """Who is signed in, who is invited, which programs may call: of every secret only its hash."""
    _create(db, "sessions", dict.fromkeys(("key", "username", "began_at", "seen_at", "address"), str), pk="key")
    db["sessions"].create_index(["username"])
    _create(db, "invitations", dict.fromkeys(("key", "username", "role", "made_at", "expires_at"), str), pk="key")
    _create(
        db,
        "api_keys",
        dict.fromkeys(("id", "name", "secret_hash", "scopes", "role", "made_at", "used_at", "revoked_at"), str),
        pk="id",
        nullable=("used_at", "revoked_at"),
    )
    db["audit"].create_index(["action"])


def _desk(db: SqliteUtils) -> None:
    """What agents do: switches of the speaker (which outlive the conversation), notes, tags, macros, suggestions, settled questions."""
    _create(
        db,
        "switches",
        {"id": int, **dict.fromkeys(("conversation_id", "at", "by", "event", "was", "now", "assignee", "reason"), str)},
        pk="id",
        nullable=("assignee",),
    )
    db["switches"].create_index(["conversation_id"])
    db["switches"].create_index(["at"])
    _create(db, "macros", {**dict.fromkeys(("id", "title", "when", "text", "by", "at"), str), "removed": int}, pk="id")
    _create(db, "macro_uses", {"id": str, "uses": int}, pk="id")
    of_talk: dict[str, tuple[dict[str, type], str | tuple[str, ...]]] = {
        "notes": ({"id": int, "conversation_id": str, "by": str, "text": str, "at": str}, "id"),
        "tags": (dict.fromkeys(("conversation_id", "tag", "by", "at"), str), ("conversation_id", "tag")),
        "settled_gaps": ({"conversation_id": str, "turn": int, "faq_id": str, "by": str, "at": str}, ("conversation_id", "turn")),
        "suggestions": (
            {
                "id": int,
                "conversation_id": str,
                "turn": int,
                **dict.fromkeys(("message", "intent", "source", "source_id", "sources", "suggested", "sent", "outcome", "by", "at"), str),
                "edit_distance": float,
            },
            "id",
        ),
    }
    for name, (columns, key) in of_talk.items():
        _create(db, name, columns, pk=key, foreign_keys=[_child_of(name, "conversation_id", "conversations")])
    for name in ("notes", "suggestions"):
        db[name].create_index(["conversation_id"])
    db["suggestions"].create_index(["at"])


def _shown_names(db: SqliteUtils) -> None:
    """What customers call an agent."""
    db["accounts"].add_column("shown_as", str, not_null_default="")


def _create(
    db: SqliteUtils,
    name: str,
    columns: dict[str, type],
    *,
    pk: str | tuple[str, ...],
    nullable: tuple[str, ...] = (),
    foreign_keys: list[ForeignKey] | None = None,
) -> None:
    not_null = [column for column in columns if column not in nullable]
    db[name].create(columns, pk=pk, not_null=not_null, foreign_keys=foreign_keys or [], strict=True)


def _child_of(table: str, column: str, parent: str) -> ForeignKey:
    return ForeignKey(table, column, parent, "id", on_delete="CASCADE")


MIGRATIONS: tuple[Migration, ...] = (_first, _corrections, _satisfaction, _access, _desk, _shown_names)
