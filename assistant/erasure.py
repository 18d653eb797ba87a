"""A customer's right to be forgotten, carried out over the whole store folder, with a certificate of what was removed.

Owns the order of the steps and the search for what might be left. The database's own part is `assistant.store.privacy`. The models that
the program trains hold no customer; those fitted to orders that are nobody's now are named, so that they can be fitted anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import BadSettings, StoreError
from assistant.models.registry import installed
from assistant.store import Store
from assistant.types import Progress
from assistant.warehouse import Warehouse

CERTIFICATES = "erasures"
FILES = ("rejects", "models", "index", "questions.json", "demo.json")
"""What a store folder holds beside the database and the warehouse, where an id could stand in a file."""
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was removed of one customer, and when. `customer` is a digest of the id: a certificate must not keep what it says is gone.

    `left` names files in which the id still stands, for a person to look at (a rejected row of an import, for instance).
    """

    customer: str
    at: str
    customers: int
    conversations: int
    orders_anonymised: int
    reviews_anonymised: int
    warehouse_lines: int
    left: tuple[str, ...]
    models_from_before: tuple[str, ...]

    def __str__(self) -> str:
        again = f" Fitted before, and worth fitting anew with `shopclerk train`: {', '.join(self.models_from_before)}."
        left = (
            f" The id still stands in {', '.join(self.left)}: look at it." if self.left else " The id stands nowhere in the store any more."
        )
        return (
            f"Erased {self.customers} customer, {self.conversations} conversations; {self.orders_anonymised} orders and "
            f"{self.reviews_anonymised} reviews are nobody's now; the warehouse has {self.warehouse_lines} lines of theirs left.{left}"
            f"{again if self.models_from_before else ''}"
        )


def erase(folder: Path, customer: str, refresh_index: Callable[[Store], object], progress: Progress | None = None) -> Certificate:
    """Forget a customer in the store, the warehouse and the index, and write the certificate into the store.

    Args:
        refresh_index: brings the search index up to date with the store.

    Raises:
        BadSettings: the store knows no such customer; nothing is changed.
        StoreError: a part still holds the customer after it was rebuilt.
    """
    with Store.open(folder) as store:
        removed = store.erase_customer(customer)
        if not removed:
            raise BadSettings(f"The store has no customer {customer!r}.", hint="Give the id as orders and customers have it.")
        Warehouse.refresh(store, progress, force=True)
        refresh_index(store)
        digest = hashlib.sha256(customer.encode()).hexdigest()[:16]
        made = Certificate(
            customer=digest,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            customers=removed.customers,
            conversations=removed.conversations,
            orders_anonymised=removed.orders_anonymised,
            reviews_anonymised=removed.reviews_anonymised,
            warehouse_lines=_lines_left(folder, customer),
            left=_left(folder, customer),
            models_from_before=tuple(model.name for model in installed(folder) if "-" in model.name and model.active),
        )
        if made.warehouse_lines:
            raise StoreError(
                f"The warehouse still has {made.warehouse_lines} lines of that customer.", hint="Run `shopclerk index --rebuild`."
            )
        store.audit.append("owner", "customer_erased", digest, orders=removed.orders_anonymised, conversations=removed.conversations)
    target = folder / CERTIFICATES
    target.mkdir(exist_ok=True)
    (target / f"{digest}.json").write_text(json.dumps(asdict(made), indent=1) + "\n", encoding="utf-8")
    return made


def _lines_left(folder: Path, customer: str) -> int:
    warehouse = Warehouse.open(folder)
    try:
        lines, customers = warehouse.table("lines"), warehouse.table("customers")
        counts = [table.filter(table["customer_id"] == customer).count().name("n").as_table() for table in (lines, customers)]
        return sum(int(warehouse.run(count)["n"][0].as_py()) for count in counts)
    finally:
        warehouse.close()


def _left(folder: Path, customer: str) -> tuple[str, ...]:
    """Files beside the database in which the id still stands as a word of its own."""
    paths = [path for name in FILES for path in ([folder / name] if (folder / name).is_file() else sorted((folder / name).rglob("*")))]
    return tuple(path.relative_to(folder).as_posix() for path in paths if path.is_file() and _stands_in(path, customer.encode()))


def _stands_in(path: Path, word: bytes) -> bool:
    """Whether `word` stands in the file, not as part of a longer word; ids that are plain small numbers are looked for in quotes."""
    needles = (b'"' + word + b'"', b"," + word + b",")
    tail = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            block = tail + chunk
            if any(needle in block for needle in needles):
                return True
            tail = block[-(len(word) + 2) :]
    return False
