"""The exams over real data, end to end through the installed command: import, ask, score."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PASS_MARKS = {"staff": 0.90, "p": 0.85, "t": 0.85}


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("exam", PASS_MARKS)
def test_exam(exam: str, shared: Path, shopclerk: str, tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    run = [sys.executable, str(shared / "exams" / "run.py"), exam, "--answers", str(answers)]
    done = subprocess.run(run, env={**os.environ, "SHOPCLERK": shopclerk}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    folder, gold, score = {
        "staff": ("staff", "dev.jsonl", "score.py"),
        "p": ("shopper", "p_dev.jsonl", "score.py"),
        "t": ("shopper", "t_dev.jsonl", "score.py"),
    }[exam]
    scored = subprocess.run(
        [sys.executable, str(shared / "exams" / folder / score), str(shared / "exams" / folder / gold), str(answers), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(scored.stdout)
    print(done.stdout)
    assert result["accuracy"] >= PASS_MARKS[exam], done.stdout
    assert result.get("wrong_writes", 0) == 0, done.stdout
    assert result.get("privacy_leak_lines", 0) == 0, done.stdout
    assert result.get("hallucinated_lines", 0) == 0, done.stdout
    assert result.get("confidently_wrong", 0.0) <= 0.05, done.stdout
