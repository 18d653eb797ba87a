"""Training a tiny sentiment network: it learns, is served as it was trained, reads targets, and refuses what cannot be learnt."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from assistant.errors import ImportRefused  # noqa: E402
from assistant.models.encoder import OnnxEncoder  # noqa: E402
from assistant.models.folder import open_model, read_card  # noqa: E402
from assistant.models.sentiment import TrainedSentiment, weights_of_words  # noqa: E402
from assistant.models.target import ASKED, SIGN  # noqa: E402
from finetune.commands import app  # noqa: E402
from finetune.export import base_folder, export_graph, tokenizer_of  # noqa: E402
from finetune.intent import Work, backbone_of  # noqa: E402
from finetune.network import BranchGraph, IntentNetwork  # noqa: E402
from finetune.opinions import Opinions  # noqa: E402
from finetune.sentiment import SentimentRecipe, base_of_card, finetune_sentiment, train_network  # noqa: E402
from finetune.shipped_sentiment import BranchTail, export_branch  # noqa: E402
from finetune.targets import inputs_about_targets  # noqa: E402
from finetune.training import Schedule, logits_of  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")

FELT = {"0": ("bad", "awful", "broken"), "1": ("good", "lovely", "perfect")}
THINGS = ("lid", "pot", "strap", "lamp")
FAST = Schedule(epochs=6, batch_size=16, rate=3e-3, head_rate=1e-2, patience=6, precision="no")


def _opinions(count: int, seed: int) -> Opinions:
    chooser = random.Random(seed)
    rows = [(f"the {chooser.choice(THINGS)} is {chooser.choice(words)} {i}", label) for label, words in FELT.items() for i in range(count)]
    return Opinions(tuple(text for text, _ in rows), tuple(label for _, label in rows), ("",) * len(rows))


def _about_targets(count: int, seed: int) -> Opinions:
    """Two things a sentence, of opposite feelings: only the target decides."""
    chooser = random.Random(seed)
    rows = []
    for i in range(count):
        one, two = chooser.sample(THINGS, 2)
        text = f"{one} {chooser.choice(FELT['1'])} {two} {chooser.choice(FELT['0'])} {i}"
        rows += [(text, one, "1"), (text, two, "-1")]
    return Opinions(tuple(r[0] for r in rows), tuple(r[2] for r in rows), tuple(r[1] for r in rows))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of 3 small layers with the base's tokenizer."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    config = BertConfig(hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer_of(base_folder()).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def trained(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "feelings"
    recipe = SentimentRecipe(str(tiny), schedule=FAST, int8=False)
    finetune_sentiment(_opinions(60, 1), _opinions(15, 2), Work(out, "feelings"), recipe)
    return out


def test_it_learns_what_words_feel_like(trained: Path) -> None:
    reader = TrainedSentiment(trained)
    good, bad = reader.read(["the lamp is lovely", "the strap is broken"])
    assert good.polarity == "positive"
    assert bad.polarity == "negative"
    assert good.rating == 5.0
    card = read_card(trained)
    assert card.task == "sentiment"
    assert card.labels["polarity"] == ("0", "1")
    assert card.metrics["valid_accuracy"] >= 0.9
    assert open_model(trained, "sentiment").card.settings["stars"] == [1.0, 5.0]


def test_the_word_that_decided_is_named(trained: Path) -> None:
    weights = {one.word: one.weight for one in weights_of_words(TrainedSentiment(trained), "the lamp is awful 3")}
    assert min(weights, key=lambda word: weights[word]) == "awful"


def test_a_target_is_read_behind_its_text(tiny: Path, tmp_path: Path) -> None:
    data = _about_targets(12, 1)
    tokenizer = tokenizer_of(base_folder())
    (ids, classes) = inputs_about_targets(tokenizer, data.texts[:1], data.targets[:1], 32)[0].T.tolist()
    assert tokenizer.decode(ids) == f"[CLS] {data.texts[0]} [SEP] {data.targets[0]} [SEP]"
    assert classes[:3] == [SIGN, 0, 1]
    assert classes[-3:] == [SIGN, ASKED, SIGN]
    schedule = Schedule(epochs=1, batch_size=8, rate=3e-3, precision="no")
    recipe = SentimentRecipe(str(tiny), schedule=schedule, int8=False)
    card = finetune_sentiment(data, _about_targets(4, 2), Work(tmp_path / "aspects", "aspects"), recipe)
    assert card.task == "aspects"
    reader = TrainedSentiment(tmp_path / "aspects")
    assert reader.reads_targets
    one, two = (reader.read_closely(data.texts[0], target) for target in ("lid", "the very long strap"))
    assert len(one.offsets) < len(two.offsets)
    assert one.offsets[-2:] == ((0, 0), (0, 0))


def test_what_stands_near_the_target_decides_and_is_served_as_it_was_learnt(tiny: Path, tmp_path: Path) -> None:
    """The tiny network tells things said of two targets in one sentence apart; torch and the served folder give the same chances."""
    train, test = _about_targets(80, 1), _about_targets(20, 2)
    work = Work(tmp_path / "aspects", "aspects")
    recipe = SentimentRecipe(str(tiny), schedule=FAST, int8=False)
    trained = train_network(train, test, work, recipe)
    assert trained.outcome.accuracy > 0.9
    card = finetune_sentiment(train, test, work, recipe)
    assert card.metrics["valid_accuracy"] == pytest.approx(trained.outcome.accuracy, abs=0.001)
    weights = card.settings["near"]
    assert weights[1] > weights[4]
    reader = TrainedSentiment(work.out)
    logits = logits_of(trained.network, trained.held_out.inputs)[1]
    expected = torch.softmax(logits / card.settings["temperature"], dim=1)[:, 1].tolist()
    served = [reader.read_closely(text, target).whole.positive for text, target in zip(test.texts, test.targets, strict=True)]
    assert served == pytest.approx(expected, abs=0.01)


def test_the_command_trains_and_the_other_one_judges(tiny: Path, tmp_path: Path) -> None:
    for name, seed, count in (("train", 1, 40), ("test", 2, 10)):
        rows = _opinions(count, seed)
        (tmp_path / f"{name}.txt").write_text("\n".join(f"{label} {text}" for text, label in zip(rows.texts, rows.labels, strict=True)))
    out = tmp_path / "model"
    train = ["finetune", "sentiment", "--train", str(tmp_path / "train.txt"), "--out", str(out), "--base", str(tiny)]
    done = CliRunner().invoke(app, [*train, "--epochs", "10", "--batch", "8", "--rate", "3e-3", "--no-int8", "--threads", "1"])
    assert done.exit_code == 0, done.output
    judged = CliRunner().invoke(app, ["evaluate", "sentiment", "--model", str(out), "--data", str(tmp_path / "test.txt"), "--json"])
    assert judged.exit_code == 0, judged.output
    numbers = json.loads(judged.stdout)
    assert numbers["accuracy"] >= 0.8
    assert numbers["examples"] == 20


def test_aspects_want_targets(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("1 good\n0 bad\n")
    done = CliRunner().invoke(app, ["finetune", "aspects", "--train", str(path), "--out", str(tmp_path / "m")])
    assert isinstance(done.exception, ImportRefused)
    assert "name no target" in str(done.exception)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (Opinions(("fine", "good"), ("5", "5"), ("", "")), "1 label"),
        (Opinions(("fine lid", "bad pot"), ("1", "0"), ("lid", "")), "no target"),
    ],
)
def test_what_cannot_be_learnt_is_told(tiny: Path, tmp_path: Path, data: Opinions, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        finetune_sentiment(data, None, Work(tmp_path / "m"), SentimentRecipe(str(tiny)))


def test_a_branch_goes_on_from_the_encoders_trunk(tiny: Path, tmp_path: Path) -> None:
    """The served halves, the encoder's trunk and the branch in its own folder, say what the whole network says in torch."""
    work = Work(tmp_path / "branch", "branch")
    recipe = SentimentRecipe(str(tiny), "branch", Schedule(epochs=3, batch_size=16, rate=3e-3, precision="no"))
    trained = train_network(_opinions(40, 1), _opinions(10, 2), work, recipe)
    card = base_of_card(trained, work, recipe)
    export_branch(trained.network, work.out, replace(card, settings={**card.settings, "branch": 2}), int8=False)
    encoder = tmp_path / "encoder"
    base = backbone_of(str(tiny), "eager")
    graph = BranchGraph(base, IntentNetwork(backbone_of(str(tiny), "eager"), 2, "branch").branch, {})
    export_graph(graph, trained.tokenizer, encoder, replace(card, task="encoder", labels={}), int8=False)
    text = "the pot is lovely 7"
    served = TrainedSentiment(work.out, OnnxEncoder(encoder)).read_closely(text)
    states = trained.network.inputs([trained.tokenizer(text)["input_ids"]])[0]
    with torch.no_grad():
        expected = BranchTail(trained.network.branch, trained.network.head.linear).eval()(states[None].float())[0]
    assert served.scores * card.settings["temperature"] == pytest.approx(np.asarray(expected), abs=0.05)
    assert served.embedding == pytest.approx(OnnxEncoder(encoder).encode([text])[0], abs=1e-5)
