"""What goes with a product: by the shop's recommender where it has trained one, else by what its orders hold together.

Owns when something may be mentioned unasked, which is rarely; refuses to word it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from assistant.models.recommender import WORTH_SAYING, Reason, Recommended, Recommender
from assistant.shopper import spelling
from assistant.shopper.plan import Move, Plan, Sight
from assistant.shopper.state import DialogueState

if TYPE_CHECKING:
    from assistant.store import Store

MOST_TOLD = 2
"""Times in one conversation that something is recommended unasked."""
_APART = 3
"""Turns between two of them."""
_LOOKED_AT = 40
_BUYS = re.compile(
    r"\b(?:i'?ll|i will|we'?ll|we will|let me) (?:just |then )?(?:take|have|get|buy|order|grab|purchase|go for|go with)\b|"
    r"\b(?:i'?d like|i would like|we'?d like|i want|i wanna|we want|going|gonna|ready|how|where|can i|could i|can we|do i|do we)"
    r"(?: to| can i| can we)? (?:buy|order|purchase|check ?out)\b|\b(?:add|put) (?:it|them|this|that|one|two|both|the [\w' -]{2,60}) "
    r"(?:in|to|into) (?:my |the |your )?(?:shopping )?(?:cart|basket|bag)\b|\bsold!|\bdeal!",
    re.IGNORECASE,
)


class BoughtTogether:
    """A `Recommender` that counts: products that stood in the most orders with the last of the basis.

    Args:
        store: its orders are counted when asked, so that the counts are those of now.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def recommend(
        self, basis: Sequence[str], n: int, *, exclude: Collection[str] = (), allowed: Callable[[str], bool] | None = None
    ) -> tuple[Recommended, ...]:
        """Up to `n` products; none for an empty basis."""
        if not basis:
            return ()
        found = self._store.orders.bought_with(basis[-1], _LOOKED_AT)
        fitting = ((id, count) for id, count in found if id not in basis and id not in exclude and (allowed is None or allowed(id)))
        told = [Recommended(id, float(count), Reason("together", basis[-1], count)) for id, count in fitting if count >= WORTH_SAYING]
        return tuple(told[:n])


def backed(recommended: Sequence[Recommended]) -> tuple[Recommended, ...]:
    """Those whose reason is one that can be told: so many orders held both."""
    return tuple(r for r in recommended if r.reason.kind == "together" and r.reason.count >= WORTH_SAYING)


def may_mention(plan: Plan, sight: Sight, state: DialogueState) -> bool:
    """Whether it is the moment to recommend something unasked: a product is about to be bought, and nothing is wrong or under way."""
    calm = not (state.upset or state.angry or state.pending or state.draft or state.held or state.later or state.identifying)
    return (
        calm
        and plan.move is Move.FACTS
        and bool(_BUYS.search(spelling.plain(sight.understanding.text)))
        and len(state.focus) == 1
        and len(sight.naming.mentions) <= 1
        and len(state.told) < MOST_TOLD
        and (not state.told_at or state.turns - state.told_at >= _APART)
    )


def best_companion(recommender: Recommender, product_id: str, state: DialogueState, allowed: Callable[[str], bool]) -> Recommended | None:
    """The one product to mention with another, not shown and not mentioned before."""
    found = backed(recommender.recommend((product_id,), 5, exclude=(*state.told, *state.shown), allowed=allowed))
    return found[0] if found else None
