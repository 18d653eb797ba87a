"""What the verdict model learns from and how support replies are compared: own pairs whose truth is known, whole questions held out."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.models.entailment import Verdict
from finetune.replies import Pair
from finetune.support_evaluation import nearest_replies
from finetune.verdict_data import Judged, held_out, verdict_pairs

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_questions_are_held_out_whole() -> None:
    pairs = [Judged(f"is it {n}?", f"evidence {m}", Verdict.YES) for n in range(20) for m in range(3)]
    train, valid = held_out(pairs, 0.2)
    assert len(valid) == 12
    assert not {pair.question for pair in train} & {pair.question for pair in valid}


def test_the_nearest_message_lends_its_reply() -> None:
    trained = [Pair("where is my parcel", ("x",), "It is on its way."), Pair("cancel my order", ("x",), "It is cancelled.")]
    assert nearest_replies([Pair("please cancel this order", ("x",), "Done.")], trained) == ["It is cancelled."]


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "pqa").is_dir(), reason="the public data are not here")
def test_public_answers_give_all_three_verdicts_and_no_development_question() -> None:
    from finetune.replies import read_replies
    from finetune.responder_corpus import HETPQA_DEV

    pairs = verdict_pairs(SHARED)
    counts = {verdict: sum(pair.verdict is verdict for pair in pairs) for verdict in Verdict}
    assert min(counts.values()) > 1_500
    dev = {(pair.message, str(pair.evidence[0])) for pair in read_replies([SHARED / HETPQA_DEV]).pairs}
    assert not dev & {(pair.question, pair.evidence) for pair in pairs}
