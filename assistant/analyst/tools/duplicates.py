"""Products that are probably in the catalogue twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from assistant.analyst import wording
from assistant.analyst.goods import Good, goods_of
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

SHOWN = 5
ALIKE = 92.0
"""From this likeness of two names on (RapidFuzz's token-sort ratio, 0 to 100) they are shown as a pair."""
LARGEST_BLOCK = 400
DEFINITION = "pairs of products whose names are alike at 92 of 100 or more once their words are put in order, with the same numbers in them"
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z0-9]+")


@tool(examples=("Are there duplicates in the catalogue?", "Which products are listed twice?"), reads=())
def duplicates(question: Question, context: Context) -> ToolResult:
    """Finds products whose names say the same: pairs in `rows` with their likeness (0 to 100), `value` how many.

    Names that differ in a number or in a single telling word (a colour, a size) are no pair: such goods are variants, not copies.
    """
    goods = goods_of(context)
    if len(goods.rows) < 2:
        return ToolResult(Status.DECLINED, text=f"The catalogue holds {len(goods.rows)} product(s): nothing can be there twice.")
    pairs = sorted(alike(goods.rows), key=lambda pair: (-pair[2], pair[0].id, pair[1].id))
    receipt = accounted(question, context, "duplicates in the catalogue", DEFINITION, goods.sql, len(goods.rows))
    if not pairs:
        text = f"No two of the {wording.number(len(goods.rows))} products have names that say the same."
        return ToolResult(value=0, unit="count", text=text, receipt=receipt)
    told = "; ".join(f"{one.name} ({one.id}) and {two.name} ({two.id})" for one, two, _ in pairs[:SHOWN])
    verb = "pair looks" if len(pairs) == 1 else "pairs look"
    return ToolResult(
        value=len(pairs),
        unit="count",
        row_unit="number",
        rows=tuple(Row(f"{one.id}, {two.id}", round(likeness, 1), f"{one.name} / {two.name}") for one, two, likeness in pairs),
        text=f"{wording.number(len(pairs))} {verb} like the same product: {told}.",
        receipt=receipt,
    )


def alike(goods: Sequence[Good]) -> Iterable[tuple[Good, Good, float]]:
    """Pairs of products with names that say the same, and how alike these are."""
    from rapidfuzz.fuzz import token_sort_ratio

    plain = {good.id: " ".join(_WORD.findall(good.name.lower())) for good in goods}
    seen: set[tuple[str, str]] = set()
    for block in _blocks(goods, plain):
        for place, one in enumerate(block):
            for two in block[place + 1 :]:
                key = (one.id, two.id)
                if key in seen or not _could_be_one(one, two, plain):
                    continue
                seen.add(key)
                likeness = token_sort_ratio(plain[one.id], plain[two.id])
                if likeness >= ALIKE:
                    yield one, two, likeness


def _blocks(goods: Sequence[Good], plain: dict[str, str]) -> Iterable[Sequence[Good]]:
    """Products that share their rarest or second rarest word: those that share none cannot be alike. Ordered by id."""
    frequency: dict[str, int] = defaultdict(int)
    for name in plain.values():
        for word in set(name.split()):
            frequency[word] += 1
    blocks: dict[str, list[Good]] = defaultdict(list)
    for good in goods:
        rare = sorted(set(plain[good.id].split()), key=lambda word: (frequency[word], word))
        for word in rare[:2]:
            blocks[word].append(good)
    return [block for block in blocks.values() if 1 < len(block) <= LARGEST_BLOCK]


def _could_be_one(one: Good, two: Good, plain: dict[str, str]) -> bool:
    """Not where a number differs, or each has a word of its own that is no misspelling of the other's."""
    from rapidfuzz.distance import OSA

    left, right = plain[one.id], plain[two.id]
    if sorted(_NUMBER.findall(left)) != sorted(_NUMBER.findall(right)):
        return False
    mine, yours = set(left.split()) - set(right.split()), set(right.split()) - set(left.split())
    if len(mine) > 1 or len(yours) > 1:
        return False
    if mine and yours:
        first, second = mine.pop(), yours.pop()
        return min(len(first), len(second)) > 3 and OSA.distance(first, second) <= 1
    return not (mine | yours) or min(map(len, mine | yours)) <= 3
