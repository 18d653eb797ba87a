"""Columnar facts for questions: filled from the store, opened read-only to answer."""

from assistant.warehouse.build import RefreshReport, Source, refresh
from assistant.warehouse.engine import warehouse_file
from assistant.warehouse.linked import LinkedWarehouse
from assistant.warehouse.pseudonymous import PseudonymousWarehouse, pseudonym_key
from assistant.warehouse.warehouse import Warehouse, WarehouseInfo

__all__ = [
    "LinkedWarehouse",
    "PseudonymousWarehouse",
    "RefreshReport",
    "Source",
    "Warehouse",
    "WarehouseInfo",
    "pseudonym_key",
    "refresh",
    "warehouse_file",
]
