"""What customers think of a product: their stars and their own words, for the question whether it is any good.

Owns what of the reviews is told; refuses to judge itself and to hide the critical ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.shopper.reply import about
from assistant.store.records import Product, Review
from assistant.types import Evidence, Source

ASKS = re.compile(
    r"\bany good\b(?! (?:for|at|with|in|as)\b)|"
    r"\bworth (?:it|buying|the money|its price)\b|\bwhat do (?:people|customers|others|buyers|they) (?:say|think)\b|"
    r"\b(?:is|are) (?:it|they|this|that|these|those|the [\w' -]{2,40}) (?:really |actually |any )?good\b"
    r"(?! for| enough| with| in| to| at| down)|"
    r"(?<!write a )(?<!leave a )(?<!post a )(?<!give a )\b(?:customer )?(?:reviews?|ratings?)\b(?! (?:policy|guidelines))|"
    r"\bhow (?:many stars|is (?:it|this|that) rated)\b|\bwould you recommend (?:it|this|that|them)\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\b(?:\w*proof(?:ing)?|\w*resistan(?:t|ce)|energy|ipx?|power|temperature|warmth|safety|age|fire) ratings?\b", re.IGNORECASE
)
"""A rating that somebody measured, and no opinion."""
_WRITES = re.compile(r"\b(?:write|leave|post|submit|give|add)\b[^.?!]{0,20}\breviews?\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_LONGEST, _CRITICAL = 160, 3.0


def asks_opinion(text: str) -> bool:
    """Whether a text asks what others think of something, and not how to write a review."""
    return bool(ASKS.search(_MEASURED.sub("", text))) and not _WRITES.search(text)


def rated(product: Product, reviews: Iterable[Review]) -> tuple[Evidence, ...]:
    """The average of the stars, with a sentence of one who is content and one of one who is not; that there are none, where so."""
    found = [review for review in reviews if review.rating is not None]
    if not found:
        return (about(product, f"There are no reviews of the {product.name} yet, so I can't tell you what customers think of it."),)
    average = round(sum(review.rating or 0.0 for review in found) / len(found), 1)
    count = f"{len(found)} reviews" if len(found) > 1 else "one review"
    text = f"Customers give the {product.name} {average:g} of 5 stars, in {count}."
    ranked = sorted(found, key=lambda review: -(review.rating or 0.0))
    content, critical = _said(ranked, above=_CRITICAL), _said(reversed(ranked), most=_CRITICAL)
    pieces = [about(product, text, rating=average, reviews=len(found))]
    if content:
        pieces.append(Evidence(Source("review", content[0].id), f"One writes: “{content[1]}”"))
    if critical:
        pieces.append(Evidence(Source("review", critical[0].id), f"A critical one: “{critical[1]}”"))
    return tuple(pieces)


def _said(reviews: Iterable[Review], above: float = 0.0, most: float = 5.0) -> tuple[Review, str] | None:
    """The first review within bounds that has a short sentence, with that sentence."""
    for review in reviews:
        if above < (review.rating or 0.0) <= most:
            for part in _SENTENCE.split(review.text):
                if 12 <= len(part.strip()) <= _LONGEST:
                    return review, part.strip()
    return None
