"""Which variant a message picks by comparing: by size ("a bigger one"), by price ("the cheapest"), by its place in a list.

Owns how comparisons, wishes and second choices are weighed for one item of a draft; where more than one variant is left, or none,
the item stays open, to be asked about. Refuses to know orders and payment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.shopper.orders import steps, wants
from assistant.shopper.orders.swaps import candidates, offered
from assistant.shopper.state import ItemDraft
from assistant.store.records import OrderLine, Product, Variant


def compared(item: ItemDraft, before: ItemDraft | None, line: OrderLine, product: Product, text: str, places: Sequence[int]) -> ItemDraft:
    """The item with the variant that `text` picks; open again where its comparison leaves none, or several.

    `before` is the item as it stood before the message: what was repeated back is what "bigger" then compares with. `places` are those
    of a list that was shown.
    """
    if steps.of_ones_own(text):
        return ItemDraft(item.item_id)
    proposed = candidates(before, line.options, product) if before else ()
    own = proposed[0] if len(proposed) == 1 else Variant(line.variant_id or "", dict(line.options), line.unit_price)
    limits, ranked = steps.limits(text, product, own.options), wants.ranked(text, product, own.options)
    priced = steps.price_limit(text, own.price)
    if not (limits or ranked or priced):
        settled = len(candidates(item, line.options, product)) == 1
        found = steps.picked(text, () if settled and item != before else places, offered(replace(item, new_item_id=""), line, product))
        return replace(item, new_item_id=found.id) if found else item
    for wanted in _choices(item.wanted, ranked):
        within = [
            variant
            for variant in offered(ItemDraft(item.item_id, wanted), line, product)
            if all(variant.options.get(option) in values for option, values in limits.items()) and (priced is None or priced(variant))
        ]
        if within:
            found = steps.picked(text, (), within) or _nearest(within, limits, {**own.options, **wanted})
            return ItemDraft(item.item_id, wanted, found.id) if found else _open(item, line, product)
    return ItemDraft(item.item_id)


def _choices(wanted: Mapping[str, str], ranked: Mapping[str, Sequence[str]]) -> Iterator[Mapping[str, str]]:
    """What is wanted, with the first choices before the second ones."""
    most = max((len(values) for values in ranked.values()), default=1)
    for place in range(most):
        yield {**wanted, **{option: values[min(place, len(values) - 1)] for option, values in ranked.items()}}


def _nearest(within: Sequence[Variant], limits: Mapping[str, Sequence[str]], own: Mapping[str, str]) -> Variant | None:
    """The variant a step away that differs in nothing else, or is the only one of its step; None where none is."""

    def step(variant: Variant) -> tuple[int, ...]:
        return tuple(values.index(variant.options[option]) for option, values in limits.items())

    for _, alike in groupby(sorted(within, key=step), key=step):
        group = list(alike)
        exact = [v for v in group if all(v.options.get(option) == value for option, value in own.items() if option not in limits)]
        if len(exact) == 1 or len(group) == 1:
            return (exact or group)[0]
    return None


def _open(item: ItemDraft, line: OrderLine, product: Product) -> ItemDraft:
    """The item as it is wanted, without a variant; with less where that alone would settle it."""
    wanted = ItemDraft(item.item_id, item.wanted)
    return wanted if len(candidates(wanted, line.options, product)) != 1 else ItemDraft(item.item_id)
