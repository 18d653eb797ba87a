"""The sentiment model that ships, over the encoder that ships: sentences that nobody would dispute, of many kinds of goods."""

from __future__ import annotations

import pytest

from assistant.errors import ModelMissing
from assistant.models.aspects import opinions
from assistant.models.sentiment import TrainedSentiment, load_sentiment, weights_of_words


@pytest.fixture(scope="module")
def reader() -> TrainedSentiment:
    reader = load_sentiment()
    try:
        reader.warm_up()
    except ModelMissing as error:
        pytest.skip(f"this build has no sentiment model: {error}")
    return reader


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("The stove boils water in three minutes and packs away small, I am thrilled.", "positive"),
        ("My son is so happy with the game, we would buy it again.", "positive"),
        ("Works well and was good value.", "positive"),
        ("The handle came off on the first morning.", "negative"),
        ("Nobody picks up the phone and my money is gone, this is outrageous!", "negative"),
        ("Far too tight around the shoulders, had to send it back.", "negative"),
        ("When does the shop open on Saturday?", "neutral"),
        ("Could you send me the invoice for my last order?", "neutral"),
    ],
)
def test_what_is_plain_is_read_plainly(reader: TrainedSentiment, text: str, polarity: str) -> None:
    assert reader.read([text])[0].polarity == polarity


def test_stars_follow_the_strength_of_words(reader: TrainedSentiment) -> None:
    awful, middling, superb = reader.read(
        ["Awful, it broke at once, never again.", "It is all right, nothing more.", "Superb in every way, I adore it!"]
    )
    assert awful.rating <= 2 <= middling.rating <= 4 <= superb.rating
    assert awful.score < middling.score < superb.score


def test_the_word_that_decided_is_found(reader: TrainedSentiment) -> None:
    weights = weights_of_words(reader, "The teapot came on Monday and leaks terribly.")
    lowest = sorted(weights, key=lambda one: one.weight)[:2]
    assert {one.word for one in lowest} & {"leaks", "terribly"}


def test_an_aspect_is_felt_by_its_own_sentence(reader: TrainedSentiment) -> None:
    found = opinions(reader.read_closely("I love the colour, it is gorgeous. The zip broke after a week and that is a disgrace."))
    scores = {one.aspect: one.feeling.score for one in found}
    assert scores["colour"] > scores["quality"]


@pytest.mark.parametrize("text", ["", "   ", "!!!", "🙂🙂", "Очень хороший чайник", "word " * 3000])
def test_odd_texts_are_read_without_an_error(reader: TrainedSentiment, text: str) -> None:
    whole = reader.read([text])[0]
    assert whole.negative + whole.neutral + whole.positive == pytest.approx(1.0)
