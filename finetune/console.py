"""What the workshop's commands show while they work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.types import Progress


@contextmanager
def bar() -> Iterator[Progress]:
    """A progress bar on standard error; stage, share and time left."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("starting", total=None)

        def show(stage: str, done: int, total: int | None) -> None:
            shown.update(task, description=stage, completed=done, total=total)

        yield show
