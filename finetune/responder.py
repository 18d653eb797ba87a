"""Fine-tune a responder: pairs to token numbers, exercises first where plain text is given, training, measuring, a model folder.

Owns the order of the work and the files of a run; what a slot is, how prose is made and how a network learns are elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.models.prose import marked
from assistant.models.slots import Delexicaliser, Prompt, Request, unfamiliar_to
from finetune.replies import Pair
from finetune.responder_corpus import Plain
from finetune.responder_noise import exercises
from finetune.responder_network import END
from finetune.responder_training import Example


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest texts, in tokens."""

    source: int = 160
    target: int = 96


class PairEncoder:
    """Pairs to token numbers, by a tokenizer and the slots of its vocabulary."""

    def __init__(self, tokenizer: Any, limits: Limits) -> None:
        self.tokenizer, self.limits = tokenizer, limits
        self.delexicaliser = Delexicaliser(unfamiliar_to(tokenizer))
        self._end = tokenizer.token_to_id(END)

    def prompt(self, pair: Pair) -> Prompt:
        """The request that a pair makes."""
        return self.delexicaliser.prompt(Request(pair.message, pair.evidence, pair.intent, style=pair.style))

    def source(self, prompt: Prompt) -> tuple[int, ...]:
        """What the encoder reads, cut to the limit."""
        ids = self.tokenizer.encode(prompt.text).ids
        return tuple(ids if len(ids) <= self.limits.source else [*ids[: self.limits.source - 1], self._end])

    def example(self, pair: Pair) -> Example | None:
        """None where the reply has a value that the evidence lacks, or is too long."""
        prompt = self.prompt(pair)
        text = self.delexicaliser.target(marked(pair.reply), prompt)
        if text is None:
            return None
        target = (*self.tokenizer.encode(text, add_special_tokens=False).ids, self._end)
        return Example(self.source(prompt), target) if 2 <= len(target) <= self.limits.target else None

    def examples(self, pairs: Iterable[Pair]) -> list[Example]:
        """Those of the pairs that can be learnt from."""
        return [example for pair in pairs if (example := self.example(pair)) is not None]


class ExerciseEpochs:
    """Epochs of fresh exercises from plain text: what an epoch holds depends on its number alone."""

    def __init__(self, plain: Plain, encoder: PairEncoder, count: int) -> None:
        self._plain, self._encoder, self._count = plain, encoder, count
        self._latest: tuple[int, Sequence[Example]] = (-1, ())

    def __call__(self, number: int) -> Sequence[Example]:
        if self._latest[0] != number:
            made = exercises(self._plain.texts, self._plain.asked, self._count, number)
            self._latest = (number, self._encoder.examples(made))
        return self._latest[1]
