"""How a text feels: chances of negative, neutral and positive, a rating in stars, and the words that decided.

Owns inference alone, on ONNX Runtime without torch. The model says a score for each token and label, and a text's score is their mean;
so the same pass tells the feeling of the whole and of a sentence or a clause within it. Which words decided is found by leaving each out
(a token's own score will not do: by the last layer every token knows of its neighbours). A model folder holds either a branch on the
shared encoder's lower layers (the shipped one) or a whole network (one trained on anybody's labels).
"""

from __future__ import annotations

import itertools
import math
import re
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelCorrupt
from assistant.models.encoder import MODEL_FILE, SHIPPED_FOLDER, TOKENIZER_FILE, OnnxEncoder
from assistant.models.folder import ModelFolder, open_model, read_card
from assistant.models.registry import find_model
from assistant.models.target import distance_classes
from retrieval.types import Vector

TASK = "sentiment"
TARGET_TASK = "aspects"
"""The task of a model that reads a text together with a target in it."""
HEAD = "polarity"
STATES = "states"
"""The input of a branch's graph."""
NEUTRAL_BAND = (2.5, 3.5)
LONGEST_WEIGHED = 60
"""Words of a text that are weighed; what comes later is not."""

Polarity: TypeAlias = Literal["negative", "neutral", "positive"]


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Chances that sum to 1, and the rating in stars (1 to 5) that halves the chances."""

    negative: float
    neutral: float
    positive: float
    rating: float

    @property
    def polarity(self) -> Polarity:
        """The likeliest of the three."""
        chances: Mapping[Polarity, float] = {"negative": self.negative, "neutral": self.neutral, "positive": self.positive}
        return max(chances, key=lambda name: chances[name])

    @property
    def score(self) -> float:
        """-1 (surely negative) to 1 (surely positive)."""
        return self.positive - self.negative

    @property
    def lean(self) -> float:
        """The logarithm of the odds of positive against negative; unlike the score it still moves where all is clear."""
        return math.log((self.positive + 1e-9) / (self.negative + 1e-9))


@dataclass(frozen=True, slots=True)
class Weight:
    """A word of the text at [start, end), and by how much it moves the text's lean: negative numbers pull down."""

    word: str
    start: int
    end: int
    weight: float


class SentimentReader(Protocol):
    """Reads how texts feel."""

    def read(self, texts: Sequence[str]) -> list[Sentiment]:
        """One `Sentiment` a text, in their order."""


@dataclass(frozen=True, slots=True)
class CloseReading:
    """A text's token scores: `scores` (tokens, labels) are calibrated logits, `offsets` the tokens' places, `stars` the labels' ratings.

    `embedding` is the encoder's, where it came from the same pass, else empty. `weights` (tokens,) say how much each token tells of the
    whole, about its target; None: all alike.
    """

    text: str
    scores: NDArray[np.float32]
    offsets: tuple[tuple[int, int], ...]
    stars: tuple[float, ...]
    embedding: Vector
    weights: NDArray[np.float32] | None = None

    @property
    def whole(self) -> Sentiment:
        """How the whole text feels, or how it feels about its target."""
        return _sentiment(np.average(self.scores, axis=0, weights=self.weights), self.stars)

    def part(self, start: int, end: int) -> Sentiment:
        """How the part [start, end) feels, in its context; of a part without a token, the whole."""
        inside = [i for i, (first, last) in enumerate(self.offsets) if first < end and last > start and last > first]
        return _sentiment(self.scores[inside].mean(axis=0), self.stars) if inside else self.whole


class CloseReader(Protocol):
    """Reads texts so closely that parts of them can be asked about."""

    @property
    def id(self) -> str:
        """Changes with the model."""

    def read_all(self, texts: Sequence[str]) -> list[CloseReading]:
        """One `CloseReading` a text, in their order."""


class TrainedSentiment:
    """A sentiment model from its folder. The constructor only remembers where to look; the first use, or `warm_up`, loads. Safe to share
    between threads."""

    def __init__(self, folder: Path, encoder: OnnxEncoder | None = None, *, threads: int = 1) -> None:
        """`encoder`: what a branch goes on from, by default the shipped one; `threads`: how many texts are in work at once."""
        self.folder = folder
        self.threads = threads
        self._encoder = encoder
        self._loaded: _Loaded | None = None
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Loads the model and reads one text.

        Raises:
            ModelMissing, ModelCorrupt: see `assistant.models.folder.open_model`.
        """
        self.read_closely("warm up")

    def read(self, texts: Sequence[str]) -> list[Sentiment]:
        """One `Sentiment` a text, in their order."""
        return [reading.whole for reading in self.read_all(texts)]

    def read_all(self, texts: Sequence[str]) -> list[CloseReading]:
        """All texts closely, in order, `threads` at once."""
        if self.threads == 1 or len(texts) < 2:
            return [self.read_closely(text) for text in texts]
        with ThreadPoolExecutor(self.threads, thread_name_prefix="sentiment") as pool:
            return list(pool.map(self.read_closely, texts))

    def read_closely(self, text: str, target: str | None = None) -> CloseReading:
        """One text with the scores of all its tokens; `target`, for a model of aspects, is what the feeling is about."""
        loaded = self._load()
        if loaded.encoder is not None:
            depths = loaded.encoder.read_deep(text)
            (scores,) = loaded.session.run(None, {STATES: depths.states[None]})
            return CloseReading(text, scores[0] / loaded.temperature, depths.offsets, loaded.stars, depths.embedding)
        encoding = loaded.tokenizer.encode(text, target)
        ids = np.array([encoding.ids], np.int64)  # (1, tokens)
        (scores,) = loaded.session.run([HEAD], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        offsets = [place if part == 0 else (0, 0) for place, part in zip(encoding.offsets, encoding.sequence_ids, strict=True)]
        weights = loaded.near[distance_classes(encoding.ids, encoding.sequence_ids)] if len(loaded.near) else None
        return CloseReading(text, scores[0] / loaded.temperature, tuple(offsets), loaded.stars, np.empty(0, np.float32), weights)

    @property
    def id(self) -> str:
        """The card's: equal only for equal weights."""
        return read_card(self.folder).id

    def card_metric(self, name: str) -> float:
        """A figure from the card; 0 where it has none of that name."""
        return float(read_card(self.folder).metrics.get(name, 0.0))

    @property
    def reads_targets(self) -> bool:
        """Whether the model was trained to read a text together with a target."""
        return self._load().task == TARGET_TASK

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _loaded(open_model(self.folder), self._encoder)
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: Any
    tokenizer: Any
    encoder: OnnxEncoder | None
    stars: tuple[float, ...]
    temperature: np.float32
    task: str
    near: NDArray[np.float32]
    """How much a token of each class of distance from the target weighs; empty where all weigh alike."""


def load_sentiment(store_folder: Path | None = None, *, threads: int = 1) -> TrainedSentiment:
    """The shop's own sentiment model, or the shipped one. Cheap: nothing is loaded before the first use.

    Raises:
        ModelMissing: there is neither.
    """
    return TrainedSentiment(find_model(TASK, store_folder), threads=threads)


def weights_of_words(reader: CloseReader, text: str) -> list[Weight]:
    """How much each word moves the text's lean, by reading the text without it (occlusion); one reading a word, so for short texts."""
    found = [match.span() for match in _WORD.finditer(text)][:LONGEST_WEIGHED]
    whole, *without = reader.read_all([text, *(f"{text[:start]}{text[end:]}" for start, end in found)])
    lean = whole.whole.lean
    return [Weight(text[start:end], start, end, lean - one.whole.lean) for (start, end), one in zip(found, without, strict=True)]


def sentences(text: str) -> list[tuple[int, int]]:
    """The places [start, end) of the sentences in `text`."""
    starts = [0, *(end.end() for end in _SENTENCE_END.finditer(text)), len(text)]
    return [(start, end) for start, end in itertools.pairwise(starts) if any(sign.isalnum() for sign in text[start:end])]


_WORD = re.compile(r"[\w'’]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\s\"')]+|\n+|(?<=[a-z][.!?])(?=[A-Z])")


def _sentiment(logits: NDArray[np.float32], stars: tuple[float, ...]) -> Sentiment:
    spread = np.exp(logits.astype(np.float64) - float(logits.max()))
    chances = spread / spread.sum()
    rated = np.array(stars)
    low, high = NEUTRAL_BAND
    negative, positive = float(chances[rated < low].sum()), float(chances[rated > high].sum())
    return Sentiment(negative, max(0.0, 1.0 - negative - positive), positive, _median(chances, rated))


def _median(chances: NDArray[np.float64], stars: NDArray[np.float64]) -> float:
    """The rating at which half of the chances lie on either side: of all ratings the one with the least expected distance."""
    order = np.argsort(stars)
    reached = np.cumsum(chances[order])
    return float(stars[order][int(np.searchsorted(reached, 0.5))])


def _loaded(model: ModelFolder, encoder: OnnxEncoder | None) -> _Loaded:
    from tokenizers import Tokenizer

    settings = model.card.settings
    try:
        stars = tuple(float(star) for star in settings["stars"])
        temperature = np.float32(settings.get("temperature", 1.0))
        near = np.array(settings.get("near", ()), np.float32)
        if settings.get("branch"):
            shared = encoder or OnnxEncoder(find_model(SHIPPED_FOLDER))
            return _Loaded(_session(model), None, shared, stars, temperature, model.card.task, near)
        tokenizer = Tokenizer.from_file(str(model.file(TOKENIZER_FILE)))
        tokenizer.no_padding()
        tokenizer.enable_truncation(int(settings["max_tokens"]), strategy="only_first")
    except KeyError as error:
        raise ModelCorrupt(
            f"The card in {model.path} lacks the setting {error}.", hint="Train it with `shopclerk finetune sentiment`."
        ) from error
    return _Loaded(_session(model), tokenizer, None, stars, temperature, model.card.task, near)


def _session(model: ModelFolder) -> Any:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(str(model.file(MODEL_FILE)), options, providers=["CPUExecutionProvider"])
    except (ort.capi.onnxruntime_pybind11_state.Fail, ort.capi.onnxruntime_pybind11_state.InvalidProtobuf) as error:
        raise ModelCorrupt(f"{model.path / MODEL_FILE} cannot be loaded: {error}.", hint="Train it anew.") from error
