"""Two pictures of an evaluation, as HTML that opens anywhere: what is confused with what, and how honest the confidence is."""

from __future__ import annotations

from pathlib import Path

from finetune.evaluation import Report

MOST = 30


def draw(report: Report, folder: Path) -> list[Path]:
    """Writes `confusion.html` and `reliability.html` into `folder` and returns their paths."""
    import plotly.graph_objects as go

    folder.mkdir(parents=True, exist_ok=True)
    worst = report.confusions[:MOST]
    confusion = go.Figure(go.Bar(x=[c.count for c in worst], y=[f"{c.truth} → {c.predicted}" for c in worst], orientation="h"))
    confusion.update_layout(
        title="Most frequent confusions: truth → prediction",
        xaxis_title="texts",
        yaxis={"autorange": "reversed"},
        height=200 + 22 * len(worst),
    )
    bins = report.reliability
    honest = go.Scatter(x=[0, 1], y=[0, 1], mode="lines", name="honest", line={"dash": "dot"})
    seen = go.Scatter(
        x=[b.confidence for b in bins],
        y=[b.accuracy for b in bins],
        mode="lines+markers",
        name="measured",
        text=[f"{b.count} texts" for b in bins],
    )
    reliability = go.Figure([honest, seen])
    reliability.update_layout(
        title=f"Reliability; calibration error {report.numbers['ece']:.3f}", xaxis_title="confidence", yaxis_title="accuracy"
    )
    paths = [folder / "confusion.html", folder / "reliability.html"]
    for figure, path in zip((confusion, reliability), paths, strict=True):
        figure.write_html(path, include_plotlyjs="cdn")
    return paths
