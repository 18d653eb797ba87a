"""The demo shop that the benches serve and ask: made once, kept under `build/`."""

from __future__ import annotations

from pathlib import Path

from goods import CACHE

from ui.commands import _prepare_demo


def demo_store() -> Path:
    """Its store folder."""
    folder = CACHE / "demo-shop"
    folder.parent.mkdir(parents=True, exist_ok=True)
    _prepare_demo(folder, 400, 730, 3000, 1)
    return folder
