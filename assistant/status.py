"""What a store holds, how fresh it is, what it can use and what is missing: facts for `shopclerk status` and the readiness check."""

from __future__ import annotations

from pathlib import Path

from assistant.config import load_settings
from assistant.indexing import index_state
from assistant.models.registry import models_in_use
from assistant.store import Store
from assistant.warehouse import Warehouse


def store_status(folder: Path) -> dict[str, str | int]:
    """Facts by name, fit to print, in the order in which a person wants them.

    Raises:
        StoreMissing, StoreNewer: see `Store.open`.
    """
    settings = load_settings(folder)
    with Store.open(folder) as store:
        last = store.orders.last_placed_at()
        imports = list(store.imports.all())
        counts: dict[str, str | int] = {
            "shop": settings.shop_name,
            "currency": settings.currency,
            "products": store.catalogue.count(),
            "FAQ and policies": store.faq.count(),
            "customers": store.customers.count(),
            "orders": store.orders.count(),
            "reviews": store.reviews.count(),
            "last order": last.isoformat(" ") if last else "none",
            "last import": f"{imports[-1].at:%Y-%m-%d %H:%M} {imports[-1].path}" if imports else "none",
            "warehouse": Warehouse.state(store),
            "index": index_state(store),
        }
        missing = [name for name in ("products", "FAQ and policies", "orders") if not counts[name]]
    counts["models"] = "; ".join(models_in_use(folder))
    counts["missing"] = ", ".join(missing) or "nothing"
    return counts
