"""What goods must be free of, and what a product states about that: allergens, diets, labels, "X-free", "without X".

Owns the reading of both sides over `matters.toml`. What a product does not state it is not: where health is at stake, silence is never
taken for absence, and a trace is none either. Refuses to search, and to know what becomes of an answer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from assistant.shopper.sentences import sentences_of
from assistant.shopper.shelf import Shelf, stems
from assistant.shopper.words import word_list
from assistant.store.records import Product


class Stated(StrEnum):
    """What a product states of a matter. `LISTED`: its allergens are listed, and this is not among them; `MENTIONED`: a word for it, or for
    what holds it, stands in the text without saying whether it is inside."""

    FREE = "free"
    TRACES = "traces"
    CONTAINS = "contains"
    MENTIONED = "mentioned"
    LISTED = "listed"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a product states, in which field (empty: the description), and the words that say so."""

    stated: Stated
    field: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """A block of `matters.toml`; of a word that has none, the word itself is the name."""

    key: str
    names: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    suits: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    health: bool = False
    allergen: bool = False
    held: bool = False

    @property
    def said(self) -> str:
        """What a product is that states it: "free of gluten", "vegan"."""
        return self.key if self.states else f"free of {self.key}"


@dataclass(frozen=True, slots=True)
class Term:
    """A matter that a message insists on, where it says so; `allergic` where it gives that for the reason."""

    key: str
    start: int
    end: int
    allergic: bool = False


_I = re.IGNORECASE
_ITEM = r"(?:[\w'-]+(?: [\w'-]+)?(?:,? (?:or|nor|and|&)|,) (?:any )?)"
_REASONS = (
    r"allergic (?:to|against)|allerg(?:y|ies) (?:to|against)|intoleran(?:t|ce) (?:of|to|against)|sensitive to|"
    r"(?:react\w*|bad reaction) to"
)
_WITHOUT = (
    r"free (?:of|from)|without(?: a| an| any)?|w/o|no|not? contain(?:ing)?(?: any)?|(?:don't|doesn't|do not|does not) contain(?: any)?|"
    r"contains? no|nothing (?:with|containing|that (?:has|contains))(?: any)?|avoid(?:s|ing)?|"
    r"(?:can't|cannot|can not|mustn't|must not|shouldn't|don't|doesn't|not allowed to|not supposed to) "
    r"(?:eat|drink|have|take|tolerate|stand|digest|do|wear)(?: any)?|zero|non"
)
_NEGATED = re.compile(rf"\b(?P<why>(?P<reason>{_REASONS})|{_WITHOUT})[ -]+(?:any |the )?(?P<list>{_ITEM}{{0,4}}(?:[\w'-]+ )?[\w'-]+)", _I)
_PREFIXED = re.compile(r"\b(?P<what>[\w']+(?:[- ][\w']+)?)[- ](?P<why>free|allerg(?:y|ies|ic)|intoleran(?:t|ce))\b", _I)
_OPPOSITE = re.compile(r"\b(?:not|non|isn't|aren't|never|cannot|can't|unsuitable|except)\b(?:[ -](?!only)[\w'-]+){0,4}[ -]*$|\bnon-$", _I)
_TRACE = re.compile(r"\b(?:may (?:also )?(?:contain|have)|traces? of|can contain|possible traces)\b[^.;]*|[^.;,]*\btraces\b", _I)
_HOLDS = re.compile(
    r"\b(?:(?:contain\w*|includ\w+)\W+(?:[\w'%-]+,? ){0,6}?|(?:with|made (?:of|from|with)|based on|rich in) (?:[\w'%-]+ ){0,3}?)$", _I
)
_MADE_OF = re.compile(r"\b(?:contain\w*|made (?:of|from|with)|based on) (?:[\w'%-]+ ){0,3}?$", _I)
_CONTENTS = re.compile(r"allerg|ingredi|contain|composition|zutat|inhalt", _I)
_ROOT = 5
_ANY = frozenset({"one", "stuff", "product", "option"})
_TRUE, _FALSE = frozenset({"yes", "true", "y", "1"}), frozenset({"no", "false", "n", "0", "none", "-", "not"})
_LIKENED = r"(?<!coconut )(?<!almond )(?<!oat )(?<!rice )(?<!cocoa )(?<!shea )(?<!peanut )(?<!body )(?<!hand )(?<!face )(?<!cleansing )"
"""What is called milk, butter or cream and is none."""
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok|but|also|hi|hello)\W+)*(?:is|are|does|do|has|have|can|could|may|will|would|any|contains?|suitable|"
    r"ok for|(?:which|what)\b[^.?!]{0,30}\b(?:are|is|has|have|contains?|without))\b|\?\s*$|\bwhether\b",
    _I,
)
_INSIDE = re.compile(
    r"\b(?:contain\w*|any(?! good)|have|has|got|with|is there|are there|made with|uses?|needs?|requires?|includ\w+|traces?)\b[^.?!]{0,30}$",
    _I,
)


@cache
def matters() -> Mapping[str, Matter]:
    """The blocks of `matters.toml` by key."""
    blocks: dict[str, dict[str, str | bool]] = tomllib.loads(
        files("assistant.shopper").joinpath("matters.toml").read_text(encoding="utf-8")
    )
    return {
        key: Matter(key, **{name: tuple(value.split()) if isinstance(value, str) else value for name, value in block.items()})  # type: ignore[arg-type]
        for key, block in blocks.items()
    }


def matter(key: str) -> Matter:
    """The matter of a key."""
    return matters().get(key) or Matter(key, names=(key,))


def is_health(key: str, *, allergic: bool = False) -> bool:
    """Whether a wrong word on this may do harm."""
    return allergic or matter(key).health


def terms(text: str, shelf: Shelf | None = None) -> tuple[Term, ...]:
    """What a message says that goods must be free of, or must state to be, in its order."""
    found = [*_prefixed(text, shelf), *_listed(text, shelf), *_by_word(text, shelf)]
    kept: dict[str, Term] = {}
    for term in sorted(found, key=lambda t: (not t.allergic, t.start)):
        kept.setdefault(term.key, term)
    return tuple(sorted(kept.values(), key=lambda t: t.start))


def _prefixed(text: str, shelf: Shelf | None) -> Iterator[Term]:
    """ "gluten-free", "nut allergy"; a word of no block only where goods follow or some product states it."""
    for match in _PREFIXED.finditer(text):
        reason = match["why"].lower() != "free"
        words = match["what"].replace("-", " ").split()
        if _key(f"{words[-1]} {match['why']}"):
            continue  # "cruelty-free" is a label of its own
        for count in (2, 1):
            said = " ".join(words[-count:]) if len(words) >= count else ""
            key = _key(said)
            if key:
                yield Term(key, match.start() + len(match["what"]) - len(said), match.end(), reason)
                break
        else:
            word = words[-1].lower()
            after = next(iter(stems(text[match.end() :])), "")
            hyphened = text[match.end("what")] == "-"
            known = hyphened or after in _ANY or shelf is None or bool(shelf.named(after)) or _any_states(word, shelf)
            plain = not any(word in word_list(name) for name in ("before_free", "filler", "colours"))
            plain = plain and not word.endswith(("ing", "ly"))
            if known and plain and (word not in word_list("materials") or (shelf is not None and _any_states(word, shelf))):
                yield Term(stems(word)[-1], match.end("what") - len(word), match.end(), reason)


def _any_states(word: str, shelf: Shelf) -> bool:
    """Whether any product states a word's matter: that it is free of it, or is it."""
    key = _key(word) or stems(word)[-1]
    return any(states(shelf.products[id], key) for id in shelf.worded(stems(word)[-1]))


def _listed(text: str, shelf: Shelf | None) -> Iterator[Term]:
    """ "without milk or eggs", "allergic to nuts"; of words of no block only what is given for an allergy, and no material."""
    for match in _NEGATED.finditer(text):
        allergic = bool(match["reason"])
        words = list(re.finditer(r"[\w'-]+", match["list"]))
        for place, word in enumerate(words):
            end = match.start("list") + word.end()
            before = words[place - 1][0] if place else ""
            key = (_key(f"{before} {word[0]}") if before else "") or _key(word[0])
            if key and not any(stems(word[0]) == stems(state) for state in matter(key).states):
                if allergic or not _compound(word[0], text[end:], shelf):
                    yield Term(key, match.start(), end, allergic)
            elif allergic and not place and not _plain_word(word[0]):
                yield Term(stems(word[0])[-1], match.start(), end, allergic)


def _compound(word: str, after: str, shelf: Shelf | None) -> bool:
    """Whether a matter's word is only the first half of what some product is called: "without milk frother", "no milk chocolate"."""
    following = re.match(r" (?P<word>[a-z]{3,})\b", after, _I)
    if following is None or shelf is None:
        return False
    named = re.compile(rf"\b{re.escape(word)}[ -]{re.escape(following['word'])}", _I)
    return any(named.search(product.name) for product in shelf.many(shelf.named(stems(following["word"])[-1])))


def _plain_word(word: str) -> bool:
    lowered = word.lower()
    return any(w in word_list(name) for w in (lowered, stems(word)[-1]) for name in ("filler", "materials", "colours"))


def _by_word(text: str, shelf: Shelf | None) -> Iterator[Term]:
    """Words that say it by themselves: "vegan", "coeliac", "unscented", "organic"."""
    for pattern, block, allergic in _telling_words():
        for match in pattern.finditer(text):
            if _OPPOSITE.search(text[: match.start()]) or (block.held and shelf is not None and not _any_states(block.states[0], shelf)):
                continue
            yield Term(block.key, match.start(), match.end(), allergic)


@cache
def _telling_words() -> tuple[tuple[re.Pattern[str], Matter, bool], ...]:
    """(pattern, matter, whether it is said of an allergy) of the words that insist on a matter by themselves."""
    return tuple(
        (re.compile(rf"\b(?:{'|'.join(map(_spelled, words))})\b(?! leather\b)", _I), block, allergic)
        for block in matters().values()
        for words, allergic in (
            ((*block.states, *block.free), False),
            (block.suits, True),
            (block.asked if block.names and block.key != "alcohol" else (), block.allergen),
        )
        if words
    )


def _key(said: str) -> str:
    """The key of the block that a shopper's words mean; empty where there is none."""
    return _by_name().get("-".join(stems(said.replace("-", " "))), "")


@cache
def _by_name() -> Mapping[str, str]:
    return {
        "-".join(stems(word.replace("-", " "))): key
        for key, block in matters().items()
        for word in (*block.kinds, *block.names, *block.asked, *block.suits, *block.states)
    }


def reading(product: Product, key: str) -> Statement:
    """What a product states of a matter: its own words for it first, then what they imply, then what is listed or only mentioned."""
    own = matter(key)
    fields = list(_fields(product))
    if key not in matters() and not any(key in words.casefold() for _, words in fields):
        return Statement(Stated.SILENT)
    said = [statement for field, words in fields for statement in _said(own, field, words)]
    for wanted in (Stated.CONTAINS, Stated.FREE, Stated.TRACES):
        best = next((s for s in said if s.stated is wanted), None)
        if best is not None and wanted is Stated.FREE:
            return next((s for s in said if s.stated is Stated.TRACES), best)
        if best is not None:
            return best
    held = [statement for field, words in fields for statement in _sourced(own, field, words)]
    sure = next((s for s in held if s.stated in (Stated.CONTAINS, Stated.TRACES)), None)
    if sure is not None:
        return sure
    for other in own.implied:
        stated = reading(product, other)
        if stated.stated is Stated.FREE:
            return stated
    if held or (mentioned := _mentioned(own, fields)) is None:
        return held[0] if held else _listing(own, fields)
    return mentioned


def states(product: Product, key: str) -> bool:
    """Whether a product states that it is free of a matter, or is it; told at once of those that have no word of it."""
    words = " ".join([product.name, product.description, *product.attributes, *map(str, product.attributes.values())]).casefold()
    return any(root in words for root in _roots(key)) and reading(product, key).stated is Stated.FREE


@lru_cache(maxsize=1024)
def _roots(key: str) -> frozenset[str]:
    """The beginnings of the words without which a product states nothing of a matter."""
    own = matter(key)
    words = (*own.names, *own.free, *own.suits, *own.states)
    return frozenset(word.split("-")[0][:_ROOT] for word in words).union(*map(_roots, own.implied))


def lacks(product: Product, word: str) -> bool:
    """Whether a product speaks of a thing only to say that it has none of it: "no subscription needed"."""
    return not matter(word).states and states(product, word)


def _fields(product: Product) -> Iterator[tuple[str, str]]:
    """(name of the field, its words); a yes or no is told by the field's name."""
    for name, value in product.attributes.items():
        spelled, words = name.replace("_", " "), str(value)
        if words.casefold() in _TRUE:
            yield name, spelled
        elif words.casefold() in _FALSE:
            yield name, f"not {spelled}" if re.search(r"\bfree\b", spelled, _I) else f"no {re.sub(r'^contains? ', '', spelled, flags=_I)}"
        else:
            yield name, words
    for sentence in sentences_of(product):
        yield "", sentence
    yield "name", product.name


def _said(own: Matter, field: str, words: str) -> Iterator[Statement]:
    """What words say of a matter by its own name."""
    free, named = _patterns(own.key)
    absent = list(free.finditer(words))
    for match in absent:
        opposed = _OPPOSITE.search(words[: match.start()]) or re.match(r"[ -](?:not?|free)\b", words[match.end() :], _I)
        refused = own.states and re.search(r"\b(?:no|nothing)\b[^.;,]*$", words[: match.start()], _I)
        yield Statement(Stated.CONTAINS if opposed or refused else Stated.FREE, field, words)
    if own.states or named is None:
        return
    traces = [match.span() for match in _TRACE.finditer(words)]
    for match in named.finditer(words):
        if any(a.start() <= match.start() < a.end() for a in absent):
            continue
        if any(start <= match.start() < end for start, end in traces):
            yield Statement(Stated.TRACES, field, words)
        elif _CONTENTS.search(field) or _HOLDS.search(words[: match.start()]):
            yield Statement(Stated.CONTAINS, field, words)


def _sourced(own: Matter, field: str, words: str) -> Iterator[Statement]:
    """What words say by what holds the matter: milk by cheese, gluten by wheat."""
    pattern = _source_pattern(own.key)
    if pattern is None:
        return
    traces = [match.span() for match in _TRACE.finditer(words)]
    denied = [match.span() for match in _NEGATED.finditer(words)] + [match.span() for match in _PREFIXED.finditer(words)]
    for match in pattern.finditer(words):
        if any(start <= match.start() < end for start, end in denied):
            continue
        if any(start <= match.start() < end for start, end in traces):
            yield Statement(Stated.TRACES, field, words)
        else:
            inside = _CONTENTS.search(field) or _MADE_OF.search(words[: match.start()])
            yield Statement(Stated.CONTAINS if inside else Stated.MENTIONED, field, words)


def _mentioned(own: Matter, fields: list[tuple[str, str]]) -> Statement | None:
    _, named = _patterns(own.key)
    if own.states or named is None:
        return None
    return next((Statement(Stated.MENTIONED, field, words) for field, words in fields if named.search(words)), None)


def _listing(own: Matter, fields: list[tuple[str, str]]) -> Statement:
    listed = next(((f, w) for f, w in fields if own.allergen and re.search(r"allerg", f, _I)), None)
    return Statement(Stated.LISTED, *listed) if listed else Statement(Stated.SILENT)


@lru_cache(maxsize=1024)
def _patterns(key: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """(what says the absence, or the diet itself; what names the matter)."""
    own = matter(key)
    if own.states:
        return re.compile("|".join(rf"\b{_spelled(word)}\b" for word in own.states), _I), None
    name = rf"(?:{'|'.join(map(_spelled, own.names))})"
    absent = (
        rf"\b{name}[- ]?free\b|\bfree (?:of|from) (?:any |all |added )?(?:{_ITEM}){{0,6}}{name}\b|"
        rf"\bfree (?:of|from) (?:[\w'-]+,? ){{0,6}}(?:or|and) {name}\b|"
        rf"\b(?:without|contains? no|contains? neither|not contain(?:ing)?|doesn't contain|don't contain|no|zero|non)[ -](?:any |a |an )?"
        rf"(?:(?:[\w'-]+,? ){{0,5}}(?:or|nor) )?{name}\b(?! (?:chocolate|free)\b)|"
        rf"\b0(?:[.,]0+)? ?% (?:vol\.? )?{name}\b|\b{name}:? (?:none|0(?:[.,]0+)? ?%)"
    )
    absent += "".join(rf"|\b{_spelled(word)}\b" for word in (*own.free, *own.suits))
    return re.compile(absent, _I), re.compile(rf"{_LIKENED}\b{name}\b", _I)


@lru_cache(maxsize=1024)
def _source_pattern(key: str) -> re.Pattern[str] | None:
    own = matter(key)
    return re.compile(rf"{_LIKENED}\b(?:{'|'.join(map(_spelled, own.sources))})\b", _I) if own.sources else None


def _spelled(word: str) -> str:
    """A pattern for a word and its plural; its hyphen may be a blank."""
    stem = re.escape(word).replace(r"\-", "[- ]?")
    return rf"{stem[:-1]}(?:y|ies)" if word.endswith("y") and len(word) > 4 else rf"{stem}(?:e?s)?"


def named_in(name: str, key: str) -> bool:
    """Whether a product's name speaks of a matter: the vegan camembert is no question after a diet."""
    own = matter(key)
    return any(re.search(rf"\b{_spelled(word)}", name, _I) for word in (*own.names, *own.states, *own.free, *own.asked))


@dataclass(frozen=True, slots=True)
class Question:
    """A yes or no asked of a product on a matter. `absence`: whether yes means that it is free of it (or is the diet)."""

    key: str
    absence: bool


def asks(text: str) -> bool:
    """Whether a text asks for a yes or no, or which."""
    return bool(_ASKS.search(text))


def asked_of(text: str) -> tuple[Question, ...]:
    """The matters that a yes or no is asked on: "is it vegan?", "does it contain gluten", "any nuts in it?"."""
    if not asks(text):
        return ()
    if wanted := terms(text):
        return tuple(Question(term.key, absence=True) for term in wanted)
    for match in re.finditer(r"[\w'-]+", text):
        key = _key(match[0])
        if key and not matter(key).states and _INSIDE.search(text[: match.start()]):
            return (Question(key, absence=False),)
    return ()


def denied_of(product: Product, text: str) -> Question | None:
    """What a yes or no asks a product to have, where the product says that it has none: "does it need a subscription?"."""
    told = [match.span() for pattern in (_NEGATED, _PREFIXED) for match in pattern.finditer(text)]
    for match in re.finditer(r"[\w'-]+", text) if asks(text) else ():
        word, free = stems(match[0])[-1:], not any(start <= match.start() < end for start, end in told)
        if word and free and _INSIDE.search(text[: match.start()]) and not _plain_word(match[0]) and lacks(product, word[0]):
            return Question(word[0], absence=False)
    return None
