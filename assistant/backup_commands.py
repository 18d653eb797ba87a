"""The commands `backup` and `restore`. Thin; see `assistant.backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StoreOption = Annotated[Path, typer.Option("--store", "-s", help="The shop's folder.", envvar="SHOPCLERK_STORE")]


def backup(store: StoreOption, to: Annotated[Path, typer.Argument(help="The file to write, such as shop-2026-11-22.tar.")]) -> None:
    """Write the whole store to one file; the shop may be open meanwhile."""
    from assistant.backup import backup as written

    typer.echo(f"Wrote {to}: {written(store, to)}. It holds customers' data and the store's key: keep it as you keep those.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `shopclerk backup` wrote.")],
    store: StoreOption,
    replace: Annotated[bool, typer.Option("--replace", help="Move a store that is there aside, and keep it.")] = False,
) -> None:
    """Make a store of a backup: whole, or not at all. Stop the server of a store that is replaced first."""
    from assistant.backup import restore as restored

    typer.echo(f"Restored {store}: {restored(file, store, replace=replace)}.")
