"""What is wanted in place of an item of an order: the variants that fit, and whether just one does.

Pure functions over an item of a draft, its line and its product; refuses to read messages and to decide what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.shopper.state import ItemDraft
from assistant.shopper.variants import matching, to_be_had
from assistant.store.records import Order, OrderLine, Product, Variant

SWAPS = ("modify", "exchange")
"""Kinds of writes that put one variant in the place of another."""


def line_of(order: Order, item_id: str) -> OrderLine | None:
    """The line of an order that an item's id means."""
    return next((item for item in order.lines if item_id in (item.variant_id, item.product_id)), None)


def candidates(item: ItemDraft, options: Mapping[str, str], product: Product) -> tuple[Variant, ...]:
    """The variants that an item's draft may mean, given one's own options; exactly one where it is settled."""
    if item.new_item_id:
        return tuple(v for v in product.variants if v.id == item.new_item_id)
    if not item.wanted:
        return ()
    near = [v for v in matching(product, item.wanted, available=True) if v.id != item.item_id]
    return tuple(exact(item, options, product)) or (tuple(near) if len(near) == 1 and not sold_out(item, options, product) else ())


def offered(item: ItemDraft, target: OrderLine, product: Product) -> list[Variant]:
    """The variants to choose from in place of an item, in the order in which they are listed."""
    fitting = matching(product, item.wanted, available=True) if item.wanted else tuple(v for v in product.variants if to_be_had(v))
    return [v for v in fitting if v.id != target.variant_id]


def sold_out(item: ItemDraft, options: Mapping[str, str], product: Product) -> bool:
    """Whether just what is wanted is made, and is not to be had."""
    made = matching(product, {**options, **item.wanted}) if item.wanted and not item.new_item_id else ()
    return any(variant.id != item.item_id for variant in made) and not exact(item, options, product)


def exact(item: ItemDraft, options: Mapping[str, str], product: Product) -> list[Variant]:
    """What can be had that differs from one's own in just what is wanted."""
    return [v for v in matching(product, {**options, **item.wanted}, available=True) if v.id != item.item_id] if item.wanted else []


def settles(item: ItemDraft) -> bool:
    """Whether it is said what is wanted in place of an item."""
    return bool(item.wanted or item.new_item_id)
