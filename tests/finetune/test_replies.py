"""Reading replies to learn from, and the pairs and exercises that the project makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import ImportRefused
from assistant.models.slots import Delexicaliser, Request
from finetune.replies import Pair, ReplyColumns, grouped, read_replies
from finetune.responder_corpus import held_out
from finetune.responder_noise import exercises
from finetune.shop_pairs import shop_pairs
from finetune.support_pairs import support_pairs

TEXTS = [
    ["The pan is made of steel and weighs 1.6 kg.", "It comes with a glass lid and two handles.", "You can put it into the oven."],
    ["We love this lamp with its long cable.", "The switch broke after 3 weeks of use."],
]


def _grounded(pair: Pair) -> bool:
    delexicaliser = Delexicaliser()
    return delexicaliser.target(pair.reply, delexicaliser.prompt(Request(pair.message, pair.evidence))) is not None


def test_columns_are_guessed_in_all_forms(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text('question\tcandidate\tanswer\nis it red?\t"it is ""red"""\tyes, red.\nwhy?\t\tno evidence\n')
    (tmp_path / "b.csv").write_text('data,text\n"size: { value:""3"" }","It is\n3."\n')
    rows = [{"message": "stock?", "evidence": [{"stock": 3}, "Two more come."], "reply": "3 are here.", "intent": "stock"}]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    replies = read_replies([tmp_path / name for name in ("a.tsv", "b.csv", "c.jsonl")])
    assert replies.pairs == (
        Pair("is it red?", ('it is "red"',), "yes, red."),
        Pair("", ('size: { value:"3" }',), "It is\n3."),
        Pair("stock?", ({"stock": 3}, "Two more come."), "3 are here.", intent="stock"),
    )
    assert replies.notes == ("a.tsv: 1 of 2 rows have no reply or no evidence",)


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("q,why,said\nred?,it is red,yes\n")
    assert read_replies([path], ReplyColumns("q", "why", "said"), "full").pairs == (Pair("red?", ("it is red",), "yes", "full"),)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "question,answer\nx,y\n", "no column for the evidence: it has question, answer"),
        ("a.csv", "question,evidence,answer\n", "has no rows"),
        ("a.jsonl", "{not json\n", "not valid JSON"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ImportRefused, match=said):
        read_replies([tmp_path / name])


def test_replies_to_the_same_evidence_are_references_of_one_item() -> None:
    items = grouped([Pair("q", ("e",), "one"), Pair("q", ("other",), "two"), Pair("q", ("e",), "three")])
    assert [item.references for item in items] == [("one", "three"), ("two",)]


def test_whole_messages_are_held_out() -> None:
    pairs = [Pair(f"q{number % 20}", (f"e{number}",), "r") for number in range(100)]
    train, held = held_out(pairs, 20)
    assert 10 <= len(held) <= 30
    assert len(train) + len(held) == 100
    assert not {pair.message for pair in train} & {pair.message for pair in held}


def test_exercises_are_the_same_for_a_seed_and_ask_for_what_the_evidence_has() -> None:
    asked = [("is it heavy?", "It weighs 4 kg, so yes. Mine is old.")]
    made = list(exercises(TEXTS, asked, 200, seed=1))
    assert made == list(exercises(TEXTS, asked, 200, seed=1))
    assert made != list(exercises(TEXTS, asked, 200, seed=2))
    assert sum(map(_grounded, made)) > 180  # noise may lose a number in words; such an exercise is left out later
    sentences = {sentence for text in TEXTS for sentence in text} | {"It weighs 4 kg, so yes."}
    assert {pair.reply for pair in made} == sentences


def test_own_pairs_say_only_what_their_evidence_says() -> None:
    made = list(shop_pairs(800, seed=3))
    assert made == list(shop_pairs(800, seed=3))
    assert all(map(_grounded, made))
    assert {pair.style for pair in made} == {"brief", "full"}
    starts = {pair.reply.split()[0].strip(",.") for pair in made}
    assert {"Yes", "No"} <= starts


def test_support_responses_become_brief_and_full_pairs(tmp_path: Path) -> None:
    path = tmp_path / "responses.csv"
    path.write_text(
        "instruction,intent,response\n"
        'how do I cancel order {{Order Number}},cancel_order,"I understand how you feel. Log in to your {{Website Name}} account.\n'
        "1. Open the order history page.\n2. Cancel order {{Order Number}} with the red button.\n"
        'You can call us at {{Customer Support Phone Number}} for more. Let me know if you need help!"\n'
    )
    brief, full = support_pairs(path)
    assert (brief.style, full.style) == ("brief", "full")
    number = brief.message.removeprefix("how do I cancel order ")
    assert number.isdigit()
    assert f"Cancel order {number} with the red button." in brief.reply
    assert len(full.reply) > len(brief.reply)
    assert "understand" not in full.reply
    assert all(map(_grounded, (brief, full)))


@pytest.mark.shared
def test_nothing_of_the_development_split_is_learnt_from(shared: Path) -> None:
    import csv

    from finetune.responder_shipped import graded_pairs

    with (shared / "data/pqa/hetpqa_answers_dev.tsv").open(newline="", encoding="utf-8") as stream:
        held = {row["question"].strip().lower() for row in csv.DictReader(stream, delimiter="\t")}
    full, brief = graded_pairs(shared / "data")
    assert len(full) > 3_000
    assert len(brief) > 2_000
    assert not held & {pair.message.strip().lower() for pair in (*full, *brief)}
