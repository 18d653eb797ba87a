"""One table of all models: figures from cards with what a plain method reaches, and those measured anew where data is at hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.models import registry
from assistant.models.folder import Card, write_card
from assistant.models.registry import draft_folder, install
from finetune.commands import app
from finetune.overview import figures_of_cards


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Public data in small: products in a ring, and customers who come every other week."""
    folder = tmp_path / "data" / "recommend"
    folder.mkdir(parents=True)
    (folder / "s3rec_ring.txt").write_text("".join(f"{n} {' '.join(str((n + step) % 12) for step in range(6))}\n" for n in range(60)))
    rng, rows = np.random.default_rng(3), []
    for customer in range(120):
        day = float(rng.integers(0, 90))
        while day < 540:
            rows.append(f"{customer:05d} {date(1997, 1, 1) + timedelta(days=int(day)):%Y%m%d} 1 {10 + customer % 7}.50")
            day += max(rng.exponential(20.0 + customer), 1.0)
    (folder / "cdnow_master.txt").write_text("\n".join(rows) + "\n")
    return tmp_path / "data"


def test_a_shops_own_model_stands_in_the_table_beside_its_baseline(tmp_path: Path) -> None:
    with draft_folder(tmp_path, "recommender") as draft:
        draft.mkdir()
        metrics = {"test_ndcg@10": 0.08, "popular_ndcg@10": 0.02, "megabytes": 3.0}
        write_card(draft, Card("recommend", "recommender", metrics=metrics))
        install(tmp_path, "recommender", draft, "")
    own = [figure for figure in figures_of_cards(tmp_path) if "recommender" in figure.model]
    assert [(figure.metric, figure.value, figure.baseline) for figure in own] == [("ndcg@10", 0.08, 0.02)]
    assert registry.find_model("recommender", tmp_path).is_dir()


def test_what_is_at_hand_is_measured_anew(data: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", "all", "--data", str(data), "--json"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(row) for row in done.stdout.splitlines() if row.startswith("{")]
    measured = {(row["model"], row["metric"]): row for row in rows if row["data"].startswith(("s3rec", "cdnow"))}
    ring = measured["recommender", "ndcg@10"]
    assert ring["value"] > 0.9 > ring["baseline"]
    assert measured["customer lifetime", "mae"]["value"] < measured["customer lifetime", "mae"]["baseline"] * 1.5
    assert all(row["date"] for row in rows)


def test_the_table_is_readable_by_people(data: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", "all"])
    assert done.exit_code == 0, done.output
    assert "baseline" in done.stdout
    assert "shopclerk-sentiment" in done.stdout or "sentiment" in done.stdout
