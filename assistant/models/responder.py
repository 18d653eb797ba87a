"""The shipped responder: evidence to prose, by a small sequence-to-sequence network that copies values and never spells them.

Owns the way of a request: slots for its values, word pieces, the decoder, prose with the values put back. What may be said is for
`assistant.models.grounding` to judge; which evidence a message gets is for the shopper's room. The CPU path needs CTranslate2 and
`tokenizers`, no torch.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assistant.models.batching import Batcher
from assistant.models.consensus import WIDER, agreed, only_worded
from assistant.models.decoding import BATCH, END, Ct2Decoder, Decoded, Decoder, Limits, Source
from assistant.models.folder import Card, ModelFolder, open_model, read_card
from assistant.models.prose import spoken
from assistant.models.slots import Delexicaliser, Prompt, Request, unfamiliar_to

TASK = "responder"
SLOT = "responder"
"""The name of the shipped model's folder."""
TOKENIZER_FILE = "tokenizer.json"
CT2_FILE = "model.bin"
_SENTENCE_ENDS = frozenset(".!?")


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A request in words. `score` is the mean log-probability of a token; `complete` says that it was not cut off by the limit.

    `rivals` are other ways to say it, the likeliest first, for where this one may not be said.
    """

    text: str
    score: float
    complete: bool
    rivals: tuple[Phrasing, ...] = ()


class Phraser(Protocol):
    """Puts evidence into words. What it says is not to be trusted: `assistant.models.grounding` has the last word."""

    def warm_up(self) -> None:
        """Loads what it needs, so that the first request does not wait."""
        ...

    def phrase(self, request: Request) -> Phrasing:
        """One request in words."""
        ...

    def phrase_all(self, requests: Sequence[Request]) -> list[Phrasing]:
        """Many, in their order."""
        ...

    def alternatives(self, request: Request, count: int) -> list[Phrasing]:
        """Up to `count` ways to say one request that begin differently, the likeliest first; one where the model has but one."""
        ...


class Seq2SeqResponder:
    """A responder from a model folder. The constructor only remembers where to look; the first use, or `warm_up`, loads.

    Safe to share between threads: what several ask for at the same time is decoded in one batch.

    Args:
        folder: the model folder.
        threads: of one batch.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self.folder = folder
        self._threads = threads
        self._loaded: _Loaded | None = None
        self._lock = threading.Lock()
        self._batcher: Batcher[Request, Phrasing] = Batcher(self.phrase_all, most=BATCH)

    @property
    def card(self) -> Card:
        """The folder's card."""
        return read_card(self.folder)

    def warm_up(self) -> None:
        """Loads tokenizer and network, checking their sums, and phrases one fact.

        Raises:
            ModelMissing, ModelCorrupt: see `assistant.models.folder.open_model`.
        """
        self.phrase_all([Request("warm up", ("It is warm.",))])

    def phrase(self, request: Request) -> Phrasing:
        """The likeliest reply; in one batch with what other threads ask for meanwhile."""
        return self._batcher(request)

    def phrase_all(self, requests: Sequence[Request]) -> list[Phrasing]:
        """The likeliest reply to each, in their order."""
        model = self._load()
        prompts = [model.delexicaliser.prompt(request) for request in requests]
        beam = model.limits.beam
        worded = [beam > 1 and only_worded(request) for request in requests]
        sources = [model.source(prompt, WIDER * beam if wide else beam) for prompt, wide in zip(prompts, worded, strict=True)]
        found = [_phrasing(decoded, prompt) for decoded, prompt in zip(model.decoder.decode(sources), prompts, strict=True)]
        return [agreed(*each) if wide else each[0] for each, wide in zip(zip(found, requests, strict=True), worded, strict=True)]

    def alternatives(self, request: Request, count: int = 3) -> list[Phrasing]:
        """Up to `count` replies that begin differently, the likeliest first, none twice."""
        model = self._load()
        prompt = model.delexicaliser.prompt(request)
        found = [_phrasing(decoded, prompt) for decoded in model.decoder.alternatives(model.source(prompt), count)]
        return list({phrasing.text: phrasing for phrasing in reversed(found)}.values())[::-1]

    def stream(self, request: Request) -> Iterator[str]:
        """The likeliest reply, sentence by sentence as they are finished: each time all of the text so far."""
        model = self._load()
        prompt = model.delexicaliser.prompt(request)
        tokens: list[str] = []
        for token in model.decoder.stream(model.source(prompt)):
            if tokens and tokens[-1] in _SENTENCE_ENDS and token[:1].isalpha():
                yield spoken(tokens, prompt)
            tokens.append(token)
        yield spoken(tokens, prompt)

    def opened(self, requests: Sequence[Request]) -> tuple[Decoder, list[Source]]:
        """The decoder, and what it reads of these requests: to measure it by itself."""
        model = self._load()
        return model.decoder, [model.source(model.delexicaliser.prompt(request)) for request in requests]

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _Loaded.of(open_model(self.folder, TASK), self._threads)
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Any
    decoder: Decoder
    delexicaliser: Delexicaliser
    limits: Limits

    @classmethod
    def of(cls, model: ModelFolder, threads: int) -> _Loaded:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(model.file(TOKENIZER_FILE)))
        return cls(tokenizer, _decoder(model, threads), Delexicaliser(unfamiliar_to(tokenizer)), Limits.of(model.card))

    def source(self, prompt: Prompt, beam: int = 0) -> Source:
        tokens = self.tokenizer.encode(prompt.text).tokens
        if len(tokens) > self.limits.source:
            tokens = [*tokens[: self.limits.source - 1], END]
        return Source(tuple(tokens), frozenset(slot.token for slot in prompt.slots) - prompt.emittable, beam)


def _decoder(model: ModelFolder, threads: int) -> Decoder:
    if CT2_FILE in model.card.files:
        return Ct2Decoder(model, threads=threads)
    from assistant.models.decoding_torch import TorchDecoder

    return TorchDecoder(model)


def _phrasing(decoded: Decoded, prompt: Prompt) -> Phrasing:
    rivals = tuple(_phrasing(rival, prompt) for rival in decoded.rivals)
    return Phrasing(spoken(decoded.tokens, prompt), decoded.score, decoded.ended, rivals)
