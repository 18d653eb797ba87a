"""The workshop's commands for the responder: fine-tune one on anybody's replies, make the shipped one anew, measure one.

Each reads its arguments, calls one function, prints. `register` hangs them beside the other commands.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from finetune.console import bar

if TYPE_CHECKING:
    from finetune.replies import Replies

SHIPPED_FOLDER = Path("assistant/models/weights/responder")
VERDICT_FOLDER = Path("assistant/models/weights/verdict")
CURVES = Path("assistant/models/relevance.toml")


def register(workshop: typer.Typer, judging: typer.Typer) -> None:
    """Adds these commands to `shopclerk finetune` and `shopclerk evaluate`."""
    workshop.command("responder")(finetune_responder)
    workshop.command("shipped-responder")(shipped_responder)
    workshop.command("shipped-verdicts")(shipped_verdicts)
    workshop.command("relevance")(fit_relevance)
    judging.command("responder")(evaluate_responder)
    judging.command("support-replies")(evaluate_support)


Style = Annotated[str, typer.Option(help="brief | full: how much of the evidence the replies say")]
Message = Annotated[str, typer.Option(help="name of the message's column, where it cannot be guessed")]
EvidenceColumn = Annotated[str, typer.Option(help="name of the evidence's column, where it cannot be guessed")]
Reply = Annotated[str, typer.Option(help="name of the reply's column, where it cannot be guessed")]
Threads = Annotated[int, typer.Option(min=0, help="CPU threads; 0: all")]


def finetune_responder(
    train: Annotated[
        list[Path] | None,
        typer.Option(help="message, evidence, reply: CSV, TSV, JSONL or JSON; may be given several times; needs --out"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="the model folder to write; replaced if it is there")] = None,
    from_store: Annotated[
        Path | None, typer.Option(help="a shop's folder: train its responder on with the replies that agents sent, and put it to use")
    ] = None,
    valid: Annotated[Path | None, typer.Option(help="validation data; else a twentieth of the messages is held out")] = None,
    pretrain: Annotated[list[Path] | None, typer.Option(help="plain text, a passage a line, to learn copying from first")] = None,
    minutes: Annotated[float, typer.Option(min=0, help="time for the exercises on --pretrain")] = 30.0,
    base: Annotated[str, typer.Option(help="'warm': begun from the encoder; or any sequence-to-sequence model by folder or name")] = "warm",
    tuning: Annotated[str, typer.Option(help="full | lora (for larger bases)")] = "full",
    style: Style = "brief",
    epochs: Annotated[int, typer.Option(min=1)] = 6,
    batch: Annotated[int, typer.Option(min=64, help="tokens a step, of messages, evidence and replies together")] = 2_200,
    rate: Annotated[float, typer.Option(help="learning rate at its peak")] = 4e-4,
    patience: Annotated[int, typer.Option(min=1, help="epochs without a better validation score before stopping")] = 3,
    beam: Annotated[int, typer.Option(min=1, help="replies kept in view when it is served; 1 is fastest")] = 4,
    message_column: Message = "",
    evidence_column: EvidenceColumn = "",
    reply_column: Reply = "",
    seed: Annotated[int, typer.Option()] = 13,
    threads: Threads = 0,
    restart: Annotated[bool, typer.Option(help="forget a run that was broken off instead of going on with it")] = False,
) -> None:
    """Fine-tune a responder on replies and the evidence they rest on, and write a model folder that serves without torch.

    A run that was killed goes on where it was when the same command is given again. Loss and score are in `OUT.work/*/tensorboard`.
    With --from-store the shop's model is replaced only if the new one is not worse on replies that were held out.
    """
    _prepare(threads)
    if from_store is not None:
        _learn_from_store(from_store)
        return
    if not train or out is None:
        raise typer.BadParameter("Give --train FILE and --out DIR, or --from-store DIR.")
    from assistant.models.decoding import Limits
    from assistant.models.folder import Dataset
    from finetune.responder import Part, ResponderRecipe, ResponderWork, discard_run
    from finetune.responder import finetune_responder as run
    from finetune.responder_corpus import held_out, plain_from
    from finetune.responder_training import ResponderSchedule

    columns = (message_column, evidence_column, reply_column)
    pairs = list(_replies(train, columns, style).pairs)
    learnt, judged = (pairs, list(_replies([valid], columns, style).pairs)) if valid else held_out(pairs, max(1, len(pairs) // 20), seed)
    schedule = ResponderSchedule(epochs=epochs, batch_tokens=batch, rate=rate, patience=patience, seed=seed, average=0.995)
    plain = plain_from(pretrain) if pretrain else None
    limits = Limits(beam=beam)
    recipe = ResponderRecipe(schedule, minutes if plain else 0.0, limits=limits, base=base, tuning=_known_tuning(tuning))
    if restart:
        discard_run(out)
    data = tuple(Dataset(path.name, "as stated by its source", len(pairs) if len(train) == 1 else 0) for path in train)
    with bar() as progress:
        card = run([Part(tuple(learnt))], judged, ResponderWork(out, out.name, data), recipe, plain, progress)
    _tell(out, card)


def shipped_responder(
    data: Annotated[Path, typer.Option(help="the folder of public data sets")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="the model folder to write; replaced if it is there")] = SHIPPED_FOLDER,
    exercise_minutes: Annotated[float, typer.Option(min=0, help="time for the exercises")] = 30.0,
    minutes: Annotated[float, typer.Option(min=0, help="time for the replies; the rate falls by the clock")] = 55.0,
    threads: Threads = 0,
    restart: Annotated[bool, typer.Option(help="forget a run that was broken off instead of going on with it")] = False,
) -> None:
    """Train the shipped responder anew: exercises on public texts, then public and own replies. Goes on after a kill."""
    _prepare(threads)
    from dataclasses import replace

    from finetune.responder import discard_run
    from finetune.responder_shipped import RECIPE, train_shipped_responder

    if restart:
        discard_run(out)
    recipe = replace(RECIPE, exercise_minutes=exercise_minutes, schedule=replace(RECIPE.schedule, minutes=minutes))
    with bar() as progress:
        card = train_shipped_responder(data, out, recipe, progress=progress)
    _tell(out, card)


def shipped_verdicts(
    data: Annotated[Path, typer.Option(help="the folder of public data sets")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="the model folder to write; replaced if it is there")] = VERDICT_FOLDER,
    epochs: Annotated[int, typer.Option(min=1)] = 5,
    threads: Threads = 0,
) -> None:
    """Train the shipped model of yes and no by evidence anew, on public and own questions: minutes. Goes on after a kill."""
    _prepare(threads)
    from dataclasses import replace

    from finetune.verdicts import VerdictRecipe, train_shipped_verdicts

    recipe = VerdictRecipe()
    with bar() as progress:
        card = train_shipped_verdicts(data, out, replace(recipe, schedule=replace(recipe.schedule, epochs=epochs)), progress)
    _tell(out, card)


def fit_relevance(
    data: Annotated[Path, typer.Option(help="the folder of public data sets")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="the file of curves to write; replaced if it is there")] = CURVES,
    threads: Threads = 0,
) -> None:
    """Fit the chance that stands beside the desk's suggested replies, on public pairs that people judged; measure it on held-out ones."""
    _prepare(threads)
    from assistant.models.encoder import load_encoder
    from finetune import relevance

    found = relevance.fit_relevance(data, load_encoder(threads=threads or None))
    out.write_text(relevance.as_toml(found), encoding="utf-8")
    for way, fit in found.items():
        typer.echo(f"{way}: {fit.pairs} held-out pairs, calibration error {fit.calibration_error:.3f}")
        for band, (share, right) in fit.bands.items():
            typer.echo(f"  {band}: {share:.0%} of them, {right:.0%} of those right")
    typer.echo(f"written: {out}", err=True)


def evaluate_responder(
    data: Annotated[
        list[Path], typer.Option(help="message, evidence, reply, in the forms that training reads; may be given several times")
    ],
    model: Annotated[Path | None, typer.Option(help="the model folder; without it the shipped one")] = None,
    guarded: Annotated[bool, typer.Option(help="behind the guard, as `shopclerk respond` answers")] = False,
    style: Style = "brief",
    message_column: Message = "",
    evidence_column: EvidenceColumn = "",
    reply_column: Reply = "",
    page: Annotated[Path | None, typer.Option(help="a page of replies beside their evidence, .html or .md")] = None,
    worst: Annotated[int, typer.Option(min=0, help="only so many of the worst on the page; 0: all")] = 0,
    replies: Annotated[Path | None, typer.Option(help='the replies as JSON lines {"i": row, "answer": text}')] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Measure a responder as it is served, before or behind the guard: ROUGE-L, BLEU, ungrounded replies, values, yes and no, length."""
    from assistant.models.registry import find_model
    from finetune import responder_evaluation

    pairs = _replies(data, (message_column, evidence_column, reply_column), style).pairs
    with bar() as progress:
        report = responder_evaluation.evaluate_responder(model or find_model("responder"), pairs, progress, guarded=guarded)
    if page is not None:
        drawn = responder_evaluation.html_page(report, worst) if page.suffix == ".html" else responder_evaluation.page(report, worst)
        page.write_text(drawn, encoding="utf-8")
        typer.echo(f"written: {page}", err=True)
    if replies is not None:
        replies.write_text(responder_evaluation.reply_lines(report, pairs), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(dict(report.numbers)))
        return
    for name, value in report.numbers.items():
        typer.echo(f"{name} {value:g}")


def evaluate_support(
    data: Annotated[Path, typer.Option(help="the folder of public data sets")] = Path("../shared/data"),
    model: Annotated[Path | None, typer.Option(help="the model folder; without it the shipped one")] = None,
    count: Annotated[int, typer.Option(min=1, help="how many held-out messages")] = 300,
) -> None:
    """Measure support replies to held-out messages, behind the guard, beside the reply of the nearest training message."""
    from assistant.models.registry import find_model
    from finetune import support_evaluation

    with bar() as progress:
        found = support_evaluation.evaluate_support(model or find_model("responder"), data, count, progress=progress)
    typer.echo(f"items {found.items}, of which {found.ungrounded} say what their evidence lacks")
    typer.echo(f"responder: ROUGE-L {found.rouge_l:.3f}, BLEU {found.bleu:.1f}")
    typer.echo(f"reply of the nearest training message: ROUGE-L {found.nearest_rouge_l:.3f}, BLEU {found.nearest_bleu:.1f}")


def _learn_from_store(folder: Path) -> None:
    from assistant.store import Store
    from finetune.responder_lessons import learn_replies

    with Store.open(folder) as store, bar() as progress:
        learnt = learn_replies(store, progress=progress)
    for note in learnt.lessons.notes:
        typer.echo(note, err=True)
    before, after = learnt.before, learnt.after
    typer.echo(f"{learnt.model.name} is in use: trained on {len(learnt.lessons.learnt)} sent replies; on {after['items']:.0f} held out,")
    typer.echo(f"  ROUGE-L with what was sent {after['rouge_l']:.3f}, before {before['rouge_l']:.3f}.")
    typer.echo(f"Restart `shopclerk serve`. Back to the former one: shopclerk models rollback responder --store {folder}")


def _prepare(threads: int) -> None:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if threads:
        import torch

        torch.set_num_threads(threads)


def _replies(paths: list[Path], columns: tuple[str, str, str], style: str) -> Replies:
    from finetune.replies import ReplyColumns, read_replies

    if style not in ("brief", "full"):
        raise typer.BadParameter(f"{style!r} is no style: brief or full.")
    rows = read_replies(paths, ReplyColumns(*columns), "full" if style == "full" else "brief")
    for note in rows.notes:
        typer.echo(note, err=True)
    return rows


def _known_tuning(name: str) -> Any:
    if name not in {"full", "lora"}:
        raise typer.BadParameter(f"{name!r} is no way of tuning: full or lora.")
    return name


def _tell(out: Path, card: Any) -> None:
    typer.echo(f"{out}: {card.id}, {sum(entry.bytes for entry in card.files.values()) / 1e6:.0f} MB")
    for name, value in card.metrics.items():
        typer.echo(f"  {name} {value:g}")
