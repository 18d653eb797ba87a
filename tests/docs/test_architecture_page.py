"""The page on architecture names what is there: every path, every name in code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:ui|finetune|assistant|retrieval)/[\w./]*)`", TEXT)))
ROOMS = {path.name for path in (ROOT / "assistant").iterdir() if (path / "__init__.py").exists()}


@pytest.mark.parametrize("path", PATHS)
def test_paths_exist(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_room_is_named() -> None:
    assert {room for room in ROOMS if f"`assistant/{room}/" not in TEXT} == set()


def test_links_lead_somewhere() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
