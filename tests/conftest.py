"""Fixtures that every room's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# Times of single examples say nothing on a machine that does other things as well.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


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
