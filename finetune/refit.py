"""A trained intent model, corrected: its network stays as it is, and a small layer learns what people put right.

Owns the surgery on the served graph and the fit, which is convex and takes seconds without torch. The new logits are the old ones
plus a linear function of the state that the head reads, so that a layer of zeros is the old model and the pull towards it is exact; a
label that the model did not know begins at nothing. Knows no store and no calibration.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelCorrupt
from assistant.models.encoder import MODEL_FILE, TOKENIZER_FILE, OnnxEncoder
from assistant.models.folder import open_model, write_card
from assistant.models.intent import INTENT_HEAD
from retrieval.types import Vector

STATE = "state"
"""The name under which the state that the head reads is given out while fitting."""
PULL = 1e-2
"""How strongly the layer is held at nothing; from `finetune/LOG.md`."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What is added: `weight` (hidden, labels) and `bias` (labels,), over `labels`, the old ones and the new."""

    labels: tuple[str, ...]
    weight: Vector
    bias: Vector


@dataclass(frozen=True, slots=True)
class Seen:
    """What the old model makes of a text: `state` (hidden,), which its head reads, and `logits` (old labels,)."""

    state: Vector
    logits: Vector


def see(model: Path, texts: Sequence[str], threads: int | None = None) -> list[Seen]:
    """Every text through the model in `model`, with the state that its intent head reads.

    Raises:
        ModelCorrupt: the graph has no such head, or one of another make.
    """
    with tempfile.TemporaryDirectory() as scratch:
        opened = Path(scratch) / "opened"
        opened.mkdir()
        source = open_model(model)
        graph = _loaded(source.file(MODEL_FILE))
        graph.graph.output.append(_named(graph, _head_input(graph, model), STATE))
        _save(graph, opened / MODEL_FILE)
        shutil.copy(source.file(TOKENIZER_FILE), opened / TOKENIZER_FILE)
        write_card(opened, source.card)
        readings = OnnxEncoder(opened, threads=threads).read_all(texts)
    return [Seen(reading.heads[STATE], reading.heads[INTENT_HEAD]) for reading in readings]


def fit(seen: Sequence[Seen], old: Sequence[str], truth: Sequence[str], weights: Sequence[float], pull: float = PULL) -> Layer:
    """The layer that makes `truth` (n,) likeliest, each text counting by its weight, while staying near to nothing.

    Multinomial logistic regression with the old logits as offset, by L-BFGS from nothing: the same data give the same layer.
    """
    from scipy.optimize import minimize

    labels = tuple(sorted({*old, *truth}))
    number = {label: column for column, label in enumerate(labels)}
    states = np.stack([one.state for one in seen]).astype(np.float64)
    offset = np.stack([one.logits for one in seen]).astype(np.float64) @ _placement(old, labels)
    columns = np.array([number[label] for label in truth])
    share = np.array(weights) / np.sum(weights)
    shape = (states.shape[1], len(labels))

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weight, bias = flat[: -shape[1]].reshape(shape), flat[-shape[1] :]
        scores = offset + states @ weight + bias
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        value = -(share * np.log(chances[np.arange(len(columns)), columns] + 1e-12)).sum() + pull * (weight**2).sum()
        chances[np.arange(len(columns)), columns] -= 1
        chances *= share[:, None]
        return float(value), np.concatenate([(states.T @ chances + 2 * pull * weight).ravel(), chances.sum(axis=0)])

    found = minimize(loss, np.zeros(shape[0] * shape[1] + shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200, "ftol": 1e-7})
    weight, bias = found.x[: -shape[1]].reshape(shape), found.x[-shape[1] :]
    return Layer(labels, weight.astype(np.float32), bias.astype(np.float32))


def add_layer(model: Path, layer: Layer, out: Path, moved: Mapping[str, str] | None = None) -> None:
    """Writes the model in `model` with `layer` behind its head as the folder `out`, whose card is still the old one but for its labels.

    `moved`: which label of the layer each old label is; old labels that it lacks are dropped. Without it all are kept as they are.
    """
    from dataclasses import replace

    from onnx import helper

    source = open_model(model)
    graph = _loaded(source.file(MODEL_FILE))
    state = _head_input(graph, model)
    former = f"{INTENT_HEAD}_before"
    _rename(graph, INTENT_HEAD, former)
    placement = _placement(source.card.labels[INTENT_HEAD], layer.labels, moved).astype(np.float32)
    for name, value in (("placement", placement), ("weight", layer.weight), ("bias", layer.bias)):
        graph.graph.initializer.append(_tensor(f"correction.{name}", value))
    graph.graph.node.extend(
        [
            helper.make_node("MatMul", [former, "correction.placement"], ["correction.placed"]),
            helper.make_node("MatMul", [state, "correction.weight"], ["correction.learnt"]),
            helper.make_node("Add", ["correction.placed", "correction.learnt"], ["correction.sum"]),
            helper.make_node("Add", ["correction.sum", "correction.bias"], [INTENT_HEAD]),
        ]
    )
    given = next(output for output in graph.graph.output if output.name == INTENT_HEAD)
    given.type.tensor_type.shape.dim[-1].dim_value = len(layer.labels)
    out.mkdir(parents=True)
    _save(graph, out / MODEL_FILE)
    shutil.copy(source.file(TOKENIZER_FILE), out / TOKENIZER_FILE)
    write_card(out, replace(source.card, labels={**source.card.labels, INTENT_HEAD: layer.labels}))


def _placement(old: Sequence[str], labels: Sequence[str], moved: Mapping[str, str] | None = None) -> NDArray[np.float64]:
    """(old labels, labels): where each old logit goes; nowhere, if `moved` is given and lacks it."""
    places = np.zeros((len(old), len(labels)))
    for row, label in enumerate(old):
        target = label if moved is None else moved.get(label)
        if target is not None:
            places[row, labels.index(target)] = 1
    return places


def _head_input(model: Any, folder: Path) -> str:
    """The name of the tensor that the intent head's matrix product reads, unrounded."""
    made_by = {name: node for node in model.graph.node for name in node.output}
    fixed = {item.name for item in model.graph.initializer}
    name = INTENT_HEAD
    for _ in range(8):
        node = made_by.get(name)
        if node is None:
            break
        name = next(iter(_inputs(node, fixed)), "")
        if node.op_type in ("MatMul", "Gemm"):
            return name
        if node.op_type == "MatMulInteger":
            return str(made_by[name].input[0])
    raise ModelCorrupt(f"{folder / MODEL_FILE} has no linear head {INTENT_HEAD!r}.", hint="Train one with `shopclerk finetune intent`.")


def _inputs(node: Any, fixed: set[str]) -> Iterator[str]:
    return (name for name in node.input if name not in fixed)


def _rename(model: Any, before: str, after: str) -> None:
    for node in model.graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                if name == before:
                    names[place] = after


def _named(model: Any, tensor: str, name: str) -> Any:
    from onnx import TensorProto, helper

    model.graph.node.append(helper.make_node("Identity", [tensor], [name]))
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", None])


def _tensor(name: str, value: Vector) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name)


def _loaded(path: Path) -> Any:
    import onnx

    return onnx.load(path)


def _save(model: Any, path: Path) -> None:
    import onnx

    onnx.save(model, path)
