"""The recipe of the responder that ships: which public and own pairs, how much of each, how long.

Owns the mixture and the turning of one public set's replies into the project's two styles. The held-out sets are never read here.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from assistant.models.folder import Card, Dataset
from assistant.types import Progress
from finetune.replies import Pair, read_replies
from finetune.responder import Part, ResponderRecipe, ResponderWork, finetune_responder
from finetune.responder_corpus import EPQA, HETPQA, SEMIPQA, SOURCES, SUPPORT, Plain, held_out, passage_of, plain_texts, without_development
from finetune.responder_noise import exercises
from finetune.responder_training import ResponderSchedule
from finetune.shop_pairs import shop_pairs
from finetune.support_pairs import support_pairs

RECIPE = ResponderRecipe(
    schedule=ResponderSchedule(epochs=5, batch_tokens=2_200, rate=4e-4, warmup=0.03, decay=0.97, average=0.995, patience=5, minutes=55.0),
    exercise_minutes=30.0,
)
OWN = Dataset("Replies of an invented shop, made by finetune/shop_pairs.py", "Apache-2.0", 4_000)
VALID_QUESTIONS, VALID_ATTRIBUTES = 250, 60
EXERCISES_BESIDE = 6_000
"""So many exercises are among the replies, so that copying is not unlearnt."""

_ATTRIBUTION = re.compile(
    r"\b(?:there is |there are )?(?:an? |one |some |another )?(?:customers?|reviewers?|users?|buyers?) "
    r"(?:is |are |was )?(?:says?|saying|said|mentions?|stated?|states) (?:that )?",
    re.IGNORECASE,
)
_UNSURE = re.compile(r"I'm not sure", re.IGNORECASE)
_SAID_BY = {
    "review": "review",
    "cqa": "answer",
    "description": "description",
    "bullet": "description",
    "Desc": "description",
    "CQA": "answer",
}
"""What stands before a fact so that a full reply may say whose words it gives."""


def train_shipped_responder(data: Path, out: Path, recipe: ResponderRecipe = RECIPE, progress: Progress | None = None) -> Card:
    """The shipped responder from the public data in the folder `data`, as the model folder `out`."""
    plain = plain_texts(data)
    parts, valid = shipped_parts(data, plain)
    return finetune_responder(parts, valid, ResponderWork(out, "responder", (*SOURCES, OWN)), recipe, plain, progress)


def shipped_parts(data: Path, plain: Plain) -> tuple[list[Part], list[Pair]]:
    """The mixture of an epoch, and the pairs to stop by, which are of the training splits too."""
    questions, valid = held_out(_finished(read_replies([data / HETPQA]).pairs), VALID_QUESTIONS)
    attributes, valid_attributes = held_out_by_evidence(_finished(read_replies([data / SEMIPQA]).pairs), VALID_ATTRIBUTES)
    full, brief = graded_pairs(data)
    parts = [
        Part(tuple(questions), 1.5, distracted=0.1),
        Part(tuple(attributes), 1.0),
        Part(tuple(full), 0.35, distracted=0.05),
        Part(tuple(brief), 0.6, distracted=0.1),
        Part(tuple(support_pairs(data / SUPPORT)), 0.06),
        Part(tuple(shop_pairs(OWN.rows)), 0.35),
        Part(tuple(exercises(plain.texts, plain.asked, EXERCISES_BESIDE, "shipped")), 0.06),
    ]
    return parts, [*valid, *valid_attributes]


def graded_pairs(data: Path) -> tuple[list[Pair], list[Pair]]:
    """ePQA's answers in the full style, which says whose words they are, and in the brief one, which does not; the unsure only in full."""
    chooser = random.Random("graded")
    full: list[Pair] = []
    brief: list[Pair] = []
    with (data / EPQA).open(newline="", encoding="utf-8") as stream:
        for row in without_development(csv.DictReader(stream), data):
            reply = row["answer"].strip()
            if not reply:
                continue
            passage = passage_of(row["candidate"])
            by = _SAID_BY.get(row["source"])
            said = f"{by}: {passage}" if by else passage
            full.append(Pair(row["question"], (said,), reply, "full"))
            if not _UNSURE.search(reply):
                shown = said if chooser.random() < 0.3 else passage
                brief.append(Pair(row["question"], (shown,), plainly(reply), "brief"))
    return full, brief


def plainly(reply: str) -> str:
    """ "Yes. A customer says that it fits." -> "It fits.", without speaker and verdict: people seldom give either."""
    plain = re.sub(r"^(?:yes|no)[.,]\s+", "", _ATTRIBUTION.sub("", reply), flags=re.IGNORECASE)
    return re.sub(r"(^|[.!?]\s+)([a-z])", lambda match: match[1] + match[2].upper(), plain)


def held_out_by_evidence(pairs: Iterable[Pair], count: int, seed: int = 13) -> tuple[list[Pair], list[Pair]]:
    """(train, held out) of pairs without messages: whole pieces of evidence at a time."""
    rows = list(pairs)
    shown = sorted({repr(pair.evidence) for pair in rows})
    chosen = set(random.Random(seed).sample(shown, min(count, len(shown))))
    return [pair for pair in rows if repr(pair.evidence) not in chosen], [pair for pair in rows if repr(pair.evidence) in chosen]


def _finished(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Replies with a full stop where people left it out."""
    for pair in pairs:
        ended = pair.reply.rstrip()
        yield pair if ended[-1:] in ".!?" else replace(pair, reply=f"{ended}.")
