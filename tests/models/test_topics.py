"""Topics of texts whose subjects are known by construction."""

from __future__ import annotations

import random

import numpy as np

from assistant.models.topics import Topic, topics_of
from tests.fake_sentiment import WordSentiment

SUBJECTS = {
    "zip": ["the zip jammed", "zip broke again", "zipper teeth and zip slider", "that zip won't close"],
    "courier": ["courier left the parcel outside", "the courier came with the parcel", "parcel thrown by the courier"],
    "sleeves": ["sleeves reach the knees", "long sleeves and wide shoulders", "the sleeves and shoulders sag"],
}


def _texts(seed: int = 0) -> list[str]:
    chooser = random.Random(seed)
    return [f"{chooser.choice(frames)} {chooser.choice('abcdefgh')}{i}" for i, frames in enumerate(list(SUBJECTS.values()) * 15)]


def _found(texts: list[str]) -> list[Topic]:
    embeddings = np.stack([one.embedding for one in WordSentiment(dimension=256).read_all(texts)])
    return topics_of(texts, embeddings, 3)


def test_texts_of_one_subject_are_together_and_named_by_their_words() -> None:
    texts = _texts()
    found = _found(texts)
    assert len(found) == 3
    subjects = list(SUBJECTS)
    for topic in found:
        true = {subjects[place % 3] for place in topic.members}
        assert len(true) == 1
        assert true.pop() in topic.words
    assert sorted(place for topic in found for place in topic.members) == list(range(len(texts)))


def test_the_same_texts_in_another_order_give_the_same_topics() -> None:
    texts = _texts()
    order = list(range(len(texts)))
    random.Random(3).shuffle(order)
    shuffled = [texts[i] for i in order]
    names = [(topic.name, sorted(texts[i] for i in topic.members)) for topic in _found(texts)]
    assert names == [(topic.name, sorted(shuffled[i] for i in topic.members)) for topic in _found(shuffled)]


def test_few_texts_make_no_topics() -> None:
    assert _found(_texts()[:20]) == []


def test_texts_that_are_all_alike_are_no_error() -> None:
    found = _found(["the same words again"] * 40)
    assert sum(len(topic.members) for topic in found) == 40
