"""Gradio without what costs a server half of its start: type stubs that are written at every import, and apps that are thrown away.

With every component class Gradio parses the class's source and writes a type stub for editors beside it, into the installed package. And
it makes a FastAPI app of eighty routes four times for each `Blocks`: when its block ends, at each call of `queue`, and when it is
mounted. Owns only the way around both; whoever needs Gradio imports it as ever.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_WRITER = "gradio.component_meta"
_WRITES = "create_or_modify_pyi"


def import_gradio() -> None:
    """Import Gradio; should it write its stubs in another way one day, it is imported as it is."""
    if "gradio" in sys.modules:
        return
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        import gradio  # noqa: F401 - for its effect on sys.modules
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def apps_made_once() -> Iterator[None]:
    """Inside, a `Blocks` gets no app until it is mounted; `serve_by` says then which one is its own."""
    import gradio.blocks

    blocks: Any = gradio.blocks
    made_by, blocks.App = blocks.App, _Unmade
    try:
        yield
    finally:
        blocks.App = made_by


def serve_by(blocks: Any, app: Any) -> None:
    """Let the queue of `blocks` work in the app that was last mounted in `app`: the one whose sessions end when a browser leaves."""
    blocks.app = app.routes[-1].app


class _Unmade:
    """Stands where the class of apps stands."""

    @staticmethod
    def create_app(*arguments: Any, **named: Any) -> None:
        """No app yet."""


class _Finder:
    """Finds the one module that writes stubs, and nothing else."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if name != _WRITER:
            return None
        spec: Any = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """Runs the module, then takes its writing away."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: Any) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        if hasattr(module, _WRITES):
            setattr(module, _WRITES, lambda *arguments: None)
