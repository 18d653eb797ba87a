"""The shop's operational data. The only room that speaks SQLite."""

from assistant.store.privacy import Erased
from assistant.store.store import Store

__all__ = ["Erased", "Store"]
