"""The sentiment model that ships: what it is trained on, the one recipe for it, and its export as a branch of the encoder.

Owns the choice of data, all of which may be passed on: public-domain shop reviews with stars, and sentences written for this project.
The encoder's lower layers stay as they are; the branch is a tuned copy of its upper ones, a few megabytes.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from assistant.models.encoder import MODEL_FILE
from assistant.models.folder import Card, Dataset, write_card
from assistant.models.sentiment import HEAD, STATES
from assistant.types import Progress
from finetune.export import finish_onnx, quiet
from finetune.intent import Work
from finetune.network import IntentNetwork, through
from finetune.opinions import Opinions, read_opinions
from finetune.run import CHECKPOINT_FILE
from finetune.sentiment import SentimentRecipe, base_of_card, checkpoints, shuffled, train_network
from finetune.sentiment_evaluation import evaluate_sentiment, word_count_figures
from finetune.shop_talk import ShopTalk
from finetune.training import Schedule

REVIEWS = Path("reviews/womens_clothing.csv")
TALK = Path(__file__).with_name("review_talk.toml")
DATA = (
    Dataset("Women's e-commerce clothing reviews, with stars", "CC0-1.0", source="womens_clothing.csv, a part"),
    Dataset("sentences written for this project", "Apache-2.0", source="finetune/review_talk.toml"),
)
RECIPE = SentimentRecipe(
    tuning="branch",
    max_tokens=64,
    schedule=Schedule(epochs=3, batch_size=64, rate=3e-4, head_rate=2e-3, smoothing=0.02, patience=2),
)
KEPT: Mapping[str, float] = {"1": 1.0, "2": 0.8, "3": 0.45, "4": 0.25, "5": 0.13}
"""The share of the reviews of each number of stars that is learnt from: high ones are many, and much alike."""


@dataclass(frozen=True, slots=True)
class Portions:
    """How much of what: reviews held out to choose the epoch and to test, sentences of our own for each number of stars."""

    valid: int = 600
    test: int = 2000
    talk: int = 350
    seed: int = 13


def train_shipped_sentiment(
    data: Path, out: Path, recipe: SentimentRecipe = RECIPE, portions: Portions | None = None, progress: Progress | None = None
) -> Card:
    """Trains the branch and writes it to `out`; `data` is the folder of public data sets."""
    sizes = portions or Portions()
    train, valid, test, natural = shipped_opinions(data, sizes)
    work = Work(
        out, "shopclerk-sentiment", DATA, "Apache-2.0 for the code and own data; see `data` for the rest",
        notes="A tuned copy of the encoder's last two layers over its frozen lower ones: a score in stars for each token.",
    )  # fmt: skip
    trained = train_network(train, valid, work, recipe, progress)
    _as_frequent(trained.network, trained.labels, train, natural)
    card = replace(base_of_card(trained, work, recipe), metrics={})
    card = replace(card, settings={**card.settings, "branch": len(trained.network.branch)})
    export_branch(trained.network, out, card)
    metrics = _measured(out, train, natural, test, sizes)
    (checkpoints(work) / CHECKPOINT_FILE).unlink(missing_ok=True)
    return write_card(out, replace(card, metrics=metrics))


def shipped_opinions(folder: Path, portions: Portions) -> tuple[Opinions, Opinions, Opinions, Opinions]:
    """(training, validation, test, all that training was drawn from). Validation and test are reviews as they come."""
    reviews = shuffled(read_opinions([folder / REVIEWS]), portions.seed)
    test = reviews.take(range(portions.test))
    valid = reviews.take(range(portions.test, portions.test + portions.valid))
    held = {*test.texts, *valid.texts}
    rest = reviews.take(i for i in range(portions.test + portions.valid, len(reviews)) if reviews.texts[i] not in held)
    chooser = random.Random(portions.seed)
    drawn = rest.take(i for i, label in enumerate(rest.labels) if chooser.random() < KEPT.get(label, 1.0))
    talk = ShopTalk(portions.seed, TALK).messages(portions.talk, noise=0.15)
    own = Opinions(talk.texts, talk.labels, ("",) * len(talk))
    train = Opinions(drawn.texts + own.texts, drawn.labels + own.labels, drawn.targets + own.targets)
    return shuffled(train, portions.seed), valid, test, rest


def export_branch(network: IntentNetwork, out: Path, card: Card, *, int8: bool = True) -> Card:
    """Writes the branch as the model folder `out`, which is replaced: the trunk's states in, a score for each token and label out."""
    tail = BranchTail(network.branch, network.head.linear).eval().cpu().float()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as scratch:
        folder = Path(scratch) / out.name
        folder.mkdir()
        exact = Path(scratch) / "exact.onnx"
        hidden = int(network.head.linear.in_features)
        with quiet():
            torch.onnx.export(
                tail,
                (torch.randn(2, 9, hidden),),
                exact,
                input_names=[STATES],
                output_names=[HEAD],
                dynamic_shapes={"states": {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=512)}},
                dynamo=True,
                external_data=False,
                verbose=False,
            )
        finish_onnx(exact, folder / MODEL_FILE, int8=int8)
        written = write_card(folder, card)
        shutil.rmtree(out, ignore_errors=True)
        folder.rename(out)
    return written


class BranchTail(nn.Module):
    """The upper layers and a linear head: trunk states (batch, tokens, hidden) -> (batch, tokens, labels). No padding."""

    def __init__(self, branch: nn.ModuleList, head: nn.Linear) -> None:
        super().__init__()
        self.branch = branch
        self.head = head

    def forward(self, states: Tensor) -> Tensor:
        """(batch, tokens, hidden) -> (batch, tokens, labels)."""
        scores: Tensor = self.head(through(self.branch, states, torch.ones_like(states[:, :, 0])))
        return scores


def _as_frequent(network: IntentNetwork, labels: Sequence[str], train: Opinions, natural: Opinions) -> None:
    """Moves the head's bias from how often a label was shown in training to how often reviews bear it."""
    shown, real = Counter(train.labels), Counter(natural.labels)
    moves = [np.log(real[label] / len(natural)) - np.log(shown[label] / len(train)) for label in labels]
    with torch.no_grad():
        network.head.linear.bias += torch.tensor(moves, dtype=network.head.linear.bias.dtype)


def _measured(folder: Path, train: Opinions, natural: Opinions, test: Opinions, portions: Portions) -> dict[str, float]:
    """The served branch on reviews held out, a baseline learnt from all other reviews beside it, and sentences of other seeds."""
    report = evaluate_sentiment(folder, test)
    fresh = ShopTalk(portions.seed + 1, TALK).messages(40, noise=0.0)
    seen = {text.casefold() for text in train.texts}
    own = Opinions(fresh.texts, fresh.labels, ("",) * len(fresh)).take(i for i, t in enumerate(fresh.texts) if t.casefold() not in seen)
    found: dict[str, Any] = {f"test_{name}": value for name, value in report.numbers.items()}
    found["own_accuracy"] = evaluate_sentiment(folder, own).numbers["accuracy"]
    return found | {f"baseline_{name}": value for name, value in word_count_figures(natural, test).items()}
