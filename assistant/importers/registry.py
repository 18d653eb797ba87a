"""The formats that can be imported: one file each in `assistant.importers.formats`, one decorated function a file.

Owns the register and nothing about any format.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import ImportRefused

if TYPE_CHECKING:
    from assistant.importers.job import Job

Load = Callable[["Job"], None]

_FORMATS: dict[str, Format] = {}


@dataclass(frozen=True)
class Format:
    """`name` is what one types; `help` is the first line of the function's docstring; `suffixes` the file names it takes."""

    name: str
    help: str
    suffixes: tuple[str, ...]
    load: Load


def importer(name: str, *suffixes: str) -> Callable[[Load], Load]:
    """Register the decorated function as the importer of format `name`, for files that end in one of `suffixes`."""

    def register(load: Load) -> Load:
        _FORMATS[name] = Format(name, (load.__doc__ or "").strip().split("\n")[0], suffixes, load)
        return load

    return register


def all_formats() -> dict[str, Format]:
    """Every format by name."""
    folder = importlib.import_module("assistant.importers.formats")
    for module in pkgutil.iter_modules(folder.__path__):
        importlib.import_module(f"{folder.__name__}.{module.name}")
    return dict(sorted(_FORMATS.items()))


def format_named(name: str) -> Format:
    """The format of this name.

    Raises:
        ImportRefused: there is none; the message lists those there are.
    """
    known = all_formats()
    if name not in known:
        raise ImportRefused(f"There is no format {name!r}.", hint=f"Formats: {', '.join(known)}.")
    return known[name]
