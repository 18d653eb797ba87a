"""A made-up shop for the analyst's tests: its frames, the pandas oracle over them, and a warehouse with its context."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent / "questions"))

if TYPE_CHECKING:
    import pandas as pd
    from oracle import Oracle

    from assistant.analyst.context import Context


@pytest.fixture(scope="session")
def shop_lines() -> pd.DataFrame:
    """The made-up shop's lines, in the public file's layout."""
    import synthetic

    return synthetic.lines()


@pytest.fixture(scope="session")
def shop_reviews() -> pd.DataFrame:
    """The made-up shop's reviews."""
    import synthetic

    return synthetic.reviews()


@pytest.fixture(scope="session")
def oracle(shop_lines: pd.DataFrame, shop_reviews: pd.DataFrame) -> Oracle:
    """Gold over the made-up shop, independent of the semantic layer."""
    from oracle import Oracle

    return Oracle(shop_lines, shop_reviews)


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory, shop_lines: pd.DataFrame, shop_reviews: pd.DataFrame) -> Path:
    """A folder with the warehouse of the made-up shop and no store."""
    from frames import warehouse_of

    folder = tmp_path_factory.mktemp("made-up-shop")
    warehouse_of(folder, shop_lines, shop_reviews).close()
    return folder


@pytest.fixture(scope="session")
def context(shop_folder: Path) -> Context:
    """What a tool is given, over the made-up shop."""
    from assistant.analyst.context import Context
    from assistant.analyst.semantics import load_semantics
    from assistant.config import Settings
    from assistant.warehouse import Warehouse

    warehouse = Warehouse.open(shop_folder)
    return Context(warehouse, load_semantics(), Settings(currency="GBP"), warehouse.info.first_day, warehouse.info.as_of)
