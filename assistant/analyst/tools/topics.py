"""What reviews are about: topics by their own words, with counts, quotes, and which of them grew of late."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.reviewing import Share, no_model, reviews_of, unread_note
from assistant.analyst.scoping import outside
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.errors import ModelMissing
from assistant.models.readings import embeddings_of
from assistant.models.topics import LEAST, Topic, topics_of
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

QUOTED = 3
LONGEST_QUOTE = 140
LATELY = timedelta(days=92)
GREW_Z = 2.576
DEFINITION = "reviews read, grouped by the likeness of their embeddings and named by the words that set a group apart; one topic a review"


class Written(Protocol):
    """Something that somebody wrote, with its day where that is known."""

    @property
    def text(self) -> str: ...
    @property
    def day(self) -> date | None: ...


@tool(
    examples=("What are the reviews about?", "Main topics in the reviews of dresses", "What are the main causes of complaint?"),
    reads=("filters", "period", "ranking"),
)
def topics(question: Question, context: Context) -> ToolResult:
    """Groups the reviews by what they are about: topics in `rows` by the number of reviews, with quotes; what grew of late as a note.

    With `ranking` at the `bottom`, only reviews that are negative by their words: complaints by cause. The same data gives the same topics.
    """
    question = replace(question, metrics=("reviews",), by=())
    if refusal := outside(question, context):
        return refusal
    try:
        reviews = reviews_of(question, context)
    except ModelMissing as error:
        return ToolResult(Status.DECLINED, text=no_model(error))
    complaints = question.ranking is not None and question.ranking.direction == "bottom"
    kind = "complaints" if complaints else "reviews"
    read = [row for row in reviews.read if row.read is not None and (not complaints or row.read.polarity == "negative")]
    head = ", ".join([kind.capitalize(), *wording.scope(question, context)])
    if len(read) < LEAST:
        return ToolResult(Status.DECLINED, text=f"{head}: {len(read)} are too few to tell topics; it takes {LEAST}.")
    found = topics_of([row.text for row in read], embeddings_of([row.read for row in read if row.read is not None]))
    shown = found[: question.ranking.n if question.ranking else len(found)]
    told = "; ".join(f"“{topic.name}” {wording.percent(len(topic.members) / len(read))}" for topic in shown)
    quotes = " ".join(f"{topic.words[0].capitalize()}: “{quote_of(read, topic)}”" for topic in shown[:QUOTED] if topic.words)
    return ToolResult(
        rows=tuple(Row(topic.name, len(topic.members)) for topic in shown),
        unit="count",
        text=f"{head}, by what {len(read):,} of them are about: {told}. {quotes}",
        notes=(*unread_note(reviews, question), *grown(read, found)),
        receipt=accounted(question, context, f"topics of {kind}", DEFINITION, reviews.sql, reviews.rows_read),
    )


def quote_of(read: Sequence[Written], topic: Topic) -> str:
    """The most typical text that is short enough to be quoted whole, else the most typical one's beginning."""
    texts = [" ".join(read[place].text.split()) for place in topic.members[:20]]
    short = next((text for text in texts if len(text) <= LONGEST_QUOTE), None)
    return short or texts[0][:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"


def grown(read: Sequence[Written], found: Sequence[Topic]) -> tuple[str, ...]:
    """Topics whose share of the last three months is clearly above that of the time before."""
    days = [row.day for row in read if row.day is not None]
    if len(days) < len(read) / 2:
        return ()
    start = max(days) - LATELY
    grown = [topic for topic in found if _grew(read, topic, start)]
    return (f"More often since {wording.day(start)}: {wording.plain_list([f'“{topic.name}”' for topic in grown])}.",) if grown else ()


def _grew(read: Sequence[Written], topic: Topic, start: date) -> bool:
    inside = set(topic.members)
    late = [i in inside for i, row in enumerate(read) if row.day is not None and row.day >= start]
    early = [i in inside for i, row in enumerate(read) if row.day is not None and row.day < start]
    if min(len(late), len(early)) < LEAST:
        return False
    now, before = Share(sum(late), len(late)), Share(sum(early), len(early))
    pooled = (now.part + before.part) / (now.whole + before.whole)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / now.whole + 1 / before.whole))
    return spread > 0 and now.value - before.value > GREW_Z * spread
