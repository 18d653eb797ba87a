"""Runs a sequence-to-sequence network over word pieces: tokens in, tokens out, never a token that the shortlist bars.

Owns the runtime (CTranslate2 on CPU or CUDA) behind the small `Decoder` protocol; torch's is in `assistant.models.decoding_torch`.
Knows nothing of requests, slots or prose. Nothing is drawn by chance: the same request gets the same reply each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from assistant.errors import ModelCorrupt
from assistant.models.folder import Card, ModelFolder
from assistant.models.shortlist import SHORTLIST_FILE, read_shortlist

BEGIN, END = "[CLS]", "[SEP]"
VOCABULARY_FILE = "shared_vocabulary.json"
BATCH = 32
"""The largest batch; more are split, the longest together."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the encoder reads, and tokens that this reply may not have though its source has them. `beam` is how many replies are kept in
    view, 0: as many as the model's card says."""

    tokens: tuple[str, ...]
    barred: frozenset[str] = frozenset()
    beam: int = 0


@dataclass(frozen=True, slots=True)
class Decoded:
    """A reply in tokens, without the end token; `score` is the mean log-probability of a token; `ended` says that it was not cut off.

    `rivals` are the other replies that were in the beam at the end, the likeliest first.
    """

    tokens: tuple[str, ...]
    score: float
    ended: bool
    rivals: tuple[Decoded, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest texts in tokens, the length of word runs that no reply has twice (0: any may), and how many replies are kept in view.

    A `beam` of 4 against greedy, on 248 held-out questions: ROUGE-L 0.458 against 0.440, values kept 0.83 against 0.74, 22 ms against 14.
    """

    source: int = 160
    target: int = 96
    no_repeat: int = 4
    beam: int = 1

    @classmethod
    def of(cls, card: Card) -> Limits:
        """What the card's settings say."""
        settings = card.settings
        plain = cls()
        return cls(
            int(settings.get("max_source", plain.source)),
            int(settings.get("max_target", plain.target)),
            int(settings.get("no_repeat", plain.no_repeat)),
            int(settings.get("beam", plain.beam)),
        )


class Decoder(Protocol):
    """A network and its vocabulary's shortlist."""

    def decode(self, sources: Sequence[Source]) -> list[Decoded]:
        """The likeliest reply to each source, the same whatever else is in the batch."""
        ...

    def alternatives(self, source: Source, count: int) -> list[Decoded]:
        """Up to `count` replies that begin with different tokens, the likeliest first."""
        ...

    def stream(self, source: Source) -> Iterator[str]:
        """The tokens of the likeliest reply as they are decoded, without the end token."""
        ...


class Ct2Decoder:
    """A network in CTranslate2's format, int8 on CPU with a request on each core, on CUDA where CTranslate2 finds a device.

    Args:
        model: the checked model folder.
        threads: of one request.
    """

    def __init__(self, model: ModelFolder, *, threads: int = 1) -> None:
        import ctranslate2

        vocabulary: list[str] = json.loads(model.file(VOCABULARY_FILE).read_text(encoding="utf-8"))
        self._limits = Limits.of(model.card)
        self._shortlist = read_shortlist(model.file(SHORTLIST_FILE))
        self._unfree = tuple(token for token in vocabulary if token not in self._shortlist.free and token != END)
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        at_once = 1 if device == "cuda" else os.cpu_count() or 1  # requests of a batch, which share the weights
        try:
            self._translator: Any = ctranslate2.Translator(
                str(model.path), device=device, compute_type="default", inter_threads=at_once, intra_threads=threads
            )
        except RuntimeError as error:
            raise ModelCorrupt(f"{model.path} cannot be loaded: {error}.", hint="Export the responder anew.") from error

    def decode(self, sources: Sequence[Source]) -> list[Decoded]:
        """See `Decoder.decode`.

        By the map, which is fast; but a batch shares it, and it does not know what is barred. The rare reply that has a token which its
        own source does not allow gives way to the next of its beam; where none is left it is decoded again by itself, with all such tokens
        suppressed, which takes three times as long.
        """
        found: dict[int, Decoded] = {}
        for beam in {self._beam(source) for source in sources}:
            places = [place for place, source in enumerate(sources) if self._beam(source) == beam]
            results = self._translator.translate_batch(
                [list(sources[place].tokens) for place in places],
                beam_size=beam,
                num_hypotheses=beam,
                max_batch_size=BATCH if beam == 1 else 1,  # tokens that only another may have would push its own out of a beam
                use_vmap=True,
                disable_unk=True,
                **self._said,
            )
            found |= {place: self._best(_all_decoded(r), sources[place]) for place, r in zip(places, results, strict=True)}
        return [found[place] for place in range(len(sources))]

    def _beam(self, source: Source) -> int:
        return source.beam or self._limits.beam

    def _best(self, replies: list[Decoded], source: Source) -> Decoded:
        kept = [reply for reply in replies if self._kept_to(reply, source)]
        if not kept:
            kept = self._alone(source, beam_size=self._beam(source), num_hypotheses=self._beam(source))
        return replace(kept[0], rivals=tuple(kept[1:]))

    def alternatives(self, source: Source, count: int) -> list[Decoded]:
        """See `Decoder.alternatives`."""
        replies = self._alone(source, beam_size=1, num_hypotheses=count, return_alternatives=True)
        return sorted(replies, key=lambda reply: -reply.score)

    def stream(self, source: Source) -> Iterator[str]:
        """See `Decoder.stream`; without the map, under which CTranslate2 (4.8) reports tokens by their place in it.

        With a beam nothing is sure before the end, so the tokens come all at once.
        """
        if self._limits.beam > 1:
            yield from self.decode([source])[0].tokens
            return
        limits = {name: value for name, value in self._said.items() if not name.startswith("return_")}
        for step in self._translator.generate_tokens(list(source.tokens), suppress_sequences=self._barred(source), **limits):
            if step.token != END:
                yield str(step.token)

    @property
    def _said(self) -> dict[str, Any]:
        return {
            "max_decoding_length": self._limits.target,
            "max_input_length": self._limits.source,
            "no_repeat_ngram_size": self._limits.no_repeat,
            "return_end_token": True,
            "return_scores": True,
        }

    def _alone(self, source: Source, **options: Any) -> list[Decoded]:
        """One source with everything suppressed that it does not allow: slower, and exact whatever the weights."""
        result = self._translator.translate_batch(
            [list(source.tokens)], suppress_sequences=self._barred(source), **{"beam_size": self._limits.beam, **options}, **self._said
        )[0]
        return _all_decoded(result)

    def _barred(self, source: Source) -> list[list[str]]:
        allowed = self._shortlist.allowed(source.tokens) - source.barred
        return [[token] for token in self._unfree if token not in allowed]

    def _kept_to(self, reply: Decoded, source: Source) -> bool:
        return self._shortlist.allows(reply.tokens, source.tokens) and source.barred.isdisjoint(reply.tokens)


def _all_decoded(result: Any) -> list[Decoded]:
    return [_decoded(tokens, score) for tokens, score in zip(result.hypotheses, result.scores, strict=True)]


def _decoded(tokens: Sequence[str], score: float) -> Decoded:
    ended = bool(tokens) and tokens[-1] == END
    return Decoded(tuple(tokens[:-1] if ended else tokens), float(score), ended)
