"""What of a text stands in no evidence: the guard that a phrased reply must pass before anybody reads it.

Owns what counts as a claim that needs a source: figures with their units, dates, codes, links, addresses, names, and a denial. Knows
nothing of how the text was made: a network's words and a large model's are held to the same. The message is no evidence, except for
names: a shopper who asks for 200 must not be answered with 200 because they said it.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from assistant.models.entailment import polarity, telling
from assistant.models.notation import is_notation
from assistant.models.slots import Delexicaliser, Fact, Kind, as_sentence, canonical
from assistant.models.words import common_words
from retrieval.tokens import fold

What: TypeAlias = Literal["figure", "unit", "date", "code", "link", "e-mail", "name", "denial", "spelling", "words", "form"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of a text without a source; `what` kind of thing it is."""

    what: What
    words: str

    def __str__(self) -> str:
        return f"{self.what} {self.words!r}"


_WHATS: Mapping[Kind, What] = {
    Kind.NUMBER: "figure", Kind.MONEY: "figure", Kind.DATE: "date", Kind.CODE: "code", Kind.LINK: "link", Kind.EMAIL: "e-mail",
}  # fmt: skip
_CAPITALISED = re.compile(r"(?<![\w’'])[A-Z][\w’'&-]*")
_BEGINS = re.compile(r"(?:^|[.!?:]['\")”’]*\s+|\n\s*(?:[-*•]\s+)?)['\"(“‘]*$")
_PRONOUN = re.compile(r"I(?:['’](?:m|ve|d|ll))?")
_LEFT_OVER = re.compile(r"\[[A-Z]+\d*\]|\{\{?|\}\}?|<[^>]*>|##")
_CLAUSE = re.compile(r"(?<=[.!?;])\s+|\.\.+|\bbut\b|\n")
_DOUBLED = frozenset({"that", "had", "very", "really", "so", "bye", "pom", "yo", "tic"})
"""Words that people write twice."""
_ENTRY = re.compile(r"(?P<name>[A-Za-z][A-Za-z ]*?):? (?P<figure>\d[\d.,]*)(?= |,|;|$)")
_ONLY = re.compile(r"\b(?:only|just)\b((?:\W+\w+){1,7})", re.IGNORECASE)
_ANSWERED = re.compile(r"^\W*(?:no|nope)\b[,.!;:\s]*", re.IGNORECASE)
_NOT = re.compile(r"\bnot (?:an? |the |very )?(?P<word>\w+)", re.IGNORECASE)
_GIVEN = re.compile(r"\b([a-z]+) (?:is|are|of) (?:made of |an? |the )?([a-z]+)")
_NEAR = 5
"""So many words about a figure say what it is of."""
_ASSUMED = frozenset({"year", "day"})
"""Units that people leave out: "for ages 5 and up"."""
_UNIT_AFTER = re.compile(r"^\s?-?\s?(?P<unit>[a-z]+(?:\.(?=\s|$))?|''|’’|[\"”″]|['’′]|%|°\s?[cf]?)", re.IGNORECASE)


def unsupported(text: str, evidence: Sequence[Fact], message: str = "", *, names: Iterable[str] = ()) -> tuple[Claim, ...]:
    """The claims of `text` that `evidence` does not make. Names may also be the message's, or among `names` (the shop's own)."""
    told = [as_sentence(fact) for fact in evidence]
    whole = "\n".join(told)
    return (
        *(Claim("form", match[0]) for match in _LEFT_OVER.finditer(text)),
        *_values(text, evidence, whole),
        *_names(text, "\n".join([whole, message, *names])),
        *_denials(text, whole, message),
        *_misspelt(text, "\n".join([whole, message, *names])),
    )


def support(text: str, evidence: Sequence[Fact], message: str = "") -> float:
    """Share of the telling words of `text` that the evidence or the message has, in [0, 1]; 1 where it has none."""
    said = telling(text)
    known = telling("\n".join([*(as_sentence(fact) for fact in evidence), message]))
    return sum(word in known for word in said) / len(said) if said else 1.0


def without_stutter(text: str) -> str:
    """A text without the second of two words, or of two turns of two or three words, that stand twice in a row, as a decoder writes that
    has lost its place."""

    def once(match: re.Match[str]) -> str:
        return match[0] if match["words"].lower() in _DOUBLED else match["words"]

    return re.sub(r"\b(?P<words>[^\W\d_]+(?:\s+[^\W\d_]+){0,2})(?:\s+(?P=words)\b)+", once, text, flags=re.IGNORECASE)


def repeated(text: str, evidence: Sequence[Fact]) -> str:
    """A telling word that a sentence says twice and the evidence does not ("the kit comes with the kit"); empty where there is none."""
    known = Counter(_words(" ".join(map(as_sentence, evidence))))
    return min(
        (
            word
            for sentence in re.split(r"(?<=[.!?])\s+", text)
            for word, times in Counter(_words(sentence)).items()
            if times > max(1, known[word]) and word not in _units() and telling(word)
        ),
        default="",
    )


def _words(text: str) -> list[str]:
    return [word.removesuffix("s") for word in re.findall(r"[^\W\d_]{2,}", fold(text))]


def undone(text: str, evidence: Sequence[Fact]) -> str:
    """A clause that denies what the evidence affirms: nothing there denies but an "only" before it ("only fits 20"), or another entry of a
    table ("stringing: not strung, uniformity: very good": "it is not good"); empty where there is none."""
    whole = "\n".join(map(as_sentence, evidence))
    entries = [entry for entry in re.split(r"[,;]\s|\n", whole) if entry.strip()]
    only = telling(" ".join(match[1] for match in _ONLY.finditer(whole)))
    in_table = all(isinstance(fact, str) and is_notation(fact) for fact in evidence)
    for clause in (_ANSWERED.sub("", clause) for clause in _CLAUSE.split(text)):
        if not polarity(clause) or _ONLY.search(clause):
            continue
        denied = [match["word"] for match in _NOT.finditer(clause)] if in_table else []
        if any(all(not polarity(entry) for entry in holding) for word in denied if (holding := _holding(word, entries))):
            return clause.strip()
        said = frozenset(word for word in telling(clause) if not polarity(word))
        against = (entry for entry in entries if polarity(entry) and not _ONLY.search(entry))
        if said and said <= only and not any(said & telling(entry) for entry in against):
            return clause.strip()
    return ""


def _holding(word: str, entries: Iterable[str]) -> list[str]:
    return [entry for entry in entries if re.search(rf"\b{re.escape(word)}\b", entry, re.IGNORECASE)]


def misplaced(text: str, evidence: Sequence[Fact]) -> str:
    """The name of an entry of a table that a text gives another entry's value ("size is silver"); empty where there is none."""
    for fact in evidence:
        if not isinstance(fact, str) or not is_notation(fact):
            continue
        parts = (entry.strip() for entry in re.split(r"[,;]", as_sentence(fact).partition(": ")[2]))
        pairs = [part.partition(": " if ": " in part else " ") for part in parts]
        entries = [(telling(name), telling(value)) for name, _, value in pairs]
        for name, value in _GIVEN.findall(text.lower()):
            own = [values for names, values in entries if telling(name) & names]
            others = [values for names, values in entries if not telling(name) & names]
            if own and telling(value) and any(telling(value) & values for values in others) and not any(telling(value) & v for v in own):
                return str(name)
    return ""


def turned(text: str, evidence: Sequence[Fact]) -> str:
    """The clause of the evidence that a text turns round; empty where there is none.

    A text turns round what it affirms though the evidence denies or only wishes it ("wish it had a handle"), and what it denies though the
    evidence affirms that and denies something else ("waterproof, but not for the machine": "it is not waterproof").
    """
    told = [
        (clause, telling(clause), _denies(clause)) for fact in evidence for clause in _CLAUSE.split(as_sentence(fact)) if clause.strip()
    ]
    denied = any(denies for *_, denies in told)
    for clause in _CLAUSE.split(text):
        said, denies = telling(clause), _denies(clause)
        if not said or (denies and not denied):
            continue
        nearest, words, against = max(told, key=lambda piece: (len(said & piece[1]), piece[2] == denies), default=("", frozenset(), denies))
        if said & words and against != denies:
            return nearest.strip()
    return ""


def _denies(clause: str) -> bool:
    return polarity(clause) or _unfulfilled().search(clause) is not None


def valueless(text: str, evidence: Sequence[Fact]) -> bool:
    """Whether a text names an attribute, where that is all there is, and says no word and no figure of its value."""
    if len(evidence) != 1 or not isinstance(evidence[0], str) or not is_notation(evidence[0]):
        return False
    value = as_sentence(evidence[0]).partition(":")[2]
    told = telling(value) | frozenset(re.findall(r"\d+", value))
    return bool(told) and not told & (telling(text) | frozenset(re.findall(r"\d+", text)))


def crossed(text: str, evidence: Sequence[Fact]) -> str:
    """A figure that a text gives to another entry of a table than the table does ("energy is 300 grams"); empty where there is none."""
    for fact in evidence:
        names: dict[str, set[str]] = {}
        for entry in _ENTRY.finditer(as_sentence(fact)) if not isinstance(fact, str) or is_notation(fact) else ():
            names.setdefault(entry["figure"].rstrip(".,"), set()).update(word for word in telling(entry["name"]) if len(word) > 1)
        for match in re.finditer(r"(?<![\w.])\d[\d.,]*", text):
            figure = match[0].rstrip(".,")
            before, after = text[: match.start()].split()[-_NEAR:], text[match.end() :].split()[:_NEAR]
            near = telling(" ".join([*before, *after]))
            own = names.get(figure, set())
            others = set().union(*(words for other, words in names.items() if other != figure))
            if own and not near & own and near & (others - own):
                return figure
    return ""


def strange(text: str, evidence: Sequence[Fact], message: str = "") -> frozenset[str]:
    """The telling words of a text that neither evidence nor message has."""
    return telling(text) - telling("\n".join([*map(as_sentence, evidence), message]))


def _values(text: str, evidence: Sequence[Fact], whole: str) -> Iterable[Claim]:
    known = _known_values(evidence, whole)
    for kind, surface, place in _found(text):
        if _said_of(kind, surface) not in known:
            yield Claim(_WHATS[kind], surface)
        elif kind is Kind.NUMBER and (unit := _unit_at(text, place + len(surface))) and not _unit_told(surface, unit, whole):
            yield Claim("unit", f"{surface} {unit}")


def _found(text: str) -> Iterable[tuple[Kind, str, int]]:
    """The values of a text with their places, in order."""
    place = 0
    for slot in _ordered(text):
        start = text.find(slot[1], place)
        yield slot[0], slot[1], max(start, 0)
        place = max(start, 0)


def _ordered(text: str) -> list[tuple[Kind, str]]:
    slots = Delexicaliser().template(text).slots
    return sorted(((s.kind, s.surface) for s in slots if s.kind in _WHATS), key=lambda pair: text.find(pair[1]))


def _known_values(evidence: Sequence[Fact], whole: str) -> set[tuple[Kind, str]]:
    known = {_said_of(kind, surface) for kind, surface in _ordered(whole)}
    for fact in evidence:
        for value in fact.values() if isinstance(fact, Mapping) else ():
            if isinstance(value, float | int) and not isinstance(value, bool):
                known |= {(Kind.MONEY, f"{value:g}"), (Kind.NUMBER, f"{value:g}"), (Kind.MONEY, canonical(Kind.MONEY, f"{value:.2f}"))}
            elif isinstance(value, date):
                known |= {(Kind.NUMBER, str(value.day)), (Kind.NUMBER, str(value.year))}
    return known


def _said_of(kind: Kind, surface: str) -> tuple[Kind, str]:
    """What two ways of writing one value have in common; an amount of money is no mere number."""
    same = canonical(kind, surface)
    return kind, re.sub(r"\W", "", same) if kind is Kind.CODE else same


def _unit_at(text: str, place: int) -> str:
    match = _UNIT_AFTER.match(text[place:])
    return _units().get(match["unit"].lower().rstrip(".").strip(), "") if match else ""


def _unit_told(surface: str, unit: str, whole: str) -> bool:
    """Whether the evidence has this figure in this unit, or in none."""
    wanted = canonical(Kind.NUMBER, surface)
    places = [(s, p) for kind, s, p in _everywhere(whole) if kind in {Kind.NUMBER, Kind.MONEY} and canonical(Kind.NUMBER, s) == wanted]
    told = {_unit_at(whole, place + len(s)) for s, place in places}
    return unit in told or not told or ("" in told and (unit in _ASSUMED or unit in _units_of(whole)))


def _units_of(text: str) -> frozenset[str]:
    """Every unit that a text speaks of, whatever its figure."""
    words = {_units().get(word, "") for word in re.findall(r"[a-z]+|''|[\"”″'′%]", text.lower())}
    words |= {_units().get("inch", "")} if re.search(r"\d\s?in\b", text, re.IGNORECASE) else set()
    return frozenset(words | {_unit_at(text, place + len(surface)) for _, surface, place in _everywhere(text)})


def _everywhere(text: str) -> Iterable[tuple[Kind, str, int]]:
    for kind, surface in _ordered(text):
        for match in re.finditer(rf"(?<![\w.]){re.escape(surface)}", text):
            yield kind, surface, match.start()


def _names(text: str, known: str) -> Iterable[Claim]:
    """Words with a capital inside a sentence that are in no source, whatever their case there."""
    words = set(re.findall(r"[^\W_]+", fold(known)))
    for match in _CAPITALISED.finditer(text):
        if _PRONOUN.fullmatch(match[0]) or _BEGINS.search(text[: match.start()]):
            continue
        if not {part.removesuffix("s") for part in re.findall(r"[^\W_]+", fold(match[0]))} <= words | {w.removesuffix("s") for w in words}:
            yield Claim("name", match[0])


def _denials(text: str, whole: str, message: str) -> Iterable[Claim]:
    """A text that denies something where nothing in the evidence or the question does."""
    if polarity(text) and not polarity(whole) and not polarity(message) and not _denying().search(whole):
        yield Claim("denial", text)


def _misspelt(text: str, known: str) -> Iterable[Claim]:
    """Words that no source and no dictionary has: put together from pieces of words."""
    if not common_words():
        return
    words = set(re.findall(r"[^\W\d_]+", fold(known)))
    for word in re.findall(r"[^\W\d_]{5,}", fold(text)):
        if not any(form in words or form in common_words() for form in (word, word.removesuffix("s"), word.removesuffix("ly"))):
            yield Claim("spelling", word)


@cache
def _units() -> dict[str, str]:
    return {form: group.split()[0] for group in _content()["units"] for form in group.split()}


@cache
def _denying() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_content()['denials'])}|un\w{{4,}})\b|: no\b", re.IGNORECASE)


@cache
def _unfulfilled() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_content()['unfulfilled'])})\b", re.IGNORECASE)


@cache
def _content() -> dict[str, list[str]]:
    return tomllib.loads(Path(__file__).with_name("grounding.toml").read_text(encoding="utf-8"))
