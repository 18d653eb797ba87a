"""The workshop's commands: `shopclerk finetune ...`. Thin: each reads its arguments, calls one function and prints its result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
workshop = typer.Typer(no_args_is_help=True, help="Train, evaluate and export the models.")
app.add_typer(workshop, name="finetune")


@workshop.callback()
def _workshop() -> None:
    """Keeps `finetune` a group even while it has one command."""


@workshop.command()
def export_encoder(
    source: Annotated[str, typer.Option(help="'base' for the shipped weights' source, or a sentence-transformers folder or name")] = "base",
    out: Annotated[Path, typer.Option(help="the model folder to write; replaced if it is there")] = Path(
        "assistant/models/weights/encoder"
    ),
    int8: Annotated[bool, typer.Option(help="round weights to 8 bits: a quarter of the size, three times the speed")] = True,
) -> None:
    """Export a sentence encoder to ONNX, as the model folder that the program serves."""
    from finetune.export import export_encoder

    card = export_encoder(source, out, int8=int8)
    agreement = f"cosine to torch {card.metrics['cosine_to_torch_mean']:.4f}, at least {card.metrics['cosine_to_torch_min']:.4f}"
    typer.echo(f"{out}: {card.id}, {sum(entry.bytes for entry in card.files.values()) / 1e6:.0f} MB, {agreement}")
