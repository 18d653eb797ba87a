"""`finetune shipped-responder` and `shipped-verdicts` from the files to a model that serves, on a few rows in the public sets' form."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from typer.testing import CliRunner  # noqa: E402

from assistant.models.entailment import Verdict  # noqa: E402
from assistant.models.folder import read_card  # noqa: E402
from assistant.models.responder import Seq2SeqResponder  # noqa: E402
from assistant.models.slots import Request  # noqa: E402
from assistant.models.verdicts import TrainedVerdicts  # noqa: E402
from finetune import responder as workshop  # noqa: E402
from finetune import responder_shipped, verdict_data  # noqa: E402
from finetune.commands import app  # noqa: E402
from finetune.responder_network import load_base  # noqa: E402

pytestmark = [pytest.mark.usefixtures("one_thread"), pytest.mark.slow]
COLOURS, THINGS = ("red", "blue", "green", "black"), ("lamp", "shirt", "table", "chair", "camera", "kettle")


def _write(path: Path, head: str, rows: Iterable[Sequence[object]], delimiter: str = ",") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([head.split(), *rows])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of our own under the names and with the columns of the public sets."""
    data = tmp_path_factory.mktemp("data")
    goods = [(f"A{n}", thing, colour) for n, (thing, colour) in enumerate((t, c) for t in THINGS for c in COLOURS)]
    answers = [
        (id, f"is the {thing} {colour}?", f"the {thing} comes in {colour} and stands {n + 2} inches high.",
         f"{'Yes' if n % 2 else 'No'}, the {thing} is {'' if n % 2 else 'not '}{colour}.", "Desc")
        for n, (id, thing, colour) in enumerate(goods)
    ]  # fmt: skip
    _write(data / "pqa/hetpqa_answers_train.tsv", "ASIN question candidate answer source", answers, "\t")
    held = ("X9", "does it fold?", "it folds flat for the boot of a car", "it folds.", "CQA")
    _write(data / "pqa/hetpqa_answers_dev.tsv", "ASIN question candidate answer source", [held], "\t")
    said = [(f'colour: {{ value:"{colour}" }}', f"The {thing} is {colour}.") for _, thing, colour in goods]
    _write(data / "pqa/semipqa_text_train.tsv", "data text", said, "\t")
    graded = [
        (n, f"is the {thing} {colour}?", id, f"mine is a {colour} {thing}, and I like it.", "cqa", n, thing, n % 3,
         f"{'Yes' if n % 3 == 2 else 'I am not sure'}, a customer says that it is {colour}.")
        for n, (id, thing, colour) in enumerate(goods)
    ]  # fmt: skip
    _write(data / "pqa/epqa_dev.csv", "qid question ASIN candidate source qa_pair_id title label answer", graded)
    told = "Open your orders page. Choose the order that you mean. Press the button at its foot. The money is with you in five days."
    asked = [(f"cancel my {thing}", "cancel_order", told) for thing in THINGS]
    _write(data / "support/bitext_responses_4514.csv", "instruction intent response", asked)
    (data / "reviews").mkdir()
    with (data / "reviews/womens_clothing.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["Review Text"], *[[f"I love this {c} {t}. It fits me well and looks good."] for _, t, c in goods]])
    (data / "store").mkdir()
    (data / "store/retail_demo_products.yaml").write_text(
        "".join(f"- name: The {t}\n  description: This {c} {t} is made of oak and steel. It lasts for years.\n" for _, t, c in goods)
    )
    return data


@pytest.fixture
def small_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """A BERT of width 48 in the place of MiniLM."""
    from transformers import BertConfig, BertModel

    tokenizer = load_base()[1]
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=48, num_hidden_layers=5, num_attention_heads=4, intermediate_size=96,
        max_position_embeddings=192,
    )  # fmt: skip
    model = BertModel(config).eval()
    monkeypatch.setattr(workshop, "load_base", lambda: (model, tokenizer))


@pytest.mark.usefixtures("small_base")
def test_the_responder_is_made_from_the_files(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responder_shipped, "OWN", responder_shipped.Dataset("own", "Apache-2.0", 60))
    monkeypatch.setattr(responder_shipped, "EXERCISES_BESIDE", 100)
    out = tmp_path / "responder"
    budget = ["--exercise-minutes", "0.03", "--minutes", "0.05"]
    made = CliRunner().invoke(app, ["finetune", "shipped-responder", "--data", str(data), "--out", str(out), *budget])
    assert made.exit_code == 0, made.output
    card = read_card(out)
    assert card.task == "responder"
    assert {"valid_rouge_l", "valid_bleu"} <= set(card.metrics)
    assert "responder" in made.output
    assert isinstance(Seq2SeqResponder(out).phrase(Request("is the lamp red?", ("the lamp comes in red",))).text, str)


def test_verdicts_are_made_from_the_files(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict_data, "OWN_PAIRS", 20)
    out = tmp_path / "verdict"
    made = CliRunner().invoke(app, ["finetune", "shipped-verdicts", "--data", str(data), "--out", str(out), "--epochs", "1"])
    assert made.exit_code == 0, made.output
    card = read_card(out)
    assert card.metrics["valid_pairs"] >= 1
    assert not list(tmp_path.glob("**/checkpoint.pt"))
    chances = TrainedVerdicts(out).read("is the lamp red?", ["the lamp comes in red"])
    assert sum(chances.of(verdict) for verdict in Verdict) == pytest.approx(1.0, abs=1e-3)
