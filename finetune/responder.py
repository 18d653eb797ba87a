"""Fine-tune a responder: pairs to token numbers, exercises first where plain text is given, training, measuring, a model folder.

Owns the order of the work and the files of a run; what a slot is, how prose is made and how a network learns are elsewhere.

    OUT.work/tokenizer.json     the vocabulary, made at the first start
    OUT.work/exercises/         checkpoint and journal of the exercises
    OUT.work/replies/           checkpoint and journal of the fine-tuning
    OUT/                        the model folder
"""

from __future__ import annotations

import copy
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.models.decoding import Limits
from assistant.models.folder import Card, Dataset
from assistant.models.prose import marked
from assistant.models.slots import CAPITAL, Delexicaliser, Prompt, Request, unfamiliar_to
from assistant.types import Progress
from finetune.replies import Pair
from finetune.responder_base import WARM, Tuning, export_any, named_network, with_adapters, without_adapters
from finetune.responder_corpus import Plain
from finetune.responder_evaluation import evaluate_responder
from finetune.responder_network import END, TASK, UNKNOWN, freeze_below, load_base, make_tokenizer, pruned_vocabulary, warm_network
from finetune.responder_noise import exercises
from finetune.responder_training import Example, ResponderSchedule, ResponderTrainer

ENDINGS = frozenset({"##s", "##es", "##ed", "##d", "##ing", "##ly", "##er", "##able"})


class PairEncoder:
    """Pairs to token numbers, by a tokenizer and the slots of its vocabulary."""

    def __init__(self, tokenizer: Any, limits: Limits) -> None:
        self.tokenizer, self.limits = tokenizer, limits
        self.delexicaliser = Delexicaliser(unfamiliar_to(tokenizer))
        self._end, self._unknown = tokenizer.token_to_id(END), tokenizer.token_to_id(UNKNOWN)

    def prompt(self, pair: Pair) -> Prompt:
        """The request that a pair makes."""
        return self.delexicaliser.prompt(Request(pair.message, pair.evidence, pair.intent, style=pair.style))

    def source(self, prompt: Prompt) -> tuple[int, ...]:
        """What the encoder reads, cut to the limit."""
        ids = self.tokenizer.encode(prompt.text).ids
        return tuple(ids if len(ids) <= self.limits.source else [*ids[: self.limits.source - 1], self._end])

    def example(self, pair: Pair) -> Example | None:
        """None where the reply has a value that the evidence lacks, cannot be written, or is too long."""
        prompt = self.prompt(pair)
        text = self.delexicaliser.target(pair.reply, prompt)
        if text is None:
            return None
        target = (*self.tokenizer.encode(marked(text), add_special_tokens=False).ids, self._end)
        usable = 2 <= len(target) <= self.limits.target and self._unknown not in target
        return Example(self.source(prompt), target) if usable else None

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


def free_tokens(examples: Iterable[Example], tokenizer: Any, least: int = 2) -> set[str]:
    """The tokens that any reply may be written in: marks, and what replies use though their request lacks it, at least so often.

    Numbers in words are not among them, being values like those in figures; nor are pieces of words but for endings: with them free, rare
    words came out misspelt ("bunimetersbs" for bungees).
    """
    unread: Counter[int] = Counter()
    for example in examples:
        unread.update(set(example.target) - set(example.source))
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    marks = {token for token in vocabulary if len(token) == 1 and not token.isalnum()}
    delexicaliser = Delexicaliser()
    used = {token for token, number in vocabulary.items() if unread[number] >= least and (token in ENDINGS or not token.startswith("##"))}
    return {token for token in used if token in (CAPITAL, END) or not delexicaliser.template(token).slots} | marks


EXERCISES = ResponderSchedule(epochs=200, warmup=0.008, decay=0.0, smoothing=0.0)
"""No text comes twice, and the minutes end it: the rate never falls, and nothing is smoothed, since a copy is either right or wrong."""


LIMITS = Limits(beam=4)
"""How what is trained is served, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Part:
    """Pairs of one origin, and how much of them an epoch has: 1 all, 0.25 a fresh quarter, 2 all twice.

    `distracted` is the share that gets a fact of another pair beside its own, so that a reply learns to choose.
    """

    pairs: tuple[Pair, ...]
    share: float = 1.0
    distracted: float = 0.0


@dataclass(frozen=True, slots=True)
class ResponderRecipe:
    """How to make a responder.

    `base`: "warm", or another model by name; `tuning` is that of the replies, exercises train all but `frozen` encoder layers of the warm
    base. `exercise_minutes` 0: no exercises, whatever plain text there is.
    """

    schedule: ResponderSchedule = field(default_factory=ResponderSchedule)
    exercise_minutes: float = 40.0
    exercise_schedule: ResponderSchedule = EXERCISES
    exercise_count: int = 4_000
    frozen: int = 4
    dropout: float = 0.1
    limits: Limits = LIMITS
    quantization: str = "int8"
    base: str = WARM
    tuning: Tuning = "full"


@dataclass(frozen=True, slots=True)
class ResponderWork:
    """Where the model folder goes, what it is called, and what its card says of the data."""

    out: Path
    name: str
    data: tuple[Dataset, ...]

    @property
    def scratch(self) -> Path:
        """The files of the run in progress."""
        return self.out.with_name(f"{self.out.name}.work")


def finetune_responder(
    parts: Sequence[Part],
    valid: Sequence[Pair],
    work: ResponderWork,
    recipe: ResponderRecipe,
    plain: Plain | None = None,
    progress: Progress | None = None,
) -> Card:
    """Trains on `parts`, stops by ROUGE-L on `valid`, and writes the model folder. A run that was broken off goes on where it was.

    `plain`: text for exercises before the replies, from which copying is learnt; without it the decoder knows no more than the encoder.
    """
    tokenizer = _tokenizer(work.scratch, parts, plain)
    encoder = PairEncoder(tokenizer, recipe.limits)
    exercised = _exercised(tokenizer, recipe, plain, work.scratch / "exercises", progress)
    network = _begun(tokenizer, recipe, recipe.dropout)
    network.load_state_dict(exercised.state_dict())
    network = with_adapters(network) if recipe.tuning == "lora" else network
    mixture = MixedEpochs(parts, encoder, recipe.schedule.seed)
    free = free_tokens(mixture.everything(), tokenizer)
    base = "all-MiniLM-L6-v2" if recipe.base == WARM else recipe.base
    card = Card(TASK, work.name, base, data=work.data, settings=_settings(recipe.limits), licence="Apache-2.0")

    def score(candidate: Any) -> float:
        with tempfile.TemporaryDirectory(prefix="responder-") as scratch:
            folder = Path(scratch) / "model"
            plainly = without_adapters(copy.deepcopy(candidate)) if recipe.tuning == "lora" else candidate
            export_any(plainly, tokenizer, folder, card, free=free, quantization=recipe.quantization)
            return evaluate_responder(folder, valid).numbers["rouge_l"]

    trainer = ResponderTrainer(network, mixture, score if valid else None, recipe.schedule, work.scratch / "replies")
    outcome = trainer.run(progress)
    network = without_adapters(network)
    export_any(network, tokenizer, work.out, card, free=free, quantization=recipe.quantization)
    metrics = {f"valid_{name}": round(value, 4) for name, value in evaluate_responder(work.out, valid).numbers.items()} if valid else {}
    measured = replace(card, metrics={**metrics, "epochs": outcome.best_epoch or recipe.schedule.epochs})
    return export_any(network, tokenizer, work.out, measured, free=free, quantization=recipe.quantization)


def _begun(tokenizer: Any, recipe: ResponderRecipe, dropout: float) -> Any:
    if recipe.base == WARM:
        base, base_tokenizer = load_base()
        return warm_network(base, base_tokenizer, tokenizer, dropout=dropout, seed=recipe.schedule.seed)
    return named_network(recipe.base, tokenizer)


def _exercised(tokenizer: Any, recipe: ResponderRecipe, plain: Plain | None, folder: Path, progress: Progress | None) -> Any:
    """The network as it begins, after its exercises where there are any; without dropout, since no exercise comes twice."""
    network = _begun(tokenizer, recipe, dropout=0.0)
    if plain is not None and recipe.exercise_minutes:
        if recipe.base == WARM:
            freeze_below(network, recipe.frozen)
        schedule = replace(recipe.exercise_schedule, minutes=recipe.exercise_minutes)
        epochs = ExerciseEpochs(plain, PairEncoder(tokenizer, replace(recipe.limits, source=112, target=44)), recipe.exercise_count)
        ResponderTrainer(network, epochs, None, schedule, folder).run(progress)
    return network


def discard_run(out: Path) -> None:
    """Forgets a run of the folder `out` that was broken off."""
    shutil.rmtree(out.with_name(f"{out.name}.work"), ignore_errors=True)


class MixedEpochs:
    """Epochs of replies: of each part its share, drawn anew by the epoch's number."""

    def __init__(self, parts: Sequence[Part], encoder: PairEncoder, seed: int) -> None:
        self._seed = seed
        self._pools: list[tuple[list[Example], float]] = []
        for number, part in enumerate(parts):
            pairs = list(_distracted(part, random.Random(f"{seed}-part-{number}")))
            self._pools.append((encoder.examples(pairs), part.share))

    def __call__(self, number: int) -> Sequence[Example]:
        drawn: list[Example] = []
        for place, (pool, share) in enumerate(self._pools):
            chooser = random.Random(f"{self._seed}-{number}-{place}")
            whole, rest = divmod(share, 1.0)
            drawn += pool * int(whole) + chooser.sample(pool, int(rest * len(pool)))
        return drawn

    def everything(self) -> Iterator[Example]:
        """All examples of all parts, once."""
        return (example for pool, _ in self._pools for example in pool)


def _distracted(part: Part, chooser: random.Random) -> Iterator[Pair]:
    for pair in part.pairs:
        if chooser.random() < part.distracted:
            other = chooser.choice(part.pairs).evidence[:1]
            facts = [*other, *pair.evidence] if chooser.random() < 0.5 else [*pair.evidence, *other]
            yield replace(pair, evidence=tuple(facts))
        else:
            yield pair


def _settings(limits: Limits) -> dict[str, int]:
    return {"max_source": limits.source, "max_target": limits.target, "no_repeat": limits.no_repeat, "beam": limits.beam}


def _tokenizer(folder: Path, parts: Sequence[Part], plain: Plain | None) -> Any:
    """The run's vocabulary; the file is kept, so that a resumed run has the same."""
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.exists():
        texts = [" ".join([pair.message, pair.reply, *map(str, pair.evidence)]) for part in parts for pair in part.pairs]
        if plain is not None:
            texts += [" ".join(text) for text in plain.texts] + [question for question, _ in plain.asked]
        folder.mkdir(parents=True, exist_ok=True)
        make_tokenizer(pruned_vocabulary(load_base()[1], texts)).save(str(path))
    return Tokenizer.from_file(str(path))
