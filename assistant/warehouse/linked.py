"""A warehouse on another engine: the same tables, exported once with `Warehouse.export` and loaded there, asked through Ibis.

Owns the connection by URL. Fills nothing and limits no time: who may wait how long is that engine's own setting.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import StoreError, WarehouseMissing
from assistant.warehouse.warehouse import ABOUT, TABLES, Warehouse, WarehouseInfo

if TYPE_CHECKING:
    import pyarrow as pa

LOOK_AGAIN_S = 60.0
"""So often it is checked whether the tables were loaded anew."""


class LinkedWarehouse(Warehouse):
    """The tables behind an Ibis URL, such as `trino://user@host/catalogue/schema` or `duckdb:///shop.duckdb`.

    Args:
        link: the URL, or an Ibis connection that is open already.
    """

    runs_texts = False

    def __init__(self, link: Any) -> None:
        super().__init__(Path())
        self._link = link
        self._looked = 0.0

    def stale(self) -> bool:
        """Whether the tables were loaded anew since they were first read."""
        with self._lock:
            if self._info is None or time.monotonic() - self._looked < LOOK_AGAIN_S:
                return False
            self._looked = time.monotonic()
            return self._about() != self._info

    def close(self) -> None:
        """Forget what was read; a connection that was given open stays so."""
        with self._lock:
            if not isinstance(self._link, str):
                self._connection = None
            super().close()

    def _connect(self) -> None:
        if self._connection is not None:
            return
        import ibis

        try:
            self._connection = ibis.connect(self._link) if isinstance(self._link, str) else self._link
        except (ibis.common.exceptions.IbisError, ValueError, ImportError) as error:
            raise WarehouseMissing(f"{self._link} cannot be opened: {error}.", hint="Mend `staff.warehouse_url`.") from error
        missing = [name for name in TABLES if not self._holds(name)]
        if missing:
            self._connection = None
            raise WarehouseMissing(
                f"{self._link} has no table {', '.join(missing)}.", hint="Load the Parquet files that `Warehouse.export` writes."
            )
        self._info, self._looked = self._about(), time.monotonic()

    def _holds(self, name: str) -> bool:
        import ibis

        try:
            self._connection.table(name)
        except (ibis.common.exceptions.TableNotFound, ibis.common.exceptions.IbisError):
            return False
        return True

    def _about(self) -> WarehouseInfo:
        (row,) = self._connection.to_pyarrow(self._connection.table("about").select(*ABOUT)).to_pylist()
        return WarehouseInfo(**row)

    def _fetch(self, query: str, expression: Any) -> pa.Table:
        import ibis

        try:
            return self._connection.to_pyarrow(expression.as_table())
        except ibis.common.exceptions.IbisError as error:
            raise StoreError(f"The warehouse could not answer: {error}.") from error
