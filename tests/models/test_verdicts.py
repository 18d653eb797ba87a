"""The shipped verdict model reads meaning where rules read words, and serves from a checked folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.errors import ModelCorrupt
from assistant.models.verdicts import TrainedVerdicts, load_verdicts

pytestmark = pytest.mark.skipif(load_verdicts() is None, reason="the shipped verdict model is not here")


@pytest.fixture(scope="module")
def shipped() -> TrainedVerdicts:
    reader = load_verdicts()
    assert reader is not None
    return reader


@pytest.mark.parametrize(
    ("question", "evidence", "says"),
    [
        ("can I put it in the dishwasher?", "We run ours through the dishwasher every week and it still looks new.", "yes"),
        ("does it come with batteries?", "There were no batteries in the box.", "no"),
        ("will it fit a king size bed?", "Sadly it was far too small for our king size bed.", "no"),
        ("is the lamp bright enough to read by?", "The parcel came two days early.", ""),
    ],
)
def test_it_reads_what_people_mean(shipped: TrainedVerdicts, question: str, evidence: str, says: str) -> None:
    chances = shipped.read(question, [evidence])
    likeliest = max((("yes", chances.yes), ("no", chances.no), ("", 1 - chances.yes - chances.no)), key=lambda pair: pair[1])[0]
    assert likeliest == says


def test_the_clearest_piece_decides_and_nothing_says_nothing(shipped: TrainedVerdicts) -> None:
    told = ["The parcel came early.", "No, it has no hood at all."]
    chances = shipped.read("does it have a hood?", told)
    assert chances == shipped.of_piece("does it have a hood?", told[1])
    assert shipped.read("does it have a hood?", ["", "  "]).yes == 0.0


def test_an_altered_folder_is_refused(shipped: TrainedVerdicts, tmp_path: Path) -> None:
    folder = tmp_path / "verdict"
    shutil.copytree(shipped.folder, folder)
    (folder / "model.onnx").write_bytes(b"not a network")
    with pytest.raises(ModelCorrupt):
        TrainedVerdicts(folder).warm_up()
