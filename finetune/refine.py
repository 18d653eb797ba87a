"""The shipped model, refined for data whose labels it mostly knows: its network stays, a layer behind its head learns the data.

Owns when that is enough and how such a model is put together. Data made from few templates are learnt by heart within an epoch when all
weights are free, and texts in other words are then misread; a layer that is held at what the model knew leaves that alone (figures in
`finetune/LOG.md`). Needs no torch; the fit itself is `finetune.refit`'s.
"""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.intents import OUT_OF_SCOPE
from assistant.models.folder import Card, open_model, write_card
from assistant.models.intent import INTENT_HEAD
from assistant.types import Progress
from finetune.data import OOS_LABELS, Labelled, match_labels
from finetune.refit import Layer, Seen, add_layer, fit, see

KEPT_SETTINGS = ("max_tokens", "dimension", "precision", "encoder_id")
"""What a refined model's card takes over from the model it began with; its calibration is chosen anew."""


@dataclass(frozen=True, slots=True)
class Refining:
    """How to refine: `most` texts a label are read, `pull` holds the layer at nothing.

    `least_known` is the share of the data's labels that the model must know, and `enough` the accuracy on validation data from which on
    nothing else is tried, where the choice is left to the program.
    """

    most: int = 300
    pull: float = 1e-2
    least_known: float = 0.5
    enough: float = 0.97


def knows(labels: tuple[str, ...], model: Path) -> Mapping[str, str]:
    """Those of `labels` that the model in `model` has, but for case, separators and a plural ending: each with the model's own name.

    Of several labels that fit the same name the first has it.
    """
    first: dict[str, str] = {}
    for label, name in match_labels(labels, open_model(model).card.labels.get(INTENT_HEAD, ())).to_model.items():
        first.setdefault(name, label)
    return {label: name for name, label in first.items()}


def refined(
    train: Labelled, draft: Path, refining: Refining, source: Path, seed: int, threads: int | None = None, progress: Progress | None = None
) -> Card:
    """Writes the model in `source`, refined by `train`, as the folder `draft`, not calibrated yet. Returns its card.

    The new model has the labels of `train` and, where none of them stands for it, what the old one knows to be out of scope.

    Raises:
        ModelMissing, ModelCorrupt: no sound intent model there.
    """
    known = knows(train.names, source)
    card = open_model(source).card
    old = card.labels[INTENT_HEAD]
    chosen = drawn(train, refining.most, seed)
    if progress:
        progress(f"reading {len(chosen)} texts with {card.name}", 0, None)
    columns = [old.index(name) for name in known.values()]
    seen = [Seen(one.state, one.logits[columns]) for one in see(source, chosen.texts, threads)]
    if progress:
        progress("fitting a layer behind its head", 0, None)
    layer = fit(seen, tuple(known), chosen.labels, [1.0] * len(chosen), refining.pull)
    moved = {name: label for label, name in known.items()}
    if OUT_OF_SCOPE in old and not any(label.casefold() in OOS_LABELS for label in layer.labels):
        moved[OUT_OF_SCOPE] = OUT_OF_SCOPE
        layer = _with_untouched(layer, OUT_OF_SCOPE)
    shutil.rmtree(draft, ignore_errors=True)
    add_layer(source, layer, draft, moved)
    settings = {name: value for name, value in card.settings.items() if name in KEPT_SETTINGS}
    settings.setdefault("encoder_id", card.id)
    fresh = replace(card, labels={INTENT_HEAD: layer.labels}, settings=settings, metrics={}, base=f"{card.name} ({card.id})")
    return write_card(draft, fresh)


def drawn(data: Labelled, most: int, seed: int) -> Labelled:
    """At most `most` different texts of each label, drawn by `seed`: frequent labels are no likelier than others."""
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    for row, (text, label) in enumerate(zip(data.texts, data.labels, strict=True)):
        rows[label].setdefault(text.casefold(), row)
    chooser = random.Random(seed)
    chosen = [row for label in sorted(rows) for row in chooser.sample(list(rows[label].values()), min(most, len(rows[label])))]
    return data.take(sorted(chosen))


def _with_untouched(layer: Layer, label: str) -> Layer:
    """`layer` and one more label, to whose logit nothing is added."""
    labels = tuple(sorted({*layer.labels, label}))
    weight = np.zeros((layer.weight.shape[0], len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    places = [labels.index(name) for name in layer.labels]
    weight[:, places], bias[places] = layer.weight, layer.bias
    return Layer(labels, weight, bias)
