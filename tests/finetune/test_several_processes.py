"""Training by several processes at once, as torchrun starts them."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

from assistant.models.folder import open_model

pytestmark = pytest.mark.slow


def test_two_processes_train_one_model(tiny: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    with data.open("w", newline="") as stream:
        rows = [(f"{frame} {word}", label) for label, word in (("track", "parcel"), ("refund", "money")) for frame in "abcdefghij"]
        csv.writer(stream).writerows([("text", "label"), *rows])
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "--no_python"]
    command = [
        str(Path(sys.executable).with_name("shopclerk")),
        "finetune",
        "intent",
        "--train",
        str(data),
        "--out",
        str(tmp_path / "model"),
    ]
    options = ["--base", str(tiny), "--epochs", "1", "--batch", "4", "--no-int8"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([*torchrun, *command, *options], capture_output=True, text=True, env=environment, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("2 labels") == 1
    assert open_model(tmp_path / "model").card.labels["intent"] == ("refund", "track")
