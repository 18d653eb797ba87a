"""The responder as it serves: what it can never say, whatever its weights; batches, streams and alternatives; other runtimes."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.errors import ModelCorrupt, ModelMissing
from assistant.models.batching import Batcher
from assistant.models.folder import open_model, read_card, write_card
from assistant.models.phrasers import load_phraser
from assistant.models.responder import Seq2SeqResponder
from assistant.models.shortlist import SHORTLIST_FILE, make_shortlist, read_shortlist
from assistant.models.slots import SPECIAL_TOKENS, Request

FACTS = (
    "The pan is oven safe up to 450 degrees.",
    "It holds 8 kg on each shelf, see www.example.com/pan for more.",
    "The Harbour Lamp costs $120.00 and has a cable of 2 metres.",
    "Batteries (2 AA) are included; write to help@example.com.",
    "Made from oak. Delivered by 2026-03-01 under order SHP-10234.",
)
QUESTIONS = ("Is it safe at 500 degrees?", "can it hold 12 kg", "was it 99 dollars at www.other.com?", "does it come with batteries")


def requests(count: int, seed: int = 1) -> list[Request]:
    draw = random.Random(seed)
    return [Request(draw.choice(QUESTIONS), tuple(draw.sample(FACTS, draw.randint(1, 3)))) for _ in range(count)]


def values(text: str) -> set[str]:
    found = re.findall(r"[\w@./-]*\d[\w@./-]*|[\w.]+@[\w.]+|www\.[\w./]+", text)
    return {value.strip(".") for value in found}


@pytest.fixture(params=["tiny_responder", "tiny_torch_responder"])
def responder(request: pytest.FixtureRequest) -> Seq2SeqResponder:
    return Seq2SeqResponder(request.getfixturevalue(request.param))


def test_a_network_of_random_weights_says_no_value_that_its_evidence_lacks(responder: Seq2SeqResponder) -> None:
    asked = requests(120)
    said = responder.phrase_all(asked)
    for request, phrasing in zip(asked, said, strict=True):
        assert values(phrasing.text) <= values(" ".join(map(str, request.evidence))), phrasing.text
    assert any(values(phrasing.text) for phrasing in said), "it copies values, or this test shows nothing"


def test_company_in_a_batch_changes_no_reply(responder: Seq2SeqResponder) -> None:
    asked = requests(24)
    together = [phrasing.text for phrasing in responder.phrase_all(asked)]
    assert together == [responder.phrase(request).text for request in asked]


def test_a_stream_ends_with_the_whole_reply_and_only_grows(responder: Seq2SeqResponder) -> None:
    for request in requests(6):
        steps = list(responder.stream(request))
        assert steps[-1] == responder.phrase(request).text
        assert all(len(later) >= len(earlier) for earlier, later in pairwise(steps))


def test_alternatives_differ_and_keep_to_the_evidence(responder: Seq2SeqResponder) -> None:
    request = Request("can it hold 12 kg", (FACTS[1],))
    found = responder.alternatives(request, 3)
    assert len({phrasing.text for phrasing in found}) == len(found) >= 2
    assert found[0].score == max(phrasing.score for phrasing in found)
    assert not any("12" in phrasing.text for phrasing in found)


def test_threads_get_each_their_own_reply(tiny_responder: Path) -> None:
    responder = Seq2SeqResponder(tiny_responder)
    asked = requests(40)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda request: responder.phrase(request).text, asked))
    assert said == [phrasing.text for phrasing in responder.phrase_all(asked)]


def test_what_comes_while_a_batch_is_in_work_makes_the_next_one() -> None:
    batches: list[list[int]] = []
    working, go_on = threading.Event(), threading.Event()

    def work(items: list[int]) -> list[int]:
        batches.append(list(items))
        working.set()
        go_on.wait(5)
        return [item * 2 for item in items]

    batcher: Batcher[int, int] = Batcher(work, most=3)  # type: ignore[arg-type]
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(batcher, 1)
        assert working.wait(5)
        others = [pool.submit(batcher, number) for number in range(2, 7)]
        while len(batcher._waiting) < 5:
            pass
        go_on.set()
        assert [first.result(5), *(other.result(5) for other in others)] == [2, 4, 6, 8, 10, 12]
    assert [len(batch) for batch in batches] == [1, 3, 2]


def test_an_error_reaches_all_of_its_batch_and_nobody_else() -> None:
    def work(items: list[int]) -> list[float]:
        return [1 / item for item in items]

    batcher: Batcher[int, float] = Batcher(work)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        batcher(0)
    assert batcher(4) == 0.25


def test_slots_are_copied_and_digits_never_written() -> None:
    shortlist = make_shortlist([*SPECIAL_TOKENS, "word", "rare", "7", "##7", "@", "www", "[CLS]", "[FREE0]"], ["word", "7", "[NUM0]"])
    assert shortlist.free == {"word"}
    assert "[NUM0]" in shortlist.copied
    assert "rare" in shortlist.copied
    assert shortlist.allowed(["rare", "[NUM1]", "7"]) == {"word", "rare", "[NUM1]"}
    assert shortlist.allows(["word", "[NUM1]"], ["[NUM1]"])
    assert not shortlist.allows(["[NUM1]"], ["[NUM0]"])


def test_a_folder_without_its_shortlist_is_refused(tiny_responder: Path, copied: Callable[[Path], Path]) -> None:
    folder = copied(tiny_responder)
    card = read_card(folder)
    (folder / SHORTLIST_FILE).unlink()
    write_card(folder, card)
    with pytest.raises(ModelCorrupt, match="vmap"):
        Seq2SeqResponder(folder).warm_up()


def test_a_malformed_shortlist_is_named(tmp_path: Path) -> None:
    (tmp_path / SHORTLIST_FILE).write_text("no tabs here\n")
    with pytest.raises(ModelCorrupt, match="free and copied"):
        read_shortlist(tmp_path / SHORTLIST_FILE)


def test_settings_name_a_responder_by_folder_or_say_what_they_take(tiny_responder: Path, tmp_path: Path) -> None:
    assert isinstance(load_phraser(str(tiny_responder)), Seq2SeqResponder)
    assert load_phraser("plain") is None
    with pytest.raises(ModelMissing, match="no responder 'brilliant'"):
        load_phraser("brilliant")
    (tmp_path / "other").mkdir()
    write_card(tmp_path / "other", open_model(tiny_responder).card.__class__("encoder", "other"))
    with pytest.raises(ModelMissing, match="'encoder'"):
        load_phraser(str(tmp_path / "other"))
