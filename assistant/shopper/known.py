"""What a message says that the shelf knows: whether its words are the shop's at all, and which few products of a kind it is about.

Refuses to decide what follows from that (that is `policy`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.models.words import common_words
from assistant.shopper import spelling
from assistant.shopper.shelf import Shelf, stems
from assistant.shopper.wish import Wish
from assistant.shopper.words import word_list
from assistant.store.records import Product
from retrieval.tokens import STOP_WORDS

_FEW_OF_A_KIND = 4
_SEVERAL_KINDS = re.compile(r"&|,|/| and ", re.IGNORECASE)


def of_those(text: str, ids: Sequence[str], shelf: Shelf) -> bool:
    """Whether one of these products has all words that a text turns on, whatever amount it asks for."""
    idle = word_list("filler") | word_list("question_filler") | word_list("measured")
    words = [word for word in stems(spelling.plain(text)) if word not in idle and word not in STOP_WORDS and word != "until"]
    labels = [shelf.labels[id].everything for id in ids if id in shelf.labels]
    return bool(words) and any(all(shelf.synonyms(word) & held for word in words) for held in labels)


def few(kind: Sequence[Product], wish: Wish, shelf: Shelf) -> tuple[str, ...]:
    """The products of a kind where they are few; of a department of several kinds ("honey & jam") those that bear it in their names."""
    things = [word for word in wish.core if shelf.named(word)]
    meant = shelf.synonyms(things[-1]) if things else frozenset()
    if not all(shelf.worded(word) or word in word_list("measured") or word in common_words() for word in wish.core):
        return ()
    several = any(_SEVERAL_KINDS.search(f"{p.category} {p.style}") for p in kind)
    bearing = tuple(p.id for p in kind if meant & shelf.labels[p.id].name) if several else ()
    ids = bearing or tuple(p.id for p in kind)
    if len(ids) > _FEW_OF_A_KIND:  # of the chairs no armchairs
        ids = tuple(p.id for p in kind if things and things[-1] in shelf.labels[p.id].kind)
    return ids if len(ids) <= _FEW_OF_A_KIND else ()


def readable(text: str, shelf: Shelf) -> bool:
    """Whether any word is one that people or this shop use; a short word may always be."""
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", text)]
    return any(
        len(word) < 5 or word in common_words() or stem in common_words() or shelf.worded(stem) for word in words for stem in stems(word)
    )
