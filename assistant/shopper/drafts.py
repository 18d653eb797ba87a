"""Drafts for a person to send: several ways of saying what sources say, each under the guard and each with its source.

Owns which words of a source a draft may be made of, how drafts are told apart, and what can be done to a draft honestly: leaving
sentences out, and adding courtesies. The shop's own texts (FAQ, policies) come word for word; prices, stock and orders are never drafted
here, being the clerk's to say. Refuses to find sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assistant.config import Settings
from assistant.models.entailment import telling
from assistant.models.grounding import support
from assistant.models.relevance import Relevance, Way, shared
from assistant.models.slots import Request, Style, as_sentence
from assistant.shopper.faq import said_entry
from assistant.shopper.lines import line
from assistant.shopper.respond import GuardedResponder
from assistant.store import Store
from assistant.store.records import Product
from assistant.types import Evidence, Scalar, Source

Wish: TypeAlias = Literal["shorter", "friendlier"]

MOST_ALIKE = 0.75
"""Drafts that share a larger part of their telling words are one."""
_SENTENCES = 4
"""So many sentences of a description, those nearest to the message, are read for a draft."""
_LEAST_OWN = 0.3
_ASKS_OF_IT = r"\b(?:how|(?:is|are) (?:it|this|that|they|these|those|the [\w '’-]{1,40}?)(?: very| too| really)?) "
_MEANT = (
    (r"\bmade (?:of|from|out)\b|\bfabric\b", "material"),
    (_ASKS_OF_IT + r"(?:heavy|light)\b|\bweigh", "weight"),
    (_ASKS_OF_IT + r"(?:big|large|small|long|wide|tall|high|deep)\b|\bmeasure", "size dimensions length width height depth"),
    (r"\b(?:wash|clean|launder)", "care washing"),
)
"""Attributes that a message means without their name: "how heavy is it" means its weight, "heavy rain" does not."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_COURTESY = re.compile(
    r"^(?:hello|hi|hey|dear|good (?:day|morning|afternoon|evening)|thank(?:s| you)|you(?:'|’)re welcome|i hope|please (?:let|feel)|"
    r"just (?:let|write|ask)|let me know|feel free|have a (?:nice|great|good)|"
    r"(?:best|kind|warm) (?:regards|wishes)|is there anything|can i help)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(r"^((?:hello|hi|hey|dear)(?: \w+){0,2}[,!.])\s+", re.IGNORECASE)
_HOLDS = re.compile(r"\d|@|https?:|\b(?:not|no|never|only|unless|except|must)\b|n['’]t\b", re.IGNORECASE)
"""What a shorter reply may not lose: figures, addresses, and what limits."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Something to send. `confidence` in [0, 1] is the chance that its source answers the message, times the share of its words that the
    source or the message has; `by_model` says whether a model worded it."""

    text: str
    confidence: float
    source: Source
    by_model: bool
    style: Style


class Drafter:
    """Drafts over one store. Cheap to make; safe to share between threads.

    Args:
        responder: says things in several ways, under its guard.
        relevance: how likely a source answers; without it, the share of the asked words that the source has.
    """

    def __init__(self, store: Store, responder: GuardedResponder, settings: Settings, relevance: Relevance | None = None) -> None:
        self._store = store
        self._responder = responder
        self._settings = settings
        self._relevance = relevance

    def drafts(self, text: str, sources: Sequence[Source], *, style: Style = "brief", count: int = 3) -> tuple[Draft, ...]:
        """Up to `count` replies to `text` from these sources, the surest first, no two alike; none where no source says anything to it."""
        found = [draft for source in dict.fromkeys(sources) for draft in self._of(text, source, style, count)]
        return tuple(_unlike(sorted(found, key=lambda draft: -draft.confidence), count))

    def reworded(self, text: str, wish: Wish, message: str = "") -> str | None:
        """A draft made shorter, by leaving out sentences, or friendlier, by courtesies of the shop's; None where there is nothing to do."""
        changed = _shorter(text, message) if wish == "shorter" else self._friendlier(text)
        return changed if changed and changed != text.strip() else None

    def _of(self, text: str, source: Source, style: Style, count: int) -> Iterator[Draft]:
        evidence = evidence_of(self._store, text, source)
        if evidence is None:
            return
        if not evidence.passages:
            entry = self._store.faq.get(source.id)
            answers = self._chance("meant", text, entry.question) if entry else self._chance("says", text, evidence.text)
            yield Draft(evidence.text, answers, source, False, style)
            return
        told = [as_sentence(passage).partition(": ")[2] if isinstance(passage, str) else _fields(passage) for passage in evidence.passages]
        answers = self._chance("says", text, " ".join(filter(None, told)))
        for wording in self._responder.ways(Request(text, evidence.passages, style=style), count):
            yield Draft(wording.text, answers * support(wording.text, evidence.passages, text), source, True, style)
        free = [words for words, passage in zip(told, evidence.passages, strict=True) if isinstance(passage, str)]
        own = " ".join(free) if style == "full" else _nearest(text, [part for words in free for part in _SENTENCE.split(words)], 1)
        if telling(text) & telling(own):
            yield Draft(own, self._chance("says", text, own), source, False, style)

    def _chance(self, way: Way, message: str, text: str) -> float:
        if self._relevance is None:
            return max(_LEAST_OWN, shared(message, text))
        return self._relevance.of(way, message, [text])[0]

    def _friendlier(self, text: str) -> str:
        """The draft between a thank-you and an offer of more help, unless it has them."""
        addressed = _ADDRESSED.match(text)
        opening, rest = (addressed[1], text[addressed.end() :].strip()) if addressed else ("", text.strip())
        parts = [part for part in _SENTENCE.split(rest) if part]
        if not parts:
            return text
        thanks = "" if re.search(r"\bthank", parts[0], re.IGNORECASE) else line("draft_thanks", self._settings)
        more = "" if _COURTESY.match(parts[-1]) else line("draft_more", self._settings)
        thanks = thanks[:1].lower() + thanks[1:] if opening.endswith(",") else thanks
        return " ".join(filter(None, (opening, thanks, rest[:1].upper() + rest[1:] if thanks else rest, more)))


def evidence_of(store: Store, text: str, source: Source) -> Evidence | None:
    """What a source says to a message: a text to be said as it is, or passages to be phrased; None where there is neither."""
    readers: dict[str, Callable[[Store, str, str], Evidence | None]] = {
        "faq": _entry, "policy": _entry, "product": _product, "review": _review,
    }  # fmt: skip
    return readers[source.kind](store, text, source.id) if source.kind in readers else None


def _entry(store: Store, text: str, id: str) -> Evidence | None:
    entry = store.faq.get(id)
    return said_entry(entry) if entry else None


def _product(store: Store, text: str, id: str) -> Evidence | None:
    product = store.catalogue.get(id)
    passages = _passages(text, product) if product else ()
    return Evidence(Source("product", id), "", passages=passages) if passages else None


def _review(store: Store, text: str, id: str) -> Evidence | None:
    review = store.reviews.get(id)
    told = _nearest(text, _SENTENCE.split(review.text)) if review else ""
    return Evidence(Source("review", id), "", passages=(f"review: {told}",)) if told else None


def _passages(text: str, product: Product) -> tuple[str | dict[str, Scalar], ...]:
    """The product's name with the attributes that the message asks for, else with its nearest sentences; none where nothing is shared."""
    meant = " ".join(names for pattern, names in _MEANT if re.search(pattern, text, re.IGNORECASE))
    asked = (telling(text) | telling(meant)) - telling(product.name)
    named = {name: value for name, value in product.attributes.items() if asked & telling(f"{name} {value}".replace("_", " "))}
    if named:
        return ({"product": product.name, **named},)
    told = _nearest(" ".join(sorted(asked)), _SENTENCE.split(product.description))
    return ({"product": product.name}, f"description: {told}") if asked & telling(told) else ()


def _nearest(text: str, sentences: Sequence[str], most: int = _SENTENCES) -> str:
    """The `most` sentences with most words of the text, in their order."""
    asked = telling(text)
    kept = [sentence.strip() for sentence in sentences if sentence.strip()]
    best = sorted(range(len(kept)), key=lambda place: (-len(asked & telling(kept[place])), place))[:most]
    return " ".join(kept[place] for place in sorted(best))


def _fields(fact: Mapping[str, Scalar]) -> str:
    """A product's fields less its name, which says nothing about it."""
    return as_sentence({name: value for name, value in fact.items() if name != "product"}) if len(fact) > 1 else ""


def _unlike(drafts: Iterable[Draft], count: int) -> list[Draft]:
    """The first drafts of which no two say the same in nearly the same words."""
    kept: list[Draft] = []
    for draft in drafts:
        words = telling(draft.text)
        alike = any(_alike(words, telling(other.text)) > MOST_ALIKE or draft.text == other.text for other in kept)
        if len(kept) < count and not alike:
            kept.append(draft)
    return kept


def _alike(some: frozenset[str], others: frozenset[str]) -> float:
    """Share of the words of both that they have in common."""
    return len(some & others) / len(some | others) if some | others else 1.0


def _shorter(text: str, message: str) -> str:
    """The draft without courtesies and without sentences that neither touch the message nor hold a figure or a limit."""
    parts = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    plain = [part for part in parts if not _COURTESY.match(part)] or parts
    asked = telling(message)
    needed = [part for part in plain if _HOLDS.search(part) or asked & telling(part)]
    return " ".join(needed or plain[:1])
