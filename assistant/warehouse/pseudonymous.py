"""The warehouse as it is shown to those who may not know who a customer is: pseudonyms in place of ids, and no names.

Owns the view. Because it lies under everything that answers, a figure, a sentence, a receipt and a follow-up question can only ever hold a
pseudonym, and an id that somebody types finds nobody. Pseudonyms stay the same for a shop as long as its key file does.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import StoreError
from assistant.warehouse.warehouse import Warehouse, WarehouseInfo

if TYPE_CHECKING:
    import pyarrow as pa

KEY_FILE = "pseudonyms.key"
DIGITS = 10
"""Hexadecimal digits of a pseudonym: that two of a hundred thousand customers share one has a chance of half a per cent."""
_OF_CUSTOMERS = ("lines", "customers", "reviews")


class PseudonymousWarehouse(Warehouse):
    """Wraps an open warehouse; see the module.

    Args:
        inner: the warehouse itself, on whatever engine.
        key: what pseudonyms are made with; whoever has it and an id can tell that customer's pseudonym.
    """

    view = "pseudonyms"
    runs_texts = False

    def __init__(self, inner: Warehouse, key: str) -> None:
        super().__init__(inner.path, time_limit_s=inner.time_limit_s)
        self._inner, self._key = inner, key

    @property
    def info(self) -> WarehouseInfo:
        """What it holds and how fresh that is."""
        return self._inner.info

    def table(self, name: str) -> Any:
        """The Ibis table `name`, its customers under their pseudonyms."""
        import ibis

        table = self._inner.table(name)
        if name not in _OF_CUSTOMERS:
            return table
        digest = (ibis.literal(self._key) + table["customer_id"]).hexdigest("md5").upper()
        hidden = {"customer_id": ibis.literal("P") + digest.substr(0, DIGITS)}
        return table.mutate(**hidden, **({"name": ibis.literal("")} if name == "customers" else {}))

    def sql(self, expression: Any) -> str:
        """The query that `expression` compiles to, without the key."""
        return self._inner.sql(expression).replace(self._key, "…")

    def run(self, expression: Any) -> pa.Table:
        """The rows of an Ibis expression; see `Warehouse.run`."""
        return self._inner.run(expression)

    def rows(self, query: str, expression: Any) -> pa.Table:
        """The rows of `expression`; its text lacks the key."""
        return self._inner.run(expression)

    def export(self, folder: Path) -> tuple[Path, ...]:
        """Refused: what is exported is read by others, under the ids that it has.

        Raises:
            StoreError: always.
        """
        raise StoreError("A warehouse under pseudonyms cannot be exported.", hint="Export the store's own.")

    def stale(self) -> bool:
        """Whether the facts were filled anew since they were first read."""
        return self._inner.stale()

    def close(self) -> None:
        """Let the facts go; the next use opens them again."""
        self._inner.close()


def pseudonym_key(store: Path) -> str:
    """The key of the store in this folder, made at first use and readable by its owner only."""
    path = store / KEY_FILE
    if not path.exists():
        fresh = path.with_name(f".{KEY_FILE}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(16))
        with contextlib.suppress(FileExistsError):  # another process was first: its key holds
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
