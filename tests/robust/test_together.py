"""Several shoppers and agents at once: nothing lost, doubled or mixed, one speaker at a time. The long run: `tests/bench/together.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import together

from assistant.desk import handoff


def turns(*said: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"number": n, "author": author, "name": name, "text": text} for n, (author, name, text) in enumerate(said, 1)]


GOOD = turns(
    ("customer", "", "hello"), ("assistant", "", "Hello."), ("note", "", handoff.ASKED), ("customer", "", "anybody?"),
    ("note", "", handoff.JOINED.format(name="mara")), ("person", "mara", "I am here."), ("note", "", handoff.CLOSED),
    ("customer", "", "one more thing"), ("assistant", "", "Yes?"),
)  # fmt: skip
SENT, TOLD = ["hello", "anybody?", "one more thing"], [("mara", "I am here.")]


def test_the_checker_finds_nothing_wrong_with_what_is_right() -> None:
    assert together.check(GOOD, SENT, GOOD, TOLD) == []


@pytest.mark.parametrize(
    ("said", "sent", "heard", "told", "named"),
    [
        (GOOD, [*SENT, "still there?"], GOOD, TOLD, "lost"),
        (GOOD, SENT[1:], GOOD, TOLD, "doubled or another's"),
        (GOOD, [SENT[1], SENT[0], SENT[2]], GOOD, TOLD, "another order"),
        (GOOD, SENT, GOOD, [*TOLD, ("mara", "Bye.")], "agent's words were lost"),
        (GOOD, SENT, GOOD, [("tom", "I am here.")], "agent's words"),
        (GOOD, SENT, GOOD[:-1], TOLD, "heard"),
        (GOOD, SENT, [*GOOD[:3], GOOD[2], *GOOD[3:]], TOLD, "heard"),
        ([*GOOD[:4], {**GOOD[4], "author": "assistant", "text": "Me again."}], SENT[:2], GOOD[:5], [], "assistant speaks while nobody"),
        ([*GOOD[:5], {**GOOD[5], "name": "tom"}], SENT[:2], GOOD[:6], [("tom", "I am here.")], "tom speaks while mara"),
    ],
)
def test_the_checker_sees_what_is_wrong(said: Any, sent: Any, heard: Any, told: Any, named: str) -> None:
    assert any(named in words for words in together.check(said, sent, heard, told))


@pytest.mark.slow
def test_shoppers_and_agents_at_once(shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "THINKS_S", (0.2, 1.0))
    monkeypatch.setattr(together, "ASKS_FOR_A_PERSON", 0.7)
    report = together.run(shop_folder, 5, 2, lambda: together.said_enough(messages=20, words=6))
    assert report.wrong == ()
    assert report.shoppers == 5
    assert report.messages >= 20
    assert report.agent_words >= 6
