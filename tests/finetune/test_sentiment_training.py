"""Training a tiny sentiment network: it learns, is served as it was trained, and refuses what cannot be learnt."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from assistant.errors import ImportRefused  # noqa: E402
from assistant.models.folder import open_model, read_card  # noqa: E402
from assistant.models.sentiment import TrainedSentiment, weights_of_words  # noqa: E402
from finetune.commands import app  # noqa: E402
from finetune.export import base_folder, tokenizer_of  # noqa: E402
from finetune.intent import Work  # noqa: E402
from finetune.opinions import Opinions  # noqa: E402
from finetune.sentiment import SentimentRecipe, finetune_sentiment  # noqa: E402
from finetune.training import Schedule  # noqa: E402

FELT = {"0": ("bad", "awful", "broken"), "1": ("good", "lovely", "perfect")}
THINGS = ("lid", "pot", "strap", "lamp")
FAST = Schedule(epochs=6, batch_size=16, rate=3e-3, head_rate=1e-2, patience=6, precision="no")


def _opinions(count: int, seed: int) -> Opinions:
    chooser = random.Random(seed)
    rows = [(f"the {chooser.choice(THINGS)} is {chooser.choice(words)} {i}", label) for label, words in FELT.items() for i in range(count)]
    return Opinions(tuple(text for text, _ in rows), tuple(label for _, label in rows), ("",) * len(rows))


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
