"""The workshop's commands, `shopclerk finetune ...` and `shopclerk evaluate ...`: each reads its arguments, calls one function, prints."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from finetune import business_commands, responder_commands, text_commands
from finetune.console import bar

app = typer.Typer()
workshop = typer.Typer(no_args_is_help=True, help="Train, evaluate and export the models.")
judging = typer.Typer(no_args_is_help=True, help="Measure models on labelled data.")
app.add_typer(workshop, name="finetune")
app.add_typer(judging, name="evaluate")
business_commands.register(app, judging)
text_commands.register(workshop, judging)
responder_commands.register(workshop, judging)

ENCODER = Path("assistant/models/weights/encoder")


@workshop.callback()
def _workshop() -> None:
    """Keeps `finetune` a group even while it has one command."""


@judging.callback()
def _judging() -> None:
    """Keeps `evaluate` a group even while it has one command."""


@workshop.command()
def export_encoder(
    source: Annotated[str, typer.Option(help="'base' for the shipped weights' source, or a sentence-transformers folder or name")] = "base",
    out: Annotated[Path, typer.Option(help="the model folder to write; replaced if it is there")] = ENCODER,
    int8: Annotated[bool, typer.Option(help="round weights to 8 bits: a quarter of the size, three times the speed")] = True,
) -> None:
    """Export a sentence encoder to ONNX, as the model folder that the program serves."""
    from finetune.export import export_encoder

    card = export_encoder(source, out, int8=int8)
    agreement = f"cosine to torch {card.metrics['cosine_to_torch_mean']:.4f}, at least {card.metrics['cosine_to_torch_min']:.4f}"
    typer.echo(f"{out}: {card.id}, {sum(entry.bytes for entry in card.files.values()) / 1e6:.0f} MB, {agreement}")


@workshop.command("intent")
def finetune_intent(
    train: Annotated[
        list[Path] | None, typer.Option(help="labelled texts: CSV, TSV, JSONL or JSON; may be given several times; needs --out")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="the model folder to write; replaced if it is there")] = None,
    from_store: Annotated[
        Path | None, typer.Option(help="a shop's folder: refine its model with what was corrected there (and --train), and put it to use")
    ] = None,
    valid: Annotated[Path | None, typer.Option(help="validation data; else a part of the training data is held out")] = None,
    text: Annotated[str, typer.Option(help="name of the text column, where it cannot be guessed")] = "",
    label: Annotated[str, typer.Option(help="name of the label column, where it cannot be guessed")] = "",
    base: Annotated[str, typer.Option(help="'base', or any BERT-like encoder by folder or name")] = "base",
    tuning: Annotated[
        str,
        typer.Option(
            help="auto | full | lora | branch (the last layers beside a frozen trunk) | refine (a layer behind the shipped model's head: a"
            " minute, embedding kept). auto refines where the shipped model knows half of the labels and is right on 97 % of what was"
            " held out, else tunes in full"
        ),
    ] = "auto",
    epochs: Annotated[int, typer.Option(min=0, help="0: as many as make about 1,000 steps, 5 to 30")] = 0,
    batch: Annotated[int, typer.Option(min=1, help="texts a step")] = 64,
    rate: Annotated[float, typer.Option(help="learning rate of the encoder at its peak; 0: the best for the tuning")] = 0.0,
    augment: Annotated[int, typer.Option(min=0, help="altered copies of each text (typing errors, synonyms, dropped words)")] = 0,
    contrastive: Annotated[float, typer.Option(min=0, help="weight of the supervised contrastive loss")] = 0.3,
    agreement: Annotated[
        float, typer.Option(min=0, help="weight of the loss that makes two passes of a text agree (R-Drop); a step takes twice as long")
    ] = 0.0,
    max_tokens: Annotated[int, typer.Option(min=8, max=512, help="texts are cut to this many tokens in training")] = 64,
    patience: Annotated[int, typer.Option(min=1, help="epochs in a row that do harm on validation data before stopping")] = 3,
    seed: Annotated[int, typer.Option()] = 13,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads; 0: all")] = 0,
    int8: Annotated[bool, typer.Option(help="round the served weights to 8 bits")] = True,
    restart: Annotated[bool, typer.Option(help="forget a run that was broken off instead of going on with it")] = False,
) -> None:
    """Fine-tune an intent model on labelled texts, calibrate it, and write a model folder that serves without torch.

    A run that was killed goes on where it was when the same command is given again. Loss and accuracy are in `OUT.work/tensorboard`.
    With --from-store the shop's model is refined in seconds, and replaced only if the new one is not worse on what was held out.
    """
    if from_store is not None:
        _learn_from_store(from_store, train or [], text, label)
        return
    if not train or out is None:
        raise typer.BadParameter("Give --train FILE and --out DIR, or --from-store DIR.")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from finetune.intent import Recipe, Work, discard_checkpoint
    from finetune.intent import finetune_intent as run
    from finetune.training import Schedule, epochs_for

    data, held_out = _training_data(train, valid, text, label)
    if restart:
        discard_checkpoint(out)
    peak = rate or {"lora": 5e-4, "branch": 3e-4}.get(_known_tuning(tuning), 1e-4)
    schedule = Schedule(
        epochs=epochs or epochs_for(len(data) * (1 + augment), batch),
        batch_size=batch,
        rate=peak,
        contrastive=contrastive,
        agreement=agreement,
        patience=patience,
        seed=seed,
    )
    recipe = Recipe(base, _known_tuning(tuning), schedule, max_tokens, augment, int8=int8, threads=threads)
    with bar() as progress:
        card = run(data, held_out, Work(out, out.name, _named(train, len(data))), recipe, progress)
    if os.environ.get("RANK", "0") != "0":  # one of several processes under torchrun; the first one tells
        return
    typer.echo(f"{out}: {len(card.labels['intent'])} labels, {sum(e.bytes for e in card.files.values()) / 1e6:.0f} MB")
    if card.settings.get("recipe", {}).get("tuning") == "refine":
        typer.echo("  the shipped model, refined: it knew the labels, and that is enough (all weights instead: --tuning full)")
    for name, value in card.metrics.items():
        typer.echo(f"  {name} {value:g}")


@workshop.command()
def shipped(
    data: Annotated[Path, typer.Option(help="the folder of public data sets")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="the encoder's folder; the model is added to it")] = ENCODER,
    calibrate: Annotated[bool, typer.Option("--calibrate", help="keep the weights; choose threshold and temperature anew")] = False,
    threads: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Train the shipped model anew: the intents of the catalogue, on a branch beside the unchanged encoder."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from dataclasses import replace

    from finetune.shipped import RECIPE, calibrate_shipped, train_shipped

    with bar() as progress:
        recipe = replace(RECIPE, threads=threads)
        card = calibrate_shipped(data, out, recipe) if calibrate else train_shipped(data, out, recipe, progress=progress)
    typer.echo(f"{out}: {len(card.labels['intent'])} intents; {json.dumps(dict(card.metrics))}")


@judging.command("intent")
def evaluate_intent(
    model: Annotated[Path, typer.Option(help="the model folder")],
    data: Annotated[list[Path], typer.Option(help="labelled texts; may be given several times")],
    text: Annotated[str, typer.Option(help="name of the text column")] = "",
    label: Annotated[str, typer.Option(help="name of the label column")] = "",
    split: Annotated[str, typer.Option(help="train | valid | test: which split of a JSON file that holds several")] = "",
    pictures: Annotated[Path | None, typer.Option(help="a folder for the confusion and reliability pictures (HTML)")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Measure an intent model as it is served: accuracy, macro F1, calibration error and, with `oos` labels, what is out of scope."""
    from finetune.data import Columns, has_split, read_labelled
    from finetune.evaluation import evaluate_model

    chosen = split or (
        "test" if any(has_split(path, "test") for path in data) else "valid" if any(has_split(path, "valid") for path in data) else "train"
    )
    rows = read_labelled(data, Columns(text, label), chosen)
    with bar() as progress:
        report = evaluate_model(model, rows, progress)
    if pictures is not None:
        from finetune.pictures import draw

        for path in draw(report, pictures):
            typer.echo(f"drawn: {path}", err=True)
    for note in report.notes:
        typer.echo(note, err=True)
    if as_json:
        typer.echo(json.dumps(dict(report.numbers)))
        return
    for name, value in report.numbers.items():
        typer.echo(f"{name} {value:g}")
    for wrong in report.confusions[:10]:
        typer.echo(f"  {wrong.count} of {wrong.truth!r} taken for {wrong.predicted!r}")


@judging.command("shipped")
def evaluate_shipped(
    model: Annotated[Path, typer.Option(help="the model folder")] = ENCODER,
    data: Annotated[Path, typer.Option(help="the folder of public data sets")] = Path("../shared/data"),
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Measure the shipped intent model: its own held-out examples, another support set, out of scope, calibration, time and size."""
    from finetune.shipped_evaluation import evaluate_shipped as run

    with bar() as progress:
        report = run(model, data, progress)
    for note in report.notes:
        typer.echo(note, err=True)
    if as_json:
        typer.echo(json.dumps(report.numbers))
        return
    for name, value in report.numbers.items():
        typer.echo(f"{name} {value:g}")
    for wrong in report.confusions[:10]:
        typer.echo(f"  {wrong.count} of {wrong.truth!r} taken for {wrong.predicted!r}")


def _learn_from_store(folder: Path, train: list[Path], text: str, label: str) -> None:
    from assistant.config import load_settings
    from assistant.store import Store
    from finetune.data import Columns, read_labelled
    from finetune.from_store import learn_from_store

    extra = read_labelled(train, Columns(text, label)) if train else None
    with Store.open(folder) as store, bar() as progress:
        learnt = learn_from_store(store, load_settings(folder), extra, progress=progress)
    for note in learnt.lesson.notes:
        typer.echo(note, err=True)
    before, after = learnt.before, learnt.after
    typer.echo(f"{learnt.model.name} is in use: right on {after.accuracy:.1%} of {after.texts} messages that it was not trained on,")
    typer.echo(
        f"  before {before.accuracy:.1%}; on the {after.corrections} new corrections among them {after.on_corrections:.1%},", nl=False
    )
    typer.echo(f" before {before.on_corrections:.1%}.")
    typer.echo(f"Restart `shopclerk serve`. Back to the former one: shopclerk models rollback encoder --store {folder}")


def _training_data(train: list[Path], valid: Path | None, text: str, label: str) -> tuple[Any, Any]:
    from finetune.data import Columns, has_split, read_labelled

    columns = Columns(text, label)
    rows = read_labelled(train, columns)
    for note in rows.notes:
        typer.echo(note, err=True)
    if valid is not None:
        return rows, read_labelled([valid], columns, "valid" if has_split(valid, "valid") else "train")
    inside = [path for path in train if has_split(path, "valid")]
    return rows, read_labelled(inside, columns, "valid") if inside else None


def _named(paths: list[Path], rows: int) -> tuple[Any, ...]:
    from assistant.models.folder import Dataset

    return tuple(Dataset(path.name, "as stated by its source", rows if len(paths) == 1 else 0) for path in paths)


def _known_tuning(name: str) -> Any:
    if name not in {"auto", "full", "lora", "branch", "refine"}:
        raise typer.BadParameter(f"{name!r} is no way of tuning: auto, full, lora, branch or refine.")
    return name
