"""A small demo shop, built once, and servers over copies of it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"
sys.path.insert(0, str(BENCH))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with catalogue, orders, warehouse and index; not to be written to."""
    from ui.commands import _prepare_demo

    folder = tmp_path_factory.mktemp("built") / "shop"
    _prepare_demo(folder, 40, 30, 20, 3)
    return folder


@pytest.fixture
def shop_folder(built: Path, tmp_path: Path) -> Path:
    """A copy of the built store."""
    folder = tmp_path / "shop"
    shutil.copytree(built, folder)
    return folder


@pytest.fixture
def many_times(pytestconfig: pytest.Config) -> Callable[[int], range]:
    """So many repetitions, times SHOPCLERK_TEST_REPEAT: few in every run, more where somebody asks for them."""
    import os

    factor = int(os.environ.get("SHOPCLERK_TEST_REPEAT", "1"))
    return lambda few: range(few * factor)
