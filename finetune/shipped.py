"""The model that ships: the one recipe for it, and what its card says of its data (see `finetune.shipped_data`).

The sentence embedding stays the base encoder's: only a branch is trained.
"""

from __future__ import annotations

from pathlib import Path

from assistant.models.folder import Card, Dataset, read_card
from assistant.types import Progress
from finetune.intent import Recipe, Work, calibrate, finetune_intent
from finetune.shipped_data import Amounts, shipped_data
from finetune.training import Schedule

DATA = (
    Dataset("examples and patterns written for this project", "Apache-2.0", source="assistant/intents/*.toml, finetune/shop_talk.toml"),
    Dataset("Bitext customer support utterances, 27 intents", "CDLA-Sharing-1.0", source="bitext_utterances_20k.csv, a part"),
    Dataset(
        "CLINC150 (Larson et al. 2019): out-of-scope lines and those of 50 foreign intents",
        "CC BY 3.0",
        source="clinc150_train_val.json, a part",
    ),
)
RECIPE = Recipe(
    tuning="branch",
    max_tokens=48,
    oos_recall=0.88,
    schedule=Schedule(epochs=6, batch_size=64, rate=3e-4, head_rate=2e-3, contrastive=0.2, smoothing=0.05, patience=2),
)


def train_shipped(data: Path, out: Path, recipe: Recipe = RECIPE, amounts: Amounts | None = None, progress: Progress | None = None) -> Card:
    """Trains the branch for the encoder now in `out` and replaces it there; `data` is the folder of public data sets."""
    card = read_card(out)
    train, valid = shipped_data(data, amounts or Amounts())
    work = Work(
        out, "shopclerk-minilm", DATA, "Apache-2.0 for the code and own data; see `data` for the rest",
        str(card.settings.get("encoder_id", card.id)),
        "One pass gives the sentence embedding, unchanged from the base encoder, and intents from a tuned copy of its last two layers.",
    )  # fmt: skip
    return finetune_intent(train, valid, work, recipe, progress)


def calibrate_shipped(data: Path, out: Path, recipe: Recipe = RECIPE, amounts: Amounts | None = None) -> Card:
    """Chooses the threshold and the temperature of the model in `out` anew, and leaves its weights."""
    return calibrate(out, shipped_data(data, amounts or Amounts())[1], recipe)
