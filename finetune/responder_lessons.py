"""A shop's responder from the replies that its agents sent: gathered, trained, judged against the one in use, installed only if not worse.

Owns what is learnt from and how it is judged. A sent reply is learnt from where what it rests on is known and says it: the guard that
keeps the bot honest keeps untrue lessons out. A part, whole conversations at a time, is held out; there both models are compared, behind
nothing, by ROUGE-L with what was sent, and by how many replies say what their evidence lacks.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import ImportRefused, ModelWorse
from assistant.models.entailment import telling
from assistant.models.folder import Card, Dataset, read_card, write_card
from assistant.models.grounding import support, unsupported
from assistant.models.registry import Installed, draft_folder, find_model, install
from assistant.models.responder import SLOT
from assistant.models.slots import Fact
from assistant.shopper.drafts import evidence_of
from assistant.store import Store
from assistant.store.desk_records import UsedSuggestion
from assistant.types import Progress, Source
from finetune.replies import Pair
from finetune.responder import Part, ResponderRecipe
from finetune.responder_continued import continue_responder
from finetune.responder_evaluation import evaluate_responder
from finetune.responder_training import ResponderSchedule
from finetune.shop_pairs import shop_pairs

LEAST = 20
"""Fewer replies than this teach nothing that could be measured."""
HELD_OUT = 0.2
SLACK = 0.005
"""So much less ROUGE-L with what was sent counts as not worse."""
REMINDERS = 200
"""Pairs of an invented shop in each run, so that the new model does not forget what the old one knew."""
RECIPE = ResponderRecipe(
    schedule=ResponderSchedule(epochs=3, batch_tokens=1_200, rate=5e-5, warmup=0.1, decay=0.9, average=0.9, patience=2, minutes=15.0),
    exercise_minutes=0.0,
)
_FROM_A_CUSTOMER = ("order",)
"""Sources that are one customer's: nothing is learnt from them."""


@dataclass(frozen=True, slots=True)
class ReplyLessons:
    """Pairs to learn from and pairs to judge by; `notes` says what was left out, by reason."""

    learnt: tuple[Pair, ...]
    judged: tuple[Pair, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepliesLearnt:
    """A run that ended well: the model, now in use, and the held-out figures of both."""

    model: Installed
    before: dict[str, float]
    after: dict[str, float]
    lessons: ReplyLessons


def learn_replies(store: Store, recipe: ResponderRecipe = RECIPE, progress: Progress | None = None) -> RepliesLearnt:
    """Trains the shop's responder on what its agents sent, and puts it to use.

    Raises:
        ImportRefused: there are too few sent replies whose sources say them.
        ModelWorse: the new model is further from what was sent than the one in use, or less grounded; that one stays.
        ModelCorrupt: the model in use cannot be trained on.
    """
    lessons = gather_replies(store)
    former = find_model(SLOT, store.folder)
    card = read_card(former)
    with draft_folder(store.folder, SLOT) as draft:
        parts = [Part(lessons.learnt), Part(tuple(shop_pairs(REMINDERS)), 1.0)]
        continue_responder(former, parts, lessons.judged, draft, recipe, progress)
        before, after = (dict(evaluate_responder(folder, lessons.judged).numbers) for folder in (former, draft))
        if after["rouge_l"] < before["rouge_l"] - SLACK or after["ungrounded"] > before["ungrounded"]:
            raise ModelWorse(_worse(before, after), hint=f"Nothing was changed; {former.name} stays in use. More sent replies may help.")
        _described(draft, card, lessons, after)
        model = install(store.folder, SLOT, draft, f"{len(lessons.learnt)} sent replies")
    store.audit.append("finetune", "model_installed", model.name, rouge_l=after["rouge_l"], before=before["rouge_l"])
    return RepliesLearnt(model, before, after, lessons)


def gather_replies(store: Store) -> ReplyLessons:
    """What a store gives to learn from.

    Raises:
        ImportRefused: fewer than `LEAST` replies are left.
    """
    lost: Counter[str] = Counter()
    found = [(used.conversation_id, pair) for used in store.suggestions.used() if (pair := _pair(store, used, lost)) is not None]
    notes = tuple(f"{count} sent replies left out: {why}." for why, count in lost.most_common())
    if len(found) < LEAST:
        raise ImportRefused(
            f"Too little to learn from in {store.folder}: {len(found)} sent replies that their sources say, of at least {LEAST}."
            + (f" {' '.join(notes)}" if notes else ""),
            hint="Send suggested replies from the desk (`shopclerk serve`), changed or not, or give a file with --train.",
        )
    judged = _held_out([conversation for conversation, _ in found])
    return ReplyLessons(
        tuple(pair for conversation, pair in found if conversation not in judged),
        tuple(pair for conversation, pair in found if conversation in judged),
        notes,
    )


def _pair(store: Store, used: UsedSuggestion, lost: Counter[str]) -> Pair | None:
    """What the reply teaches; None, with the reason counted, where it must not."""
    if any(kind in _FROM_A_CUSTOMER for kind, _ in used.sources):
        lost["they speak of a customer's order"] += 1
        return None
    evidence = tuple(_facts(store, used))
    if not evidence:
        lost["their source is not known or no longer there"] += 1
        return None
    if unsupported(used.sent, evidence, used.message) or support(used.sent, evidence, used.message) < 0.5 or not telling(used.sent):
        lost["their sources do not say them"] += 1
        return None
    return Pair(used.message, evidence, used.sent.strip(), intent=used.intent)


def _facts(store: Store, used: UsedSuggestion) -> Iterator[Fact]:
    for kind, id in used.sources:
        source = Source(kind, id)  # type: ignore[arg-type]  # kept as text in the store
        piece = evidence_of(store, used.message, source)
        if piece is not None:
            yield from piece.passages or (piece.text,)


def _held_out(conversations: Iterable[str]) -> frozenset[str]:
    """About `HELD_OUT` of the conversations, by their id: the same ones each time."""
    names = sorted(set(conversations), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return frozenset(names[: max(1, round(HELD_OUT * len(names)))])


def _described(draft: Path, base: Card, lessons: ReplyLessons, after: dict[str, float]) -> None:
    card = read_card(draft)
    data = (*base.data, Dataset("replies sent by this shop's agents", "the shop's own", len(lessons.learnt)))
    metrics = {f"valid_{name}": round(value, 4) for name, value in after.items()}
    notes = f"{base.notes} Trained on from the shop's former responder with replies that its agents sent."
    write_card(draft, replace(card, name=f"{base.name}-taught", base=base.id, data=data, metrics=metrics, notes=notes))


def _worse(before: dict[str, float], after: dict[str, float]) -> str:
    return (
        f"On {after['items']:.0f} held-out replies the new model's ROUGE-L with what was sent is {after['rouge_l']:.3f},"
        f" the present one's {before['rouge_l']:.3f}; {after['ungrounded']:.0f} of the new one's replies say what their evidence lacks,"
        f" {before['ungrounded']:.0f} of the present one's."
    )
