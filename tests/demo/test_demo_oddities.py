"""What was planted in demo shops of the usual size is found when somebody asks what is odd, and hardly anything else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_record import TODAY

from assistant.analyst.analyst import Analyst
from assistant.analyst.question import Question
from assistant.config import Settings
from assistant.demo import build_demo, shop_settings
from assistant.store import Store
from assistant.warehouse import refresh

SEEDS = 1, 2


@pytest.mark.slow
def test_planted_oddities_are_found_and_hardly_any_others(tmp_path: Path) -> None:
    """A day of many orders, a day of none, a wave of returns, a country that grows: recall of 0.9 at a precision of 0.8."""
    planted = found = right = 0
    for seed in SEEDS:
        with Store.create(tmp_path / f"shop{seed}") as store:
            facts = build_demo(store, seed=seed, today=TODAY)
            refresh(store)
        assert facts.spike is not None
        assert facts.dead_day is not None
        assert facts.return_wave is not None
        assert facts.growing_country is not None
        odd = {facts.spike.day.isoformat(), facts.dead_day.day.isoformat(), facts.return_wave.product_id, facts.growing_country.country}
        answer = Analyst(tmp_path / f"shop{seed}", Settings(**shop_settings())).ask(Question("anomalies"), "manager")
        told = {row.label for row in answer.rows}
        planted, found, right = planted + len(odd), found + len(told), right + len(odd & told)
    assert right / planted >= 0.9
    assert right / found >= 0.8
