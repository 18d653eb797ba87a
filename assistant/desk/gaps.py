"""Questions that found nothing, grouped by what they mean, with a draft of the FAQ entry that would answer them.

Owns which messages count, how they are grouped, what a draft says, and what approving one does: the entry goes into the shop's FAQ, is
found from then on, and the audit log says who wrote it. A draft is in an agent's own words where one has answered such a question, and
empty otherwise: nothing is made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from assistant.desk.desk import to_answer
from assistant.desk.handoff import AGENT_PREFIX
from assistant.desk.replies import fit_to_repeat, telling
from assistant.errors import BadQuestion
from assistant.store import Store
from assistant.store.desk_records import SettledGap
from assistant.store.records import FaqEntry, Turn
from retrieval.types import Encoder, Vector

ALIKE = 0.62
"""Cosine from which two questions are one."""
LEAST_WORDS = 2
SHOWN_WORDINGS = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """A group of questions. `asked` are (conversation, turn) of each; `question` is the one most like the others; `wordings` are others of
    them; `answer` is what an agent said to one of them, "" where none did."""

    question: str
    count: int
    wordings: tuple[str, ...]
    asked: tuple[tuple[str, int], ...]
    answer: str
    last_at: datetime


@dataclass(frozen=True, slots=True)
class _Asked:
    conversation: str
    turn: int
    text: str
    at: datetime


def gaps(store: Store, encoder: Encoder) -> list[Gap]:
    """The groups that nobody has dealt with, the most asked first."""
    settled = store.gaps.settled()
    open_ones = [
        _Asked(key, turn, " ".join(text.split()), at)
        for key, turn, text, at, _ in store.gaps.unanswered()
        if (key, turn) not in settled and len(telling(text)) >= LEAST_WORDS
    ]
    groups = [_gap(store, encoder, group) for group in _grouped(open_ones, encoder)]
    return sorted(groups, key=lambda gap: (-gap.count, -gap.last_at.timestamp()))


def approve(store: Store, asked: Sequence[tuple[str, int]], question: str, answer: str, by: str, reindex: Callable[[], object]) -> FaqEntry:
    """Put an entry into the shop's FAQ that answers those questions; `reindex` makes it found.

    Raises:
        BadQuestion: the question or the answer is missing.
    """
    question, answer = " ".join(question.split()), answer.strip()
    if not question or not answer:
        raise BadQuestion("An entry needs a question and an answer.", hint="Fill in both.")
    position = max((entry.position for entry in store.faq.all()), default=0) + 1
    words = "-".join(re.findall(r"[a-z0-9]+", question.lower())[:6]) or "question"
    entry = FaqEntry(f"desk-{words}-{uuid4().hex[:4]}", question, answer, "faq", position)
    with store.transaction():
        store.faq.upsert([entry])
        _settle(store, asked, entry.id, by)
        store.audit.append(by, "faq_added", entry.id, question=question)
    reindex()
    return entry


def set_aside(store: Store, asked: Sequence[tuple[str, int]], by: str) -> None:
    """These need no entry."""
    with store.transaction():
        _settle(store, asked, "", by)
        store.audit.append(by, "gap_set_aside", asked[0][0] if asked else "", questions=len(asked))


def bring_back(store: Store, asked: Sequence[tuple[str, int]], by: str) -> None:
    """They do need one after all."""
    with store.transaction():
        for conversation, turn in asked:
            store.gaps.unsettle(conversation, turn)
        store.audit.append(by, "gap_brought_back", asked[0][0] if asked else "", questions=len(asked))


def _settle(store: Store, asked: Sequence[tuple[str, int]], faq_id: str, by: str) -> None:
    at = datetime.now(UTC)
    for conversation, turn in asked:
        if store.conversations.get(conversation) is not None:
            store.gaps.settle(SettledGap(conversation, turn, faq_id, by, at))


def _grouped(asked: Sequence[_Asked], encoder: Encoder) -> list[list[_Asked]]:
    """Each question joins the group whose mean is nearest, if that is near enough, else begins one."""
    if not asked:
        return []
    vectors = encoder.encode([one.text for one in asked])  # (questions, dimension)
    sums: list[Vector] = []
    groups: list[list[_Asked]] = []
    for one, vector in zip(asked, vectors, strict=True):
        likeness = [float(total @ vector) / float((total @ total) ** 0.5) for total in sums]
        best = max(range(len(likeness)), key=likeness.__getitem__, default=-1)
        if best >= 0 and likeness[best] >= ALIKE:
            groups[best].append(one)
            sums[best] = sums[best] + vector
        else:
            groups.append([one])
            sums.append(vector)
    return groups


def _gap(store: Store, encoder: Encoder, group: Sequence[_Asked]) -> Gap:
    texts = list(dict.fromkeys(one.text for one in group))
    vectors = encoder.encode(texts)
    middle = texts[int((vectors @ vectors.sum(axis=0)).argmax())]
    others = tuple(text for text in texts if text != middle)[:SHOWN_WORDINGS]
    said = next((answer for one in group if (answer := _answered(store, one))), "")
    return Gap(middle, len(group), others, tuple((one.conversation, one.turn) for one in group), said, max(one.at for one in group))


def _answered(store: Store, asked: _Asked) -> str:
    """What an agent said to that question, if it can be said to others."""
    conversation = store.conversations.get(asked.conversation)
    turns = store.conversations.turns(asked.conversation)
    customer = store.customers.get(conversation.customer_id) if conversation and conversation.customer_id else None
    for place, turn in enumerate(turns):
        if turn.number > asked.turn and turn.author.startswith(AGENT_PREFIX) and _about(turns[:place], asked):
            return turn.text if fit_to_repeat(turn.text, customer) else ""
    return ""


def _about(before: Sequence[Turn], asked: _Asked) -> bool:
    """Whether an agent who speaks after these turns answers that question."""
    return " ".join(to_answer(before).split()) == asked.text
