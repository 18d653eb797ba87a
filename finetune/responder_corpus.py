"""The public texts and pairs that the shipped responder is made from, with their licences.

Owns where each lies, what is dropped of it, and what is held out. Only sets whose licence lets weights ship are named here.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ImportRefused
from assistant.models.folder import Dataset
from assistant.models.slots import as_sentence
from finetune.replies import Pair, Replies, read_replies
from finetune.responder_noise import sentences

HETPQA = "pqa/hetpqa_answers_train.tsv"
HETPQA_DEV = "pqa/hetpqa_answers_dev.tsv"
SEMIPQA = "pqa/semipqa_text_train.tsv"
EPQA = "pqa/epqa_dev.csv"
SUPPORT = "support/bitext_responses_4514.csv"
REVIEWS = "reviews/womens_clothing.csv"
CATALOGUE = "store/retail_demo_products.yaml"
LABELS = "store/online_retail_II.parquet"

CDLA = "CDLA-Sharing-1.0"
SOURCES = (
    Dataset("hetPQA answers, training split", CDLA, 3_693, HETPQA),
    Dataset("semiPQA attributes to text, training split", CDLA, 2_352, SEMIPQA),
    Dataset("ePQA development questions, less those that share a product or a question with hetPQA's development split", CDLA, 9_770, EPQA),
    Dataset("Bitext customer support responses", CDLA, 4_514, SUPPORT),
    Dataset("Women's clothing reviews, text only", "CC0-1.0", 23_486, REVIEWS),
    Dataset("Retail demo store, product descriptions", "MIT-0", 2_465, CATALOGUE),
)


@dataclass(frozen=True, slots=True)
class Plain:
    """Material for exercises: the sentences of each text, and real questions with a passage each."""

    texts: tuple[tuple[str, ...], ...]
    asked: tuple[tuple[str, str], ...]


def plain_texts(data: Path) -> Plain:
    """Sentences of reviews, descriptions, product passages and support replies under the folder `data`."""
    passages = [*_graded(data), *((pair.message, _first(pair)) for pair in read_replies([data / HETPQA]).pairs)]
    texts = [*_reviews(data / REVIEWS), *_descriptions(data / CATALOGUE), *_support(data / SUPPORT), *(passage for _, passage in passages)]
    split = (tuple(sentences(text)) for text in dict.fromkeys(texts) if "{ " not in text)
    return Plain(tuple(parts for parts in split if parts), tuple((question, as_sentence(passage)) for question, passage in passages))


def plain_from(paths: Iterable[Path]) -> Plain:
    """The sentences of anybody's text files, a passage a line.

    Raises:
        ImportRefused: a file cannot be read, or none has a sentence of four words.
    """
    texts: list[tuple[str, ...]] = []
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ImportRefused(f"{path} cannot be read: {error}.", hint="Give plain text in UTF-8, a passage a line.") from error
        texts += [tuple(parts) for line in lines if (parts := sentences(line))]
    if not texts:
        raise ImportRefused("The texts to learn copying from have no sentence of 4 to 32 words.", hint="Give product texts or reviews.")
    return Plain(tuple(texts), ())


def without_development(rows: Iterable[dict[str, str]], data: Path) -> Iterator[dict[str, str]]:
    """Rows with `question` and `ASIN` that share neither with hetPQA's development split, which is kept for judging."""
    with (data / HETPQA_DEV).open(newline="", encoding="utf-8") as stream:
        held = list(csv.DictReader(stream, delimiter="\t"))
    questions, products = {_key(row["question"]) for row in held}, {row["ASIN"] for row in held}
    answers = {_key(row["candidate"]) for row in held if len(row["candidate"].split()) > 5}
    for row in rows:
        if _key(row["question"]) not in questions and row["ASIN"] not in products and _key(row["candidate"]) not in answers:
            yield row


def epqa_pairs(data: Path) -> Replies:
    """ePQA's graded evidence with its answers: those that settle the question, and those that only touch it ("I'm not sure but ...")."""
    with (data / EPQA).open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    kept = [row for row in without_development(rows, data) if row["answer"].strip()]
    pairs = tuple(Pair(row["question"], (passage_of(row["candidate"]),), row["answer"].strip(), "full") for row in kept)
    return Replies(pairs, (f"{Path(EPQA).name}: {len(kept)} of {len(rows)} rows have an answer and are not held out",))


def held_out(pairs: Iterable[Pair], count: int, seed: int = 13) -> tuple[list[Pair], list[Pair]]:
    """(train, held out): about `count` pairs held out, whole messages at a time."""
    rows = list(pairs)
    messages = sorted({pair.message for pair in rows})
    random.Random(seed).shuffle(messages)
    chosen = set(messages[: max(1, round(len(messages) * count / max(1, len(rows))))])
    return [pair for pair in rows if pair.message not in chosen], [pair for pair in rows if pair.message in chosen]


def _graded(data: Path) -> Iterator[tuple[str, str]]:
    with (data / EPQA).open(newline="", encoding="utf-8") as stream:
        for row in without_development(csv.DictReader(stream), data):
            yield row["question"], passage_of(row["candidate"])


def passage_of(candidate: str) -> str:
    """ePQA puts the question that a community answer replied to behind it."""
    return " ".join(candidate.split("Question:")[0].split()) or candidate


def _first(pair: Pair) -> str:
    return str(pair.evidence[0])


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def _reviews(path: Path) -> Iterator[str]:
    with path.open(newline="", encoding="utf-8") as stream:
        yield from (row["Review Text"] for row in csv.DictReader(stream) if row["Review Text"])


def _descriptions(path: Path) -> Iterator[str]:
    import yaml

    for product in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
        yield f"{product['name']}. {product['description']}"


def _support(path: Path) -> Iterator[str]:
    with path.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield re.sub(r"\s*\n+\s*(?:\d+\.|-|\*)?\s*", " ", row["response"])
