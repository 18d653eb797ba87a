"""The catalogue as the clerk sees it: every product on sale, with the words that find it. Read-only; rebuilt when the store changes.

Owns words, sets and orderings over products; refuses to know the conversation and what a shopper wants. Sets are complete, so that
"the cheapest" is the cheapest and not the cheapest of the first ten hits.
"""

from __future__ import annotations

import math
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from assistant.models.gazetteer import normal
from assistant.models.words import common_words
from assistant.shopper.amounts import LONGEST, in_words
from assistant.shopper.words import word_list
from assistant.store.records import Product, ProductKind
from assistant.synonyms import Synonyms, read_synonyms
from retrieval.tokens import fold

if TYPE_CHECKING:
    from assistant.store import Store

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|\d+", re.UNICODE)
_LONG_WORD, _ALIKE = 7, 3
_SPLIT_WORD = re.compile(r"[^\W_]+")
_ENDINGS = frozenset({"er", "or", "ing", "ed", "ist", "al", "ery", "est", "able", "ish", "ment", "ness", "ly", "age"})
_BESIDE = (
    "eiouqwsz vghnp xdfvsk serfcxt aiouwsdr drtgcvp ftyhvbjk gyujbn aeouyjkl huikmng jiolmcq kopi njk bhjm aeiupkl olb waksc edft awedxzc "
    "rfgyd aeioyhj cfgbwf qaesv zsdck tghuie asxc"
)
_MIXED_UP = dict(zip("abcdefghijklmnopqrstuvwxyz", _BESIDE.split(), strict=True))
"""For each letter those that are typed or written in its place: its neighbours on a keyboard, and those that sound like it."""
_THIS = re.compile(r"\b(?:this|these)\s+(?P<words>(?:[\w'-]+,?\s+(?:and\s+)?){0,4}[\w'-]+)", re.IGNORECASE)
_AFTER = re.compile(r"\s+(?:with|for|of|in|on|by|and|&|-|–)\s+", re.IGNORECASE)


def stems(text: str) -> tuple[str, ...]:
    """The words of a text in the form in which they are compared, in order; a hyphenated word gives its parts and itself."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = match[0]
        if "-" in word:
            found.extend(normal(part) for part in _SPLIT_WORD.findall(word))
            found.append(normal(word.replace("-", "")))
        else:
            found.append(normal(word))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Label:
    """A product's words by where they stand. `head` says what it is: of a kayak paddle "paddle", of a tent set "tent"."""

    name: frozenset[str]
    head: frozenset[str]
    kind: frozenset[str]
    traits: frozenset[str]
    text: frozenset[str]

    @property
    def everything(self) -> frozenset[str]:
        return self.name | self.kind | self.traits | self.text


class Shelf:
    """The products on sale with their words.

    Args:
        products: the catalogue; what is not active, and services, are left out. Attributes get names that can be said, with units.
        thesaurus: words for one another, by default the shipped ones.
    """

    def __init__(self, products: Iterable[Product] = (), thesaurus: Thesaurus | None = None) -> None:
        self.thesaurus = thesaurus or shipped()
        self.synonyms = self.thesaurus.synonyms
        on_sale = (p for p in products if p.active and p.kind is ProductKind.GOODS)
        self.products = {p.id: replace(p, attributes=in_words(p.attributes)) for p in on_sale}
        self.labels = {id: _label(product) for id, product in self.products.items()}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._kinds: dict[str, set[str]] = defaultdict(set)
        self._texts: dict[str, set[str]] = defaultdict(set)
        for id, label in self.labels.items():
            for index, words in ((self._names, label.name), (self._kinds, label.kind), (self._texts, label.everything)):
                for word in words:
                    index[word].add(id)
        for id, thing in self._called():
            self._kinds[thing].add(id)
        self.sole = _sole(self.labels, self._kinds)
        """By a word that only one product's name has, and no kind, the id of that product; without accents."""
        self.spelled: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        """(id, words of the name) by the first word of the name."""
        for id, product in self.products.items():
            spelled = tuple(stems(word)[-1] for word in product.name.split() if stems(word))
            if spelled:
                self.spelled[spelled[0]].append((id, spelled))
        folded = ((p.name.casefold().replace("’", "'").replace("-", " "), id) for id, p in self.products.items() if " " in p.name)
        self.folded = sorted(folded, key=lambda name: len(name[0]))
        """(name, id) of the names of two words or more, without case, quotation marks of print and hyphens; the shortest first."""
        self._spellings = tuple(
            sorted(w for w in words if len(w) >= 4 and w.isalpha()) for words in ({*self._kinds, *self.thesaurus.same}, self._names)
        )
        """Words that a misspelt one may stand for: first those of kinds, then those of names."""
        self.sized = any("size" in option.casefold() for p in self.products.values() for v in p.variants[:1] for option in v.options)
        """Whether anything comes in sizes; where nothing does, "large" is a wish and no constraint."""
        self.fields = frozenset(
            stem
            for p in self.products.values()
            for name in (*p.attributes, *(option for v in p.variants[:1] for option in v.options))
            for stem in stems(name)
        )
        """Stems of the names of attributes and options."""
        self.told: dict[str, set[str]] = defaultdict(set)
        """Stems of what the products state by the name of an attribute."""
        for p in self.products.values():
            for name, value in p.attributes.items():
                if len(str(value)) <= LONGEST:
                    self.told[name].update(stem for stem in stems(str(value)) if stem.isalpha())
        self.variants = {variant.id: id for id, product in self.products.items() for variant in product.variants}

    def _called(self) -> Iterator[tuple[str, str]]:
        """(id, stem) of the things that descriptions call their products by, where others of the style are named so: a "companion" may be
        told of as "this sleek toothbrush"."""
        heads: dict[str, set[str]] = defaultdict(set)
        for id, label in self.labels.items():
            heads[self.products[id].style or self.products[id].category] |= label.head
        for id, label in self.labels.items():
            product = self.products[id]
            known = heads[product.style or product.category] - label.name
            for match in _THIS.finditer(product.description):
                said = [stem for word in match["words"].split() for stem in stems(word)[-1:]]
                called = next((stem for stem in said if stem in heads[product.style or product.category]), "")
                if called in known:
                    yield id, called

    def __len__(self) -> int:
        return len(self.products)

    def knows(self, word: str) -> bool:
        """Whether any product's words hold this stem."""
        return word in self._texts

    def is_kind(self, word: str) -> bool:
        """Whether the stem names a kind of product: a word of a category, a style or many names."""
        return any(w in self._kinds for w in self.synonyms(word)) or len(self._names.get(word, ())) >= 3

    def is_department(self, word: str) -> bool:
        """Whether the stem, or a synonym of it, is a word of a category or style."""
        return any(w in self._kinds for w in self.synonyms(word))

    def named(self, word: str) -> frozenset[str]:
        """Products whose name or kind holds the stem or a synonym of it."""
        return frozenset().union(*(self._names.get(w, set()) | self._kinds.get(w, set()) for w in self.synonyms(word)))

    def worded(self, word: str) -> frozenset[str]:
        """Products any of whose words is the stem or a synonym of it."""
        return frozenset().union(*(self._texts.get(w, set()) for w in self.synonyms(word)))

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a stem, at least 0.1."""
        return max(0.1, math.log((1 + len(self.products)) / (1 + len(self._texts.get(word, ())))))

    def corrected(self, word: str) -> str:
        """The stem, or the one of the shelf's that it misspells or, as a compound, ends in; short and common words are left alone."""
        if len(word) < 5 or self.named(word) or word in self.thesaurus.same:
            return word
        for cut in range(3, len(word) - 2):
            if word[cut:] in self._kinds and word[:cut] in common_words() | self._kinds.keys():
                return word[:cut] if word[cut:] in word_list("containers") and self.named(word[:cut]) else word[cut:]
        if self.worded(word) or word in common_words():
            return word
        for known in self._spellings:
            best = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=80.0)
            if best and best[0][0] == word[0] and not _derived(word, str(best[0])) and _slip(word, str(best[0])):
                return str(best[0])
        return next((known for known in self._spellings[0] if _by_ear(word, known)), word)

    def joined(self, words: Iterable[str]) -> Iterator[str]:
        """The stems, with two that are one kind written apart put together: "ear rings"."""
        waiting = ""
        for word in words:
            apart = bool(waiting) and bool(self.named(waiting) & self.named(word))  # "flip flops" are in names as two words, too
            if waiting and (waiting + word in self._kinds or waiting + word in self._names) and not apart:
                waiting += word
                continue
            if waiting:
                yield waiting
            waiting = word
        if waiting:
            yield waiting

    def many(self, ids: Iterable[str]) -> tuple[Product, ...]:
        """These products, in order, without those no longer on sale."""
        return tuple(self.products[id] for id in ids if id in self.products)

    def names(self) -> Iterator[tuple[str, str]]:
        """(id, name) of every product."""
        return ((id, product.name) for id, product in self.products.items())


class ShelfKeeper:
    """Gives the shelf as the store is now; safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._token: str | None = None
        self._shelf = Shelf()

    def shelf(self) -> Shelf:
        token = self._store.changed_at("catalogue")
        with self._lock:
            if token != self._token:
                self._shelf, self._token = Shelf(self._store.catalogue.all(), Thesaurus.of(read_synonyms(self._store.folder))), token
            return self._shelf


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """What shoppers say for one another. `same`: stems of one thing by each of its names; `narrower`: what a stem means as well;
    `phrases`: patterns of several words, with the one word that says the same."""

    same: Mapping[str, frozenset[str]]
    narrower: Mapping[str, frozenset[str]]
    phrases: tuple[tuple[re.Pattern[str], str], ...]

    @classmethod
    def of(cls, known: Synonyms) -> Thesaurus:
        """The lists of a `synonyms.txt`."""
        same: dict[str, set[str]] = defaultdict(set)
        for group in known.same:
            words = {word for phrase in group for word in stems(phrase)[-1:]}
            for word in words:
                same[word] |= words
        narrower: dict[str, set[str]] = defaultdict(set)
        for word, others in known.narrower:
            narrower[stems(word)[-1]] |= set(stems(" ".join(others)))
        pairs = (
            *((phrase, group[0]) for group in known.same for phrase in group if " " in phrase and " " not in group[0]),
            *known.purposes,
        )
        patterns = tuple((re.compile(rf"\b{re.escape(phrase)}(?:e?s)?\b", re.IGNORECASE), single) for phrase, single in pairs)
        return cls({word: frozenset(w) for word, w in same.items()}, {word: frozenset(w) for word, w in narrower.items()}, patterns)

    def synonyms(self, word: str) -> frozenset[str]:
        """The stem and those that shoppers use for it."""
        return self.same.get(word, frozenset()) | self.narrower.get(word, frozenset()) | {word}

    def rephrased(self, text: str) -> str:
        """The text with phrases that have a one-word synonym replaced by it: "chest of drawers"."""
        for pattern, single in self.phrases:
            text = pattern.sub(single, text)
        return text


@cache
def shipped() -> Thesaurus:
    """The words of the shipped list, without those that a shop adds."""
    return Thesaurus.of(read_synonyms())


def synonyms(word: str) -> frozenset[str]:
    """The stem and those that shoppers use for it, by the shipped list."""
    return shipped().synonyms(word)


def _slip(typed: str, meant: str) -> bool:
    """Whether fingers or ears may have taken one word for the other: "juggle" is no slip of "jungle"."""
    edits = Levenshtein.editops(typed, meant)
    return len(edits) > 1 or all(edit.tag != "replace" or meant[edit.dest_pos] in _MIXED_UP.get(typed[edit.src_pos], "") for edit in edits)


def _by_ear(typed: str, meant: str) -> bool:
    """Whether a long word was written by its sound: "neckless" for "necklace", "braslit" for "bracelet"."""
    if min(len(typed), len(meant)) < _LONG_WORD or typed[:_ALIKE] != meant[:_ALIKE] or abs(len(typed) - len(meant)) > 1:
        return False
    return _sounds(typed) == _sounds(meant)


def _sounds(word: str) -> str:
    """The consonants of a word, those that sound alike as one and doubled ones once."""
    plain = re.sub(r"c(?=[eiy])", "s", word.replace("ph", "f").replace("ck", "k")).translate(str.maketrans("czqv", "kskf"))
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhw]", "", plain))


def _derived(word: str, other: str) -> bool:
    """Whether one of the words is the other with an ending: a stroller is no misspelt stroll."""
    short, long = sorted((word, other), key=len)
    return long.startswith(short) and long[len(short) :] in _ENDINGS


def _sole(labels: Mapping[str, Label], kinds: Mapping[str, set[str]]) -> dict[str, str]:
    """By word the product that alone bears it; no word of which another product is told as well, such as "vegan"."""
    bearing: dict[str, list[str]] = defaultdict(list)
    traits = Counter(word for label in labels.values() for word in label.traits)
    for id, label in labels.items():
        for word in label.name - kinds.keys():
            if traits[word] == (word in label.traits):
                bearing[fold(word)].append(id)
    return {word: ids[0] for word, ids in bearing.items() if len(ids) == 1 and len(word) > 2 and word.isalpha()}


def _heads(name: str) -> frozenset[str]:
    """The stems of the noun that says what a thing is: the last word before "with", "for" or "of", sets and the like passed over."""
    words = [stem for word in _AFTER.split(name, maxsplit=1)[0].split() for stem in stems(word)[-1:]]
    for word in reversed(words):
        if word not in word_list("containers") and not word.isdigit():
            return frozenset((word,))
    return frozenset(words[-1:])


def _label(product: Product) -> Label:
    options = [value for variant in product.variants for value in variant.options.values()]
    return Label(
        name=frozenset(stems(product.name)),
        head=_heads(product.name),
        kind=frozenset(stems(f"{product.category} {product.style}")),
        traits=frozenset(stems(" ".join([product.brand, *map(str, product.attributes.values()), *options]))),
        text=frozenset(stems(product.description)),
    )
