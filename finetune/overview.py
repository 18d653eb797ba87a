"""All models in one table: what each was measured on, what it reached, what a plain method reaches, and when.

Owns gathering the figures: from the cards of the models in use and, where the public data is at hand, from measuring anew what can be
measured within minutes. Trains nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.models.folder import CARD_FILE
from assistant.models.registry import Installed, installed
from assistant.types import Progress

JUDGED = ("test_", "valid_", "dev_", "backtest_")
"""How the names of figures begin that say how good a model is, rather than how it was exported."""
BASELINES = ("baseline_", "naive_", "popular_", "recency_", "before_")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `baseline` is what a plain method reaches on the same data, None where none was measured."""

    model: str
    data: str
    metric: str
    value: float
    baseline: float | None
    date: str


def figures_of_cards(store: Path | None = None) -> list[Figure]:
    """The figures on the cards of the models in use, shipped and the shop's own."""
    return [figure for model in installed(store) if model.active and not model.problem for figure in _of_card(model)]


def figures_measured(data: Path, workers: int, progress: Progress | None = None) -> Iterator[Figure]:
    """What is measured anew on the public data sets that are in the folder `data`; absent ones are passed over."""
    weekly = data / "forecast" / "Weekly-train.csv"
    if weekly.is_file():
        yield from _forecaster(weekly, weekly.with_name("Weekly-test.csv"), workers, progress)
    for sequences in sorted((data / "recommend").glob("s3rec_*.txt")):
        yield from _recommender(sequences, progress)
    purchases = data / "recommend" / "cdnow_master.txt"
    if purchases.is_file():
        yield _customers(purchases)
    lines = data / "reviews" / "sst2_train.txt"
    if lines.is_file():
        yield from _sentiment(lines, workers, progress)


def _of_card(model: Installed) -> Iterator[Figure]:
    metrics = model.card.metrics
    plain = {name: value for name, value in metrics.items() if name.startswith(BASELINES)}
    judged = {name: value for name, value in metrics.items() if name.startswith(JUDGED) and "examples" not in name}
    shown = judged or {name: value for name, value in metrics.items() if name not in plain}
    when = datetime.fromtimestamp((model.path / CARD_FILE).stat().st_mtime, UTC).date().isoformat()
    for name, value in shown.items():
        split = next((start for start in JUDGED if name.startswith(start)), "")
        metric = name.removeprefix(split)
        baseline = next((plain[start + metric] for start in BASELINES if start + metric in plain), None)
        yield Figure(
            model.name, {"test_": "held-out part of its data", "": "its own"}.get(split, "validation part"), metric, value, baseline, when
        )


def _forecaster(train: Path, test: Path, workers: int, progress: Progress | None) -> Iterator[Figure]:
    from finetune.forecast import evaluate_forecast

    numbers = evaluate_forecast(train, test, 1, workers=workers, progress=progress).numbers
    for metric, baseline in (("owa", 1.0), ("smape", numbers["smape_naive2"]), ("mase", numbers["mase_naive2"]), ("coverage_95", 0.95)):
        yield Figure("forecaster", f"M4 weekly, {train.name}", metric, numbers[metric], baseline, _today())


def _recommender(sequences: Path, progress: Progress | None) -> Iterator[Figure]:
    from finetune.recommend import evaluate_sequences

    found = evaluate_sequences(sequences, progress=progress)
    for metric, value, baseline in (("ndcg@10", found.ndcg, found.popular_ndcg), ("hr@10", found.hit_rate, None)):
        yield Figure("recommender", f"{sequences.name}, the last of each line", metric, round(value, 5), baseline, _today())


def _customers(purchases: Path) -> Figure:
    from finetune.lifetime import judge, read_ledger

    found = judge(read_ledger(purchases))
    return Figure("customer lifetime", f"{purchases.name}, second half", "mae", round(found.error, 4), round(found.pace_error, 4), _today())


def _sentiment(lines: Path, workers: int, progress: Progress | None) -> Iterator[Figure]:
    from assistant.models.registry import find_model
    from finetune.opinions import read_opinions
    from finetune.sentiment_evaluation import evaluate_sentiment

    report = evaluate_sentiment(find_model("sentiment"), read_opinions([lines]), threads=workers, baseline=True, progress=progress)
    yield Figure(
        "sentiment",
        f"{lines.name}, never learnt from",
        "accuracy",
        report.numbers["accuracy"],
        report.numbers["baseline_accuracy"],
        _today(),
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
