"""Trains a served responder on: its own weights, vocabulary and limits, with more pairs, into another model folder.

Owns the way back from what is served to what can be trained. What is learnt from and whether the outcome is any good is for the caller.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.models.decoding import Limits
from assistant.models.folder import Card, ModelFolder, open_model
from assistant.models.responder import CT2_FILE, TASK, TOKENIZER_FILE
from assistant.models.shortlist import SHORTLIST_FILE, read_shortlist
from assistant.types import Progress
from finetune.replies import Pair
from finetune.responder import MixedEpochs, PairEncoder, Part, ResponderRecipe
from finetune.responder_base import export_any
from finetune.responder_evaluation import evaluate_responder
from finetune.responder_network import load_base, warm_network
from finetune.responder_training import ResponderTrainer
from finetune.responder_weights import served_weights


def continue_responder(
    former: Path,
    parts: Sequence[Part],
    valid: Sequence[Pair],
    out: Path,
    recipe: ResponderRecipe,
    progress: Progress | None = None,
) -> Card:
    """Trains the model in `former` on `parts`, keeps the epoch that is best on `valid`, and writes the model folder `out`.

    Raises:
        ModelMissing, ModelCorrupt: there is no sound responder in `former`.
    """
    from tokenizers import Tokenizer

    model = open_model(former, TASK)
    tokenizer = Tokenizer.from_file(str(model.file(TOKENIZER_FILE)))
    network = _network(model, tokenizer, recipe)
    free = read_shortlist(model.file(SHORTLIST_FILE)).free
    mixture = MixedEpochs(parts, PairEncoder(tokenizer, Limits.of(model.card)), recipe.schedule.seed)

    def score(candidate: Any) -> float:
        with tempfile.TemporaryDirectory(prefix="responder-") as scratch:
            folder = Path(scratch) / "model"
            export_any(candidate, tokenizer, folder, model.card, free=free, quantization=recipe.quantization)
            return evaluate_responder(folder, valid).numbers["rouge_l"]

    with tempfile.TemporaryDirectory(prefix="responder-") as journal:
        ResponderTrainer(network, mixture, score if valid else None, recipe.schedule, Path(journal)).run(progress)
    return export_any(network, tokenizer, out, model.card, free=free, quantization=recipe.quantization)


def _network(model: ModelFolder, tokenizer: Any, recipe: ResponderRecipe) -> Any:
    if CT2_FILE not in model.card.files:
        from transformers import AutoModelForSeq2SeqLM

        return AutoModelForSeq2SeqLM.from_pretrained(model.path)
    base, base_tokenizer = load_base()
    network = warm_network(base, base_tokenizer, tokenizer, dropout=recipe.dropout, seed=recipe.schedule.seed)
    network.load_state_dict(served_weights(model, network), strict=False)
    return network
