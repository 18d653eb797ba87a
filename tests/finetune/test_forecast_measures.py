"""The M4 competition's measures, checked by hand, and its file layout."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.errors import ImportRefused
from finetune.commands import app
from finetune.forecast import evaluate_forecast, is_seasonal, mase, naive2, read_series, smape


def _write(path: Path, rows: dict[str, list[float]]) -> Path:
    width = max(map(len, rows.values()))
    lines = ['"V1",' + ",".join(f'"V{i + 2}"' for i in range(width))]
    lines += [f'"{name}",' + ",".join(f'"{v:g}"' for v in values) + "," * (width - len(values)) for name, values in rows.items()]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_smape_by_hand() -> None:
    assert smape(np.array([[100.0, 50.0]]), np.array([[110.0, 50.0]])) == pytest.approx((200 * 10 / 210 + 0) / 2)


def test_mase_by_hand() -> None:
    assert mase(np.array([[6.0, 8.0]]), np.array([[5.0, 5.0]]), [np.array([1.0, 3.0, 2.0, 5.0])], 1) == pytest.approx(2 / 2)


def test_mase_with_a_season_is_scaled_by_the_season() -> None:
    assert mase(np.array([[6.0]]), np.array([[5.0]]), [np.array([1.0, 3.0, 2.0, 5.0])], 2) == pytest.approx(1 / 1.5)


def test_naive2_repeats_the_last_figure_of_what_has_no_season() -> None:
    assert naive2(np.array([1.0, 5.0, 2.0, 4.0]), 3, 1).tolist() == [4, 4, 4]


def test_naive2_carries_a_season_on() -> None:
    series = np.tile([10.0, 20.0, 30.0, 40.0], 10)
    assert is_seasonal(series, 4)
    assert naive2(series, 6, 4) == pytest.approx([10, 20, 30, 40, 10, 20], rel=0.01)


def test_a_series_without_movement_has_no_season() -> None:
    assert not is_seasonal(np.ones(40), 4)


def test_a_file_in_the_layout_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path / "train.csv", {"W1": [1, 2, 3], "W2": [4, 5]})
    assert {name: series.tolist() for name, series in read_series(path).items()} == {"W1": [1, 2, 3], "W2": [4, 5]}


def test_a_cell_that_is_no_number_is_told(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("V1,V2,V3\nW1,1,x\n")
    with pytest.raises(ImportRefused, match="W1"):
        read_series(path)


def test_series_that_are_not_in_both_files_are_told(tmp_path: Path) -> None:
    train = _write(tmp_path / "train.csv", {"W1": [1.0] * 60})
    test = _write(tmp_path / "test.csv", {"W9": [1.0, 2.0]})
    with pytest.raises(ImportRefused, match="W9"):
        evaluate_forecast(train, test, 1)


def test_the_command_prints_the_competitions_measures(tmp_path: Path) -> None:
    chooser = np.random.default_rng(3)
    steps = np.arange(66)
    rows = {f"W{i}": list(50 + i + 0.8 * steps + chooser.normal(0, 0.3, 66)) for i in range(3)}
    train = _write(tmp_path / "train.csv", {name: values[:60] for name, values in rows.items()})
    test = _write(tmp_path / "test.csv", {name: values[60:] for name, values in rows.items()})
    done = CliRunner().invoke(
        app, ["evaluate", "forecast", "--train", str(train), "--test", str(test), "--season", "1", "--workers", "1", "--json"]
    )
    assert done.exit_code == 0, done.output
    numbers = json.loads(done.stdout)
    assert {"smape", "mase", "owa", "coverage_95"} <= set(numbers)
    assert numbers["owa"] < 0.6
    assert 0 <= numbers["coverage_95"] <= 1
