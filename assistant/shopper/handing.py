"""What goes with a conversation that is passed to a person: why, and what it was about.

Reads what the clerk has in sight and in memory; refuses to summarise, which the desk does from the turns themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.shopper.plan import Sight
from assistant.shopper.state import DialogueState
from assistant.types import Handoff

if TYPE_CHECKING:
    from assistant.store import Store

ASK_FOR_PERSON = "I'd like to talk to a person"
_TOLD = ("order_id", "product", "reason", "payment_method", "money", "date")


def handed(kind: str, why: str, sight: Sight, state: DialogueState, store: Store) -> Handoff:
    """The note for whoever takes over. E-mail addresses and post codes stay out: the account says them once it is known."""
    about: dict[tuple[str, str], None] = {("customer", "identified" if state.customer_id else "not identified"): None}
    for entity in sight.understanding.of_kind(*_TOLD):
        about[entity.kind.removesuffix("_id"), _named(entity.kind, str(entity.value), store)] = None
    if state.order_id:
        about["order", state.order_id.lstrip("#")] = None
    for id in state.focus[:2]:
        about["product", _named("product", id, store)] = None
    waiting = state.pending or state.aside
    if waiting is not None or state.draft is not None:
        about["wanted", (waiting.action if waiting else state.draft.action if state.draft else "").replace("_", " ")] = None
    return Handoff(kind, why, tuple(about))


def _named(kind: str, value: str, store: Store) -> str:
    product = store.catalogue.get(value) if kind == "product" else None
    return product.name if product else value.lstrip("#")
