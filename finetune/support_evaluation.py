"""Support replies to messages never trained on, beside the reply of the nearest training message.

Owns the held-out pairs and the rival: a shop could always answer with what it said to the most similar message before. Both are compared
with the reply that the public set gives.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.types import Progress
from finetune.replies import Pair
from finetune.responder_corpus import SUPPORT
from finetune.responder_evaluation import evaluate_responder, judge
from finetune.support_pairs import support_pairs

HELD_OUT = "support/bitext_responses_6480.csv"
"""The set's other file: its responses are in no training data, its messages in part, which are left out."""


@dataclass(frozen=True, slots=True)
class SupportReport:
    """ROUGE-L and BLEU of the responder's replies, behind the guard, and of the replies of the nearest training messages."""

    items: int
    rouge_l: float
    bleu: float
    nearest_rouge_l: float
    nearest_bleu: float
    ungrounded: int


def evaluate_support(folder: Path, data: Path, count: int, seed: int = 13, progress: Progress | None = None) -> SupportReport:
    """Measures the model in `folder` on `count` held-out messages of the public data in `data`."""
    trained = [pair for pair in support_pairs(data / SUPPORT) if pair.style == "brief"]
    known = {pair.message.casefold() for pair in trained}
    fresh = [pair for pair in support_pairs(data / HELD_OUT) if pair.style == "brief" and pair.message.casefold() not in known]
    items = random.Random(seed).sample(fresh, min(count, len(fresh)))
    own = evaluate_responder(folder, items, progress, guarded=True).numbers
    nearest = judge(items, nearest_replies(items, trained)).numbers
    return SupportReport(int(own["items"]), own["rouge_l"], own["bleu"], nearest["rouge_l"], nearest["bleu"], int(own["ungrounded"]))


def nearest_replies(items: Sequence[Pair], trained: Sequence[Pair]) -> list[str]:
    """For each item the reply to the training message that shares most words with its own."""
    from rapidfuzz import fuzz, process

    messages = [pair.message.casefold() for pair in trained]
    found = (process.extractOne(item.message.casefold(), messages, scorer=fuzz.token_set_ratio) for item in items)
    return [trained[place].reply for _, _, place in found]
