"""Words and what they can mean: metrics, dimensions, operators, countries, things that no sales data holds.

Owns the phrase tables (`vocabulary.toml` and the synonyms of the semantic layer), longest-match lookup, and the mending of
misspelt words. Decides nothing: a phrase may carry several senses, and the parser chooses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from assistant.analyst.calendar_words import MONTH_NAMES, NUMBERS, ORDINALS, PERIOD_WORDS, WEEKDAY_NAMES
from assistant.analyst.semantics import Semantics
from assistant.analyst.text import Token, plain, stem, tokenize

SenseKind: TypeAlias = Literal["op", "metric", "dimension", "country", "abroad", "absent", "attack", "review_value", "category_value"]


_SMALL_WORDS = (
    "last",
    "what",
    "were",
    "many",
    "much",
    "from",
    "with",
    "have",
    "show",
    "give",
    "the",
    "and",
    "for",
    "our",
    "was",
    "how",
    "did",
    "top",
    "net",
    "per",
)


_CONSONANTS = {
    bare: word
    for word in _SMALL_WORDS
    if len(bare := re.sub("[aeiou]", "", word)) > 1 and bare not in ("th", "fr", "nd", "tp", "nt", "pr", "ws")
}
"""Small words without their vowels: "hw mny"."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing a phrase can mean; `value` is the operator's tag, the id, the country's key or the reason."""

    kind: SenseKind
    value: str
    extra: str = ""


@dataclass(slots=True)
class Trie:
    """Phrases by their words; `senses` are those of the phrase that ends here."""

    next: dict[str, Trie] = field(default_factory=dict)
    senses: list[Sense] = field(default_factory=list)

    def add(self, words: Sequence[str], sense: Sense) -> None:
        node = self
        for word in words:
            node = node.next.setdefault(word, Trie())
        if sense not in node.senses:
            node.senses.append(sense)

    def teach(self, words: Sequence[str], sense: Sense | None) -> None:
        """Let the phrase mean `sense` and nothing else; None: nothing at all."""
        node = self
        for word in words:
            if sense is None and word not in node.next:
                return
            node = node.next.setdefault(word, Trie())
        node.senses = [] if sense is None else [sense]

    def forget(self, words: Sequence[str], senses: frozenset[Sense]) -> None:
        """Let the phrase no longer mean any of `senses`, where it does."""
        node: Trie | None = self
        for word in words:
            node = node.next.get(word) if node is not None else None
        if node is not None:
            node.senses = [sense for sense in node.senses if sense not in senses]

    def longest(self, words: Sequence[str], start: int) -> tuple[int, tuple[Sense, ...]]:
        """The end of the longest phrase at `start` and its senses; `(start, ())` where there is none."""
        node, best = self, start
        senses: tuple[Sense, ...] = ()
        for position in range(start, len(words)):
            found = node.next.get(words[position])
            if found is None:
                break
            node = found
            if node.senses:
                best, senses = position + 1, tuple(node.senses)
        return best, senses


@dataclass(slots=True)
class Lexicon:
    """All phrases but the shop's own values. `stems` matches whatever the number, `exact` as written; `fillers` carry no content.

    `nouns` are the figures and groups of one word; `vocabulary` are all words that are right as they stand, `askable` those that
    a misspelt word may be mended into.
    """

    stems: Trie
    exact: Trie
    fillers: frozenset[str]
    countries: Mapping[str, tuple[str, ...]]
    vocabulary: frozenset[str]
    askable: frozenset[str]
    nouns: frozenset[str]
    write_verbs: frozenset[str]
    write_objects: frozenset[str]

    def extended(self, phrases: Iterable[tuple[str, Sense]], unless: frozenset[str] = frozenset()) -> Lexicon:
        """A lexicon with the shop's values beside the words of asking; this one stays as it is. What is a value here means none of the
        dimensions `unless`, though it be a synonym of one: "clothing" where that is a category."""
        fresh = _copy(self.stems)
        words: set[str] = set()
        for phrase, sense in phrases:
            tokens = [t.stem for t in tokenize(phrase)]
            if tokens:
                if sense.kind == "category_value":
                    fresh.forget(tokens, frozenset(Sense("dimension", id) for id in unless))
                fresh.add(tokens, sense)
                words.update(t.text for t in tokenize(phrase))
        return replace(self, stems=fresh, vocabulary=self.vocabulary | words, askable=self.askable | words)


def _copy(trie: Trie) -> Trie:
    return Trie({word: _copy(node) for word, node in trie.next.items()}, list(trie.senses))


def load_lexicon(semantics: Semantics) -> Lexicon:
    """The words of `vocabulary.toml` and of the semantic layer."""
    data: dict[str, Any] = tomllib.loads(files("assistant.analyst").joinpath("vocabulary.toml").read_text(encoding="utf-8"))
    stems, exact = Trie(), Trie()
    for tag, phrases in data["operators"].items():
        _add(stems, phrases.split("|"), Sense("op", tag), stemmed=True)
    for metric in semantics.metrics.values():
        if not metric.hidden:
            _add(stems, (metric.name, *metric.synonyms), Sense("metric", metric.id), stemmed=True)
    for dimension in semantics.dimensions.values():
        _add(stems, (dimension.singular, dimension.plural, *dimension.synonyms), Sense("dimension", dimension.id), stemmed=True)
    for key, phrases in data["countries"].items():
        _add(stems, phrases.split("|"), Sense("country", key), stemmed=True)
    for phrases in data["country_groups"].values():
        _add(stems, phrases.split("|"), Sense("abroad", "abroad"), stemmed=True)
    for reason, phrases in data["absent"].items():
        _add(exact, phrases.split("|"), Sense("absent", reason), stemmed=False)
    for tag in ("instructions", "secrets", "sql"):
        _add(exact, data["attack"][tag].split("|"), Sense("attack", tag), stemmed=False)
    for phrase, target in semantics.synonyms.items():
        said = tokenize(plain(phrase))
        stems.teach([t.stem for t in said], _taught(target, semantics))
        exact.teach([t.text for t in said], None)
    fillers = frozenset(data["fillers"]["words"].split())
    verbs, objects = (frozenset(data["attack"][name].split("|")) for name in ("write_verbs", "write_objects"))
    written = {t.text for phrase in _phrases(data, semantics) for t in tokenize(plain(phrase))}
    known = {
        *_words(stems),
        *_words(exact),
        *written,
        *fillers,
        *verbs,
        *objects,
        *PERIOD_WORDS,
        *MONTH_NAMES,
        *WEEKDAY_NAMES,
        "weekend",
        "weekends",
        *ORDINALS,
        *NUMBERS,
    }
    vocabulary = frozenset(known | {stem(w) for w in known})
    askable = frozenset({*written, *fillers, *PERIOD_WORDS, *MONTH_NAMES, *WEEKDAY_NAMES})
    figures = (n for m in semantics.metrics.values() if not m.hidden for n in (m.name, *m.synonyms))
    groups = (n for d in semantics.dimensions.values() for n in (d.singular, d.plural, *d.synonyms))
    nouns = frozenset(n for n in (*figures, *groups) if n.isalpha() and len(n) > 4)
    countries = {key: tuple(phrases.split("|")) for key, phrases in data["countries"].items()}
    return Lexicon(stems, exact, fillers | {stem(w) for w in fillers}, countries, vocabulary, askable, nouns, verbs, objects)


def _taught(target: str, semantics: Semantics) -> Sense:
    """The sense of what a shop's own synonym stands for."""
    named, _, value = (part.strip() for part in target.partition("="))
    if not value:
        return Sense("metric" if named in semantics.metrics else "dimension", named)
    if named == "country":
        return Sense("country", plain(value))
    return Sense("review_value" if semantics.dimensions[named].cube == "reviews" else "category_value", value, named)


def _phrases(data: Mapping[str, Any], semantics: Semantics) -> Iterator[str]:
    """Every phrase that can be asked with, as it is written."""
    for group in (data["operators"], data["countries"], data["country_groups"]):
        for phrases in group.values():
            yield from phrases.split("|")
    for metric in semantics.metrics.values():
        yield from (metric.name, *metric.synonyms)
    yield from semantics.synonyms
    for dimension in semantics.dimensions.values():
        yield from (dimension.singular, dimension.plural, *dimension.synonyms)


def _add(trie: Trie, phrases: Iterable[str], sense: Sense, *, stemmed: bool) -> None:
    for phrase in phrases:
        words = [t.stem if stemmed else t.text for t in tokenize(plain(phrase))]
        if words:
            trie.add(words, sense)


def _words(trie: Trie) -> Iterator[str]:
    for word, node in trie.next.items():
        yield word
        yield from _words(node)


def mended(tokens: Sequence[Token], lexicon: Lexicon, names: frozenset[str], is_word: Callable[[str], bool] | None = None) -> list[Token]:
    """The tokens with misspelt words put right; `names` are the words of the shop's products, which are right as they are, and
    so are their misspellings.

    One slip is forgiven in words of four to six letters, two in longer ones (two only where the first letter holds). `is_word`
    says of a word whether it is one at all: then it is not taken for a filler, which would make it vanish.
    """
    return _led([_mended(t, lexicon, names, is_word or (lambda word: False)) for t in tokens], lexicon)


def _mended(token: Token, lexicon: Lexicon, names: frozenset[str], is_word: Callable[[str], bool]) -> Token:
    word, vocabulary = token.text, lexicon.vocabulary
    unknown = not token.quoted and word not in vocabulary and word not in names
    if unknown and word in _CONSONANTS:
        return replace(token, text=_CONSONANTS[word], fixed=word)
    if len(word) == 3 and unknown and (short := _without_vowels(word, lexicon.nouns)):
        return replace(token, text=short, fixed=word)
    if len(word) == 3 and word.isalpha() and not token.quoted and word not in vocabulary and word not in names:
        return _function_word(token)
    if token.quoted or len(word) < 4 or not word.replace("'", "").isalpha() or word in vocabulary or word in names:
        return token
    if token.stem in vocabulary or token.stem in names:
        return token
    short = _without_vowels(word, lexicon.nouns)
    if short:
        return replace(token, text=short, fixed=word)
    better = closest(word, lexicon.askable, names)
    if better is None or better not in lexicon.askable:
        return token
    if better in lexicon.fillers and is_word(word) and not _swapped(word, better):
        return token
    return replace(token, text=better, fixed=word)


def _without_vowels(word: str, nouns: frozenset[str]) -> str:
    """The figure or group that a word is the consonants of: "sls", "ctry", "cstmrs"; empty where it is none or several."""
    if not 3 <= len(word) <= 8 or set(word) & set("aeiou") or not word.isalpha():
        return ""
    pattern = re.compile("[aeiouy]*".join(word.removesuffix("s") if len(word) > 3 else word) + "s?")
    loose = re.compile(".{0,3}".join(word))
    found = [n for n in nouns if pattern.fullmatch(n)] or [n for n in nouns if loose.fullmatch(n)]
    shortest = {stem(n) for n in found if len(stem(n)) == min(len(stem(f)) for f in found)}
    return next(iter(shortest)) if len(shortest) == 1 else ""


def _swapped(word: str, other: str) -> bool:
    """Whether two letters next to each other changed places."""
    return len(word) == len(other) and sorted(word) == sorted(other)


def _led(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """ "Hoe many", "wht were": a small word with one wrong letter, where with the right one it begins a phrase that goes on."""
    from rapidfuzz.distance import OSA

    if len(tokens) > 1 and tokens[1].text in ("is", "are", "was", "were", "did", "do", "does") and 2 < len(tokens[0].text) < 5:
        meant = next((w for w in ("what", "how", "who") if OSA.distance(w, tokens[0].text) == 1), "")
        if meant and tokens[0].text not in lexicon.vocabulary:
            tokens[0] = replace(tokens[0], text=meant, fixed=tokens[0].text)
    for n, (token, after) in enumerate(pairwise(tokens)):
        known = token.text in lexicon.vocabulary or token.quoted or not token.text.isalpha() or len(token.text) not in (3, 4)
        if known or after.text not in ("many", "much"):
            continue
        if OSA.distance("how", token.text) == 1:
            tokens[n] = replace(token, text="how", fixed=token.text)
    return tokens


def _function_word(token: Token) -> Token:
    """ "teh", "wat", "hwo": a small word with a letter dropped or two swapped; never another letter, which "VAT" for "was" would be."""
    from rapidfuzz.distance import OSA

    for small in _SMALL_WORDS:
        swapped = len(small) == 3 and sorted(small) == sorted(token.text)
        dropped = len(small) == 4 and small[0] == token.text[0]
        if (swapped or dropped) and OSA.distance(small, token.text) == 1:
            return replace(token, text=small, fixed=token.text)
    return token


def closest(word: str, vocabulary: frozenset[str], names: frozenset[str]) -> str | None:
    """The known word nearest to `word`, the words of asking before product words at the same distance; None where none is near."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    limit = 1 if len(word) <= 6 else 2
    best: tuple[int, int, str] | None = None
    for rank, known in enumerate((vocabulary, names)):
        for candidate, distance, _ in extract(word, known, scorer=OSA.distance, score_cutoff=limit, limit=5):
            if len(candidate) < 4 or not candidate.isalpha() or (distance > 1 and candidate[0] != word[0]):
                continue
            score = (int(distance), rank + (candidate[0] != word[0]), candidate)
            if best is None or score < best:
                best = score
    return None if best is None else best[2]
