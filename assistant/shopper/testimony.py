"""What customers have written about a product, where its own fields do not answer: said as theirs, word for word, with its source.

Owns when a review answers a question; refuses to weigh opinions against each other and to read anything but the question's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.models.entailment import Verdict, entailment, telling
from assistant.store.records import Review
from assistant.types import Evidence, Source

SILENT = "silent"
"""The fact by which an evidence says that the product's own fields do not answer."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ENOUGH = 0.75
_LONGEST = 240


def with_reviews(piece: Evidence, question: str, name: str, reviews: Iterable[Review]) -> tuple[Evidence, ...]:
    """`piece`, and after it what a customer writes, where some review's sentence holds what is asked."""
    found = _best(telling(question) - telling(name), reviews)
    if found is None:
        return (piece,)
    review, sentence = found
    verdict = entailment(question, [sentence]).verdict
    opening = f"One says {verdict.value}: " if verdict is not Verdict.SILENT else "One writes: "
    text = f"The description of the {name} does not say, but customers do. {opening}“{sentence}”"
    return replace(piece, text=""), Evidence(Source("review", review.id), text)  # no passages: told in other words it would be the shop's


def _best(asked: frozenset[str], reviews: Iterable[Review]) -> tuple[Review, str] | None:
    """The sentence with most of what is asked, of equals the shortest."""
    if not asked:
        return None
    sentences = [(review, part.strip()) for review in reviews for part in _SENTENCE.split(review.text) if 0 < len(part) <= _LONGEST]
    scored = [(len(asked & telling(sentence)), -len(sentence), place) for place, (_, sentence) in enumerate(sentences)]
    score, _, place = max(scored, default=(0, 0, 0))
    return sentences[place] if score >= _ENOUGH * len(asked) and score else None
