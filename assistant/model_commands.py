"""The command `shopclerk models`: what a shop uses, what else it has, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

models_app = typer.Typer(
    invoke_without_command=True, help="The models that a shop uses: list them, choose another, go back to the former one."
)

Folder = Annotated[Path, typer.Option("--store", "-s", help="The shop's folder.", envvar="SHOPCLERK_STORE")]
Whenever = Annotated[
    Path | None, typer.Option("--store", "-s", help="The shop's folder; without it, what ships.", envvar="SHOPCLERK_STORE")
]


@models_app.callback()
def list_models(
    context: typer.Context, store: Whenever = None, as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False
) -> None:
    """List the models: name, whether in use, task, size, figures of the card, since when and why."""
    if context.invoked_subcommand is not None:
        return
    import json

    from rich.console import Console
    from rich.table import Table

    from assistant.models.registry import installed
    from assistant.store import Store

    if store is not None:
        Store.open(store).close()
    models = installed(store)
    if as_json:
        for model in models:
            facts = {"name": model.name, "in_use": model.active, "task": model.card.task, "id": model.card.id, "since": model.since}
            more = {"why": model.why, "megabytes": round(model.megabytes, 1), "metrics": dict(model.card.metrics), "problem": model.problem}
            typer.echo(json.dumps({**facts, **more}, ensure_ascii=False))
        return
    table = Table("model", "in use", "task", "MB", "figures", "since")
    for model in models:
        mark, since = "yes" if model.active else "", " ".join(word for word in (model.since, model.why) if word)
        table.add_row(model.name, mark, model.card.task, f"{model.megabytes:.1f}", model.problem or model.figures, since)
    Console().print(table)


@models_app.command()
def use(name: Annotated[str, typer.Argument(help="A name of the list; a slot's own name is the shipped model.")], store: Folder) -> None:
    """Put another model to use, after checking its files."""
    from assistant.models.registry import use as put_to_use
    from assistant.store import Store

    with Store.open(store) as opened:
        model = put_to_use(store, name, "chosen by hand")
        opened.audit.append("command line", "model_chosen", model.name)
    typer.echo(f"{model.name} is in use ({model.figures}). Restart `shopclerk serve`.")


@models_app.command()
def rollback(
    store: Folder, slot: Annotated[str, typer.Argument(help="What to go back with: encoder, responder, sentiment, ...")] = "encoder"
) -> None:
    """Go back to the model that was used before this one."""
    from assistant.models.registry import roll_back
    from assistant.store import Store

    with Store.open(store) as opened:
        model = roll_back(store, slot)
        opened.audit.append("command line", "model_taken_back", model.name)
    typer.echo(f"{model.name} is in use ({model.figures}). Restart `shopclerk serve`.")
