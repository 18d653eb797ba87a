"""Where a store keeps its warehouse, and how DuckDB runs over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ENGINE: dict[str, Any] = {"threads": 2, "memory_limit": "1500MB", "autoinstall_known_extensions": "false"}
"""For the rebuild and for questions alike: inside what a small machine has to give."""


def warehouse_file(store: Path) -> Path:
    """The warehouse of the store in folder `store`."""
    return store / "warehouse" / "shop.duckdb"
