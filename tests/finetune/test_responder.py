"""A responder's network and training: the warm start, what is learnt, going on after a kill, the figures."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from assistant.errors import ModelMissing  # noqa: E402
from assistant.models.folder import read_card  # noqa: E402
from assistant.models.responder import Seq2SeqResponder  # noqa: E402
from assistant.models.slots import CAPITAL, SPECIAL_TOKENS, Request  # noqa: E402
from finetune import responder as workshop  # noqa: E402
from finetune.replies import Pair  # noqa: E402
from finetune.responder import PairEncoder, Part, ResponderRecipe, ResponderWork, finetune_responder, free_tokens  # noqa: E402
from finetune.responder_base import named_network  # noqa: E402
from finetune.responder_corpus import Plain  # noqa: E402
from finetune.responder_evaluation import evaluate_responder, judge, page, yes_or_no  # noqa: E402
from finetune.responder_network import END, load_base, make_tokenizer, pruned_vocabulary, warm_network  # noqa: E402
from finetune.responder_training import Example, ResponderSchedule, ResponderTrainer  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")

COLOURS = ["red", "blue", "green", "black", "white", "brown"]
THINGS = ["lamp", "shirt", "table", "chair", "phone", "camera"]


def _pairs() -> list[Pair]:
    return [
        Pair(
            f"what colour is the {thing}?",
            (f"the {thing} comes in {colour} for {number} euros",),
            f"The {thing} is {colour}, {number} euros.",
        )
        for number, (thing, colour) in enumerate(((t, c) for t in THINGS for c in COLOURS), start=3)
    ]


@pytest.fixture
def small_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """A BERT of width 48 in the place of MiniLM, so that a run takes seconds."""
    from transformers import BertConfig, BertModel

    tokenizer = load_base()[1]
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=48, num_hidden_layers=5, num_attention_heads=4, intermediate_size=96,
        max_position_embeddings=128,
    )  # fmt: skip
    model = BertModel(config).eval()
    monkeypatch.setattr(workshop, "load_base", lambda: (model, tokenizer))


def test_the_warm_start_is_the_encoder() -> None:
    base, base_tokenizer = load_base()
    text = "is the jacket waterproof? yes, it keeps out the rain."
    tokenizer = make_tokenizer(pruned_vocabulary(base_tokenizer, [text, text]))
    network = warm_network(base, base_tokenizer, tokenizer).eval()
    assert tokenizer.encode(text).tokens == base_tokenizer.encode(text).tokens
    with torch.inference_mode():
        theirs = base(input_ids=torch.tensor([base_tokenizer.encode(text).ids])).last_hidden_state
        ours = network.model.encoder(input_ids=torch.tensor([tokenizer.encode(text).ids])).last_hidden_state
    assert float((theirs - ours).abs().mean()) < 1e-3
    assert float((theirs - ours).abs().max()) < 5e-3


def test_the_vocabulary_can_spell_and_has_slots_but_few_words() -> None:
    base_tokenizer = load_base()[1]
    vocabulary = pruned_vocabulary(base_tokenizer, ["an otter otter in the zeppelin zeppelin"])
    tokenizer = make_tokenizer(vocabulary)
    assert len(vocabulary) % 8 == 0
    assert set(SPECIAL_TOKENS) <= set(vocabulary)
    assert len(vocabulary) < 20_000
    assert "zeppelin" in vocabulary
    assert "[UNK]" not in tokenizer.encode("Quokkas xyzzy'd 1984 [NUM3]!").tokens
    assert tokenizer.encode("[NUM3]mah", add_special_tokens=False).tokens[0] == "[NUM3]"
    assert not any(token.strip("#").isdigit() and len(token.strip("#")) > 1 for token in vocabulary)


@pytest.mark.usefixtures("small_base")
def test_a_small_network_learns_to_say_its_evidence_and_is_served_so(tmp_path: Path) -> None:
    pairs = _pairs()
    schedule = ResponderSchedule(epochs=50, batch_tokens=700, rate=4e-3, average=0.9, smoothing=0.0, precision="no")
    work = ResponderWork(tmp_path / "model", "colours", ())
    card = finetune_responder([Part(tuple(pairs))], [], work, ResponderRecipe(schedule, 0.0, dropout=0.0))
    assert card.task == "responder"
    assert read_card(work.out).id == card.id
    numbers = evaluate_responder(work.out, pairs[:12]).numbers
    assert numbers["rouge_l"] > 0.9
    assert numbers["ungrounded"] == 0
    reply = Seq2SeqResponder(work.out).phrase(Request("what colour is the lamp?", ("the lamp comes in green for 817 euros",)))
    assert "817" in reply.text
    assert "green" in reply.text


@pytest.mark.usefixtures("small_base")
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    tokenizer = make_tokenizer(pruned_vocabulary(load_base()[1], [pair.reply for pair in _pairs()]))
    examples = PairEncoder(tokenizer, ResponderRecipe().limits).examples(_pairs())
    schedule = ResponderSchedule(epochs=3, batch_tokens=400, precision="no", checkpoint_seconds=0.0)

    def weights(folder: Path, killed: bool) -> dict[str, object]:
        base, base_tokenizer = workshop.load_base()
        network = warm_network(base, base_tokenizer, tokenizer, dropout=0.1)
        if killed:
            with pytest.raises(KeyboardInterrupt):
                ResponderTrainer(network, lambda _: examples, None, schedule, folder).run(_Killer(7))
            network = warm_network(base, base_tokenizer, tokenizer, dropout=0.1)
        outcome = ResponderTrainer(network, lambda _: examples, None, schedule, folder).run()
        assert outcome.steps > 8
        return dict(network.state_dict())

    whole, broken = weights(tmp_path / "whole", killed=False), weights(tmp_path / "broken", killed=True)
    apart = {name: float((whole[name] - broken[name]).abs().max()) for name in whole}  # type: ignore[operator]
    assert max(apart.values()) < 1e-5, apart


class _Killer:
    """Progress that ends a run as Ctrl-C would."""

    def __init__(self, after: int) -> None:
        self._left = after

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt


def test_exercises_end_with_their_minutes(tmp_path: Path) -> None:
    tokenizer = make_tokenizer(pruned_vocabulary(load_base()[1], []))
    encoder = PairEncoder(tokenizer, ResponderRecipe().limits)
    plain = Plain((("The pan is made of steel.", "It comes with a lid for the oven."),), ())
    epochs = workshop.ExerciseEpochs(plain, encoder, 20)
    assert epochs(0) == epochs(0)
    assert epochs(0) != epochs(1)
    _, network = None, _tiny_bart(tokenizer.get_vocab_size())
    outcome = ResponderTrainer(network, epochs, None, ResponderSchedule(epochs=10_000, minutes=1e-6, precision="no"), tmp_path).run()
    assert outcome.steps == 1


def test_another_base_gets_our_vocabulary(tmp_path: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    _, base_tokenizer = load_base()
    theirs = tmp_path / "theirs"
    _tiny_bart(base_tokenizer.get_vocab_size()).save_pretrained(theirs)
    PreTrainedTokenizerFast(tokenizer_object=base_tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(theirs)
    tokenizer = make_tokenizer(pruned_vocabulary(base_tokenizer, []))
    network = named_network(str(theirs), tokenizer)
    vocabulary = tokenizer.get_vocab()
    assert network.get_input_embeddings().weight.shape[0] == len(vocabulary)
    assert network.config.eos_token_id == vocabulary[END]
    old = type(network).from_pretrained(theirs).get_input_embeddings().weight
    new = network.get_input_embeddings().weight
    assert torch.allclose(new[vocabulary["water"]], old[base_tokenizer.token_to_id("water")])
    with pytest.raises(ModelMissing, match="no sequence-to-sequence model"):
        named_network(str(tmp_path / "nothing"), tokenizer)


def test_free_tokens_are_those_that_requests_lack() -> None:
    tokenizer = make_tokenizer(pruned_vocabulary(load_base()[1], []))
    encoder = PairEncoder(tokenizer, ResponderRecipe().limits)
    pairs = [Pair("colour?", ("red oak",), "Yes, red, in Oak."), Pair("colour?", ("blue elm",), "Yes, blue, in Elm, of two.")]
    examples = encoder.examples([*pairs, Pair("colour?", ("blue elm, two",), "Yes, two.")])
    free = free_tokens(examples, tokenizer, least=2)
    assert {"yes", ",", ".", "?"} <= free
    assert not {"red", "oak", "blue", "two"} & free
    capitals = encoder.examples([Pair("", ("oak",), "Made of Oak."), Pair("", ("elm",), "Made of Elm.")])
    assert CAPITAL in free_tokens(capitals, tokenizer, least=2)


def test_figures_of_replies() -> None:
    items = [
        Pair("is it oak?", ("made of oak, 3 cm",), "yes, oak.", references=("yes, oak.", "it is made of oak")),
        Pair("how big?", ("it is 12 cm wide",), "12 cm.", references=("12 cm.",)),
        Pair("does it fold?", ("it does not fold",), "no, it does not.", references=("no, it does not.",)),
    ]
    report = judge(items, ["It is made of oak.", "It is 14 cm wide.", "Yes, it does."])
    assert report.items[0].rouge_l == 1.0
    assert report.numbers["slot_accuracy"] == 0.0
    assert report.numbers["ungrounded"] >= 1
    assert report.numbers["yes_no_agreement"] == 0.0
    assert report.numbers["yes_no_contradicted"] == 1.0
    assert "14" in page(report)
    assert judge(items, [item.reply for item in items]).numbers["bleu"] == pytest.approx(100)
    assert [yes_or_no(text) for text in ("Yes. It is", "nope", "No, ", "not so")] == ["yes", "no", "no", ""]


def test_the_report_of_a_served_model(tiny: Path) -> None:
    pairs = [*_pairs()[:3], replace(_pairs()[0], reply="Another way to say it.")]
    report = evaluate_responder(tiny, pairs)
    assert report.numbers["items"] == 3
    assert 0 <= report.numbers["rouge_l"] <= 1


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from assistant.models.folder import Card
    from finetune.responder_network import export_responder

    tokenizer = make_tokenizer(pruned_vocabulary(load_base()[1], []))
    out = tmp_path_factory.mktemp("tiny") / "model"
    network = _tiny_bart(tokenizer.get_vocab_size())
    export_responder(network, tokenizer, out, Card("responder", "tiny", settings={"max_target": 12}), free=["the", "."])
    return out


def _tiny_bart(tokens: int) -> object:
    from transformers import BartConfig, BartForConditionalGeneration

    torch.manual_seed(random.Random(7).randrange(100))
    return BartForConditionalGeneration(
        BartConfig(
            vocab_size=tokens, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
            encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=192, pad_token_id=0, bos_token_id=2, eos_token_id=3,
            decoder_start_token_id=2, forced_eos_token_id=None, normalize_before=False, normalize_embedding=True,
            add_final_layer_norm=False, add_bias_logits=False,
        )
    )  # fmt: skip


def test_examples_leave_out_replies_with_foreign_values() -> None:
    tokenizer = make_tokenizer(pruned_vocabulary(load_base()[1], []))
    encoder = PairEncoder(tokenizer, ResponderRecipe().limits)
    made = encoder.examples([Pair("", ("it is 3 cm",), "It is 3 cm."), Pair("", ("it is 3 cm",), "It is 4 cm.")])
    assert len(made) == 1
    assert isinstance(made[0], Example)
    assert tokenizer.id_to_token(made[0].target[-1]) == END
    assert "[NUM0]" in [tokenizer.id_to_token(number) for number in made[0].target]
