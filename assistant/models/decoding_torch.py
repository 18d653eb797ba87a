"""Runs a sequence-to-sequence network by torch, on the GPU where there is one, under the same constraint as CTranslate2's.

Serves what the trainer keeps before export: any `AutoModelForSeq2SeqLM` with the tokenizer beside it. Needs the extra `train`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from assistant.models.decoding import BATCH, BEGIN, END, Decoded, Limits, Source
from assistant.models.folder import ModelFolder
from assistant.models.shortlist import SHORTLIST_FILE, read_shortlist


class TorchDecoder:
    """A network in transformers' format (`config.json`, `model.safetensors`, `tokenizer.json`). See `Decoder`."""

    def __init__(self, model: ModelFolder) -> None:
        from tokenizers import Tokenizer
        from transformers import AutoModelForSeq2SeqLM

        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network: Any = AutoModelForSeq2SeqLM.from_pretrained(model.path).to(self._device).eval()
        self._limits = Limits.of(model.card)
        self._shortlist = read_shortlist(model.file(SHORTLIST_FILE))
        numbers: dict[str, int] = Tokenizer.from_file(str(model.file("tokenizer.json"))).get_vocab()
        self._numbers, self._tokens = numbers, {number: token for token, number in numbers.items()}

    def decode(self, sources: Sequence[Source]) -> list[Decoded]:
        """See `Decoder.decode`; here each reply of a batch has a shortlist of its own."""
        order = sorted(range(len(sources)), key=lambda place: -len(sources[place].tokens))
        found: dict[int, Decoded] = {}
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            found |= dict(zip(places, self._generate([sources[place] for place in places]), strict=True))
        return [found[place] for place in range(len(sources))]

    def alternatives(self, source: Source, count: int) -> list[Decoded]:
        """See `Decoder.alternatives`: the likeliest first tokens, each continued greedily."""
        with torch.inference_mode():
            begun = torch.full((1, 1), self._start, device=self._device)
            logits = self._network(**self._batch([source]), decoder_input_ids=begun).logits[0, -1]  # (vocabulary,)
        first = logits.masked_fill(~self._mask([source])[0], -torch.inf).topk(count).indices
        begun = torch.stack([torch.full_like(first, self._start), first], dim=1)  # (count, 2)
        return sorted(self._generate([source] * count, begun), key=lambda reply: -reply.score)

    def stream(self, source: Source) -> Iterator[str]:
        """See `Decoder.stream`."""
        numbers = _Numbers()
        worker = threading.Thread(target=self._streamed, args=(source, numbers), daemon=True)
        worker.start()
        for number in numbers:
            if self._tokens[number] not in (BEGIN, END):
                yield self._tokens[number]
        worker.join()

    def _streamed(self, source: Source, numbers: _Numbers) -> None:
        try:
            self._generate([source], streamer=numbers)
        finally:
            numbers.end()

    @property
    def _start(self) -> int:
        return int(self._network.config.decoder_start_token_id)

    def _generate(self, sources: Sequence[Source], begun: Any = None, streamer: Any = None) -> list[Decoded]:
        mask = self._mask(sources)  # (batch, vocabulary)
        with torch.inference_mode():
            made = self._network.generate(
                **self._batch(sources),
                decoder_input_ids=begun,
                logits_processor=[lambda ids, scores: scores.masked_fill(~mask, -torch.inf)],
                max_new_tokens=self._limits.target,
                no_repeat_ngram_size=self._limits.no_repeat,
                do_sample=False,
                num_beams=1,
                streamer=streamer,
                output_scores=True,
                return_dict_in_generate=True,
            )
        chances = self._network.compute_transition_scores(made.sequences, made.scores, normalize_logits=True)  # (batch, tokens)
        skipped = made.sequences.shape[1] - chances.shape[1]
        kept = begun.shape[1] - 1 if begun is not None else 0
        return [self._decoded(row[skipped - kept :].tolist(), score.tolist()) for row, score in zip(made.sequences, chances, strict=True)]

    def _decoded(self, numbers: list[int], chances: list[float]) -> Decoded:
        end = self._numbers[END]
        length = numbers.index(end) if end in numbers else len(numbers)
        scored = chances[: length + 1]
        return Decoded(tuple(self._tokens[n] for n in numbers[:length]), sum(scored) / max(1, len(scored)), end in numbers)

    def _batch(self, sources: Sequence[Source]) -> dict[str, Any]:
        rows = [[self._numbers[token] for token in source.tokens[: self._limits.source]] for source in sources]
        ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)  # (batch, tokens)
        seen = torch.nn.utils.rnn.pad_sequence([torch.ones(len(row), dtype=torch.long) for row in rows], batch_first=True)
        return {"input_ids": ids.to(self._device), "attention_mask": seen.to(self._device)}

    def _mask(self, sources: Sequence[Source]) -> Any:
        """(batch, vocabulary), true where a reply may have the token."""
        mask = torch.zeros(len(sources), int(self._network.config.vocab_size), dtype=torch.bool)
        for row, source in zip(mask, sources, strict=True):
            allowed = (self._shortlist.allowed(source.tokens) - source.barred) | {END}
            row[[self._numbers[token] for token in allowed]] = True
        return mask.to(self._device)


class _Numbers:
    """A streamer, as `generate` wants one, that hands over token numbers."""

    def __init__(self) -> None:
        self._queue: queue.Queue[int | None] = queue.Queue()

    def put(self, value: Any) -> None:
        for number in value.flatten().tolist():
            self._queue.put(number)

    def end(self) -> None:
        self._queue.put(None)

    def __iter__(self) -> Iterator[int]:
        return iter(self._queue.get, None)
