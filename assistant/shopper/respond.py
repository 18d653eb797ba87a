"""From evidence to words: the seam behind which a model may phrase what the clerk found out.

Owns what a model may phrase, and the guard that nothing it says gets past. Hard facts (prices, stock, orders, rules, what is about to be
written) are always said in the evidence's own sentences; only free text, an evidence's `passages`, is given to a model. What it then
says is checked: its figures, dates, names and links stand in those passages, its yes or no is what they say, and most of its words are
theirs or the question's. What fails is replaced by the evidence's own sentence, and counted. Refuses to look anything up.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from assistant.models.entailment import (
    Verdict,
    asks_yes_or_no,
    clashes,
    echoed,
    only_repeats,
    owes_a_figure,
    polarity,
    said,
    swapped,
    telling,
)
from assistant.models.grounding import (
    crossed,
    misplaced,
    repeated,
    strange,
    support,
    turned,
    undone,
    unsupported,
    valueless,
    without_stutter,
)
from assistant.models.notation import is_notation
from assistant.models.responder import Phraser, Phrasing
from assistant.models.slots import Request, Style, as_sentence
from assistant.models.verdicts import VerdictReader
from assistant.shopper.reply import is_plural
from assistant.shopper.settling import Settled, settle, with_verdict, without_verdict
from assistant.shopper.wellformed import misshapen
from assistant.types import Evidence

LEAST_SUPPORT = 0.34
"""Share of a phrasing's telling words that must be the evidence's or the question's."""
LEAST_SCORE = -0.8
"""Mean log-probability of a token under which the network only guesses."""
BRIEF_SENTENCES = 2
READERS = 2
"""Threads that read verdicts while the phraser writes."""
_FRAME = telling(
    "yes no not include includes included come comes feature features featuring has have made offer offers provide provides used use uses "
    "suitable available works work fits fit good great ideal perfect designed also both well product item"
)
"""Words that carry what a source says and say nothing themselves."""
_PLURALS = {"is": "are", "has": "have", "does": "do", "was": "were", "comes": "come", "fits": "fit", "weighs": "weigh"}
_FEW_OWED = 2
"""Words asked and told, up to which an answer must say them all: not "is in dogs" of what is poisonous for dogs."""
_ROOT = 4
"""Letters in which two forms of a word agree: "weighs", "weight"."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^a-z\s])|(?<=\w)\.\.+\s*")
_ONE_VALUE = re.compile(r"(?P<name>[a-z][a-z ]*(?:: [a-z][a-z ]*)?): (?P<value>[^:;,]*[^:;,.!?])")
_CIRCLE = re.compile(
    r"\b(?P<thing>[a-z]{3,})s? (?:comes? (?:in|with)|includes?|contains?|has|is|are|or) (?:an? |the )?(?P=thing)s?\b(?! (?:and|or|by)\b)",
    re.IGNORECASE,
)
"""A thing said of itself: "the kit comes with the kit"."""
_ARTICLES = re.compile(r"\b[Tt]he (?P<own>(?:The|An?|Der|Die|Das|Le|La|Les|El|Los) (?=[A-Z]))")
_STEPS = re.compile(r"\b(?:steps?|how (?:do|can|to|should|would)|instructions?|guide|walk me|explain|details?|everything)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """A request in words that passed the guard. `refused` says why a model's words were not used; empty where none were refused.

    `score` is the mean log-probability of a token of a model's words.
    """

    text: str
    by_model: bool = False
    refused: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What to tell the customer, and for each part that a model might phrase who phrased it, for the trace."""

    text: str
    trace: tuple[tuple[str, str], ...] = ()


class Responder(Protocol):
    """Words for what was found."""

    def reply(self, intent: str, message: str, evidence: Sequence[Evidence]) -> Reply:
        """What to tell the customer: nothing that is not in `evidence`."""
        ...


def _one_article(text: str) -> str:
    """The text with one article where a name brings its own: "the The Glass Harbour"."""
    return _ARTICLES.sub(lambda found: found["own"], text)


class PlainResponder:
    """Says the evidence's own sentences, one after the other."""

    def reply(self, intent: str, message: str, evidence: Sequence[Evidence]) -> Reply:
        return Reply(_one_article("\n".join(dict.fromkeys(piece.text for piece in evidence if piece.text))))


class GuardedResponder:
    """Lets a model phrase the passages of the evidence, under the guard; all else is said plainly. Safe to share between threads.

    Args:
        phraser: the model; without one, all is said plainly.
        style: how much of the passages to say, unless the message asks for steps.
        names: names that any reply may have, such as the shop's.
        verdicts: reads what evidence says to a yes/no question; without it, rules alone do.
    """

    def __init__(
        self, phraser: Phraser | None, style: Style = "brief", names: Sequence[str] = (), verdicts: VerdictReader | None = None
    ) -> None:
        self._phraser = phraser
        self._verdicts = verdicts
        self._style = style
        self._names = tuple(names)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._beside = ThreadPoolExecutor(READERS, thread_name_prefix="verdict")

    @property
    def counts(self) -> Mapping[str, int]:
        """How many phrasings were used ("model"), and how many refused, by reason ("refused: figure")."""
        with self._lock:
            return dict(self._counts)

    def reply(self, intent: str, message: str, evidence: Sequence[Evidence]) -> Reply:
        """See `Responder.reply`."""
        free = [piece for piece in evidence if piece.passages]
        requests = [Request(message, piece.passages, intent, style=self._style_for(message)) for piece in free]
        worded = dict(zip(map(id, free), self.word_all(requests, [piece.text for piece in free], strict=True), strict=True))
        texts = [worded[id(piece)].text if id(piece) in worded else piece.text for piece in evidence]
        trace = tuple(("responder", "model" if w.by_model else f"plain {w.refused}".strip()) for w in worded.values())
        return Reply(_one_article("\n".join(dict.fromkeys(text for text in texts if text))), trace)

    def warm_up(self) -> None:
        """Loads the models.

        Raises:
            ModelCorrupt, BadSettings: it cannot be.
        """
        if self._phraser is not None:
            self._phraser.warm_up()
            if self._verdicts is not None:
                self._verdicts.warm_up()

    def word_all(self, requests: Sequence[Request], plain: Sequence[str] = (), *, strict: bool = False) -> list[Wording]:
        """Each request in words that its evidence supports; `plain` are the sentences to fall back on, else the evidence's own.

        `strict`: as for the shop's own customers, see `checked`.
        """
        if not requests:
            return []
        if self._phraser is None:
            return [Wording(text) for text in plain or map(plain_words, requests)]
        # what the evidence says is read while the words are written: two networks, two cores
        settled = [self._beside.submit(self._settled, request, strict=strict) for request in requests]
        found = self._phraser.phrase_all(requests) if len(requests) > 1 else [self._phraser.phrase(requests[0])]
        fallbacks = plain or [plain_words(request) for request in requests]
        return [
            self._checked(request, phrasing, fallback, verdict.result(), strict=strict)
            for request, phrasing, fallback, verdict in zip(requests, found, fallbacks, settled, strict=True)
        ]

    def ways(self, request: Request, count: int) -> list[Wording]:
        """Up to `count` different wordings by the model that passed the guard as for customers, the likeliest first; none without one."""
        if self._phraser is None:
            return []
        best = self._phraser.phrase(request)
        found = sorted((best, *best.rivals, *self._phraser.alternatives(request, count)), key=lambda phrasing: -phrasing.score)
        passed: dict[str, Wording] = {}
        settled = self._settled(request, strict=True)
        for phrasing in found:
            text, refused = checked(request, phrasing, self._names, strict=True, settled=settled)
            if not refused:
                passed.setdefault(text, Wording(text, by_model=True, score=phrasing.score))
        return list(passed.values())

    def _settled(self, request: Request, *, strict: bool) -> Settled:
        return settle(request.message, [as_sentence(fact) for fact in request.evidence], self._verdicts, strict=strict)

    def _style_for(self, message: str) -> Style:
        return "full" if _STEPS.search(message) else self._style

    def _checked(self, request: Request, phrasing: Phrasing, plain: str, settled: Settled, *, strict: bool) -> Wording:
        """The first wording that passes; the customer rather gets the one nearest to the source's words than the likelier ones."""
        passed: list[tuple[int, str]] = []
        refusals: list[str] = []
        for each in (phrasing, *phrasing.rivals):
            text, refused = checked(request, each, self._names, strict=strict, settled=settled)
            if refused:
                refusals.append(refused)
                continue
            passed.append((len(strange(text, request.evidence, request.message)) if strict else 0, text))
            if not passed[-1][0]:
                break
        refused = "" if passed else refusals[0]
        with self._lock:
            self._counts[f"refused: {refused.partition(' ')[0]}" if refused else "model"] += 1
        return Wording(plain, refused=refused) if refused else Wording(min(passed, key=lambda one: one[0])[1], by_model=True)


def checked(
    request: Request, phrasing: Phrasing, names: Sequence[str] = (), *, strict: bool = False, settled: Settled | None = None
) -> tuple[str, str]:
    """(the words that may be said, "") or ("", why none of them may).

    `strict`: nothing is said to a yes/no question that only repeats it, unless the evidence says yes to all of it; nor what affirms a
    clause that denies, what says a word twice that its source says once, what has no figure where one was asked for and is known, or
    what adds nothing to the question. That costs good replies (on public questions a tenth of ROUGE-L), and is what a shop owes its
    customers. `settled`: what the evidence says to the question, by rules where it is not given.
    """
    text = _agreed(without_stutter(phrasing.text.strip()), request)
    if not text or not phrasing.complete:
        return "", "unfinished" if text else "silence"
    if phrasing.score < LEAST_SCORE:
        return "", f"guess {phrasing.score:.2f}"
    told = [as_sentence(fact) for fact in request.evidence]
    settled = settled or settle(request.message, told, strict=strict)
    spoken = said(text)
    if not settled.allows(spoken):
        if settled.verdict is not Verdict.SILENT:
            return "", f"contradiction {spoken} for {settled.verdict}"
        text = without_verdict(text)
    if not telling(text):
        return "", "empty"
    if said(text) is Verdict.SILENT and settled.verdict is Verdict.NO and not polarity(text) and polarity("\n".join(told)):
        return "", "contradiction of a denial"
    if value := swapped(text, told):
        return "", f"swapped {value!r}"
    if figure := crossed(text, request.evidence):
        return "", f"crossed {figure}"
    if name := misplaced(text, request.evidence):
        return "", f"crossed {name!r}"
    if clause := undone(text, request.evidence):
        return "", f"turned {clause!r}"
    if valueless(text, request.evidence) or (strict and owes_a_figure(text, request.message, told)):
        return "", "nothing of its value"
    if strict and (clause := turned(text, request.evidence)):
        return "", f"turned {clause!r}"
    if strict and (word := _unheard(text, request, told)):
        return "", f"strange {word!r}"
    if strict and Verdict.YES in (said(text), settled.verdict) and (word := _dropped(text, request, told)):
        return "", f"dropped {word!r}"
    owed = (telling(request.message) & telling("\n".join(told))) - telling("\n".join(_names(request))) - _FRAME
    if (
        strict
        and asks_yes_or_no(request.message)
        and owed
        and (not owed & telling(text) or (len(owed) <= _FEW_OWED and owed - telling(text)))
    ):
        return "", f"beside {min(owed)!r}"
    if strict and _adds_nothing(text, request):
        return "", "nothing new"
    if strict and (shape := misshapen(text, _beside_names(request), _names(request), request.message)):
        return "", f"shape {shape!r}"
    if strict and (word := repeated(text, request.evidence)):
        return "", f"repeats {word!r}"
    if strict and settled.verdict is Verdict.SILENT and asks_yes_or_no(request.message) and (words := echoed(text, request.message, told)):
        return "", f"echo {min(words)!r}"
    if circle := _CIRCLE.search(text):
        return "", f"circle {circle['thing']!r}"
    doubtful = strict or polarity("\n".join(told)) or clashes(request.message, told)
    if doubtful and not settled.allows(Verdict.YES) and said(text) is Verdict.SILENT and only_repeats(text, request.message, told):
        return "", "echo of all that was asked"
    claims = unsupported(text, request.evidence, request.message, names=names)
    if claims:
        return "", str(claims[0])
    share = support(text, request.evidence, request.message)
    return (_opened(text, request, settled.verdict), "") if share >= LEAST_SUPPORT else ("", f"words {share:.2f}")


def _unheard(text: str, request: Request, told: Sequence[str]) -> str:
    """A telling word for which evidence and message have none of the same root: "good for gaming and countries"; empty without any."""
    roots = {word[:_ROOT] for word in telling("\n".join([request.message, *told]))}
    return min((w for w in strange(text, request.evidence, request.message) - _FRAME if w[:_ROOT] not in roots), default="")


def _dropped(text: str, request: Request, told: Sequence[str]) -> str:
    """What a yes leaves out of what was asked and is told: "yes, the lamp is included", where the bulb is; empty where it says all."""
    owed = (telling(request.message) & telling("\n".join(told))) - telling("\n".join(_names(request))) - _FRAME
    return min(owed - telling(text), default="")


def _adds_nothing(text: str, request: Request) -> bool:
    """Whether an answer to an open question has no telling word and no figure beside the question's and the product's name; or one to a
    yes or no, which says neither, none beside the name: "the collar is included"."""
    unnamed = text
    for name in _names(request):
        unnamed = re.sub(re.escape(name), "", unnamed, flags=re.IGNORECASE)
    if not request.message.strip() or any(character.isdigit() for character in unnamed):
        return False
    if asks_yes_or_no(request.message):
        return said(text) is Verdict.SILENT and not telling(text) - telling("\n".join(_names(request))) - _FRAME
    return not telling(text) - telling("\n".join([request.message, *_names(request)]))


def _names(request: Request) -> list[str]:
    """The names of the products that the evidence is about."""
    return [str(fact["product"]) for fact in request.evidence if not isinstance(fact, str) and "product" in fact]


def _beside_names(request: Request) -> list[str]:
    """The evidence as sentences without the bare names of products."""
    return [as_sentence(fact) for fact in request.evidence if isinstance(fact, str) or set(fact) - {"product"}]


def _agreed(text: str, request: Request) -> str:
    """The words with the verb right behind a plural name in the plural: "the Hiking Boots is" -> "the Hiking Boots are"."""
    for name in filter(is_plural, _names(request)):
        verb = re.compile(rf"(?P<name>\b{re.escape(name)}) (?P<verb>{'|'.join(_PLURALS)})\b", re.IGNORECASE)
        text = verb.sub(lambda found: f"{found['name']} {_PLURALS[found['verb'].lower()]}", text)
    return text


def _opened(text: str, request: Request, verdict: Verdict) -> str:
    """The words with the evidence's yes or no before them, where they do not deny what it affirms, and it is grounded as well."""
    if verdict is Verdict.YES and polarity(text):
        return text
    opened = with_verdict(text, verdict)
    if opened == text:
        return text
    return (
        text
        if unsupported(opened, request.evidence, request.message) and not unsupported(text, request.evidence, request.message)
        else opened
    )


def stated(attribute: str) -> str:
    """An attribute of one value as a sentence, "number of sets: 1" as "The number of sets is 1."; any other as it is."""
    match = _ONE_VALUE.fullmatch(attribute)
    return f"The {match['name'].replace(': ', ' ')} is {match['value']}." if match else attribute


def plain_words(request: Request) -> str:
    """The evidence's own words: of the piece that has most of the question's, whole, or its best two sentences in the brief style."""
    asked = telling(request.message)
    pieces = [stated(as_sentence(fact)) if isinstance(fact, str) and is_notation(fact) else as_sentence(fact) for fact in request.evidence]
    best = max(pieces, key=lambda piece: len(asked & telling(piece)), default="")
    sentences = [sentence for sentence in _SENTENCE.split(best.strip()) if sentence]
    if request.style == "full" or len(sentences) <= BRIEF_SENTENCES:
        return best.strip()
    shares = [len(asked & telling(sentence)) for sentence in sentences]
    ranked = sorted(
        (place for place in range(len(sentences)) if shares[place] or not any(shares)), key=lambda place: (-shares[place], place)
    )
    return " ".join(_ended(sentences[place]) for place in sorted(ranked[:BRIEF_SENTENCES]))


def _ended(sentence: str) -> str:
    return sentence if sentence[-1:] in set(".!?:") else f"{sentence}."
