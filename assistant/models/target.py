"""Where a text speaks of its target: how far each token of text and target, read together, stands from where the text names it.

Owns the classes of distance, which training and serving share; plain numbers, no model. The verdict about a target is a weighted mean of
its tokens' scores in which what stands near weighs more (local context, Zeng et al. 2019); how much each class weighs is learnt.
"""

from __future__ import annotations

from collections.abc import Sequence

REACH = (0, 1, 2, 3, 4, 6, 9, 14)
"""A token at most so many tokens from the target is of the class with this number's place; 0 is the target itself."""
FAR, SIGN, ASKED, UNPLACED = range(len(REACH), len(REACH) + 4)
"""Further away; a sign that the tokenizer adds; the target behind the text; any token of a text that does not name its target."""
CLASSES = len(REACH) + 4


def distance_classes(ids: Sequence[int], parts: Sequence[int | None]) -> list[int]:
    """The class of each token. `ids` (tokens,); `parts` says of each whether it is the text's (0), the target's (1) or a sign (None)."""
    asked = [token for token, part in zip(ids, parts, strict=True) if part == 1]
    text = [token if part == 0 else None for token, part in zip(ids, parts, strict=True)]
    named = [i for i in range(len(text) - len(asked) + 1) if asked and text[i : i + len(asked)] == asked]
    return [_class(place, part, named, len(asked)) for place, part in enumerate(parts)]


def _class(place: int, part: int | None, named: Sequence[int], length: int) -> int:
    if part is None:
        return SIGN
    if part == 1:
        return ASKED
    if not named:
        return UNPLACED
    distance = min(max(start - place, place - (start + length - 1), 0) for start in named)
    return next((number for number, reach in enumerate(REACH) if distance <= reach), FAR)
