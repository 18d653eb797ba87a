"""Fixtures that every room's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public data and exams beside the repository."""
    if not SHARED.exists():
        pytest.skip(f"the public data is not at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def shopclerk() -> str:
    """The installed command."""
    command = ROOT / ".venv" / "bin" / "shopclerk"
    assert command.exists(), "run `make install` first"
    return str(command)
