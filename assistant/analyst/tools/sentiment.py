"""How reviews feel by their words: shares and trends beside the stars, and what people like or dislike, with quotes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.analyst import wording
from assistant.analyst.question import Question
from assistant.analyst.reviewing import Review, Reviews, Share, no_model, read_before, reader_of, reviews_of, unread_note
from assistant.analyst.scoping import outside
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted
from assistant.errors import ModelMissing
from assistant.models.aspects import load_aspects
from assistant.models.readings import Said
from assistant.models.sentiment import CloseReader, weights_of_words
from assistant.types import Receipt, Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

DISLIKED, LIKED = -0.35, 0.35
"""From which score on a sentence counts as a complaint, or as praise."""
QUOTES = 3
TELLING = 0.5
"""From this change of the logarithm of the odds on, a word is named as one that decided."""
LONGEST_QUOTE = 160
TRIED = 5
"""Quotes that are read by themselves before one is shown."""
SHOWN = 5
FEWEST = 20
TURN_Z = 2.576
"""A share has turned where it differs from the months before by this many standard errors (one in a hundred by chance)."""
TURN_MONTHS = 6
TIME = ("day", "week", "month", "quarter", "year")
DEFINITION = "reviews whose words the sentiment model reads as negative, divided by the reviews read; 95 % interval for the sampling error"


@tool(
    examples=(
        "What do people dislike about the dresses?",
        "Sentiment of the reviews by month",
        "What do customers praise?",
        "How do the reviews of trousers feel by their words?",
    ),
    reads=("by", "filters", "period", "ranking"),
)
def sentiment(question: Question, context: Context) -> ToolResult:
    """Reads reviews by their words: the share of negative ones (`value`, by a dimension in `rows`), said beside the share by stars.

    With `ranking`, what people dislike (`bottom`) or like (`top`): aspects in `rows`, by the number of reviews that say so, with quotes.
    """
    question = replace(question, metrics=("reviews",))
    if refusal := outside(question, context):
        return refusal
    try:
        reviews = reviews_of(question, context)
    except ModelMissing as error:
        return ToolResult(Status.DECLINED, text=no_model(error))
    if not reviews.rows:
        return ToolResult(Status.DECLINED, text=f"{_scope(question, context)}: there are no reviews with words.")
    if question.ranking is not None:
        return _opinions(question, reviews, context)
    return _by_group(question, reviews, context) if question.by else _share(question, reviews, context)


def _share(question: Question, reviews: Reviews, context: Context) -> ToolResult:
    by_words, by_stars = negative_by_words(reviews.read), negative_by_stars(reviews.rows)
    low, high = by_words.interval
    text = f"{_scope(question, context)}: by their words {_said(by_words)} are negative{_beside(by_stars)}."
    return ToolResult(
        value=by_words.value,
        unit="share",
        facts={"low": low, "high": high, "by_stars": by_stars.value if by_stars.whole else None},
        text=text,
        notes=(*unread_note(reviews, question), *turn_note(reviews), *_few(by_words)),
        receipt=_receipt(question, reviews, context),
    )


def _by_group(question: Question, reviews: Reviews, context: Context) -> ToolResult:
    groups: dict[str, list[Review]] = defaultdict(list)
    for row in reviews.read:
        if row.key:
            groups[row.key].append(row)
    shares = {key: negative_by_words(rows) for key, rows in groups.items()}
    timed = question.by[0] in TIME
    ordered = sorted(shares, key=lambda key: key if timed else (-shares[key].value, key))
    rows = tuple(Row(key, shares[key].value) for key in ordered)
    dimension = context.semantics.dimension(question.by[0])
    told = "; ".join(f"{key} {_said(shares[key])}" for key in (ordered[-SHOWN:] if timed else ordered[:SHOWN]))
    head = f"{_scope(question, context)}, negative by their words, by {dimension.singular}"
    weak = tuple(key for key in ordered if shares[key].whole < FEWEST)
    notes = (f"{len(weak)} of {len(ordered)} rest on fewer than {FEWEST} reviews.",) if weak else ()
    return ToolResult(
        rows=rows,
        unit="share",
        text=f"{head}{', the latest' if timed and len(ordered) > SHOWN else ''}: {told}.",
        notes=(*unread_note(reviews, question), *turn_note(reviews), *notes),
        receipt=_receipt(question, reviews, context),
    )


@dataclass(frozen=True, slots=True)
class _Voice:
    """One review that says something of an aspect: the strongest sentence."""

    review: Review
    said: Said

    @property
    def quote(self) -> str:
        text = " ".join(self.review.text[self.said.start : self.said.end].split())
        return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"


def _opinions(question: Question, reviews: Reviews, context: Context) -> ToolResult:
    down = question.ranking is not None and question.ranking.direction == "bottom"
    voices = _voices(reviews.read, down=down)
    n = question.ranking.n if question.ranking else SHOWN
    ordered = sorted(voices, key=lambda aspect: (-len(voices[aspect]), aspect))[:n]
    if not ordered:
        verb = "complains" if down else "praises anything"
        return ToolResult(
            Status.DECLINED, text=f"{_scope(question, context)}: none of {len(reviews.read):,} reviews {verb} in words that can be told."
        )
    names = {id: aspect.name for id, aspect in load_aspects().items()}
    whole = len(reviews.read)
    told = "; ".join(f"{names.get(id, id)} {_said(Share(len(voices[id]), whole))}" for id in ordered[:SHOWN])
    quoted = {id: _quoted(voices[id], reader_of(context), down=down) for id in ordered[:QUOTES]}
    quotes = " ".join(_told_by(names.get(id, id), quote, context, down=down) for id, quote in quoted.items() if quote)
    verb = "dislike" if down else "like"
    return ToolResult(
        rows=tuple(Row(names.get(id, id), len(voices[id])) for id in ordered),
        unit="count",
        text=f"{_scope(question, context)}: what people {verb}, by the share of reviews that say so: {told}. {quotes}".rstrip(),
        notes=unread_note(reviews, question),
        facts={"read": whole},
        receipt=_receipt(question, reviews, context),
    )


def _voices(read: Sequence[Review], *, down: bool) -> dict[str, list[_Voice]]:
    """Each aspect's reviews that speak of it in a sentence felt so, with their strongest sentence."""
    voices: dict[str, list[_Voice]] = defaultdict(list)
    for review in read:
        strongest: dict[str, Said] = {}
        for said in review.read.said if review.read else ():
            felt = said.score <= DISLIKED if down else said.score >= LIKED
            if felt and (said.aspect not in strongest or abs(said.score) > abs(strongest[said.aspect].score)):
                strongest[said.aspect] = said
        for aspect, said in strongest.items():
            voices[aspect].append(_Voice(review, said))
    return voices


def _quoted(voices: Sequence[_Voice], reader: CloseReader, *, down: bool) -> str:
    """The quote that says it most clearly: borne out by its stars, strongly felt, neither too short nor cut, and felt so when read by
    itself as well, as whoever sees it will read it. Empty where none is."""
    sign = -1 if down else 1
    apt = [voice for voice in voices if 25 <= len(voice.quote) < LONGEST_QUOTE] or list(voices)
    best = sorted(apt, key=lambda voice: (_against_its_stars(voice.review, down=down), -sign * voice.said.score, voice.review.id))
    tried = best[:TRIED]
    alone = reader.read_all([voice.quote for voice in tried])
    return next((voice.quote for voice, read in zip(tried, alone, strict=True) if sign * read.whole.score >= LIKED), "")


def _against_its_stars(review: Review, *, down: bool) -> bool:
    """Whether a review's stars say the contrary of what is looked for."""
    return review.rating is not None and (review.rating > 3 if down else review.rating < 3)


def _told_by(aspect: str, quote: str, context: Context, *, down: bool) -> str:
    """The quote, and in brackets the words that made it read so."""
    sign = -1 if down else 1
    weighed = [one for one in weights_of_words(reader_of(context), quote) if sign * one.weight >= TELLING]
    strongest = sorted(weighed, key=lambda one: (-sign * one.weight, one.start))[:2]
    words = wording.plain_list([one.word for one in sorted(strongest, key=lambda one: one.start)])
    return f"On {aspect}: “{quote}”{f' (read so by: {words})' if words else ''}"


def negative_by_words(read: Sequence[Review]) -> Share:
    """How many of the reviews read are negative by their words."""
    known = [row.read for row in read if row.read is not None]
    return Share(sum(read.polarity == "negative" for read in known), len(known))


def negative_by_stars(rows: Sequence[Review]) -> Share:
    """How many of the rated ones have one or two stars."""
    rated = [row.rating for row in rows if row.rating is not None]
    return Share(sum(rating <= 2 for rating in rated), len(rated))


def turn_note(reviews: Reviews) -> tuple[str, ...]:
    """Said where the share of negative reviews of the newest month turned against the half year before."""
    months: dict[str, list[Review]] = defaultdict(list)
    for row in reviews.read:
        if row.day is not None:
            months[f"{row.day:%Y-%m}"].append(row)
    ordered = sorted(months)
    if len(ordered) < 2:
        return ()
    now = negative_by_words(months[ordered[-1]])
    before = negative_by_words([row for month in ordered[-1 - TURN_MONTHS : -1] for row in months[month]])
    if min(now.whole, before.whole) < FEWEST:
        return ()
    pooled = (now.part + before.part) / (now.whole + before.whole)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / now.whole + 1 / before.whole))
    if spread == 0 or abs(now.value - before.value) < TURN_Z * spread:
        return ()
    way = "risen" if now.value > before.value else "fallen"
    return (f"Since {ordered[-1]} the share of negative reviews has {way}: {_said(now)} against {_said(before)} in the months before.",)


def has_turned(context: Context) -> bool:
    """Whether the share of negative reviews of the newest month turned, by the reviews that were read beforehand."""
    return bool(turn_note(read_before(Question("sentiment", ("reviews",)), context)))


def _said(share: Share) -> str:
    low, high = share.interval
    return f"{wording.percent(share.value)} of {share.whole:,} ({wording.percent(low)} to {wording.percent(high)})"


def _beside(by_stars: Share) -> str:
    if not by_stars.whole:
        return ""
    return f"; by their stars (1 or 2) {wording.percent(by_stars.value)} of {by_stars.whole:,}"


def _few(share: Share) -> tuple[str, ...]:
    return () if share.whole >= FEWEST else (f"It rests on {share.whole} reviews only: take it with care.",)


def _scope(question: Question, context: Context) -> str:
    return ", ".join(["Reviews", *wording.scope(question, context)])


def _receipt(question: Question, reviews: Reviews, context: Context) -> Receipt:
    model = reader_of(context)
    judged = model.card_metric("test_accuracy")
    quality = f"; the model {model.id} agrees with the stars of {wording.percent(judged)} of held-out reviews" if judged else ""
    return accounted(question, context, "negative reviews by their words", DEFINITION + quality, reviews.sql, reviews.rows_read)
