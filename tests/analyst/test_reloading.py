"""After a refresh of the warehouse the next question has the new figures, and the words of asking are not read again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from frames import FrameSource, warehouse_of

from assistant.analyst import analyst as room
from assistant.analyst.analyst import Analyst
from assistant.config import Settings
from assistant.types import Message, Role
from assistant.warehouse import Warehouse

if TYPE_CHECKING:
    import pandas as pd


class LaterSource(FrameSource):
    """The same shop after something was sold."""

    def changed_at(self) -> str:
        return "later"


def test_new_figures_with_the_words_read_once(
    tmp_path: Path, shop_lines: pd.DataFrame, shop_reviews: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    load = room.load_lexicon
    monkeypatch.setattr(room, "load_lexicon", lambda semantics: read.append(semantics) or load(semantics))
    half = shop_lines.iloc[: len(shop_lines) // 2]
    warehouse_of(tmp_path, half, shop_reviews).close()
    analyst = Analyst(tmp_path, Settings(currency="GBP"))

    def rows() -> int | None:
        answer, _ = analyst.reply(Message("1", "s", "net sales", Role.STAFF), None, {})
        return answer.receipt.rows_read if answer.receipt else None

    before = rows()
    Warehouse.refresh(LaterSource(tmp_path, shop_lines, shop_reviews))
    after = rows()
    assert before is not None
    assert after is not None
    assert after > before
    assert len(read) == 1
