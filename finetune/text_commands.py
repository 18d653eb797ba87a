"""The workshop's commands for what staff mode reads and reckons: sentiment, aspects, forecasts.

Each reads its arguments, calls one function, prints. `register` hangs them beside the other commands.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finetune.console import bar

if TYPE_CHECKING:
    from finetune.opinions import Opinions


TRAINS_TEXTS = "Fine-tune a sentiment model on texts with a feeling (0/1, negative/neutral/positive) or with 1 to 5 stars."
TRAINS_TARGETS = "Fine-tune a model of how a text feels about a target named in it, on rows of text, target and feeling."
JUDGES_TEXTS = "Measure a sentiment model as it is served: accuracy, macro F1, calibration error; for stars the mean absolute error."
JUDGES_TARGETS = "Measure how well the feeling about a target is told, on SemEval's .seg files or tables with a column `aspect`."


def register(workshop: typer.Typer, judging: typer.Typer) -> None:
    """Adds these commands to `shopclerk finetune` and `shopclerk evaluate`."""
    workshop.command("sentiment", help=TRAINS_TEXTS)(trains(aspects=False, agreement_unless_said=0.0))
    workshop.command("aspects", help=TRAINS_TARGETS)(trains(aspects=True, agreement_unless_said=1.0))
    workshop.command("shipped-sentiment")(shipped_sentiment)
    judging.command("sentiment", help=JUDGES_TEXTS)(judges(aspects=False))
    judging.command("aspects", help=JUDGES_TARGETS)(judges(aspects=True))
    judging.command("forecast")(evaluate_forecast)
    judging.command("all")(evaluate_all)


Train = Annotated[
    list[Path], typer.Option(help="labelled texts: CSV, TSV, JSONL, SST's .txt or SemEval's .seg; may be given several times")
]
Out = Annotated[Path, typer.Option(help="the model folder to write; replaced if it is there")]
Valid = Annotated[Path | None, typer.Option(help="validation data; else a part of the training data is held out")]
Text = Annotated[str, typer.Option(help="name of the text column, where it cannot be guessed")]
Label = Annotated[str, typer.Option(help="name of the column with label or stars, where it cannot be guessed")]
Base = Annotated[str, typer.Option(help="'base', or any BERT-like encoder by folder or name")]
Epochs = Annotated[int, typer.Option(min=1)]
Batch = Annotated[int, typer.Option(min=1, help="texts a step")]
Rate = Annotated[float, typer.Option(help="learning rate of the encoder at its peak")]
Agreement = Annotated[float, typer.Option(min=0, help="weight of the loss that two passes under dropout should agree; twice the time")]
Tokens = Annotated[int, typer.Option(min=8, max=512, help="texts are cut to this many tokens in training")]
Threads = Annotated[int, typer.Option(min=0, help="CPU threads; 0: all")]
Seed = Annotated[int, typer.Option()]
Int8 = Annotated[bool, typer.Option(help="round the served weights to 8 bits, where validation shows no loss")]
Restart = Annotated[bool, typer.Option(help="forget a run that was broken off instead of going on with it")]
Model = Annotated[Path | None, typer.Option(help="the model folder; without it the shipped one")]
Data = Annotated[list[Path], typer.Option(help="labelled texts, in the forms that training reads; may be given several times")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def trains(*, aspects: bool, agreement_unless_said: float) -> Callable[..., None]:
    """The command that trains a model of whole texts, or of targets in them: they differ in what the rows must have."""

    def command(
        train: Train,
        out: Out,
        valid: Valid = None,
        text: Text = "",
        label: Label = "",
        base: Base = "base",
        epochs: Epochs = 4,
        batch: Batch = 32,
        rate: Rate = 1e-4,
        agreement: Agreement = agreement_unless_said,
        max_tokens: Tokens = 128,
        seed: Seed = 13,
        threads: Threads = 0,
        int8: Int8 = True,
        restart: Restart = False,
    ) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from assistant.models.folder import Dataset
        from finetune.intent import Work, discard_checkpoint
        from finetune.sentiment import SentimentRecipe
        from finetune.sentiment import finetune_sentiment as run
        from finetune.training import Schedule

        data = _opinions(train, (text, label), aspects=aspects)
        held_out = _opinions([valid], (text, label), aspects=aspects) if valid else None
        patience = max(2, epochs // 2)
        schedule = Schedule(
            epochs=epochs, batch_size=batch, rate=rate, head_rate=5e-4, smoothing=0.05, agreement=agreement, patience=patience, seed=seed
        )
        recipe = SentimentRecipe(base, "full", schedule, max_tokens, int8=int8, threads=threads)
        if restart:
            discard_checkpoint(out)
        named = tuple(Dataset(path.name, "as stated by its source", len(data) if len(train) == 1 else 0) for path in train)
        with bar() as progress:
            card = run(data, held_out, Work(out, out.name, named), recipe, progress)
        megabytes = sum(entry.bytes for entry in card.files.values()) / 1e6
        typer.echo(f"{out}: {card.task}, labels {', '.join(card.labels['polarity'])}, {megabytes:.0f} MB")
        for name, value in card.metrics.items():
            typer.echo(f"  {name} {value:g}")

    return command


def shipped_sentiment(
    data: Annotated[Path, typer.Option(help="the folder of public data sets")] = Path("../shared/data"),
    out: Out = Path("assistant/models/weights/sentiment"),
    threads: Threads = 0,
) -> None:
    """Train the shipped sentiment model anew: stars of reviews and of our own sentences, on a branch beside the unchanged encoder."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from dataclasses import replace

    from finetune.shipped_sentiment import RECIPE, train_shipped_sentiment

    with bar() as progress:
        card = train_shipped_sentiment(data, out, replace(RECIPE, threads=threads), progress=progress)
    typer.echo(f"{out}: {json.dumps(dict(card.metrics))}")


def judges(*, aspects: bool) -> Callable[..., None]:
    """The command that measures a model on whole texts, or on targets in them."""

    def command(
        data: Data,
        model: Model = None,
        text: Text = "",
        label: Label = "",
        baseline: Annotated[bool, typer.Option(help="a cross-validated TF-IDF model beside it")] = True,
        as_json: AsJson = False,
    ) -> None:
        from assistant.models.registry import find_model
        from finetune.sentiment_evaluation import evaluate_sentiment as run

        rows = _opinions(data, (text, label), aspects=aspects)
        with bar() as progress:
            report = run(model or find_model("sentiment"), rows, threads=os.cpu_count() or 1, baseline=baseline, progress=progress)
        _print(report.numbers, as_json)
        if not as_json:
            for truth, predicted, count in report.confusions:
                typer.echo(f"  {count} of {truth!r} taken for {predicted!r}")

    return command


def evaluate_forecast(
    train: Annotated[Path, typer.Option(help="series to learn from, in the M4 layout: a header, then a name and figures a line")],
    test: Annotated[Path, typer.Option(help="what came after, in the same layout; only compared with, never learnt from")],
    season: Annotated[
        int, typer.Option(min=1, help="the frequency by which MASE and Naive2 are reckoned; M4 has 1 for weeks, 12 for months")
    ],
    workers: Annotated[int, typer.Option(min=0, help="processes at work; 0: one a core")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Measure the forecaster on a set of series as the M4 competition does: sMAPE, MASE, OWA, and what its intervals hold."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from finetune.forecast import evaluate_forecast as run

    with bar() as progress:
        report = run(train, test, season, workers=workers or os.cpu_count() or 1, progress=progress)
    if not as_json:
        tried = ", ".join(f"{name} {error:.3f}" for name, error in sorted(report.errors.items(), key=lambda item: item[1]))
        typer.echo(f"On the past, against repeating the last figure: {tried}.", err=True)
        typer.echo(f"Chosen, by their median: {', '.join(report.members)}; season of {report.period} steps.", err=True)
    _print(report.numbers, as_json)


def _opinions(paths: list[Path], columns: tuple[str, str], *, aspects: bool) -> Opinions:
    from dataclasses import replace

    from assistant.errors import ImportRefused
    from finetune.data import Columns
    from finetune.opinions import read_opinions

    rows = read_opinions(paths, Columns(*columns))
    for note in rows.notes:
        typer.echo(note, err=True)
    if aspects and not all(rows.targets):
        raise ImportRefused(
            f"{sum(not target for target in rows.targets)} of {len(rows)} rows name no target.",
            hint="Aspects need a .seg file, or a table with a column `aspect` beside text and label.",
        )
    return rows if aspects else replace(rows, targets=("",) * len(rows))


def evaluate_all(
    store: Annotated[Path | None, typer.Option(help="a store, for the models that this shop trained")] = None,
    data: Annotated[Path | None, typer.Option(help="the folder of public data sets; what it holds is measured anew, in minutes")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
) -> None:
    """Print one table of all models: what each was measured on, its figures, a plain method's beside them, and the day."""
    from dataclasses import asdict

    from finetune.overview import figures_measured, figures_of_cards

    figures = figures_of_cards(store)
    if data is not None:
        with bar() as progress:
            figures += figures_measured(data, os.cpu_count() or 1, progress)
    if as_json:
        for figure in figures:
            typer.echo(json.dumps(asdict(figure)))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "data", "metric", "value", "baseline", "date")
    for one in figures:
        table.add_row(one.model, one.data, one.metric, f"{one.value:g}", "" if one.baseline is None else f"{one.baseline:g}", one.date)
    Console(width=140).print(table)


def _print(numbers: Mapping[str, float], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(dict(numbers)))
        return
    for name, value in numbers.items():
        typer.echo(f"{name} {value:g}")
