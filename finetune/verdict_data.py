"""Questions of yes or no with evidence, and what the evidence says to them: yes, no, or nothing.

Owns which public answers are read as which verdict, how many silent pairs there are, and what is held out. hetPQA's development split is
never read here. A person's answer that begins with neither is no silence: such rows of hetPQA are left out.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.models.entailment import Verdict, asks_yes_or_no, said
from assistant.models.folder import Dataset
from assistant.models.slots import as_sentence
from finetune.replies import read_replies
from finetune.responder_corpus import CDLA, EPQA, HETPQA, passage_of, without_development
from finetune.shop_pairs import shop_pairs

OWN_PAIRS = 2_400
SOURCES = (
    Dataset("hetPQA answers, training split: those that begin with yes or no", CDLA, 747, HETPQA),
    Dataset("ePQA development questions of yes or no, less those that share a product or a question with hetPQA's", CDLA, 6_260, EPQA),
    Dataset("Questions about products of an invented shop, made by finetune/shop_pairs.py", "Apache-2.0", OWN_PAIRS),
)
STRANGERS = 0.35
"""Share of ePQA's pairs graded as beside the point that is learnt from; they are four times as many as all others."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, one piece of evidence, and what it says to the question."""

    question: str
    evidence: str
    verdict: Verdict


def verdict_pairs(data: Path, seed: int = 13) -> list[Judged]:
    """All pairs to learn from, in one fixed order."""
    pairs = [*_answered(data), *_graded(data, random.Random(f"verdicts-{seed}")), *_own(seed)]
    return list(dict.fromkeys(pairs))


def held_out(pairs: Iterable[Judged], share: float, seed: int = 13) -> tuple[list[Judged], list[Judged]]:
    """(train, held out), whole questions at a time."""
    rows = list(pairs)
    questions = sorted({pair.question for pair in rows})
    chosen = set(random.Random(seed).sample(questions, round(share * len(questions))))
    return [pair for pair in rows if pair.question not in chosen], [pair for pair in rows if pair.question in chosen]


def _answered(data: Path) -> Iterator[Judged]:
    for pair in read_replies([data / HETPQA]).pairs:
        verdict = said(pair.reply)
        if verdict is not Verdict.SILENT:
            yield Judged(pair.message, as_sentence(pair.evidence[0]), verdict)


def _graded(data: Path, chooser: random.Random) -> Iterator[Judged]:
    """ePQA: its answers say yes or no, or that they do not know; what was graded as beside the point is silent."""
    with (data / EPQA).open(newline="", encoding="utf-8") as stream:
        for row in without_development(csv.DictReader(stream), data):
            if not asks_yes_or_no(row["question"]):
                continue
            verdict = said(row["answer"])
            settled = row["label"] == "2"
            if settled == (verdict is not Verdict.SILENT) and (row["label"] != "0" or chooser.random() < STRANGERS):
                yield Judged(row["question"], as_sentence(passage_of(row["candidate"])), verdict)


def _own(seed: int) -> Iterator[Judged]:
    for pair in shop_pairs(3 * OWN_PAIRS, seed + 1):
        if asks_yes_or_no(pair.message):
            yield Judged(pair.message, "; ".join(map(as_sentence, pair.evidence)), said(pair.reply))
