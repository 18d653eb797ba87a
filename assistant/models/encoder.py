"""Text to unit vectors and, where the model has heads, to logits, in one pass.

Owns tokenising, running the graph, and the choice of the encoder by its name. The CPU path needs ONNX Runtime and `tokenizers`,
no torch. Knows nothing of intents or entities: what a head means is for whoever reads the card's labels.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from assistant.errors import BadSettings, ModelCorrupt, ModelMissing
from assistant.models.folder import CARD_FILE, Card, ModelFolder, digest_of, open_model, read_card
from assistant.models.registry import find_model
from retrieval.types import Encoder, Vector

TASK = "encoder"
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
EMBEDDING = "sentence_embedding"
"""The name of the graph's first output."""
TRUNK = "trunk"
"""The name of the output with the states of the shared lower layers, where the graph has it; computed only when asked for."""
SHIPPED = "shipped"
SHIPPED_FOLDER = "encoder"


@dataclass(frozen=True, slots=True)
class Reading:
    """One text through the graph.

    `embedding` (dimension,), of length 1; `heads` maps a head's name to (labels,) or (tokens, labels), float32 logits;
    `offsets` (tokens,) are the [start, end) of each token in the text, (0, 0) for the special ones; `cut` says that the text was too long.
    """

    embedding: Vector
    heads: Mapping[str, NDArray[np.float32]]
    offsets: tuple[tuple[int, int], ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Depths:
    """One text's embedding (dimension,), its states in the shared lower layers (tokens, hidden), from which branches go on, and
    its tokens' places [start, end) in the text, (0, 0) for the special ones."""

    embedding: Vector
    states: Vector
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _Graph:
    """What is loaded of a folder: the tokenizer and ONNX Runtime's session, both safe to share between threads."""

    tokenizer: Any
    session: Any


class _Graphs:
    """The graphs in use, each loaded once, however many encoders, branches and shops of one process read with it."""

    def __init__(self) -> None:
        self._in_use: WeakValueDictionary[tuple[Path, str, str], _Graph] = WeakValueDictionary()
        self._lock = threading.Lock()

    def of(self, model: ModelFolder) -> _Graph:
        """The graph of these very weights."""
        key = (model.path.resolve(), model.card.id, str(model.card.settings.get("max_tokens")))
        with self._lock:
            graph = self._in_use.get(key)
            if graph is None:
                graph = self._in_use[key] = _Graph(_tokenizer(model), _session(model))
            return graph


_GRAPHS = _Graphs()


class OnnxEncoder:
    """An encoder from a model folder, on ONNX Runtime.

    Texts go through the graph one at a time, several at once on separate threads: no padding is computed, and the vector of a text
    never depends on its neighbours (int8 activations are scaled over the whole batch). Measured on two cores: 219 passages
    of 69 tokens a second, against 153 in padded batches of 32.

    The constructor only remembers where to look; the first use, or `warm_up`, loads. Safe to share between threads.
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """`threads`: how many texts are in work at once in `encode` and `read_all`; all cores by default. One text is always one thread."""
        self.folder = folder
        self.threads = threads or os.cpu_count() or 1
        self._card: Card | None = None
        self._loaded: _Graph | None = None
        self._lock = threading.Lock()

    @property
    def card(self) -> Card:
        """The folder's card."""
        if self._card is None:
            self._card = read_card(self.folder)
        return self._card

    @property
    def id(self) -> str:
        """The card's own, or its `encoder_id` where only heads were trained and the vectors are those of that other encoder."""
        return str(self.card.settings.get("encoder_id") or self.card.id)

    @property
    def dimension(self) -> int:
        return int(self.card.settings["dimension"])

    def warm_up(self) -> None:
        """Loads tokenizer and graph, checking their sums, and runs one text.

        Raises:
            ModelMissing, ModelCorrupt: see `assistant.models.folder.open_model`.
        """
        self.read("warm up")

    def encode(self, texts: Sequence[str]) -> Vector:
        """(n texts) -> (n, dimension), float32, of length 1, in the order of `texts`. Text beyond the model's limit is cut off."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return np.stack([reading.embedding for reading in self.read_all(texts)])

    def read(self, text: str) -> Reading:
        """One text: its embedding, its heads' logits and its tokens' places, on the calling thread."""
        tokenizer, session = self._load()
        return _run(session, tokenizer.encode(text))

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """All texts, in order, `threads` at once, the longest first so that the threads end together."""
        tokenizer, session = self._load()
        encodings = tokenizer.encode_batch(list(texts))
        if self.threads == 1 or len(encodings) == 1:
            return [_run(session, encoding) for encoding in encodings]
        order = sorted(range(len(encodings)), key=lambda i: -len(encodings[i].ids))
        with ThreadPoolExecutor(self.threads, thread_name_prefix="encode") as pool:
            readings = dict(zip(order, pool.map(lambda i: _run(session, encodings[i]), order), strict=True))
        return [readings[i] for i in range(len(encodings))]

    def read_deep(self, text: str, other: str | None = None) -> Depths:
        """One text, or two read together: the embedding and the trunk's states; places are those in their own text.

        Raises:
            ModelMissing: this encoder's graph does not give its trunk's states.
        """
        tokenizer, session = self._load()
        if TRUNK not in (output.name for output in session.get_outputs()):
            raise ModelMissing(
                f"The encoder in {self.folder} does not give its lower layers' states, which other models go on from.",
                hint="Use the shipped encoder, or train one with `shopclerk finetune shipped`.",
            )
        encoding = tokenizer.encode(text, other)
        ids = np.array([encoding.ids], np.int64)  # (1, tokens)
        embedding, states = session.run([EMBEDDING, TRUNK], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return Depths(embedding[0], states[0], tuple(encoding.offsets))

    def knows(self, word: str) -> bool:
        """Whether `word` is one whole entry of the tokenizer's vocabulary, which holds common words and hardly a misspelling."""
        tokenizer, _ = self._load()
        return tokenizer.token_to_id(word) is not None

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                model = open_model(self.folder)
                self._card = model.card
                self._loaded = _GRAPHS.of(model)
            return self._loaded.tokenizer, self._loaded.session


class TorchEncoder:
    """Any sentence-transformers model, by name or folder, on the GPU where there is one. Needs the extra `train`."""

    def __init__(self, name: str, *, batch_size: int = 64) -> None:
        self.name = name
        self.batch_size = batch_size
        self._model: Any = None
        self._lock = threading.Lock()

    @cached_property
    def id(self) -> str:
        """The name; of a folder its own name and a digest of its weights, so that training it anew in place is noticed."""
        if not Path(self.name).is_dir():
            return f"sentence-transformers:{self.name}"
        weights = sorted(path for path in Path(self.name).rglob("*") if path.suffix in (".safetensors", ".bin"))
        return f"sentence-transformers:{Path(self.name).name}:{digest_of(weights)[:12]}"

    @property
    def dimension(self) -> int:
        return int(self._load().get_embedding_dimension())

    def warm_up(self) -> None:
        """Loads the model.

        Raises:
            BadSettings: there is no such model, or sentence-transformers is not installed.
        """
        self._load()

    def encode(self, texts: Sequence[str]) -> Vector:
        """(n texts) -> (n, dimension), float32, of length 1, in the order of `texts`."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        vectors = self._load().encode(list(texts), batch_size=self.batch_size, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = _sentence_transformer(self.name)
            return self._model


def load_encoder(name: str = SHIPPED, *, threads: int | None = None) -> Encoder:
    """The encoder that a setting names: `shipped`, a model folder of ours, or anything that sentence-transformers loads.

    Cheap: nothing is loaded before the first use.

    Raises:
        ModelMissing: the shipped encoder is not there.
    """
    if name == SHIPPED:
        return OnnxEncoder(find_model(SHIPPED_FOLDER), threads=threads)
    if (Path(name) / CARD_FILE).is_file():
        return OnnxEncoder(Path(name), threads=threads)
    return TorchEncoder(name)


def _run(session: Any, encoding: Any) -> Reading:
    ids = np.array([encoding.ids], np.int64)  # (1, tokens)
    names = [output.name for output in session.get_outputs()][1:]
    names = [name for name in names if name != TRUNK]
    embedding, *heads = session.run([EMBEDDING, *names], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
    return Reading(
        embedding[0],
        {name: head[0] for name, head in zip(names, heads, strict=True)},
        tuple(encoding.offsets),
        bool(encoding.overflowing),
    )


def _tokenizer(model: ModelFolder) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model.file(TOKENIZER_FILE)))
    tokenizer.no_padding()
    tokenizer.enable_truncation(int(model.card.settings["max_tokens"]))
    return tokenizer


def _session(model: ModelFolder) -> Any:
    """One intra-op thread: on short texts more threads gain nothing, and with several texts at once each core has its own."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    quantised = model.card.settings.get("precision") == "int8"
    providers = [
        p for p in ort.get_available_providers() if p == "CPUExecutionProvider" or (p == "CUDAExecutionProvider" and not quantised)
    ]
    try:
        session = ort.InferenceSession(str(model.file(MODEL_FILE)), options, providers=providers)
    except (ort.capi.onnxruntime_pybind11_state.Fail, ort.capi.onnxruntime_pybind11_state.InvalidProtobuf) as error:
        raise ModelCorrupt(f"{model.path / MODEL_FILE} cannot be loaded: {error}.", hint="Export it anew.") from error
    if session.get_outputs()[0].name != EMBEDDING:
        raise ModelCorrupt(
            f"{model.path / MODEL_FILE} has no first output {EMBEDDING!r}.", hint="Export it with `shopclerk finetune export-encoder`."
        )
    return session


def _sentence_transformer(name: str) -> Any:
    hint = "Set `encoder` to `shipped`, a model folder, or a sentence-transformers model on this machine (HF_HUB_OFFLINE=0 downloads)."
    try:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(name)
    except ImportError as error:
        raise BadSettings(
            f"Encoder {name!r} needs sentence-transformers, which is not installed.", hint="pip install 'shopclerk[train]'"
        ) from error
    except (OSError, ValueError) as error:
        raise BadSettings(f"No encoder {name!r}: {error}.", hint=hint) from error
