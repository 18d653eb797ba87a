"""A shop's sent replies become its responder: what is learnt from, judged first, put to use; and the way back from 8 bits to floats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from assistant.errors import ImportRefused, ModelCorrupt, ModelWorse  # noqa: E402
from assistant.models.folder import Card, open_model, read_card, write_card  # noqa: E402
from assistant.models.registry import find_model, install  # noqa: E402
from assistant.models.responder import Seq2SeqResponder  # noqa: E402
from assistant.models.shortlist import SHORTLIST_FILE, read_shortlist  # noqa: E402
from assistant.models.slots import Request  # noqa: E402
from assistant.store import Store  # noqa: E402
from assistant.store.desk_records import UsedSuggestion  # noqa: E402
from assistant.store.records import FaqEntry  # noqa: E402
from finetune import responder_continued as continued  # noqa: E402
from finetune import responder_lessons as lessons  # noqa: E402
from finetune.responder import ResponderRecipe  # noqa: E402
from finetune.responder_base import export_any  # noqa: E402
from finetune.responder_lessons import gather_replies, learn_replies  # noqa: E402
from finetune.responder_network import load_base, make_tokenizer, pruned_vocabulary, warm_network  # noqa: E402
from finetune.responder_training import ResponderSchedule  # noqa: E402
from finetune.responder_weights import served_weights  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")

COLOURS = ("red", "blue", "green", "black", "white", "brown")
THINGS = ("lamp", "shirt", "table", "chair", "phone", "camera")
TOLD = [(thing, colour) for thing in THINGS for colour in COLOURS]


@pytest.fixture
def taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A responder of width 48 that has learnt nothing yet, as it is served."""
    from transformers import BertConfig, BertModel

    tokenizer = load_base()[1]
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=48, num_hidden_layers=5, num_attention_heads=4, intermediate_size=96,
        max_position_embeddings=128,
    )  # fmt: skip
    small = BertModel(config).eval()
    monkeypatch.setattr(continued, "load_base", lambda: (small, tokenizer))
    told = [f"what colour is the {t}? the {t} comes in {c}. we have the {t} in {c}." for t, c in TOLD]
    ours = make_tokenizer(pruned_vocabulary(tokenizer, told))
    card = Card(
        "responder", "small", "none", settings={"max_source": 64, "max_target": 16, "no_repeat": 4, "beam": 1}, licence="Apache-2.0"
    )
    export_any(warm_network(small, tokenizer, ours), ours, tmp_path / "taught", card, free={"we", "have", "the", "in", "is", ".", "[SEP]"})
    return tmp_path / "taught"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as made:
        made.faq.upsert(FaqEntry(f"{t}-{c}", f"what colour is the {t}?", f"the {t} comes in {c}.") for t, c in TOLD)
        yield made


def send(store: Store, reply: str = "We have the {0} in {1}.", kind: str = "faq", count: int = len(TOLD)) -> None:
    for number, (thing, colour) in enumerate(TOLD[:count]):
        store.conversations.start(f"c{number}", "shopper")
        sent = reply.format(thing, colour)
        source = (kind, f"{thing}-{colour}")
        at = datetime.now(UTC).replace(tzinfo=None)
        store.suggestions.add(
            UsedSuggestion(
                f"c{number}", 2, f"what colour is the {thing}?", "", "FAQ", "", (source,), sent, sent, "accepted", 0.0, "ada", at
            )
        )


def recipe(rate: float) -> ResponderRecipe:
    schedule = ResponderSchedule(epochs=8, batch_tokens=500, rate=rate, average=0.5, smoothing=0.0, precision="no", patience=12)
    return ResponderRecipe(schedule, 0.0, dropout=0.0)


def test_floats_come_back_from_what_is_served(taught: Path) -> None:
    from tokenizers import Tokenizer

    model = open_model(taught)
    tokenizer = Tokenizer.from_file(str(model.file("tokenizer.json")))
    network = warm_network(*continued.load_base(), tokenizer, seed=5)
    weights = served_weights(model, network)
    assert set(weights) == {name for name, _ in network.named_parameters()}
    network.load_state_dict(weights, strict=False)
    free = read_shortlist(model.file(SHORTLIST_FILE)).free
    again = taught.with_name("again")
    export_any(network, tokenizer, again, model.card, free=free)
    request = Request("what colour is the lamp?", ("the lamp comes in green.",))
    assert Seq2SeqResponder(again).phrase(request).text == Seq2SeqResponder(taught).phrase(request).text != ""
    (taught / "model.bin").write_bytes(b"\x07\x00\x00\x00")
    write_card(taught, read_card(taught))
    with pytest.raises(ModelCorrupt, match="format 7"):
        served_weights(open_model(taught), network)


@pytest.mark.slow
def test_what_agents_send_is_learnt_and_put_to_use(taught: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "REMINDERS", 0)
    install(store.folder, "responder", taught)
    send(store)
    learnt = learn_replies(store, recipe(2e-3))
    assert learnt.model.name == "responder-2"
    assert learnt.after["rouge_l"] > learnt.before["rouge_l"]
    assert find_model("responder", store.folder).name == "responder-2"
    assert any("sent by this shop" in data.name for data in learnt.model.card.data)


@pytest.mark.slow
def test_a_model_that_is_not_good_enough_is_refused_and_nothing_changes(
    taught: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "REMINDERS", 0)
    monkeypatch.setattr(lessons, "SLACK", -1.1)  # better by more than can be
    install(store.folder, "responder", taught)
    send(store, "The {0} is {1}.")
    quick = replace(recipe(1e-3), schedule=replace(recipe(1e-3).schedule, epochs=1))
    with pytest.raises(ModelWorse, match="ROUGE-L"):
        learn_replies(store, quick)
    assert find_model("responder", store.folder).name == "responder-1"


@pytest.mark.parametrize(
    ("reply", "kind", "why"),
    [
        ("The {0} costs 99 euros in {1}.", "faq", "their sources do not say them"),
        ("The {0} is {1}.", "order", "a customer's order"),
        ("The {0} is {1}.", "product", "not known"),
    ],
)
def test_untrue_private_and_sourceless_replies_teach_nothing(store: Store, reply: str, kind: str, why: str) -> None:
    send(store, reply, kind, 25)
    with pytest.raises(ImportRefused, match=why):
        gather_replies(store)


def test_conversations_are_held_out_whole_and_always_the_same(store: Store) -> None:
    send(store)
    first, second = gather_replies(store), gather_replies(store)
    assert first == second
    assert len(first.judged) == round(0.2 * len(TOLD))
    assert not {pair.evidence for pair in first.learnt} & {pair.evidence for pair in first.judged}
