"""Columnar facts for questions: filled from the store, opened read-only to answer."""

from assistant.warehouse.build import RefreshReport, Source, refresh
from assistant.warehouse.engine import warehouse_file
from assistant.warehouse.linked import LinkedWarehouse
from assistant.warehouse.warehouse import Warehouse, WarehouseInfo

__all__ = ["LinkedWarehouse", "RefreshReport", "Source", "Warehouse", "WarehouseInfo", "refresh", "warehouse_file"]
