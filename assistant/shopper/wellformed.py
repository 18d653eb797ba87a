"""Whether a wording is a sentence and no heap of its source's words: what a product has is not what it is, and no noun is cut off.

Owns the shapes that are refused; knows nothing of models, nor whether what is said is true (`grounding` does).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.models.entailment import polarity
from assistant.shopper.words import word_list
from retrieval.tokens import STOP_WORDS

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_COPULA = re.compile(r"\b(?:is|are)\s+(?P<what>[^.;!?]+)", re.IGNORECASE)
_HAVING = frozenset(
    {"with", "has", "have", "having", "includes", "include", "including", "contains", "features", "featuring", "for", "of", "via"}
)
_ARTICLES = ("ideal ", "perfect ", "safe ", "good ", "great ", "a ", "an ", "the ", "one ", "made ", "available ", "suitable ", "also ")
_LIST_OF_ENDS = re.compile(r",[^,]*\band (?:for|with|in|of|from)\b", re.IGNORECASE)
"""Fragments strung together: "open ear, IP67 and for running"."""
_GOES_ON = re.compile(r"\s(?:with|for)\s", re.IGNORECASE)
_MADE_OF = re.compile(r"\bmade (?:of|from) (?P<what>[^.;!?]+)", re.IGNORECASE)
_TURN = re.compile(
    r"\bper [\w.]+(?: \w+)?|\bcan be \w+|\bcomes? in\b|(?:(?<=\bis )|(?<=\bare ))(?:in|on|at|from|of|by|to|with) \w+", re.IGNORECASE
)
_OF_AN_AMOUNT = re.compile(r"\d[\d.,]* ?(?:[a-z]{1,2}|%) of [a-z]", re.IGNORECASE)
_BACK = 3
"""Words before a thing among which the one stands that says how its product has it: "with big keys"."""


def misshapen(text: str, evidence: Sequence[str], names: Sequence[str] = (), message: str = "") -> str:
    """What is wrong with the shape of a wording: a thing that it says the product is, where the source says that it has or is for it
    ("the phone is big keys"), or a word cut off from its noun ("the phone is wireless", of wireless charging) or bent into no sentence
    ("is for run"); empty where nothing is."""
    if flaw := _unsaid(text, evidence, names):
        return flaw
    known = {word.casefold() for source in (*names, text) for word in _WORD.findall(source)}
    said = {form for word in _WORD.findall(" ".join([*evidence, message, *names])) for form in _forms(word)}
    for sentence in _SENTENCE.split(text.strip()):
        for match in _COPULA.finditer(sentence):
            if possession := _possessed(match["what"], evidence):
                return possession
        words = _WORD.findall(sentence)
        last = words[-1].casefold() if words else ""
        if not last or any(character.isdigit() for character in last) or last in STOP_WORDS or len(words) < _BACK:
            continue
        if not _forms(last) & said:
            return last
        if _cut_off(last, evidence, known):
            return last
    return ""


def _unsaid(text: str, evidence: Sequence[str], names: Sequence[str]) -> str:
    """A turn of the wording that the source does not have and that makes another claim of its words: "26 g per g", "comes in dishwasher",
    or a denial where only the product's name has one ("Bread Without Hurry")."""
    told = "\n".join(evidence).casefold()
    if turn := next((m[0] for m in _TURN.finditer(text) if m[0].casefold() not in told), ""):
        return turn
    made = _MADE_OF.search(text)
    if made is not None and not (
        "made" in told or "material" in told or word_list("materials") & set(_WORD.findall(made["what"].casefold()))
    ):
        return made[0]
    plain = text
    for name in names:
        plain = re.sub(re.escape(name), "", plain, flags=re.IGNORECASE)
    return "denial" if polarity(plain) and not polarity(told) else ""


def _forms(word: str) -> set[str]:
    lowered = word.casefold()
    return {lowered, lowered.removesuffix("s"), lowered.removesuffix("es")}


def _possessed(what: str, evidence: Sequence[str]) -> str:
    """The thing after "is" that the source gives the product only as something it has or is for, or a countable thing without article."""
    words = [word.casefold() for word in _WORD.findall(what)]
    first = next((word for word in words if word not in STOP_WORDS), "")
    if _LIST_OF_ENDS.search(what) or _OF_AN_AMOUNT.match(what):
        return what.strip()
    if not first or words[0] in _HAVING or any(character.isdigit() for character in words[0]) != any(c.isdigit() for c in first):
        return ""
    told = list(_before(first, evidence))
    if told and all(_HAVING & set(before) for before in told) and words[0] == first:
        return what.strip()
    bare = not what.casefold().startswith(_ARTICLES) and bool(told) and bool(_GOES_ON.search(what)) and not any(told)
    return what.strip() if bare and words[0] == first else ""


def _before(word: str, evidence: Sequence[str]) -> Iterator[list[str]]:
    """For each place of a word in the evidence the few words of its clause before it."""
    for piece in evidence:
        for clause in re.split(r"[.,;:!?](?!\d)|\n", piece):
            words = [found.casefold() for found in _WORD.findall(clause)]
            for place, found in enumerate(words):
                if found == word:
                    yield words[max(0, place - _BACK) : place]


def _cut_off(last: str, evidence: Sequence[str], known: set[str]) -> bool:
    """Whether the evidence never ends with this word, but goes on with the noun that it belongs to."""
    followers = []
    for piece in evidence:
        for match in _WORD.finditer(piece):
            if match[0].casefold() == last:
                after = re.match(r"\s+(?P<next>[^\W_]+)", piece[match.end() :])
                followers.append(after["next"].casefold() if after is not None else "")
    return bool(followers) and all(f and f not in STOP_WORDS and f not in known and not f.isdigit() for f in followers)
