"""The commands for a shop's trade: `train`, `erase`, and the measures of recommenders and of how customers come back.

Each reads its arguments, calls one function, prints. `register` hangs them beside the other commands.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from finetune.console import bar


def register(app: typer.Typer, judging: typer.Typer) -> None:
    """Adds these commands to `shopclerk` and `shopclerk evaluate`."""
    app.command("train")(train)
    app.command("erase")(erase)
    judging.command("recommend")(evaluate_recommend)
    judging.command("clv")(evaluate_clv)


AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
StoreOption = Annotated[Path, typer.Option("--store", "-s", help="The shop's folder.", envvar="SHOPCLERK_STORE")]


def train(
    store: StoreOption,
    until: Annotated[str, typer.Option(help="as-of day (2026-01-31): nothing later is looked at; else the last day of the data")] = "",
) -> None:
    """Fit the models that the shop's trade allows, say what was skipped and why, and put to use what is no worse than before."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from finetune.shop_models import train_store

    with bar() as progress:
        for outcome in train_store(store, progress, _day(until, "--until")):
            typer.echo(str(outcome))


def erase(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    store: StoreOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Forget a customer: gone from store, warehouse and index; orders and reviews stay as nobody's. Writes a certificate."""
    from assistant.config import load_settings
    from assistant.erasure import erase as carry_out
    from assistant.indexing import update_index
    from assistant.models.encoder import load_encoder

    if not yes:
        typer.confirm(f"Erase customer {customer} from {store} for good?", abort=True)
    encoder = load_encoder(load_settings(store).encoder)
    with bar() as progress:
        made = carry_out(store, customer, lambda opened: update_index(opened, encoder, progress), progress)
    typer.echo(str(made))


def evaluate_recommend(
    sequences: Annotated[Path, typer.Option(help="a line a customer: an id, then product ids in time order")],
    as_json: AsJson = False,
) -> None:
    """Train on all but the last product of each line, rank all products, and say how often and how high the last one is found."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from finetune.recommend import FEWEST_EXAMPLES, evaluate_sequences

    with bar() as progress:
        found = evaluate_sequences(sequences, progress=progress)
    if not found.towers:
        typer.echo(f"links alone: two towers were skipped, fewer than {FEWEST_EXAMPLES:,} products follow another", err=True)
    _print(found.to_json(), as_json)


def evaluate_clv(
    data: Annotated[Path, typer.Option(help="purchases, one a line: customer, date, money; with a header, or laid out as CDNOW")],
    until: Annotated[str, typer.Option(help="fit to purchases up to this day (1997-09-30); else to the first half of the time")] = "",
    only: Annotated[Path | None, typer.Option(help="a file of customer ids, one a line: look at these alone")] = None,
    as_json: AsJson = False,
) -> None:
    """Fit BG/NBD and Gamma-Gamma to the first part of the purchases and hold them against the second."""
    from finetune.lifetime import judge, read_ledger

    ledger = read_ledger(data)
    if ledger.skipped:
        typer.echo(f"{ledger.skipped} lines could not be read", err=True)
    chosen = frozenset(only.read_text(encoding="utf-8").split()) if only else frozenset()
    _print(judge(ledger, _day(until, "--until"), chosen).to_json(), as_json)


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date such as 2026-01-31.", param_hint=option) from None


def _print(found: dict[str, float | int | str] | dict[str, float | int], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name} {value:g}" if isinstance(value, float | int) else f"{name} {value}")
