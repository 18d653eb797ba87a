"""Whether evidence answers a yes/no question, and with what: yes, no, or not at all.

Owns the rules; knows nothing of products or models. A yes is said only where the evidence holds what the question turns on and denies none
of it, since a wrong yes sells what a shop does not have; where the rules cannot tell, they say so. They read words, their negation
within a clause, contraries ("washable", "unscented", "hand wash only") and figures with their units; they reason no further.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from retrieval.tokens import STOP_WORDS, fold, singular


class Verdict(StrEnum):
    """What the evidence says to a yes/no question."""

    YES = "yes"
    NO = "no"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Entailment:
    """The verdict and the piece of evidence that it rests on, by its place; -1 where that is none."""

    verdict: Verdict
    place: int = -1


ENOUGH = 0.75
"""What was enough for 168 right yes's and 1 wrong one (0.6: 199 and 6), on
public training questions whose answers begin with either."""
_AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|can|could|will|would|has|have|had|should|may|might|must|"
    r"isn't|aren't|doesn't|don't|can't|won't|couldn't|wouldn't|hasn't)"
)
_ASKED = re.compile(rf"(?:^|[.!?;:,-]\s*|\b(?:and|but|so|also|because)\s+){_AUXILIARY}\s+(?:not\s+)?\S", re.IGNORECASE)
_OPEN = re.compile(r"\b(?:what|which|who|whose|where|when|why|how)\b", re.IGNORECASE)
_EITHER = re.compile(r"\bor\b(?!\s+(?:not|so|more|less|other|any|something)\b)", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nor|neither|nothing|without|cannot|cant|wont|doesnt|isnt|dont|didnt|lacks?|unable|unfortunately|except|instead)\b|n['’]t\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:i (?:do not|don't|dont) know|not sure|unsure|don't think|dont think|i think|maybe|perhaps|probably|might|guess|"
    r"if|unless|depends?|should be|supposed|have to|has to|need to|buy|purchase|yourself|your own|"
    r"wish|would be nice|used to|only|sold separately|separately|optional)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"^\W*(?P<yes>yes|yep|yeah|yup|absolutely|definitely|sure|correct)?(?P<no>no|nope)?"
    r"(?=\s*(?:[,.!;:-]|$|it |they |you |this |the |i |we |there |not ))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\.\.+|[\n•;|()]+|,\s+(?:but|so|and|however|although|though|which)\b|\bbut\b")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_FIGURE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*-?\s*([a-z\"']*)")
_TRUTH = re.compile(r"^\s*(?P<name>[\w ]+):\W*(?:value:\W*)?(?P<value>true|false|yes|no)\W*$", re.IGNORECASE)
_UPSIDE_DOWN = re.compile(r"\w-free\b|\bfree (?:of|from)\b|\bseparate(?:ly)?\b|\bwithout\b|\binstead of\b", re.IGNORECASE)
"""What turns a question's yes into its evidence's no."""


def asks_yes_or_no(question: str) -> bool:
    """Whether a yes or a no would answer the question: not "how", not "this or that"."""
    sentence = _asked_sentence(question)
    return bool(sentence) and not _OPEN.search(sentence.split(",")[-1]) and not _EITHER.search(sentence)


def entailment(question: str, evidence: Sequence[str], enough: float = ENOUGH) -> Entailment:
    """What the evidence says to `question`; the pieces are weighed one by one, and a no anywhere outweighs a yes.

    `enough`: the share of the question's telling words that a piece must hold for its yes.
    """
    if not asks_yes_or_no(question):
        return Entailment(Verdict.SILENT)
    focus = telling(_asked_sentence(question))
    if not focus:
        return Entailment(Verdict.SILENT)
    negated = _NEGATION.search(_asked_sentence(question)) is not None
    verdicts = [_of_piece(question, focus, piece, enough) for piece in evidence]
    for wanted in (Verdict.NO, Verdict.YES):
        if wanted in verdicts:
            return Entailment(Verdict.SILENT if negated else wanted, verdicts.index(wanted))
    return Entailment(Verdict.SILENT)


def said(text: str) -> Verdict:
    """The yes or no that a text begins with."""
    match = _SAYS.match(text)
    return Verdict.YES if match and match["yes"] else Verdict.NO if match and match["no"] else Verdict.SILENT


def polarity(text: str) -> bool:
    """Whether a text denies something."""
    return _NEGATION.search(text) is not None


def echoed(text: str, question: str, evidence: Sequence[str]) -> frozenset[str]:
    """The words that `text` has from the question alone: what it claims by repeating what was asked."""
    said_, asked, told = (frozenset(_form(word) for word in _WORD.findall(fold(t))) for t in (text, question, "\n".join(evidence)))
    return frozenset(word for word in (said_ & asked) - told if word not in STOP_WORDS)


def only_repeats(text: str, question: str, evidence: Sequence[str]) -> bool:
    """Whether a text affirms what a yes/no question asks and adds nothing to it: a yes without the word. Where the question asks for an
    absence ("is it scent-free?") and the evidence denies something, the words say which."""
    if _UPSIDE_DOWN.search(question) and polarity("\n".join(evidence)):
        return False
    words, figures = telling(text), set(re.findall(r"\d+", text))
    asked = telling(question), set(re.findall(r"\d+", question))
    return asks_yes_or_no(question) and bool(words) and words <= asked[0] and figures <= asked[1] and not polarity(text)


_FIGURE_ASKED = re.compile(
    r"\bhow (?:many|much|long|wide|high|tall|big|large|deep|heavy|old|far|thick|fast)\b|"
    r"\bwhat(?:'s| is| are)? (?:the )?(?:\w+ )?(?:size|dimensions?|weight|age|ages|height|width|length|diameter|capacity)\b|"
    r"\b(?:age|weight) (?:limit|range)\b",
    re.IGNORECASE,
)
_NUMERAL = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|single|none|no)\b", re.IGNORECASE)


def owes_a_figure(text: str, question: str, evidence: Sequence[str]) -> bool:
    """Whether a question asks for a figure, the evidence has some, and the text has none."""
    asked = _FIGURE_ASKED.search(question) is not None and not asks_yes_or_no(question)
    return asked and bool(re.search(r"\d", "\n".join(evidence))) and not _NUMERAL.search(text)


def clashes(question: str, evidence: Sequence[str]) -> bool:
    """Whether the evidence names other values than the question of a kind that excludes: another colour, country or material, other
    figures. It may still say yes, but not for certain."""
    asked, told = (frozenset(_form(word) for word in _WORD.findall(fold(text))) for text in (question, "\n".join(evidence)))
    figures = {float(number) for number, _ in _FIGURE.findall(question.lower())}
    others = {float(number) for number, _ in _FIGURE.findall("\n".join(evidence).lower())}
    if figures and others and not figures & others:
        return True
    return any(asked & kind and told & kind and not _meant(asked & kind) & told for kind in _exclusive())


def swapped(text: str, evidence: Sequence[str]) -> str:
    """A colour, country, material or the like that a text says where the evidence names only others of its kind; else empty."""
    said_, told = (frozenset(_form(word) for word in _WORD.findall(fold(t))) for t in (text, "\n".join(evidence)))
    return min((word for kind in _exclusive() if told & kind for word in (said_ & kind) - _meant(told)), default="")


def telling(text: str) -> frozenset[str]:
    """The words of a text that a yes or no turns on, in the form in which they are compared."""
    words = (_form(word) for word in _WORD.findall(fold(text)))
    return frozenset(word for word in words if word not in STOP_WORDS and word not in _idle() and not word.isdigit())


def _of_piece(question: str, focus: frozenset[str], piece: str, enough: float) -> Verdict:
    truth = _TRUTH.search(piece)
    if truth is not None:
        return _of_flag(focus, truth)
    clauses = [clause for clause in _SENTENCE.split(piece) if clause.strip()]
    opening = said(piece)
    if opening is not Verdict.SILENT and not _HEDGED.search(clauses[0] if clauses else ""):
        return Verdict.SILENT if _UPSIDE_DOWN.search(question) else opening
    best = max(clauses, key=lambda clause: _covered(focus, clause), default="")
    if _UPSIDE_DOWN.search(question) or _HEDGED.search(best):
        return Verdict.SILENT
    if _contrary(focus, best):
        return Verdict.NO
    if _NEGATION.search(best):
        return Verdict.NO if _denied(focus, best) else Verdict.SILENT
    return Verdict.YES if _covered(focus, best) >= enough and _figures_agree(question, best) else Verdict.SILENT


def _of_flag(focus: frozenset[str], flag: re.Match[str]) -> Verdict:
    """What an attribute says that is true or false: only to a question for all that its name says."""
    named = telling(flag["name"].replace("_", " "))
    if not named or _NEGATION.search(flag["name"].replace("_", " ")) or not all(_meaning(word) & focus for word in named):
        return Verdict.SILENT
    return Verdict.YES if flag["value"].lower() in {"true", "yes"} else Verdict.NO


def _denied(focus: frozenset[str], clause: str) -> bool:
    """Whether half of what is asked, and all that the nearest negation speaks of, stands within its reach."""
    words = [_form(word) for word in _WORD.findall(fold(clause))]
    wanted = frozenset().union(*(_meaning(word) for word in focus))
    for match in _NEGATION.finditer(fold(clause)):
        place = len(_WORD.findall(fold(clause)[: match.start()]))
        reach = words[max(0, place - _BEFORE) : place + _AFTER + 1]
        held = sum(1 for word in focus if not _meaning(word).isdisjoint(reach))
        after = set(words[place : place + _AFTER + 1])
        if held * 2 > len(focus) and (wanted | _provided()) & after:
            return True
    return False


@cache
def _provided() -> frozenset[str]:
    """What a negation denies of the word before it: "batteries not included"."""
    return frozenset(_form(word) for word in ("included", "provided", "supplied", "available"))


_BEFORE, _AFTER = 4, 6
"""How many words before and after it a negation reaches."""


def _covered(focus: frozenset[str], clause: str) -> float:
    held = {_form(word) for word in _WORD.findall(fold(clause))}
    return sum(1 for word in focus if not held.isdisjoint(_meaning(word))) / len(focus)


def _contrary(focus: frozenset[str], clause: str) -> bool:
    held = {_form(word) for word in _WORD.findall(fold(clause))}
    return any(not held.isdisjoint(_contraries().get(word, frozenset())) and held.isdisjoint({word}) for word in focus)


def _figures_agree(question: str, clause: str) -> bool:
    """Whether every figure of the question is one of the clause's."""
    asked = {float(number) for number, _ in _FIGURE.findall(question.lower())}
    return asked <= {float(number) for number, _ in _FIGURE.findall(clause.lower())}


def _asked_sentence(question: str) -> str:
    """The first sentence that begins as a yes/no question does, or one with a question mark and no question word; else empty."""
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+", question) if s.strip()]
    for sentence in sentences:
        if _ASKED.search(sentence) and not _OPEN.match(sentence):
            return sentence
    return next((s for s in sentences if s.endswith("?") and not _OPEN.search(s)), "")


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("entailment.toml").read_text(encoding="utf-8"))


@cache
def _idle() -> frozenset[str]:
    return frozenset(_form(word) for word in _content()["idle"])


@cache
def _contraries() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _content()["contraries"]:
        sides = [{_form(word) for word in side.split()} for side in group]
        for place, side in enumerate(sides):
            others = set().union(*(other for number, other in enumerate(sides) if number != place))
            for word in side:
                found.setdefault(word, set()).update(others)
    return {word: frozenset(others) for word, others in found.items()}


@cache
def _exclusive() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_form(word) for word in group.split()) for group in _content()["exclusive"])


def _meant(words: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(_meaning(word) for word in words))


@cache
def _meanings() -> dict[str, frozenset[str]]:
    groups = [frozenset(_form(word) for word in group.split()) for group in _content()["same"]]
    return {word: frozenset().union(*(group for group in groups if word in group)) for word in set().union(*groups)}


def _meaning(word: str) -> frozenset[str]:
    return _meanings().get(word, frozenset()) | {word}


@cache
def _form(word: str) -> str:
    """A word without the endings of number, tense and manner: "includes", "included", "including" are one."""
    base = singular(word.lower().removesuffix("'s").removesuffix("’s"))
    for ending, least in (("ing", 6), ("ed", 5), ("ly", 6), ("able", 7), ("e", 4)):
        if base.endswith(ending) and len(base) >= least:
            base = base[: -len(ending)]
            break
    return base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "aeiouls" else base
