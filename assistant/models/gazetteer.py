"""The words of one shop's catalogue, found in a message although misspelt: products, brands, categories and their traits.

Owns the matching of tokens; refuses to know any store or sentence: it is built from `CatalogueItem` values and finds spans.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA, DamerauLevenshtein

from assistant.models.words import common_words, ordinary_words, stop_words, word_list
from assistant.types import Entity

_TOKEN = re.compile(r"[tT][- ]?[sS]hirts?\b|[^\W_]+(?:[.,]\d+)?(?:['’][a-z]+)?|%", re.UNICODE)
_SIZE_WORDS = {
    "xs": "XS", "s": "S", "m": "M", "l": "L", "xl": "XL", "xxl": "XXL", "2xl": "XXL", "xxxl": "3XL", "3xl": "3XL",
    "small": "small", "medium": "medium", "large": "large", "extra small": "XS", "extra large": "XL", "x large": "XL",
    "x small": "XS", "double xl": "XXL", "one size": "one size",
}  # fmt: skip
_SIZE_ALONE = re.compile(r"(?<![\w'’])(?:[2-5]?X{1,3}[SL]|(?<=\bin )[SML]|(?<=\bin a )[SML])(?![\w'’])")
_SIZE_SAID = re.compile(
    r"\b(?:in\s+(?:a\s+)?|a\s+)?size(?:\s*[:#]\s*|\s+|(?=\d))(?P<size>\d{1,3}(?:[.,]5)?|[2-5]?x{0,3}[sml]\b|small|medium|large|extra\s+(?:small|large))(?!\w|\.\d)",
    re.IGNORECASE,
)
_IRREGULAR = {
    "scarves": "scarf", "knives": "knife", "shelves": "shelf", "loaves": "loaf", "leaves": "leaf", "halves": "half", "wolves": "wolf",
    "calves": "calf", "elves": "elf", "potatoes": "potato", "tomatoes": "tomato", "mangoes": "mango", "heroes": "hero",
    "children": "child", "mice": "mouse", "geese": "goose",
}  # fmt: skip
LEAST_COVERAGE = 0.7
"""The part of a product's name, by the weight of its words, that must be said."""
_FUZZY_FROM = 5
"""Shorter words are too easily turned into others to be corrected by their likeness alone."""
_SLIP_FROM = 4
"""From this length on a word that no language has may be a trait or a category with one slip of the finger in it."""
_CONTRACTED = re.compile(r"(?:are|ca|could|did|do|does|had|has|have|is|should|was|were|wo|would)nt|(?:i|you|we|they)(?:ve|re|ll)")
"""Contractions without their apostrophe, which are no misspelt words."""
_SLIP_KINDS = frozenset({"colour", "material", "category", "brand"})


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """What the gazetteer wants to know of a product; `options` are (name, value) pairs of its attributes and variants."""

    id: str
    name: str
    categories: tuple[str, ...] = ()
    brand: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int
    typed: str = ""
    """The word as it was typed, in small letters."""
    fixed: bool = False
    """Whether the word stands for a misspelt one."""


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    words: tuple[str, ...]
    weight: float


@lru_cache(maxsize=16_384)
def normal(word: str) -> str:
    """A word's form for matching: folded, without possessive or plural ending."""
    folded = re.sub(r"['’]s?$", "", word.casefold().replace("’", "'")).replace(",", ".")
    if folded.startswith(("t-", "t ")):
        folded = folded[0] + folded[2:]
    if folded in _IRREGULAR:
        return _IRREGULAR[folded]
    if len(folded) > 4 and folded.endswith("ies"):
        return folded[:-3] + "y"
    if len(folded) > 4 and folded.endswith(("ches", "shes", "sses", "xes", "zes")):
        return folded[:-2]
    if len(folded) > 3 and folded.endswith("s") and not folded.endswith(("ss", "us", "is")):
        return folded[:-1]
    return folded


def words_of(text: str) -> list[_Token]:
    """The tokens of a text with their spans, in normal form."""
    return [_Token(normal(match[0]), match.start(), match.end(), match[0].casefold()) for match in _TOKEN.finditer(text)]


class Gazetteer:
    """Finds what a catalogue names. Built once for a catalogue, then read-only and safe to share between threads."""

    def __init__(self, items: Iterable[CatalogueItem] = ()) -> None:
        self._phrases: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        self._named: list[_Named] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._idf: dict[str, float] = {}
        catalogue = tuple(items)
        self._add_general()
        for item in catalogue:
            self._add_fields(item)
        self._index_names(catalogue)
        self._longest = max((len(words) for words in self._phrases), default=1)
        self._vocabulary = sorted(
            {w for words in self._phrases for w in words if len(w) >= _FUZZY_FROM} | {w for w in self._by_word if len(w) >= _FUZZY_FROM}
        )
        self._known = frozenset({w for words in self._phrases for w in words} | set(self._by_word))
        self._slips = dict(self._forms())
        self._slip_words = sorted(self._slips)
        self._everyday = sorted(ordinary_words())

    def find(self, text: str) -> list[Entity]:
        """Products, brands, categories, colours, materials, sizes and options; several products may share a span, best first."""
        tokens = self._corrected(text)
        found = list(self._find_phrases(text, tokens))
        found += self._find_sizes(text)
        named = self._find_products(text, tokens)
        return [entity for entity in found if entity.kind != "option" or not _part_of(entity, named)] + named

    def _add_general(self) -> None:
        for kind, words in (("colour", word_list("colours")), ("material", word_list("materials"))):
            for word in words:
                self._add(kind, word, {"golden": "gold", "gray": "grey", "wooden": "wood", "woollen": "wool"}.get(word, word))
        for surface, size in _SIZE_WORDS.items():
            if len(surface) > 1:
                self._add("size", surface, size)

    def _add_fields(self, item: CatalogueItem) -> None:
        self._add("brand", item.brand, item.brand)
        for category in item.categories:
            self._add("category", category, category)
        for name, value in item.options:
            self._add_option(name, value)

    def _add_option(self, name: str, value: str) -> None:
        lowered = name.casefold()
        if len(value) > 40 or len(_TOKEN.findall(value)) > 5 or value.casefold() in {"yes", "no", "none", "true", "false"}:
            return
        if "colo" in lowered:
            self._add("colour", value, value)
        elif "material" in lowered or lowered == "fabric":
            self._add("material", value, value)
        elif lowered == "size":
            if not value.isdigit() and len(value) > 1:
                self._add("size", value, value)
        elif not value.isdigit():
            self._add("option", value, f"{name}={value}")

    def _add(self, kind: str, surface: str, value: str) -> None:
        words = tuple(token.word for token in words_of(surface))
        if not words or all(word in ordinary_words() or (len(word) < 3 and not any(c.isdigit() for c in word)) for word in words):
            return
        meanings = self._phrases.setdefault(words, [])
        if not any(known == kind and meant.casefold() == value.casefold() for known, meant in meanings):
            meanings.append((kind, value))

    def _index_names(self, catalogue: Sequence[CatalogueItem]) -> None:
        named = [(item.id, tuple(token.word for token in words_of(item.name))) for item in catalogue]
        counts = Counter(word for _, words in named for word in set(words))
        self._idf = {
            word: (0.2 if word in stop_words() else 1.0) * math.log(1 + len(named) / count) + 0.05 for word, count in counts.items()
        }
        for key, words in named:
            if not words:
                continue
            for word in set(words) - stop_words():
                self._by_word[word].append(len(self._named))
            self._named.append(_Named(key, words, sum(self._idf[word] for word in set(words))))

    def _forms(self) -> Iterator[tuple[str, str]]:
        """Words of traits, categories and brands as they may be typed, singular and plural, each with the form that they are known by."""
        for words, meanings in self._phrases.items():
            if any(kind in _SLIP_KINDS for kind, _ in meanings):
                yield from ((typed, word) for word in words for typed in (f"{word}s", word) if len(typed) >= _SLIP_FROM)

    def _corrected(self, text: str) -> list[_Token]:
        tokens = words_of(text)
        joined: list[_Token] = []
        position = 0
        while position < len(tokens):
            token = tokens[position]
            following = tokens[position + 1] if position + 1 < len(tokens) else None
            if (
                following
                and token.word + following.word in self._known
                and not (token.word in self._known and following.word in self._known)
            ):
                joined.append(_Token(token.word + following.word, token.start, following.end, token.typed + following.typed))
                position += 1
            else:
                joined.append(self._correct(token, text))
            position += 1
        return joined

    def _correct(self, token: _Token, text: str) -> _Token:
        word = token.word
        if any(c.isdigit() for c in word) or _CONTRACTED.fullmatch(token.typed):
            return token
        if any(form in known for form in (word, token.typed) for known in (self._known, ordinary_words(), common_words())):
            return token
        found = self._likeness(word) or self._slip(token, text)
        return _Token(found, token.start, token.end, token.typed, fixed=True) if found else token

    def _likeness(self, word: str) -> str | None:
        """The word of the catalogue that is most like this one and begins like it."""
        if len(word) < _FUZZY_FROM:
            return None
        best = process.extractOne(
            word, self._vocabulary, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=0.8 if len(word) < 8 else 0.75
        )
        return None if best is None or best[0][0] != word[0] else best[0]

    def _slip(self, token: _Token, text: str) -> str | None:
        """The trait, category or brand that one slip turns into this word, where there is only one, or one that begins like it.

        Left alone are words as near to an everyday one, and capitalised ones within a sentence, which are names.
        """
        if len(token.typed) < _SLIP_FROM or (token.start and text[token.start].isupper() and not text.isupper()):
            return None
        if process.extractOne(token.typed, self._everyday, scorer=OSA.distance, score_cutoff=1):
            return None
        near = [form for form, _, _ in process.extract(token.typed, self._slip_words, scorer=OSA.distance, score_cutoff=1, limit=None)]
        alike = {self._slips[form] for form in near if form[0] == token.typed[0]} or {self._slips[form] for form in near}
        return alike.pop() if len(alike) == 1 else None

    def _find_phrases(self, text: str, tokens: Sequence[_Token]) -> Iterator[Entity]:
        position = 0
        while position < len(tokens):
            for length in range(min(self._longest, len(tokens) - position), 0, -1):
                window = tokens[position : position + length]
                meanings = self._phrases.get(tuple(token.word for token in window))
                if meanings:
                    start, end, score = window[0].start, window[-1].end, 0.85 if any(token.fixed for token in window) else 1.0
                    yield from (Entity(kind, text[start:end], value, start, end, score) for kind, value in meanings)
                    position += length - 1
                    break
            position += 1

    def _find_sizes(self, text: str) -> list[Entity]:
        found = []
        for match in _SIZE_SAID.finditer(text):
            size = match["size"].replace(",", ".")
            found.append(Entity("size", match["size"], _SIZE_WORDS.get(size.casefold(), size), match.start("size"), match.end("size")))
        for match in _SIZE_ALONE.finditer(text):
            size = _SIZE_WORDS.get(match[0].casefold(), match[0])
            found += [Entity("size", match[0], size, match.start(), match.end())]
        return found

    def _find_products(self, text: str, tokens: Sequence[_Token], most: int = 5) -> list[Entity]:
        ranked = sorted(self._mentions(tokens), key=lambda found: (-found[0], found[1]))
        taken: list[tuple[int, int]] = []
        entities: list[Entity] = []
        for _, index, first, last, coverage in ranked:
            span = (tokens[first].start, tokens[last].end)
            same = sum(1 for other in taken if other == span)
            if same >= most or any(other != span and other[0] < span[1] and span[0] < other[1] for other in taken):
                continue
            taken.append(span)
            entities.append(Entity("product", text[span[0] : span[1]], self._named[index].id, *span, round(coverage, 3)))
        return sorted(entities, key=lambda entity: (entity.start, -entity.score))

    def _mentions(self, tokens: Sequence[_Token]) -> Iterator[tuple[float, int, int, int, float]]:
        """(rank, product index, first token, last token, coverage) of products whose name stands in the text, wholly or mostly."""
        places: dict[int, list[int]] = defaultdict(list)
        for position, token in enumerate(tokens):
            for index in self._by_word.get(token.word, ())[:2000]:
                places[index].append(position)
        for index, positions in places.items():
            mention = self._mention(self._named[index], tokens, positions)
            if mention is not None:
                weight, first, last, coverage = mention
                yield weight * coverage, index, first, last, coverage

    def _mention(self, named: _Named, tokens: Sequence[_Token], positions: Sequence[int]) -> tuple[float, int, int, float] | None:
        """The best run of tokens that says this name: its weight, ends and coverage of the name."""
        wanted = set(named.words)
        best: tuple[float, int, int, float] | None = None
        for first in positions:
            seen, last = self._run(named, wanted, tokens, first)
            said = [token.word for token in seen]
            weight = sum(self._idf[token.word] * (0.9 if token.fixed else 1.0) for token in seen)
            places = [named.words.index(word) for word in said]
            if places != sorted(places):
                weight *= 0.85
            coverage = weight / named.weight
            telling = len(set(said) - stop_words()) >= 2 or len(wanted - stop_words()) == 1
            if telling and coverage >= LEAST_COVERAGE and (best is None or weight > best[0]):
                best = (weight, first, last, min(coverage, 1.0))
        return best

    def _run(self, named: _Named, wanted: set[str], tokens: Sequence[_Token], first: int) -> tuple[list[_Token], int]:
        """Tokens from `first` on that belong to the name, each word once, with at most one strange word between; and the last's place."""
        seen: list[_Token] = []
        last, strange = first, 0
        for position in range(first, min(len(tokens), first + len(named.words) + 3)):
            token = tokens[position]
            if token.word in wanted and all(token.word != other.word for other in seen):
                seen.append(token)
                last = position
            elif token.word not in stop_words():
                strange += 1
                if strange > 1:
                    break
        return seen, last


def _part_of(entity: Entity, named: Iterable[Entity]) -> bool:
    """Whether a word is only a part of a product's name ("digital" in "digital camera")."""
    return any(other.start <= entity.start and entity.end <= other.end for other in named)
