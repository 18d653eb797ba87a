"""The splits that the intent classifier's figures are of, where an official test set is not at hand.

    python tests/bench/intent_splits.py ../shared/data/intents --out /tmp/splits

BANKING77: a tenth of each label of the training file is kept to judge by (`bank_test.csv`), the rest to train on (`bank_train.csv`).
CLINC150: the training split with its lines out of scope (`clinc_train.csv`); of the validation split one half of each label to choose by
(`clinc_valid.csv`), the other to judge by (`clinc_test.csv`).
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

SEED = 7
HELD_OUT = 0.1


def main() -> None:
    """Write the five files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with banking77_train.csv and clinc150_train_val.json")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    parts = {**banking(options.data / "banking77_train.csv"), **clinc(options.data / "clinc150_train_val.json")}
    for name, part in parts.items():
        part.to_csv(options.out / name, index=False)
        print(f"{options.out / name}: {len(part):,} lines")


def banking(path: Path) -> dict[str, pd.DataFrame]:
    """By file name."""
    lines = pd.read_csv(path)
    judged = lines.groupby(lines.columns[1]).sample(frac=HELD_OUT, random_state=SEED)
    return {"bank_train.csv": lines.drop(judged.index), "bank_test.csv": judged}


def clinc(path: Path) -> dict[str, pd.DataFrame]:
    """By file name."""
    data = json.loads(path.read_text(encoding="utf-8"))
    by_label: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for text, label in data["val"] + data["oos_val"]:
        by_label[label].append((text, label))
    chooser = random.Random(SEED)
    chosen, judged = [], []
    for _, lines in sorted(by_label.items()):
        chooser.shuffle(lines)
        chosen += lines[: len(lines) // 2]
        judged += lines[len(lines) // 2 :]
    return {
        "clinc_train.csv": _frame(data["train"] + data["oos_train"]),
        "clinc_valid.csv": _frame(chosen),
        "clinc_test.csv": _frame(judged),
    }


def _frame(lines: Iterable[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["text", "label"])


if __name__ == "__main__":
    main()
