"""Training a tiny network: it learns, goes on after a kill, and is served as it was trained."""

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
from assistant.models.intent import TrainedIntents  # noqa: E402
from finetune.commands import app  # noqa: E402
from finetune.data import Labelled  # noqa: E402
from finetune.evaluation import evaluate_model  # noqa: E402
from finetune.export import encode_with_torch, tokenizer_of  # noqa: E402
from finetune.intent import Recipe, Work, finetune_intent  # noqa: E402
from finetune.network import IntentNetwork, fit_nearness, padded  # noqa: E402
from finetune.training import EPOCHS, STEPS, Examples, Schedule, Trainer, disagreement, epochs_for  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")

SUBJECTS = {
    "track": ["parcel", "package", "delivery", "shipment"],
    "refund": ["money", "refund", "payment", "cash"],
    "oos": ["weather", "capital", "football", "poem"],
}
FRAMES = [
    "where is the {}",
    "tell me about my {}",
    "I want to know of the {}",
    "what of that {}",
    "{} please",
    "a question on {}",
    "the {}?",
    "any news of the {}",
]


def texts_of(count: int, seed: int) -> Labelled:
    chooser = random.Random(seed)
    rows = [(chooser.choice(FRAMES).format(chooser.choice(words)), label) for label, words in SUBJECTS.items() for _ in range(count)]
    return Labelled(tuple(text for text, _ in rows), tuple(label for _, label in rows))


@pytest.fixture(scope="module")
def trained(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "intent"
    schedule = Schedule(epochs=16, batch_size=16, rate=3e-3, head_rate=1e-2, contrastive=0.1, patience=8, precision="no")
    recipe = Recipe(str(tiny), "branch", schedule, branch_layers=2, int8=False)
    finetune_intent(texts_of(40, 1), texts_of(15, 2), Work(out, "tiny", encoder_id="tiny-base"), recipe)
    return out


def test_it_learns_and_the_folder_serves(trained: Path) -> None:
    report = evaluate_model(trained, texts_of(20, 3))
    assert report.numbers["in_scope_accuracy"] > 0.8
    assert report.numbers["oos_recall"] > 0.8
    assert open_model(trained).card.settings["encoder_id"] == OnnxEncoder(trained).id == "tiny-base"
    assert not (trained.parent / "intent.work" / "checkpoint.pt").exists()
    assert list((trained.parent / "intent.work" / "tensorboard").iterdir())


def test_a_branch_leaves_the_embedding_as_it_was(trained: Path, tiny: Path) -> None:
    from transformers import AutoModel

    from finetune.export import EncoderGraph

    texts = ["where is my parcel", "a poem about the weather please"]
    base = EncoderGraph(AutoModel.from_pretrained(tiny, add_pooling_layer=False).eval())
    assert np.allclose(OnnxEncoder(trained).encode(texts), encode_with_torch(base, tokenizer_of(tiny), texts), atol=1e-4)


def test_the_card_tells_what_it_is(trained: Path) -> None:
    card = read_card(trained)
    assert card.labels["intent"] == ("oos", "refund", "track")
    assert {"valid_accuracy", "valid_ece", "valid_oos_recall", "valid_in_scope_accuracy"} <= set(card.metrics)
    assert card.settings["recipe"]["schedule"]["seed"] == 13
    assert all(entry.sha256 for entry in card.files.values())
    assert not [path for path in trained.iterdir() if path.suffix in {".pt", ".pkl", ".bin"}]


def test_evaluate_prints_json_and_draws(trained: Path, tmp_path: Path) -> None:
    data = tmp_path / "test.csv"
    rows = texts_of(5, 4)
    data.write_text(
        "text,label\n" + "\n".join(f"{text},{label}" for text, label in zip(rows.texts, rows.labels, strict=True)), encoding="utf-8"
    )
    result = CliRunner().invoke(
        app, ["evaluate", "intent", "--model", str(trained), "--data", str(data), "--json", "--pictures", str(tmp_path / "p")]
    )
    assert result.exit_code == 0, result.output
    numbers = json.loads(result.stdout)
    assert {"accuracy", "macro_f1", "ece", "in_scope_accuracy", "oos_recall"} <= set(numbers)
    assert {path.name for path in (tmp_path / "p").iterdir()} == {"confusion.html", "reliability.html"}


def test_other_labels_are_refused_or_told(trained: Path) -> None:
    with pytest.raises(ImportRefused, match="none of the model's"):
        evaluate_model(trained, Labelled(("a",), ("novel",)))
    report = evaluate_model(trained, Labelled(("where is my parcel", "sing"), ("Track", "novel")))
    assert report.numbers["examples"] == 1
    assert any("novel" in note for note in report.notes)


def test_long_empty_and_foreign_texts_are_read(trained: Path) -> None:
    reading = TrainedIntents(OnnxEncoder(trained)).read(["parcel " * 10_000, "", "📦📦", "где посылка", "\x00"])
    assert np.allclose(reading.probabilities.sum(axis=1), 1, atol=1e-4)


def test_one_label_or_nothing_to_validate_on_is_refused(tiny: Path, tmp_path: Path) -> None:
    recipe = Recipe(str(tiny), "branch")
    with pytest.raises(ImportRefused, match="two labels"):
        finetune_intent(Labelled(("a", "b"), ("x", "x")), None, Work(tmp_path / "m"), recipe)
    with pytest.raises(ImportRefused, match="validate"):
        finetune_intent(Labelled(("a", "b"), ("x", "y")), None, Work(tmp_path / "m"), recipe)


def network_of(tiny: Path, tuning: str) -> IntentNetwork:
    from transformers import AutoModel

    torch.manual_seed(1)
    return IntentNetwork(AutoModel.from_pretrained(tiny, add_pooling_layer=False), 3, tuning)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def examples(tiny: Path) -> Examples:
    data = texts_of(20, 5)
    ids = tokenizer_of(tiny)(list(data.texts))["input_ids"]
    return Examples([torch.tensor(row) for row in ids], [data.names.index(label) for label in data.labels])


def test_small_data_are_read_more_often_than_large_ones() -> None:
    least, most = EPOCHS
    assert [epochs_for(texts, 64) for texts in (100, 9_600, 1_000_000)] == [most, round(STEPS * 64 / 9_600), least]


class Killed(Exception):
    """Stands for the kill."""


def test_a_killed_run_goes_on_as_if_unbroken(tiny: Path, examples: Examples, tmp_path: Path) -> None:
    schedule = Schedule(epochs=3, batch_size=16, precision="no", checkpoint_seconds=0.0, rate=1e-3)

    def until(step: int):  # type: ignore[no-untyped-def]
        def progress(stage: str, done: int, total: int | None) -> None:
            if done == step:
                raise Killed

        return progress

    whole = network_of(tiny, "full")
    Trainer(whole, examples, examples, schedule, tmp_path / "whole").run()
    broken = network_of(tiny, "full")
    with pytest.raises(Killed):
        Trainer(broken, examples, examples, schedule, tmp_path / "broken").run(until(7))
    steps: list[int] = []
    resumed = network_of(tiny, "full")
    Trainer(resumed, examples, examples, schedule, tmp_path / "broken").run(lambda stage, done, total: steps.append(done))
    assert steps[0] >= 6
    for (name, a), (_, b) in zip(whole.named_parameters(), resumed.named_parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-4), name


def test_a_checkpoint_of_another_run_is_not_taken(tiny: Path, examples: Examples, tmp_path: Path) -> None:
    schedule = Schedule(epochs=1, batch_size=16, precision="no")
    Trainer(network_of(tiny, "full"), examples, examples, schedule, tmp_path).run()
    steps: list[int] = []
    Trainer(network_of(tiny, "full"), examples, examples, replace(schedule, seed=99), tmp_path).run(
        lambda stage, done, total: steps.append(done)
    )
    assert steps[0] == 1


def test_lora_trains_few_parameters_and_merges(tiny: Path, examples: Examples, tmp_path: Path) -> None:
    from transformers import AutoModel

    network = network_of(tiny, "lora")
    wanted = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert wanted < 0.5 * sum(p.numel() for name, p in network.named_parameters() if "embeddings" not in name)
    Trainer(network, examples, examples, Schedule(epochs=1, batch_size=16, precision="no", rate=1e-2), tmp_path).run()
    network.eval()
    inputs, mask = padded(list(examples.inputs[:4]))
    with torch.no_grad():
        before = network(inputs, mask)[1]
        graph = network.served(AutoModel.from_pretrained(tiny, add_pooling_layer=False)).eval()
        assert torch.allclose(graph(inputs, mask)[1], before, atol=1e-4)


def test_nearness_is_mahalanobis() -> None:
    torch.manual_seed(2)
    labels = torch.arange(3).repeat_interleave(200)
    pooled = torch.randn(600, 6) + 5 * torch.eye(6)[labels]
    near = fit_nearness(pooled, labels, 3, shrink=0.0)
    means = torch.stack([pooled[labels == k].mean(0) for k in range(3)])
    centred = pooled - means[labels]
    inverse = torch.linalg.inv(centred.T @ centred / 600)
    gaps = pooled[:5, None, :] - means[None]
    expected = -torch.einsum("nkd,de,nke->nk", gaps, inverse, gaps).amin(1) / 6
    assert torch.allclose(near(pooled[:5])[:, 0], expected, rtol=1e-3, atol=1e-3)


def test_two_passes_that_agree_cost_nothing_and_others_the_same_either_way() -> None:
    one, other = torch.tensor([[4.0, 0.0], [0.0, 1.0]]), torch.tensor([[0.0, 4.0], [0.0, 1.0]])
    assert float(disagreement(torch.cat([one, one]))) == pytest.approx(0.0, abs=1e-6)
    apart = float(disagreement(torch.cat([one, other])))
    assert apart > 1.0
    assert apart == pytest.approx(float(disagreement(torch.cat([other, one]))))


def test_a_network_learns_from_two_agreeing_passes(tiny: Path, tmp_path: Path) -> None:
    data = texts_of(12, seed=1)
    schedule = Schedule(
        epochs=25, batch_size=12, rate=3e-3, head_rate=1e-2, average=0.8, patience=15, agreement=1.0, contrastive=0.1, precision="no"
    )
    network = network_of(tiny, "full")
    ids = tokenizer_of(tiny)(list(data.texts))["input_ids"]
    examples = Examples(network.inputs(ids), [data.names.index(label) for label in data.labels])
    assert Trainer(network, examples, examples, schedule, tmp_path).run().accuracy > 0.9
