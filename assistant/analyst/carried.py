"""Words that make another question of a question, and what of a question carries them.

A word that restricts, turns or measures ("first", "again", "left us", "excluding", "on average") must show in the question that was made;
where nothing of it does, the answer would be to a plainer question than the one asked. Knows no grammar: it sees the finished question.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from assistant.analyst.draft import RANKING_OPS, Draft
from assistant.analyst.question import Question
from assistant.analyst.reading import Mark, Reading
from assistant.analyst.semantics import Semantics

_COUNTS = frozenset(["customers", "products_sold", "countries", "reviewed_items"])
OF_RETURNS = frozenset(
    ["returns", "returned_units", "return_rate", "cancellations", "returning_customers", "repeat_customers", "repeat_rate"]
)
_STAYING = frozenset(
    (
        *("left", "leave", "leaves", "leaving", "lost", "lose", "loses", "losing", "won"),
        *("win", "wins", "gained", "gain", "gains", "stayed", "stay", "stays", "staying"),
        *("kept", "keep", "keeps", "keeping", "remained", "remain", "remains", "gone", "moved"),
        *("move", "moves", "switched", "switch", "defected", "lapsed", "dropped", "drop", "dropping"),
        *("churned"),
    )
)
"""What customers, products and countries do besides buying and being sold: counting them all says nothing of it."""
_EDGES = frozenset(["end", "start", "beginning", "middle", "close"])
_DAYTIMES = frozenset(["morning", "mornings", "afternoon", "afternoons", "evening", "evenings", "night", "nights"])
_AGAIN = frozenset(["again", "also", "too", "both", "well"])
_TIMES_AS = frozenset(["times", "fold", "multiple", "double", "doubled", "halved"])
_LINKS = frozenset(["of", "from", "by", "on", "in", "to", "for", "with", "excluding", "without", "except", "bought", "buy", "did", "does"])
_LED = frozenset(["the", "our", "my", "a", "an", "single"])
_NOT_FIRST = frozenset(["end", "start", "starting", "starts", "started", "begin", "final", "finally", "recently", "lately", "initial"])
_ONCE = frozenset(["exactly", "precisely"])
_EACH = frozenset(["a", "an", "per", "each", "every", "in each", "in every"])
_TIME_UNITS = frozenset(["day", "week", "month", "quarter", "year"])
_BESIDE_A_UNIT = frozenset(["the", "both", "of", "end", "to", "this", "one"])
_GOODS = frozenset(["goods", "gifts", "things"])
_SETS_AGAINST = frozenset(["v", "vs", "versus", "against", "or", "and"])


def uncarried(draft: Draft, question: Question, semantics: Semantics) -> Iterator[Mark]:
    """The marks of a message that `question` should show and does not."""
    yield from _turning(draft, question, semantics)
    yield from _asking(draft, question, semantics.metrics[question.metric].unit if question.metric else "")
    yield from _restricting(draft, question, semantics)
    yield from _inner(draft, question)
    yield from _nouns(draft, question, semantics)


def _turning(draft: Draft, question: Question, semantics: Semantics) -> Iterator[Mark]:
    """Operators that ask for another kind of figure."""
    reading, unit = draft.reading, semantics.metrics[question.metric].unit if question.metric else ""
    changed = question.comparison is not None or question.tool == "series"
    if not changed and not _supposed(reading):
        yield from (m for m in reading.ops("growth", "fall") if not m.all("metric") and m.start not in draft.used)
    if question.tool == "metric" and question.metric in ("customers", "countries", "products_sold") and not draft.counted:
        yield from (m for m in reading.ops("how_much") if reading.marks and m is reading.marks[0])
    if question.comparison is not None and question.comparison.kind == "growth":
        yield from (m for m in reading.ops("share") if m.text.startswith(("ratio", "the ratio")))
    if question.share is None and unit != "share" and not (question.comparison and question.comparison.kind != "winner"):
        yield from (m for m in reading.ops("share") if m.text != "out of" or not reading.has("how_many"))
    if not set(question.by) & {"day", "week", "month", "quarter", "year", "weekday", "hour", "order"}:
        yield from (m for m in reading.ops("when") if not _told(reading, m))
    if question.having is None and not {"repeat_customers", "repeat_rate"} & set(question.metrics):
        yield from (m for m in reading.ops("exactly") if m.text not in _ONCE and not _of_figures(reading, m))
    if not {"new_customers", "returning_customers"} & set(question.metrics) and not any(
        c.dimension == "customer_since" for c in question.filters
    ):
        yield from (m for m in reading.ops("first", "last") if m.text not in _NOT_FIRST and _of_nothing(reading, m))


def _asking(draft: Draft, question: Question, unit: str) -> Iterator[Mark]:
    """ "How many" that only an amount or a rate would answer, and a second question in the same breath."""
    asked = [m for m in draft.reading.ops("how_many", "how_much") if m.text.startswith(("how m", "howm"))]
    if question.tool == "metric" and len(question.metrics) == 1 and unit in ("money", "rating", "share") and not draft.reading.has("share"):
        yield from (m for m in asked if m.is_op("how_many") and not draft.metrics and not _of_money(draft.reading, m))
    if len(asked) > 1 and len(question.metrics) == 1 and question.tool == "metric":
        yield asked[1]


def _of_money(reading: Reading, mark: Mark) -> bool:
    """ "How many pounds"."""
    after = reading.after(mark)
    return after is not None and after.text in ("pounds", "pound", "gbp", "quid", "£", "euros", "dollars", "grand", "k", "thousand")


def _restricting(draft: Draft, question: Question, semantics: Semantics) -> Iterator[Mark]:
    """Words that narrow what is counted or when."""
    reading = draft.reading
    counts = bool(_COUNTS & {*question.metrics})
    for n, mark in enumerate(reading.marks):
        before = reading.marks[n - 1] if n else None
        after = reading.marks[n + 1] if n + 1 < len(reading.marks) else None
        sold = mark.text in ("moved", "move", "moves") and question.metrics == ("products_sold",)
        if (
            mark.text in _STAYING
            and counts
            and not sold
            and mark.start not in draft.used
            and not (before is not None and before.text in ("to", "have"))
        ):
            yield mark
        if mark.text in _EDGES and after is not None and after.text == "of" and _period_next(reading, n + 2):
            yield mark
        if (
            mark.text in _DAYTIMES
            and before is not None
            and before.text in ("the", "at", "every", "each")
            and "hour" not in _dimensions(question)
        ):
            yield mark
        if mark.is_op("ever") and question.per:
            yield mark
        if question.tool == "count" and mark.text in _EACH and after is not None and _TIME_UNITS & {*after.all("dimension")}:
            yield after
        if mark.text in _TIMES_AS and question.comparison is not None and mark.kind == "word":
            yield mark
        again = mark.text in _AGAIN and not reading.has("versus") and question.comparison is not None and "customers" in question.metrics
        if again and question.comparison is not None and question.comparison.kind == "both":
            yield mark
        if mark.is_op("include") and mark.text.startswith("inclu") and _adds(draft, question, mark):
            yield mark
        if mark.text == "no" and after is not None and after.all("metric"):
            yield mark
        if mark.text == "how" and after is not None and after.text == "long":
            yield mark
        percent = mark.kind == "number" and after is not None and after.text in ("%", "percent", "per cent", "pct")
        if percent and question.ranking is not None and question.ranking.n == mark.number:
            yield mark
        if mark.text in ("every", "each", "for every", "for each") and _month_of_any_year(after):
            yield mark
        if mark.text == "as of" and question.period is not None and question.period.first == question.period.last:
            yield mark
        if mark.is_op("came_back") and mark.start not in draft.used and not OF_RETURNS & {*question.metrics}:
            yield mark


def _inner(draft: Draft, question: Question) -> Iterator[Mark]:
    """ "Orders of our best customer": a ranking within the question, by another figure than the one asked for."""
    reading = draft.reading
    if question.tool == "count":
        yield from (m for m in draft.metric_marks[:1] if _of_those_who(draft, question, m))
    if question.tool != "ranking":
        return
    figures = [m.start for m in draft.metric_marks]
    for mark in reading.ops(*RANKING_OPS):
        before = reading.before(mark)
        while before is not None and (before.text in _LED or before.kind == "number"):
            before = reading.before(before)
        if before is not None and before.is_op("exclude"):
            yield mark
        if before is None or before.text not in _LINKS or not any(start < before.start for start in figures):
            continue
        busy = mark.is_op("busiest", "quietest") and question.metric != "orders"
        if busy or question.metric not in ("net_sales", "gross_sales", "rating") or reading.has("total", "average"):
            yield mark


def _nouns(draft: Draft, question: Question, semantics: Semantics) -> Iterator[Mark]:
    """Things that are named and neither grouped, nor filtered, nor counted."""
    shown = _dimensions(question) | {question.per, draft.counted}
    for mark in draft.pending:
        named = set(mark.all("dimension"))
        after = draft.reading.after(mark)
        before = draft.reading.before(mark)
        if (
            "product" in named
            and "orders" in question.metrics
            and before is not None
            and before.kind == "number"
            and question.having is None
        ):
            yield before
        several = mark.text.endswith("s") and mark.text not in _GOODS and bool(named & {"country", "product"})
        timed = question.tool == "metric" and bool(named & _TIME_UNITS) and not named & shown and not question.per
        beside = any(m is not None and (m.kind == "period" or m.is_op("that", "same") or m.text in _BESIDE_A_UNIT) for m in (before, after))
        if timed and before is not None and not beside:
            yield mark
        told = "customer" in named and after is not None and after.text in ("with", "without", "having")
        if (several or told) and not named & shown and not set(mark.all("metric")) & {*question.metrics}:
            yield mark
    for one, two in pairwise(sorted(draft.metric_marks, key=lambda m: m.start)):
        apart = "," in draft.reading.tokens[two.start].lead and set(draft.metrics) <= {*question.metrics}
        if one.end == two.start and not apart and len(question.metrics) > 1 and one.text.split()[-1] not in _SETS_AGAINST:
            yield one


# ---------------------------------------------------------------------------------------------------- what stands around


def _supposed(reading: Reading) -> bool:
    """ "Since sales doubled, how much ...": what is said before the question is no part of it."""
    asked = reading.ops("how_much", "how_many", "which")
    changed = reading.ops("growth", "fall")
    return bool(changed) and any(m.start > changed[0].start for m in asked)


def _told(reading: Reading, mark: Mark) -> bool:
    """ "When I look at it, what was ...": a clause, no question."""
    after = reading.after(mark)
    return (after is not None and after.text in ("i", "we", "you", "they", "he", "she")) or any(
        m.start > mark.end for m in reading.ops("how_much", "how_many", "which")
    )


def _of_figures(reading: Reading, mark: Mark) -> bool:
    """ "Just one number": how the answer is wished."""
    after = reading.after(mark)
    return after is not None and after.text in ("number", "figure", "value", "total", "thing", "question", "answer", "sentence", "line")


def _of_nothing(reading: Reading, mark: Mark) -> bool:
    """Whether no number, place or period follows that the word belongs to."""
    after = reading.after(mark)
    return after is None or not (after.kind in ("number", "period") or after.is_op(*RANKING_OPS) or after.text in ("few", "name", "thing"))


def _of_those_who(draft: Draft, question: Question, mark: Mark) -> bool:
    """ "Net sales from customers who spent over 1,000": a figure of some of them, not their number."""
    link = draft.reading.after(mark)
    noun = draft.reading.after(link) if link is not None and link.text in ("of", "from", "to", "for") else None
    while noun is not None and noun.text in _LED:
        noun = draft.reading.after(noun)
    return noun is not None and question.by[0] in noun.all("dimension") and question.by[0] not in mark.all("dimension")


def _month_of_any_year(mark: Mark | None) -> bool:
    """ "Every November": no one of them."""
    found = mark.period if mark is not None else None
    return found is not None and found.bare and found.period is not None and found.period.grain in ("month", "quarter", "season")


def _period_next(reading: Reading, n: int) -> bool:
    while n < len(reading.marks) and reading.marks[n].text in ("the", "year", "month"):
        n += 1
    return n < len(reading.marks) and reading.marks[n].kind == "period"


def _adds(draft: Draft, question: Question, mark: Mark) -> bool:
    """ "Sales including postage": what is added is no filter, and here it became one."""
    after = draft.reading.after(mark)
    clauses = [c for c in question.filters if c.op == "eq"]
    return after is not None and bool(clauses) and (after.kind == "product" or bool(after.sense("country")))


def _dimensions(question: Question) -> set[str]:
    return {c.dimension for c in question.filters} | set(question.by)
