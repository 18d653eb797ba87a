"""The draft of a message: which metrics, groups, ranking, periods and filters it names, and nothing more.

Defaults and the conversation come in later; `drafter` and `nouns` fill it in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from assistant.analyst.filters import Filters
from assistant.analyst.periods import Found
from assistant.analyst.question import Period
from assistant.analyst.reading import Mark, Reading

_SUPERLATIVES = ("top", "bottom", "busiest", "quietest", "most_sold", "least_sold", "most_returned", "most_expensive", "cheapest")
REVIEW_SUPERLATIVES = ("most_recommended", "least_recommended", "most_reviewed", "least_reviewed")
PLACES = {"second_place": 1, "third_place": 2}
"""Words for a place in a ranking, and how many go before it."""
RANKING_OPS = (*_SUPERLATIVES, *REVIEW_SUPERLATIVES, *PLACES)
_QUALITIES = frozenset(("best", "worst", "poorest", "strongest", "weakest"))
DOWNWARD = ("bottom", "quietest", "least_sold", "cheapest", "least_recommended", "least_reviewed")


@dataclass(slots=True)
class Draft:
    """What one message says. `named` are the dimensions it groups or ranks by, in order; `pending` nouns fell to no role."""

    reading: Reading
    cube: str
    filters: Filters
    metrics: list[str] = field(default_factory=list)
    metric_marks: list[Mark] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    ranked: list[str] = field(default_factory=list)
    counted: str = ""
    per: str = ""
    plural: bool = False
    pending: list[Mark] = field(default_factory=list)
    periods: list[Found] = field(default_factory=list)
    shifts: list[Found] = field(default_factory=list)
    left_out: list[Found] = field(default_factory=list)
    whole: bool = False
    unknown: list[Mark] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    @property
    def ranks(self) -> bool:
        """Whether the message ranks."""
        return self.reading.has(*RANKING_OPS, "rank")

    @property
    def lists_figures(self) -> bool:
        """Whether two figures stand side by side: "orders and cancellations"."""
        marks = sorted(self.metric_marks, key=lambda m: m.start)
        return any([t.text for t in self.reading.tokens[one.end : two.start]] in (["and"], ["&"]) for one, two in pairwise(marks))

    @property
    def weighs_reviews(self) -> bool:
        """ "Which items have the worst reviews": the rating; "the most reviews": their number."""
        led = (self.reading.before(m) for m in self.reading.marks if "reviews" in m.all("metric"))
        return any(m is not None and m.is_op("top", "bottom") and m.text.split()[-1] in _QUALITIES for m in led)

    @property
    def asks_for_groups(self) -> bool:
        """ "Which products sold more in 2011 than in 2010": products are wanted, not a year."""
        groups = {"products_sold", "customers", "countries", "reviewed_items"}
        for mark in self.reading.ops("which", "who"):
            after = self.reading.after(mark)
            if after is not None and (
                groups & set(after.all("metric")) or {"product", "customer", "country"} & set(after.all("dimension"))
            ):
                return True
        return False

    @property
    def nested(self) -> tuple[Period, Period] | None:
        """Of two periods named the one inside and the one around it, None where none holds the other."""
        if len(self.periods) != 2:
            return None
        one, two = (found.period for found in self.periods)
        if one is None or two is None or one == two:
            return None
        inner, outer = sorted((one, two), key=lambda p: p.last - p.first)
        return (inner, outer) if outer.first <= inner.first and inner.last <= outer.last else None

    @property
    def says_metric(self) -> bool:
        return bool(self.metrics)
