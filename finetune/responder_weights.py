"""The weights of a served responder, for training to go on from: out of CTranslate2's file, 8 bits back to floats.

Owns CTranslate2's file format, version 6, and the names that a BART's weights have in it. What rounding to 8 bits lost stays lost: as much
as the served model has lost already.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.errors import ModelCorrupt
from assistant.models.folder import ModelFolder
from assistant.models.responder import CT2_FILE

_VERSION = 6
_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_ATTENTION = {"self_attn": "self_attention", "encoder_attn": "attention"}
Array = NDArray[Any]


def served_weights(model: ModelFolder, network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The weights of `network`, a BART of the same shape, as the model folder serves them.

    Raises:
        ModelCorrupt: the file is of another version, or holds another network.
    """
    served = _read(model.file(CT2_FILE))
    try:
        found = {name: torch.from_numpy(np.ascontiguousarray(_of(name, tuple(w.shape), served))) for name, w in network.named_parameters()}
    except (KeyError, ValueError) as error:
        raise ModelCorrupt(f"{model.path / CT2_FILE} holds another network than this one: {error}.", hint="Train it anew.") from error
    return found


def _of(name: str, shape: tuple[int, ...], served: Mapping[str, Array]) -> Array:
    parts = name.removeprefix("model.").split(".")
    found = served["decoder/embeddings/weight"] if parts[0] == "shared" or parts[1] == "embed_tokens" else _placed(parts, served)
    if found.shape != shape:
        raise ValueError(f"{name} has the shape {found.shape} where {shape} was expected")
    return found


def _placed(parts: list[str], served: Mapping[str, Array]) -> Array:
    side, *rest = parts
    if rest[0] == "embed_positions":
        learnt = served[f"{side}/position_encodings/encodings"]  # without the two rows that BART never reads
        return np.concatenate([np.zeros((2, learnt.shape[1]), learnt.dtype), learnt])
    if rest[0] == "layernorm_embedding":
        return served[f"{side}/layernorm_embedding/{_norm(rest[1])}"]
    place = f"{side}/layer_{rest[1]}"
    module, leaf = rest[2], rest[-1]
    if module in _ATTENTION:
        return _attention(f"{place}/{_ATTENTION[module]}", rest[3], leaf, served)
    if module in ("fc1", "fc2"):
        return served[f"{place}/ffn/linear_{int(module[-1]) - 1}/{leaf}"]
    norms = {"self_attn_layer_norm": "self_attention", "encoder_attn_layer_norm": "attention", "final_layer_norm": "ffn"}
    return served[f"{place}/{norms[module]}/layer_norm/{_norm(leaf)}"]


def _attention(place: str, projection: str, leaf: str, served: Mapping[str, Array]) -> Array:
    """One projection out of those that CTranslate2 keeps fused: query, key, value of a layer's own states; key, value of the encoder's."""
    if place.endswith("/attention"):
        if projection in ("k_proj", "v_proj"):
            return np.split(served[f"{place}/linear_1/{leaf}"], 2)["kv".index(projection[0])]
        return served[f"{place}/linear_{0 if projection == 'q_proj' else 2}/{leaf}"]
    if projection == "out_proj":
        return served[f"{place}/linear_1/{leaf}"]
    return np.split(served[f"{place}/linear_0/{leaf}"], 3)["qkv".index(projection[0])]


def _norm(leaf: str) -> str:
    return {"weight": "gamma", "bias": "beta"}[leaf]


def _read(path: Path) -> dict[str, Array]:
    """Every array by name, in floats."""
    with path.open("rb") as file:
        version = _number(file, "I")
        if version != _VERSION:
            raise ModelCorrupt(f"{path} is of CTranslate2's format {version}; {_VERSION} can be trained on.", hint="Export it anew.")
        _text(file)
        _number(file, "I")
        arrays: dict[str, Array] = {}
        for _ in range(_number(file, "I")):
            name = _text(file)
            shape = [_number(file, "I") for _ in range(_number(file, "B"))]
            kind = _TYPES[_number(file, "B")]
            arrays[name] = np.frombuffer(file.read(_number(file, "I")), kind).reshape(shape)
        floats = {name: _floats(name, array, arrays) for name, array in arrays.items()}
        for _ in range(_number(file, "I")):  # equal arrays are kept once, under the first's name
            alias = _text(file)
            floats[alias] = floats[_text(file)]
    return floats


def _floats(name: str, array: Array, arrays: Mapping[str, Array]) -> Array:
    if array.dtype == np.int8 and f"{name}_scale" in arrays:
        return (array.astype(np.float32).T / arrays[f"{name}_scale"]).T
    return array.astype(np.float32)


def _number(file: BinaryIO, form: str) -> int:
    (value,) = struct.unpack(f"<{form}", file.read(struct.calcsize(form)))
    return int(value)


def _text(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode("utf-8")
