"""A model refined for other data: labels matched, the rest dropped, out of scope kept; and when that is tried at all."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from assistant.errors import ImportRefused, ModelMissing
from assistant.models.encoder import OnnxEncoder
from assistant.models.folder import read_card
from assistant.models.intent import INTENT_HEAD
from finetune import intent
from finetune.data import Labelled
from finetune.evaluation import evaluate_model
from finetune.intent import Recipe, Work, finetune_intent
from finetune.refine import Refining, drawn, knows
from finetune.training import Schedule

pytestmark = pytest.mark.slow

THINGS = {"get_refund": ("money", "refund", "cash"), "track_order": ("parcel", "package", "shipment"), "out_of_scope": ("poem", "moon")}
FRAMES = ("where is the {}", "tell me about my {}", "{} please", "the {}?", "any news of the {}", "what of that {}", "my {}", "oh the {}")
OTHERS = {"Get-Refunds": ("money", "refund", "cash"), "greet": ("hello", "morning", "hi")}


def made(things: dict[str, tuple[str, ...]], frames: tuple[str, ...] = FRAMES) -> Labelled:
    rows = [(frame.format(word), label) for label, words in things.items() for word in words for frame in frames]
    return Labelled(tuple(text for text, _ in rows), tuple(label for _, label in rows))


@pytest.fixture(scope="module")
def shipped(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of three labels that stands for the shipped one."""
    out = tmp_path_factory.mktemp("shipped") / "encoder"
    schedule = Schedule(epochs=20, batch_size=8, rate=3e-3, head_rate=1e-2, precision="no")
    recipe = Recipe(str(tiny), "branch", schedule, 32, int8=False, threads=1)
    finetune_intent(made(THINGS), None, Work(out, encoder_id="before:1"), recipe)
    return out


@pytest.fixture
def offered(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(intent, "find_model", lambda task: shipped)
    return shipped


def test_data_whose_labels_are_known_refine_the_shipped_model(offered: Path, tmp_path: Path) -> None:
    card = finetune_intent(
        made(OTHERS), None, Work(tmp_path / "model", "mine"), Recipe(threads=1, refining=Refining(enough=0.5, pull=1e-4))
    )
    assert card.name == "mine"
    assert card.labels["intent"] == ("Get-Refunds", "greet", "out_of_scope")
    assert card.settings["recipe"]["tuning"] == "refine"
    assert card.settings["encoder_id"] == "before:1"
    assert card.settings["temperature"] >= max(1.0, read_card(offered).settings["temperature"]) - 1e-4
    assert "scope" not in card.settings
    numbers = evaluate_model(tmp_path / "model", made(OTHERS, ("and the {}", "{} now"))).numbers
    assert numbers["accuracy"] > 0.9
    before, after = (OnnxEncoder(folder).read("the moon?").heads[INTENT_HEAD] for folder in (offered, tmp_path / "model"))
    assert after[2] == pytest.approx(before[read_card(offered).labels["intent"].index("out_of_scope")], abs=1e-4)


def test_the_embedding_is_that_of_the_model_it_began_with(offered: Path, tmp_path: Path) -> None:
    finetune_intent(made(OTHERS), None, Work(tmp_path / "model"), Recipe(tuning="refine", threads=1))
    before, after = (OnnxEncoder(folder).encode(["where is it"]) for folder in (offered, tmp_path / "model"))
    assert before.tolist() == after.tolist()


@pytest.mark.parametrize(
    "recipe",
    [Recipe(refining=Refining(least_known=0.9)), Recipe(refining=Refining(enough=1.1)), Recipe("somebody/else"), Recipe(tuning="lora")],
)
def test_where_that_is_not_enough_or_not_wanted_the_network_is_tuned(
    recipe: Recipe, offered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned: list[str] = []

    def trained(train: object, valid: object, work: object, recipe: object, tuning: str, progress: object) -> None:
        tuned.append(tuning)

    monkeypatch.setattr(intent, "_trained", trained)
    finetune_intent(made(OTHERS), None, Work(tmp_path / "model"), recipe)
    assert tuned == ["lora" if recipe.tuning == "lora" else "full"]
    assert not (tmp_path / "model").exists()


def test_refining_without_a_shipped_model_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(task: str) -> Path:
        raise ModelMissing("There is no model.", hint="Get one.")

    monkeypatch.setattr(intent, "find_model", absent)
    with pytest.raises(ModelMissing):
        finetune_intent(made(OTHERS), None, Work(tmp_path / "model"), Recipe(tuning="refine", threads=1))


def test_several_processes_do_not_refine(offered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ImportRefused, match="several processes"):
        finetune_intent(made(OTHERS), None, Work(tmp_path / "model"), Recipe(tuning="refine", threads=1))


def test_two_labels_do_not_share_one_of_the_models(shipped: Path) -> None:
    assert knows(("get_refund", "get_refunds", "other"), shipped) == {"get_refund": "get_refund"}


def test_texts_are_drawn_once_each_and_evenly() -> None:
    data = Labelled(("a", "A", "b", "c", "d", "e"), ("x", "x", "x", "x", "x", "y"))
    chosen = drawn(data, 2, seed=1)
    assert sorted(chosen.labels) == ["x", "x", "y"]
    assert len({text.casefold() for text in chosen.texts}) == 3
