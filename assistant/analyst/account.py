"""The account of a message: what it names must be found again in the question that was made of it.

Each figure, group, value and time that was read, and each word that turns a figure into another one, is looked for in the
finished question. What is missing there would be passed over in silence, and the answer would be to another question; so it
is asked back instead. Knows nothing of how questions are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.analyst.carried import uncarried
from assistant.analyst.draft import RANKING_OPS, Draft
from assistant.analyst.outcome import Clarify
from assistant.analyst.question import FilterClause, Period, Question, Side
from assistant.analyst.reading import Mark, Reading
from assistant.analyst.semantics import Semantics

_ELAPSED = re.compile(r"\b(?:how long|how many (?:days|weeks|months)|(?:days|weeks|months|time) (?:since|between|passed|ago))\b")
_PLAIN_TOOLS = ("headlines", "metric", "series", "breakdown", "ranking", "compare", "share", "count")
_COUNTED = {
    "customers": "customer",
    "products_sold": "product",
    "countries": "country",
    "trading_days": "day",
    "orders": "order",
    "cancellations": "order",
    "returns": "order",
    "reviewed_items": "reviewed_item",
}
_SEGMENTS = frozenset(["new_customers", "returning_customers"])
_NOT_SUPERLATIVE = frozenset(["most recent", "main", "record", "max", "maximum", "best of", "most important", "favourite", "favorite"])
_ORDINALS = frozenset(["second", "third", "fourth", "fifth"])
_NTH = re.compile(r"\d+(?:st|nd|rd|th)")
_BOUNDS = frozenset(["before", "after", "until", "till", "since"])
_GROUNDS = frozenset(["since", "because", "although", "though", "given"])
_DENIALS = frozenset(
    [
        "didn't",
        "didnt",
        "haven't",
        "havent",
        "hasn't",
        "hasnt",
        "weren't",
        "werent",
        "wasn't",
        "wasnt",
        "don't",
        "dont",
        "doesn't",
        "doesnt",
        "isn't",
        "isnt",
        "aren't",
        "arent",
        "hadn't",
    ]
)
_SMALL = frozenset(["any", "been", "yet", "ever", "be", "a", "anything", "it", "them", "so", "much", "many", "the", "we", "they", "from"])


def left_over(draft: Draft, question: Question, semantics: Semantics) -> Clarify | None:
    """The question back about what the message names and `question` lacks; None where the account is square."""
    if question.tool == "record" and (found := _ELAPSED.search(draft.reading.text)):
        return _asked_about(f"“{found[0]}”: I can tell the day, but not how long it is")
    if question.tool not in _PLAIN_TOOLS:
        return None
    figure = next(iter(_figures(draft, question, semantics)), "")
    if figure:
        names = [semantics.metrics[m].name for m in (figure, question.metric)]
        return Clarify(f"You name {names[0]} and {names[1]}; I can give one at a time. Which shall it be?", (*names,), slot="metric")
    group = next((d for d in (*draft.ranked, *draft.by) if not _grouped(d, draft, question, semantics)), "")
    if group:
        return _asked_about(f"{semantics.dimension(group).plural} as groups")
    clause = next((c for c in draft.filters.clauses if not _narrowed(c, question)), None)
    if clause is not None:
        return _asked_about(f"“{clause.label or clause.values[0]}”")
    period = next((f.period for f in draft.periods if f.period is not None and not _timed(f.period, question)), None)
    if period is not None:
        return Clarify(f"I do not know what to do with {period.title} here; which one period, or which two to compare?", slot="period")
    mark = next(_unanswered(draft, question, semantics), None) or next(uncarried(draft, question, semantics), None)
    return None if mark is None else _asked_about(f"“{mark.text}”")


def _asked_about(what: str) -> Clarify:
    return Clarify(f"I understood most of that, but not what to do with {what}. Can you say it in other words?", slot="subject")


# ---------------------------------------------------------------------------------------------------- figures, groups, values, times


def _figures(draft: Draft, question: Question, semantics: Semantics) -> Iterator[str]:
    """Metrics named that neither the question nor what it is reckoned from holds."""
    given = {*question.metrics, *(s.metric for s in _sides(question)), question.share.of if question.share else ""}
    given.add(question.having.metric if question.having else "")
    held = {m for ident in given if ident for m in _kin(ident, semantics)}
    for ident in dict.fromkeys(draft.metrics):
        if ident in held or (ident in _SEGMENTS and any(c.dimension == "customer_since" for c in _clauses(question))):
            continue
        counted = bool(draft.counted) and question.metric == draft.metrics[0] and semantics.metrics[ident].whole != question.metric
        if counted or ident == "reviews":
            continue
        if _COUNTED.get(ident) in question.by or held & set(semantics.metrics[ident].ratio):
            continue
        yield ident


def _kin(ident: str, semantics: Semantics) -> set[str]:
    """A metric and what it is a part, a share or a ratio of: naming those beside it says nothing else."""
    metric = semantics.metrics[ident]
    found = {ident, metric.whole, metric.share, metric.of, *metric.ratio}
    found |= {"net_sales"} if "gross_sales" in metric.ratio else set()
    found |= {m.id for m in semantics.metrics.values() if m.share == ident}
    return found | ({"units", "returns"} if ident == "returned_units" else set()) | _MONEY.get(ident, set())


_MONEY = {"net_sales": {"gross_sales", "returns"}, "gross_sales": {"net_sales", "returns"}, "spend_per_customer": {"net_sales"}}


def _grouped(dimension: str, draft: Draft, question: Question, semantics: Semantics) -> bool:
    if semantics.dimension(dimension).kind == "time" and question.comparison is not None:
        return True
    if question.having is not None and _COUNTED.get(question.having.metric) == dimension:
        return True
    if dimension == "order" and question.by[:1] == ("order",):
        return True
    if question.tool == "ranking" and dimension in draft.ranked and semantics.dimension(dimension).kind in ("ordinal", "time"):
        return dimension in question.by
    return dimension in (*question.by, question.per) or any(c.dimension == dimension for c in _clauses(question))


def _narrowed(clause: FilterClause, question: Question) -> bool:
    return any(c.dimension == clause.dimension for c in _clauses(question)) or clause.dimension in question.by


def _timed(said: Period, question: Question) -> bool:
    """Whether a period of the question is the one said, inside it or around it."""
    if question.tool == "count" and question.period is None:
        return False
    periods = [p for p in (question.period, *(s.period for s in _sides(question))) if p is not None]
    days = any(c.dimension in ("day", "customer_since") for c in _clauses(question))
    return days or any(said.clipped(p.first, p.last) is not None for p in periods)


def _sides(question: Question) -> tuple[Side, ...]:
    return question.comparison.sides if question.comparison else ()


def _clauses(question: Question) -> Iterator[FilterClause]:
    yield from question.filters
    for side in _sides(question):
        yield from side.filters
    if question.share:
        yield from question.share.part


# ---------------------------------------------------------------------------------------------------- words


def _unanswered(draft: Draft, question: Question, semantics: Semantics) -> Iterator[Mark]:
    """Words that make another figure of a figure, and did not here."""
    reading = draft.reading
    ranked = question.ranking is not None or question.comparison is not None or question.tool == "count"
    if not ranked:
        superlatives = (m for m in reading.ops(*RANKING_OPS) if m.text not in _NOT_SUPERLATIVE and not m.all("dimension"))
        yield from (m for m in superlatives if not _of_a_premise(reading, m))
    unit = semantics.metrics[question.metric].unit if question.metric else ""
    if draft.cube == "sales" and unit not in ("share", "") and question.tool != "share":
        yield from (m for m in reading.ops("stars") if m.text == "rate")
    if question.tool == "ranking" and not draft.ranks:
        yield from (m for m in reading.ops("how_many") if m is reading.marks[0])
    yield from (m for m in reading.of("product") if _ranked_by_name(draft, m))
    yield from (m for m in draft.pending if _alternative(draft, m, question))
    if not _SEGMENTS & set(question.metrics):
        yield from (m for m in reading.ops("first") if m.text.endswith("first time") or m.text.startswith(("start", "began", "launch")))
    for mark in reading.of("word"):
        if (
            (mark.text in _ORDINALS or _NTH.fullmatch(mark.text))
            and (question.ranking is None or not question.ranking.skip)
            and question.tool != "count"
        ):
            yield mark
        if mark.text in _BOUNDS and not _bounded(draft, mark):
            yield mark
        if mark.text in _DENIALS and _denies(draft, mark):
            yield mark


def _of_a_premise(reading: Reading, mark: Mark) -> bool:
    """ "Since Germany is our biggest market, what was": said before the question begins, not asked."""
    grounds = any(m.text in _GROUNDS and m.end <= mark.start for m in reading.of("word"))
    return grounds and any(m.start >= mark.end for m in reading.ops("which", "how_many"))


def _alternative(draft: Draft, mark: Mark, question: Question) -> bool:
    """ "Orders or customers": one of two nouns, where the question has the other; a noun that no sale has and nothing took up."""
    beside = (draft.reading.before(mark), draft.reading.after(mark))
    dimensions = set(mark.all("dimension"))
    taken = set(mark.all("metric")) & set(question.metrics) or dimensions & {*question.by, *(c.dimension for c in _clauses(question))}
    rare = bool(dimensions & {"brand", "style", "category", "hour", "weekday", "department", "division", "class"})
    return not taken and (rare or any(m is not None and m.text == "or" for m in beside))


def _ranked_by_name(draft: Draft, mark: Mark) -> bool:
    """ "Top 2 losers": where things to rank are named, one product that happens to be called so is hardly meant."""
    before = draft.reading.before(mark)
    number = before is not None and before.kind == "number" and before.number > 1
    lead = draft.reading.before(before) if number and before is not None else None
    return lead is not None and lead.is_op("top", "bottom") and len(mark.products) == 1 and len(mark.words) == 1 and not mark.value


def _bounded(draft: Draft, mark: Mark) -> bool:
    """Whether "before" or "after" belongs to a time, an hour or nothing that was asked."""
    near = [m for m in draft.reading.marks if 0 <= m.start - mark.end <= 2]
    return not any(m.kind in ("product", "customer", "order") or m.is_op("sold", "bought", "came_back") for m in near)


def _denies(draft: Draft, mark: Mark) -> bool:
    """ "Customers who haven't ordered": what did not happen."""
    after = draft.reading.after(mark)
    while after is not None and after.text in _SMALL:
        after = draft.reading.after(after)
    return after is not None and after.is_op("sold", "bought", "spent", "came_back")
