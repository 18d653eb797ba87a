"""The store of one shop: a folder with `shop.db`, and a repository for each kind of thing in it.

Owns opening, creating, transactions and what spans repositories. Does not write `settings.toml`, the warehouse or the index.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from assistant.errors import StoreExists, StoreMissing
from assistant.store import privacy
from assistant.store.access import ApiKeys, Invitations, Sessions
from assistant.store.accounts import Accounts
from assistant.store.catalogue import Catalogue
from assistant.store.conversations import Conversations, Corrections, Ratings, Verdicts
from assistant.store.database import Database
from assistant.store.deskwork import Gaps, Macros, Notes, Suggestions, Switches, Tags
from assistant.store.faq import Faq
from assistant.store.journals import Audit, Imports
from assistant.store.orders import Orders
from assistant.store.people import Customers
from assistant.store.privacy import Erased
from assistant.store.reviews import Reviews
from assistant.store.schema import migrate
from assistant.store.service import Service

if TYPE_CHECKING:
    from assistant.store.export import Export

DATABASE_FILE = "shop.db"


class Store:
    """A shop's data. Use `Store.create` or `Store.open`; may be shared by threads, and closes as a context manager."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self._db = database
        self.catalogue = Catalogue(database)
        self.faq = Faq(database)
        self.customers = Customers(database)
        self.orders = Orders(database)
        self.reviews = Reviews(database)
        self.accounts = Accounts(database)
        self.sessions = Sessions(database)
        self.invitations = Invitations(database)
        self.api_keys = ApiKeys(database)
        self.conversations = Conversations(database)
        self.feedback = Ratings(database)
        self.satisfaction = Verdicts(database)
        self.corrections = Corrections(database)
        self.switches = Switches(database)
        self.notes = Notes(database)
        self.tags = Tags(database)
        self.macros = Macros(database)
        self.suggestions = Suggestions(database)
        self.gaps = Gaps(database)
        self.service = Service(database)
        self.audit = Audit(database)
        self.imports = Imports(database)

    @cached_property
    def export(self) -> Export:
        """The store as Arrow record batches."""
        # Arrow takes a while to import, and a conversation does not need it.
        from assistant.store.export import Export

        return Export(self._db)

    @classmethod
    def create(cls, folder: Path) -> Store:
        """An empty store in a new or empty folder, readable by its owner only.

        Raises:
            StoreExists: the folder holds a store, or something else.
            StoreFull, StoreError: it cannot be written; nothing is left behind.
        """
        _refuse_occupied(folder)
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / DATABASE_FILE
        path.touch(mode=0o600)
        store = cls(folder, Database(path))
        try:
            migrate(store._db)
        except BaseException:
            store.close()
            for leftover in folder.glob(f"{DATABASE_FILE}*"):
                leftover.unlink()
            if made:
                folder.rmdir()
            raise
        return store

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> Store:
        """The store in `folder`, brought to today's schema.

        Raises:
            StoreMissing: there is none.
            StoreNewer: it was written by a newer version.
            StoreError: it is damaged, or older and opened read-only.
        """
        path = folder / DATABASE_FILE
        if not path.is_file():
            raise StoreMissing(
                f"There is no store in {folder}.", hint=f"Make one with `shopclerk init {folder}`, or give the right --store."
            )
        store = cls(folder, Database(path, read_only=read_only))
        try:
            migrate(store._db)
        except BaseException:
            store.close()
            raise
        return store

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is written together, or not at all; a call inside another joins it."""
        return self._db.transaction()

    def changed_at(self, *kinds: Literal["catalogue", "faq", "customers", "orders", "reviews"]) -> str:
        """A token that differs after every write that changed something of these kinds; of all five where none is named."""
        tables = [{"catalogue": "products"}.get(kind, kind) for kind in kinds]
        rows = self._db.rows("SELECT name, number FROM revisions ORDER BY name")
        return ".".join(f"{number:x}" for name, number in rows if not tables or name in tables)

    def erase_customer(self, id: str) -> Erased:
        """Forget a customer; orders and reviews stay without them. See `assistant.store.privacy`."""
        return privacy.erase_customer(self._db, id)

    def copy_to(self, path: Path) -> None:
        """The database of this moment, as a file of its own; others may read and write meanwhile.

        Raises:
            StoreFull, StoreError: it cannot be written.
        """
        self._db.copy_to(path)

    def close(self) -> None:
        """Close all connections."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _refuse_occupied(folder: Path) -> None:
    if (folder / DATABASE_FILE).exists():
        raise StoreExists(f"{folder} holds a store already.", hint="Use it with `--store`, or choose another folder.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreExists(f"{folder} is not an empty folder.", hint="Choose a new folder for the store.")
