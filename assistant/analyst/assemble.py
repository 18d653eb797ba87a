"""From a draft and the conversation to a typed question: defaults, inheritance, and which tool answers.

A follow-up keeps what the message before had, except for what it changes. Raises `Stop` to ask back or to decline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.analyst.comparing import Comparing
from assistant.analyst.draft import DOWNWARD, RANKING_OPS, Draft
from assistant.analyst.outcome import Clarify, Refuse, Stop
from assistant.analyst.periods import NUMBERS, ORDINALS, Found
from assistant.analyst.question import Ask, FilterClause, Having, Period, Question, Ranking
from assistant.analyst.reading import Mark
from assistant.analyst.semantics import Semantics
from assistant.analyst.sharing import Sharing

MANY = 10
ALL = 1000
_PRONOUNS = frozenset(["they", "them", "their", "theirs", "he", "she", "him", "his", "her", "it", "its", "those", "these"])
_STRONG_FORECAST = frozenset(
    ["forecast", "predict", "prediction", "predicted", "projection", "projected", "outlook", "prognosis", "foresee", "anticipate"]
)
_METRIC_OF_OP = {
    "busiest": "orders",
    "quietest": "orders",
    "most_sold": "units",
    "least_sold": "units",
    "most_returned": "returns",
    "most_expensive": "price_per_unit",
    "cheapest": "price_per_unit",
    "most_recommended": "recommendation_rate",
    "least_recommended": "recommendation_rate",
    "most_reviewed": "reviews",
    "least_reviewed": "reviews",
}
_SEGMENTS = ("new_customers", "returning_customers")
_VAGUE = frozenset(
    ("over", "above", "under", "below", "up to", "v", "past", "or more", "or less", "next to", "ahead of", "behind", "short of")
)
_EXCLUDING = frozenset(
    [
        "excluding",
        "exclude",
        "excluded",
        "except",
        "except for",
        "without",
        "other than",
        "outside",
        "outside of",
        "apart from",
        "ignoring",
        "excl",
        "not including",
    ]
)
_EXCLUSIVE = (frozenset(("department", "division", "class", "reviewed_item")), frozenset(("product", "category", "style", "brand")))
"""Dimensions of one hierarchy: a value of one, named in a follow-up, takes the place of the others'."""
_UNIT_METRICS = {
    **dict.fromkeys(
        ["times", "time", "once", "twice", "order", "orders", "invoice", "invoices", "purchase", "purchases", "transactions"], "orders"
    ),
    **dict.fromkeys(["unit", "units", "piece", "pieces", "pcs", "items", "item", "copies", "qty"], "units"),
    **dict.fromkeys(["customer", "customers", "buyers", "clients"], "customers"),
    **dict.fromkeys(["product", "products", "skus"], "products_sold"),
    **dict.fromkeys(["pound", "pounds", "gbp", "quid"], ""),
}
_SELF_CONTAINED = ("record", "lookup", "together", "forecast", "why", "count")


@dataclass(frozen=True, slots=True)
class Focus:
    """What "it" and "they" refer to: the first row of the answer before, or the one value its question was about."""

    dimension: str
    value: str | int
    label: str


class Assembler:
    """Builds questions for one shop; `first_day` and `today` bound its sales data."""

    def __init__(self, semantics: Semantics, first_day: date, today: date, *, reviews_dated: bool) -> None:
        self.semantics, self.first_day, self.today, self.reviews_dated = semantics, first_day, today, reviews_dated

    def question(self, draft: Draft, previous: Question | None, focus: Focus | None, earlier: Question | None = None) -> Question:
        """The question that the draft asks in its conversation.

        Raises:
            Stop: something is missing or ambiguous, or not in the data.
        """
        return _Turn(self, draft, self._context(draft, previous), focus, earlier).build()

    def _context(self, draft: Draft, previous: Question | None) -> Question | None:
        """The message before, where this one builds on it; None where it stands alone or is about other rows."""
        if previous is None:
            return None
        before = self.semantics.metrics.get(previous.metric)
        if before is not None and before.cube != draft.cube:
            return None
        if _linked(draft):
            return previous
        timed = bool(draft.periods) or draft.whole or draft.cube == "reviews"
        complete = draft.says_metric or draft.ranks or draft.reading.has("why", "forecast", "together_with")
        return None if complete and timed and len(draft.reading.tokens) > 4 else previous


def _linked(draft: Draft) -> bool:
    """Whether the message says that it goes on from the one before."""
    reading = draft.reading
    first = reading.marks[0] if reading.marks else None
    opens = first is not None and first.is_op("and_what", "same", "only", "instead", "that")
    return (
        opens
        or reading.has("same", "instead")
        or bool(draft.shifts)
        or any(m.is_op("that") and m.text in _PRONOUNS | {"that"} for m in reading.marks)
    )


class _Turn:
    """One draft on its way to a question."""

    def __init__(self, assembler: Assembler, draft: Draft, context: Question | None, focus: Focus | None, earlier: Question | None) -> None:
        self.home, self.semantics = assembler, assembler.semantics
        self.draft, self.reading, self.context = draft, draft.reading, context
        self.earlier = earlier if context is not None else None
        self.focus = focus if context is not None else None
        self.used = draft.used

    def build(self) -> Question:
        self._check_reference()
        self._check_known()
        if self.reading.has("fresh") and not self.draft.metrics:
            return Question("record", ("last_sale",), ask="date")
        question = self._tool()
        question = self._averaged(question)
        self._check_numbers()
        self._check_operators(question)
        self._check_periods(question)
        return question

    # ------------------------------------------------------------------ what is inherited

    @property
    def keeps(self) -> Question:
        return self.context or Question("metric")

    def filters(self) -> tuple[FilterClause, ...]:
        """The filters of the message over those of the conversation, by dimension; pronouns add what they refer to."""
        own = {c.dimension: c for c in self.draft.filters.clauses}
        part = self.keeps.share.part if self.keeps.share else ()
        kept = {c.dimension: c for c in (*self.keeps.filters, *part) if c.dimension not in own}
        if self.reading.has("everywhere"):
            kept.pop("country", None)
        for group in _EXCLUSIVE:
            if group & set(own):
                for dimension in group - set(own):
                    kept.pop(dimension, None)
        if self.reading.has("exclude") and self.draft.pending:
            for dimension in (d for m in self.draft.pending for d in m.all("dimension")):
                kept.pop(dimension, None)
        if "review_stars" in own or any(self._polar(m) for m in self.draft.metrics):
            kept.pop("review_stars", None)
        if self._points_to_focus():
            assert self.focus is not None
            clause = FilterClause(self.focus.dimension, "eq", (self.focus.value,), self.focus.label)
            if clause.dimension not in own:
                kept[clause.dimension] = clause
        segment = self._segment()
        if segment is not None:
            kept[segment.dimension] = segment
        return (*kept.values(), *own.values())

    def _segment(self) -> FilterClause | None:
        """ "Revenue from new customers": new and returning customers narrow another figure instead of being counted."""
        segments = [ident for ident in self.draft.metrics if ident in _SEGMENTS]
        others = [ident for ident in self.draft.metrics if ident not in _SEGMENTS and ident != "customers"]
        if len(segments) != 1 or not others or self.reading.has("versus", "difference"):
            return None
        period = self.period()
        if period is None:
            raise Stop(Clarify("New or returning in which period? Name one, such as last month or 2011.", slot="period"))
        if segments[0] == "new_customers":
            bounds = (max(period.first, self.home.first_day).isoformat(), period.last.isoformat())
            return FilterClause("customer_since", "between", bounds, "new customers")
        return FilterClause("customer_since", "lt", (period.first.isoformat(),), "returning customers")

    def _polar(self, ident: str) -> bool:
        return bool(self.semantics.metrics[ident].share)

    def _points_to_focus(self) -> bool:
        """Whether "they", "that customer", "it" means the first row of a ranking before."""
        if self.focus is None or self.keeps.filter_on(self.focus.dimension) is not None:
            return False
        if self.keeps.tool not in ("ranking", "compare", "record"):
            return False
        answered = (
            self.keeps.tool == "ranking"
            and self.keeps.ask == "label"
            and self.reading.has("how_many", "how_much")
            and not self.draft.periods
        )
        return (self._has_pronoun() or answered) and not self.draft.ranked and not self.reading.has("by_how_much")

    def _has_pronoun(self) -> bool:
        return any(
            (m.is_op("that") or m.text == "there") and m.text in _PRONOUNS | {"that", "there", "that one", "this one", "the one"}
            for m in self.reading.marks
        ) or bool(self._pointed())

    def _pointed(self) -> tuple[Mark, ...]:
        """Nouns after "that" or "this": "that customer"."""
        found = []
        for mark in self.reading.marks:
            before = self.reading.before(mark)
            if (
                mark.all("dimension")
                and before is not None
                and before.text in ("that", "this", "those", "these")
                and mark.start not in self.used
            ):
                found.append(mark)
        return tuple(found)

    def period(self) -> Period | None:
        """The period named, else the one before, shifted where the message says so."""
        draft, kept = self.draft, self.keeps.period
        if draft.periods:
            said = self._without_left_out(draft.periods[0])
            if kept is not None and said.period is not None and said.period.grain == "year" and self._same_season(kept):
                return kept.year_before(kept.first.year - said.period.first.year)
            if said.last_year and kept is not None and kept.grain != "year" and not draft.metrics and len(self.reading.tokens) <= 5:
                return kept.year_before()
            return said.period
        if draft.whole:
            return None
        if draft.shifts:
            return self.shifted(kept)
        return kept

    def _same_season(self, kept: Period) -> bool:
        """ "And in 2010?" after a season, or "the one in 2010" after any part of a year: the same part of that year."""
        words = {t.text for t in self.reading.tokens}
        return not self.draft.metrics and (kept.grain == "season" or (kept.grain not in ("year", "span") and bool(words & {"one", "same"})))

    def _without_left_out(self, said: Found) -> Found:
        """The period less one that is left out at either end of it ("2011 without December")."""
        for left_out in self.draft.left_out:
            if said.period is None or left_out.period is None:
                continue
            whole, cut = said.period, left_out.period
            if cut.last >= min(whole.last, self.home.today) and cut.first > whole.first:
                said = replace(said, period=Period(whole.first, cut.first - timedelta(days=1)))
            elif cut.first <= whole.first and cut.last < whole.last:
                said = replace(said, period=Period(cut.last + timedelta(days=1), whole.last))
            else:
                raise Stop(
                    Clarify(
                        f"I cannot leave {cut.title} out of the middle of {whole.title}; ask for the parts before and after it.",
                        slot="period",
                    )
                )
        return said

    def shifted(self, base: Period | None) -> Period:
        """`base` moved as "the month before" or "a year earlier" says."""
        if base is None:
            raise Stop(Clarify("Which period do you mean? I know none to count from.", ("last month", "last year"), slot="period"))
        kind, count = self.draft.shifts[0].shift or ("step", -1)
        return base.year_before(-count) if kind == "year" else base.step(count)

    def metrics(self) -> tuple[str, ...]:
        """The metrics named, else those before, else none."""
        named = tuple(self.draft.metrics)
        if self.draft.counted and len(named) > 1 and not self.reading.has("more_than", "less_than", "exactly"):
            named = named[:1]
        if set(named) >= {"returns", "units"}:
            named = ("returned_units",)
        if "returns" in named and self.draft.counted == "customer":
            return ("returning_customers",)
        named = self._most_specific(tuple(ident for ident in named if ident not in _SEGMENTS or not self._segment()))
        if self.draft.cube == "reviews" and set(named) <= {"reviews"} and not self.reading.has("how_many", "share") and self._rates():
            return ("rating",)
        implied = next((ident for op, ident in _METRIC_OF_OP.items() if self.reading.has(op)), "")
        if implied == "units" and set(self.draft.ranked) & {"country", "customer"} and self._bought_most():
            implied = "net_sales"
        if implied == "returns" and named in (("units",), ("returned_units",)):
            return ("returned_units",)
        if implied and not named:
            return (implied,)
        if not named and self.reading.has("earned") and not self.reading.has("how_many", "share") and self.draft.cube == "sales":
            return ("net_sales",)
        return (
            named or self._implied_units() or self._counted_before() or (() if self.keeps.tool in _SELF_CONTAINED else self.keeps.metrics)
        )

    def _rates(self) -> bool:
        """ "How do reviewers rate ...": the verb asks for the rating."""
        return any(m.text in ("rate", "rated", "score", "scored") and m.start not in self.used for m in self.reading.ops("stars"))

    def _bought_most(self) -> bool:
        """ "Who buys the most": money; "what is bought most": pieces."""
        return any(
            m.text.startswith(("buy", "bought", "purchase")) or m.text.endswith(("bought", "purchased"))
            for m in self.reading.ops("most_sold", "least_sold")
        )

    def _counted_before(self) -> tuple[str, ...]:
        """ "And how many?" after an amount of returns: how many documents."""
        if self.context is None or not self.reading.has("how_many") or self.draft.counted:
            return ()
        return ("cancellations",) if self.context.metric == "returns" else ()

    def _most_specific(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """ "How many reviews are negative": of a figure and a part of it, the part is meant, unless they are set against each other."""
        if len(named) < 2 or self.reading.has("share", "versus", "difference", "than"):
            return named
        generic = {"reviews"} if not self.reading.has("and_what") else set()
        named = tuple(ident for ident in named if ident not in generic) or named
        wholes = {self.semantics.metrics[ident].whole for ident in named}
        return tuple(ident for ident in named if ident not in wholes) or named

    def _implied_units(self) -> tuple[str, ...]:
        """ "How many rabbit night lights did we sell": pieces; "how much ... of it": money."""
        product = any(c.dimension == "product" for c in self.filters())
        came_back = self.reading.has("came_back")
        if came_back and self.reading.has("how_many") and self.keeps.metric in ("customers", "new_customers") and not product:
            return ("returning_customers",)
        if (
            self.draft.cube == "sales"
            and self.reading.has("how_many")
            and (product or self.reading.has("sold", "bought", "came_back"))
            and not self.draft.counted
        ):
            return ("returned_units",) if came_back and not self.reading.has("sold") else ("units",)
        if (
            self.draft.cube == "sales"
            and self.reading.has("how_much")
            and not self.keeps.metrics
            and (self.reading.has("sold", "bought", "spent") or self.filters())
        ):
            return ("net_sales",)
        if (
            self.draft.cube == "sales"
            and not self.keeps.metrics
            and self.reading.has("sold")
            and self.draft.pending
            and not self.draft.ranks
        ):
            return ("units",)
        return ()

    # ------------------------------------------------------------------ which tool

    def _tool(self) -> Question:
        for attempt in (self._dropped, self._why, self._forecast, self._together, self._record, self._lookup, self._count):
            question = attempt()
            if question is not None:
                return question
        comparing = Comparing(self, self.draft, self.context)
        question = comparing.question()
        if question is not None:
            return question
        question = Sharing(self, self.draft, self.context).question()
        if question is not None:
            return question
        return self._ranking() or self._grouped() or self._edited() or self._metric()

    def base(self, tool: str, metrics: tuple[str, ...]) -> Question:
        """A question with the filters and period as they stand."""
        return Question(tool, metrics, filters=self.filters(), period=self.period())

    def _dropped(self) -> Question | None:
        """ "Drop the country", "without the product filter": the question before, less that filter."""
        if (
            self.context is None
            or not self.reading.has("exclude")
            or self.draft.filters.clauses
            or self.draft.metrics
            or len(self.reading.tokens) > 6
        ):
            return None
        dimensions = {d for m in self.draft.pending for d in m.all("dimension")} & {c.dimension for c in self.context.filters}
        if not dimensions:
            return None
        return replace(self.context, filters=tuple(c for c in self.context.filters if c.dimension not in dimensions))

    def _why(self) -> Question | None:
        if not self.reading.has("why"):
            return None
        metrics = self.metrics() or ("net_sales",)
        return Comparing(self, self.draft, self.context).why(metrics)

    def _forecast(self) -> Question | None:
        draft, reading = self.draft, self.reading
        ahead = any(f.period is not None and f.period.last > self.home.today for f in draft.periods)
        strong = any(m.text in _STRONG_FORECAST or m.text.startswith("forecast") for m in reading.ops("forecast"))
        coming = ahead and any(
            m.text.split()[0] in ("next", "rest", "remainder", "coming", "the", "tomorrow") for m in reading.of("period")
        )
        follows = self.keeps.tool == "forecast" and (
            bool(draft.periods) or bool(draft.metrics) or bool(draft.filters.clauses) or bool(draft.shifts)
        )
        past = bool(draft.periods) and not ahead
        bare = past and draft.periods[0].bare and reading.has("forecast")
        if not (strong or bare or (reading.has("forecast") and ahead) or coming or (follows and not past)):
            return None
        metrics = self.metrics() or (self.keeps.metrics if follows else ()) or ("net_sales",)
        question = replace(self.base("forecast", metrics), by=tuple(draft.by))
        if past and draft.periods[0].bare and question.period is not None:
            return replace(question, period=question.period.year_before(-1))
        if question.period is None or (not ahead and not strong):
            return replace(question, period=Period(self.home.today, self.home.today).step(1)) if not strong else question
        return question

    def _together(self) -> Question | None:
        follows = self.keeps.tool == "together" and not self.draft.metrics and not self.draft.ranked
        asked = self.reading.has("together_with") and self.draft.cube == "sales" and not (self.draft.metrics and not self._basket_words())
        products = tuple(c for c in self.filters() if c.dimension == "product")
        if not asked and not (follows and products):
            return None
        if asked and not products and not self._basket_words():
            return None
        n = self.rank_n() or (self.keeps.ranking.n if follows and self.keeps.ranking else 5)
        return Question("together", filters=self.filters(), period=self.period(), ranking=Ranking(n), ask="rows")

    def _basket_words(self) -> bool:
        return any(
            "together" in m.text
            or "basket" in m.text
            or "bought" in m.text
            or "suggest" in m.text
            or "recommend" in m.text
            or "sell" in m.text
            for m in self.reading.ops("together_with")
        )

    def _record(self) -> Question | None:
        reading = self.reading
        marks = reading.ops("first", "last")
        dated = (reading.has("when") or any("time" in m.text for m in marks)) and not reading.has(*RANKING_OPS)
        about_purchase = any(self._purchase_follows(m) for m in marks)
        follows = (
            self.keeps.tool == "record" and not self.draft.metrics and not self.draft.ranks and bool(self.draft.filters.clauses or marks)
        )
        if self.draft.ranks or not (
            (marks and dated) or (about_purchase and self.filters() and not reading.has("how_many", "how_much")) or follows
        ):
            return None
        first = reading.has("first") if marks else self.keeps.metric == "first_sale"
        period = self.period() if self.draft.periods or self.draft.whole else self.keeps.period if follows else None
        return Question("record", ("first_sale" if first else "last_sale",), filters=self.filters(), period=period, ask="date")

    def _purchase_follows(self, mark: Mark) -> bool:
        after = self.reading.after(mark)
        return after is not None and (
            after.is_op("sold", "bought")
            or after.text in ("order", "orders", "purchase", "sale", "invoice", "sold", "bought", "buy", "transaction")
        )

    def _lookup(self) -> Question | None:
        reading = self.reading
        product = self.draft.filters.at.get("product")
        if product and not self.draft.metrics and not self.draft.ranks and not self.draft.periods:
            alone = all(
                m.kind in ("product", "word") or m.is_op("which", "name_of", "comes_from", "and_what", "include", "only", "sold", "define")
                for m in reading.marks
            )
            if reading.has("name_of") or (self.context is None and alone and reading.has("which")):
                coded = any(c.isdigit() for m in reading.of("product") for c in m.words[0]) if reading.of("product") else False
                return Question("lookup", filters=self.filters(), ask="number" if coded else "label")
        customer = next((c for c in self.filters() if c.dimension == "customer" and c.op == "eq"), None)
        where = (
            "country" in self.draft.ranked
            or reading.has("country_of")
            or any(m.all("dimension") and "country" in m.all("dimension") for m in self.draft.pending)
        )
        if customer and where and not self.draft.metrics and not self.draft.ranks:
            return Question("ranking", ("order_lines",), ("country",), self.filters(), None, Ranking(1), ask="label")
        return None

    def _count(self) -> Question | None:
        """Groups under a condition: "how many customers spent more than 1,000"."""
        reading = self.reading
        ops = reading.ops("more_than", "less_than", "exactly")
        counted = {"customers": "customer", "products_sold": "product", "countries": "country", "trading_days": "day", "orders": "order"}
        groups = (
            self.draft.counted
            if self.draft.counted in (*counted.values(), "week", "month", "quarter")
            else next(iter(self.draft.ranked), "")
        )
        groups = groups or next((counted[m] for m in self.draft.metrics if m in counted), "")
        if not ops or not groups or self.draft.cube != "sales" or self.draft.ranks:
            return None
        op, number = self._threshold(ops)
        if number is None:
            return None
        others = [m for m in self.draft.metrics if counted.get(m) != groups]
        unit = _UNIT_METRICS.get(number[1], "")
        metric = unit or (others[0] if others else "gross_sales" if groups == "order" else "net_sales")
        if counted.get(metric) == groups:
            return None
        words = (
            "eq"
            if op.is_op("exactly")
            else ("ge" if "least" in op.text or op.text in (">=",) else "gt")
            if op.is_op("more_than")
            else ("le" if op.text in ("at most", "no more than", "<=", "up to") else "lt")
        )
        having = Having(metric, words, number[0])  # type: ignore[arg-type]
        base = Question("count", (metric,), (groups,), self.filters(), self.period(), having=having)
        asked = reading.has("how_many") or not reading.has("which", "who")
        return base if asked else replace(base, ranking=Ranking(self.rank_n() or ALL), ask="rows")

    def _threshold(self, ops: tuple[Mark, ...]) -> tuple[Mark, tuple[float, str] | None]:
        for op in ops:
            if "once" in op.text or op.text == "just one":
                self.used.add(op.start)
                return op, (1.0, "once")
            after = self.reading.after(op)
            while after is not None and after.text in ("£", "gbp", "a", "of", "$", "€"):
                after = self.reading.after(after)
            if after is not None and (after.kind == "number" or after.text in NUMBERS):
                self.used.add(after.start)
                unit = self.reading.after(after)
                return op, (after.number or float(NUMBERS.get(after.text, 0)), unit.text if unit else "")
        return ops[0], None

    # ------------------------------------------------------------------ rankings and groups

    def _ranking(self) -> Question | None:
        draft, reading = self.draft, self.reading
        keeps_ranking = self.context is not None and self.context.tool == "ranking"
        metrics = self.metrics()
        dimensions = tuple(draft.ranked) or (tuple(draft.by) if draft.ranks else ())
        asks_which = bool(draft.ranked) and reading.has("which", "who")
        if (
            not dimensions
            and draft.ranks
            and reading.has("bought", "sold", "most_sold", "least_sold")
            and reading.has("which")
            and not keeps_ranking
        ):
            dimensions = ("product",)
        if self._asks_who() and not dimensions and not reading.has("how_many", "how_much"):
            dimensions, asks_which = ("customer",), bool(metrics) or draft.ranks or reading.has("spent", "bought")
        if not draft.ranks and not asks_which:
            return None
        if not dimensions and keeps_ranking:
            assert self.context is not None
            return self._ranked_again(self.context, metrics)
        if not dimensions:
            dimensions, metrics = self._documents(metrics)
        if not dimensions and self.context is not None and self.context.by and (draft.ranks):
            dimensions = self.context.by
        if not dimensions:
            subject = f" by {self.semantics.metrics[metrics[0]].name}" if metrics else ""
            raise Stop(
                Clarify(f"A ranking of what{subject}: products, customers, countries or months?", _subjects(reading.text), slot="subject")
            )
        metrics = metrics or self._default_metric(dimensions)
        if dimensions[0] == "order" and metrics[0] == "net_sales":
            metrics = ("gross_sales",)
        if metrics[0] == {"customer": "customers", "order": "orders", "product": "products_sold", "country": "countries"}.get(
            dimensions[0]
        ):
            metrics = self._default_metric(dimensions)
        direction = "bottom" if reading.has(*DOWNWARD) or (reading.has("less") and not draft.ranks) else "top"
        n, skip = self._places(dimensions)
        question = Question("ranking", metrics[:1], dimensions[:1], self.filters(), self.period(), Ranking(n, direction, skip))  # type: ignore[arg-type]
        return self._ask(self._unfiltered(question))

    def _asks_who(self) -> bool:
        """ "Who" that asks; not "customers who"."""
        return any(not any(m.all("dimension") and m.start < mark.start for m in self.reading.marks) for mark in self.reading.ops("who"))

    def _unfiltered(self, question: Question) -> Question:
        """A ranking does not keep one value of what it ranks from the conversation."""
        own = {c.dimension for c in self.draft.filters.clauses}
        kept = tuple(c for c in question.filters if c.dimension not in question.by or c.dimension in own or c.op not in ("eq", "in"))
        return replace(question, filters=kept)

    def _documents(self, metrics: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """ "Biggest cancellation", "largest refund", "biggest sale": one document by its total."""
        if set(metrics) & {"cancellations", "returns"} and self.reading.has("top", "bottom"):
            return ("order",), ("returns",)
        if set(metrics) & {"orders", "aov"} and self.reading.has("top", "bottom"):
            return ("order",), ("gross_sales",)
        if self.reading.has("when") and self.draft.ranks:
            return ("day",), metrics
        return (), metrics

    def _default_metric(self, dimensions: tuple[str, ...]) -> tuple[str, ...]:
        if self.draft.cube == "reviews":
            return ("rating",)
        return ("gross_sales",) if dimensions[0] == "order" else ("net_sales",)

    def _ranked_again(self, before: Question, metrics: tuple[str, ...]) -> Question:
        """ "Only the top 3", "and the worst?", "bottom 5 instead"."""
        old = before.ranking or Ranking(MANY)
        direction = "bottom" if self.reading.has(*DOWNWARD) else "top" if self.reading.has("top", "busiest", "most_sold") else old.direction
        n = self.rank_n() or old.n
        question = replace(
            before, metrics=metrics or before.metrics, filters=self.filters(), period=self.period(), ranking=Ranking(n, direction)
        )  # type: ignore[arg-type]
        return self._ask(self._unfiltered(question)) if n != old.n else self._unfiltered(question)

    def _places(self, dimensions: tuple[str, ...]) -> tuple[int, int]:
        n, skip = self.rank_n(), self._ordinal()
        if skip:
            return 1, skip
        if n:
            return n, 0
        if self.reading.has("rank"):
            return ALL, 0
        return (MANY if self.draft.plural else 1), 0

    def _ordinal(self) -> int:
        """How many to leave out for "second best"."""
        for mark in self.reading.ops("top", "bottom", "busiest", "quietest", "most_sold"):
            before = self.reading.before(mark)
            if before is not None and before.text in ORDINALS and ORDINALS[before.text] > 1:
                return ORDINALS[before.text] - 1
        return 0

    def rank_n(self) -> int:
        """The number of places asked for, 0 where none is said."""
        for mark in self.reading.of("number"):
            if mark.start in self.used or mark.number != int(mark.number) or not 0 < mark.number <= ALL:
                continue
            before, after = self._solid(mark, -1), self._solid(mark, 1)
            near = [m for m in (before, after) if m is not None]
            noun = after is not None and bool(after.all("dimension"))
            if (
                any(m.is_op(*RANKING_OPS, "only", "which", "rank", "together_with", "instead", "first") for m in near)
                or noun
                or (before is not None and before.all("dimension") and self.draft.ranks)
            ):
                self.used.add(mark.start)
                return int(mark.number)
        loose = [m for m in self.reading.of("number") if m.start not in self.used and 0 < m.number <= 100]
        if len(loose) == 1 and self.draft.ranks and loose[0].number == int(loose[0].number):
            self.used.add(loose[0].start)
            return int(loose[0].number)
        return 0

    def _solid(self, mark: Mark, step: int) -> Mark | None:
        move = self.reading.before if step < 0 else self.reading.after
        found = move(mark)
        while found is not None and found.kind == "word" and not found.is_op():
            found = move(found)
        return found

    def _ask(self, question: Question) -> Question:
        ranking = question.ranking or Ranking(1)
        if ranking.n != 1:
            return replace(question, ask="rows")
        wants_label = self.reading.has("which", "who", "when") or question.by != ("order",)
        if self.reading.has("how_much") or (question.by == ("order",) and not self._names_document()):
            wants_label = False
        ask: Ask = "label" if wants_label else "number"
        if question.by == ("order",) and ask == "label":
            extra = (
                "customer"
                if self.reading.has("who") or "customer" in self.draft.ranked
                else "day"
                if self.reading.has("when") or "day" in self.draft.ranked
                else ""
            )
            extra = "country" if "country" in self.draft.ranked else extra
            return replace(question, ask=ask, by=("order", extra) if extra else ("order",))
        return replace(question, ask=ask)

    def _names_document(self) -> bool:
        """ "Which order", "who placed the biggest order": a name is wanted; "what was our biggest order": its worth."""
        return (
            self.reading.has("who", "when")
            or any(m.text == "which" for m in self.reading.ops("which"))
            or "number" in self.reading.text.split()
        )

    def _grouped(self) -> Question | None:
        by = tuple(self.draft.by)
        if not by and self.reading.has("over_time"):
            by = ("month",)
        if (
            not by
            and not self.draft.metrics
            and self.context is not None
            and self.context.tool in ("series", "breakdown")
            and self.draft.pending
        ):
            by = tuple(d for m in self.draft.pending for d in m.all("dimension")[:1])
        if not by and self.reading.has("by") and self.draft.pending:
            by = tuple(d for m in self.draft.pending for d in m.all("dimension")[:1])
        if not by:
            return None
        metrics = self.metrics() or ("net_sales",) if self.context or self.draft.cube == "sales" else self.metrics() or ("reviews",)
        kind = self.semantics.dimensions[by[0]].kind
        tool = "series" if kind in ("time", "ordinal") else "breakdown"
        question = Question(tool, metrics[:1], by[:2], self.filters(), self.period(), ask="rows")
        if self.rank_n() and tool == "breakdown":
            return replace(question, tool="ranking", ranking=Ranking(self.rank_n()))
        return self._unfiltered(question)

    def _edited(self) -> Question | None:
        """The question before with what this message changes, where it was a ranking, a series or a share."""
        before = self.context
        if before is None or before.tool not in ("ranking", "series", "breakdown"):
            return None
        if self.reading.has("how_many", "how_much") or self._points_to_focus() or (self.reading.has("total") and not self.draft.periods):
            return None
        changed = {c.dimension for c in self.draft.filters.clauses if c.op in ("eq", "in")}
        if changed & set(before.by):
            return None
        swapped = [d for m in self.draft.pending for d in m.all("dimension")][:1]
        by = tuple(swapped) if swapped and before.tool in ("ranking", "breakdown") else before.by
        n = self.rank_n()
        ranking = replace(before.ranking, n=n) if before.ranking and n else before.ranking
        question = replace(
            before, metrics=(self.metrics() or before.metrics)[:1], by=by, filters=self.filters(), period=self.period(), ranking=ranking
        )
        return self._unfiltered(question) if swapped else question

    def _metric(self) -> Question:
        metrics = self.metrics()
        if not metrics and self.context is not None and self.context.tool in ("ranking", "series", "breakdown", "compare", "share"):
            metrics = self.context.metrics
        if not metrics:
            raise Stop(self._no_metric())
        question = self.base("metric", metrics)
        if len(metrics) > 1:
            return replace(question, ask="rows")
        several = next((d for d, placed in self.draft.filters.at.items() if len({c for _, c in placed if c.op == "eq"}) > 1), "")
        if several and not self.reading.has("total") and several in ("country", "product", "customer", "department", "class"):
            return replace(question, tool="breakdown", by=(several,))
        return question

    def _no_metric(self) -> Clarify:
        reading = self.reading
        if self.draft.cube == "reviews":
            return Clarify(
                "What about the reviews: how many, the average rating, or the share that is negative?",
                ("how many reviews", "average rating", "share of negative reviews"),
                slot="metric",
            )
        said = bool(self.draft.filters.clauses or self.draft.periods)
        if said:
            subject = reading.text
            return Clarify(
                "Which figure do you mean: sales, orders, units or customers?",
                (f"sales {subject}", f"orders {subject}", f"units {subject}"),
                slot="metric",
            )
        return Clarify(
            "What would you like to know? Name a figure, such as sales, orders, units, customers or returns, and if you like a period.",
            ("sales last month", "top 10 products this year", "orders by month"),
        )

    # ------------------------------------------------------------------ checks

    def _averaged(self, question: Question) -> Question:
        """ "Average daily sales": divide by days; an average of nothing in particular is asked back."""
        if question.tool not in ("metric", "series", "breakdown", "ranking", "compare"):
            return question
        metric = self.semantics.metric(question.metric)
        plain = bool(metric.aggregate) and metric.aggregate != "mean"
        if self.draft.per and plain:
            return replace(question, per=self.draft.per)
        inherits = self.context is not None and bool(self.context.per) and not self.reading.has("total")
        if inherits and plain and question.tool == self.keeps.tool:
            return replace(question, per=self.keeps.per)
        if not self.reading.has("average") or not plain:
            return question
        if question.tool in ("series", "breakdown", "ranking") and question.by and question.by[0] in ("weekday", "hour", "month_of_year"):
            return replace(question, per="day")
        if question.tool == "ranking" or question.tool == "series":
            return question
        if metric.id == "orders" and not self.draft.metric_marks[0].text.endswith("s") if self.draft.metric_marks else False:
            return replace(question, metrics=("aov",))
        name = metric.name
        raise Stop(
            Clarify(
                f"Average {name} per what: per day, per month, per order or per customer?",
                (f"average {name} per day", f"average {name} per month"),
                slot="per",
            )
        )

    def _check_reference(self) -> None:
        """Pronouns with nothing before them to refer to."""
        if self.context is not None:
            return
        pointed = self._pointed()
        words = {t.text for t in self.reading.tokens}
        entity = bool(
            self.draft.filters.clauses
            or self.draft.ranked
            or self.draft.by
            or (self.draft.metrics and {"customers", "products_sold"} & set(self.draft.metrics))
        )
        personal = bool(words & {"they", "them", "their", "theirs", "he", "she", "him", "his", "her"}) and not entity
        it = bool(words & {"it", "its", "those", "these"}) and not entity and not (self.draft.metrics and self.draft.periods)
        one = (
            any(m.text in ("the one", "that one", "this one", "the same one", "the other one") for m in self.reading.marks)
            or "other one" in self.reading.text
        )
        pointed = tuple(
            m for m in pointed if not (self.draft.periods and set(m.all("dimension")) & {"day", "week", "month", "quarter", "year"})
        )
        if pointed:
            noun = pointed[0].text
            raise Stop(Clarify(f"Which {noun} do you mean? Nothing was asked about one before.", (), slot="subject"))
        if personal or it or one:
            raise Stop(Clarify("What do you refer to? Nothing was asked before that I could take up; please name it.", (), slot="subject"))

    def _check_known(self) -> None:
        """Every word with content must have been understood."""
        unknown = [m for m in self.reading.marks if m.start not in self.used and (m.kind == "unknown" or _is_value(m))]
        unknown += self.draft.unknown
        if unknown:
            said = "”, “".join(self.reading.tokens[m.start].fixed or m.text for m in unknown)
            raise Stop(
                Refuse(
                    f"I find nothing in the shop's data for “{said}”, so I would rather not guess.",
                    "unknown",
                    ("sales last month", "top 10 products this year", "orders by country"),
                )
            )

    def _check_operators(self, question: Question) -> None:
        """A plain figure may not stand in for a comparison or an exclusion that was asked for and not understood."""
        if question.tool not in ("metric", "series", "breakdown", "record"):
            return
        for mark in self.reading.ops("versus", "difference", "than", "more_than", "less_than", "older", "younger", "exclude"):
            weighty = not mark.is_op("exclude") or mark.text in _EXCLUDING or self._negates_verb(mark)
            if weighty and mark.start not in self.used and mark.text not in _VAGUE:
                what = "leave out" if mark.is_op("exclude") else "compare"
                raise Stop(
                    Clarify(f"What should I {what}? I understood “{mark.text}”, but not the two things it is about.", slot="subject")
                )

    def _negates_verb(self, mark: Mark) -> bool:
        after = self.reading.after(mark)
        return mark.text == "not" and after is not None and after.is_op("sold", "bought")

    def _check_numbers(self) -> None:
        """A number that no part of the question took up may not be passed over."""
        numbers = [m for m in self.reading.of("number") if m.start not in self.used and not self._spelled(m)]
        if numbers:
            raise Stop(Clarify(f"What does {numbers[0].text} stand for: a product, a customer, or a number of places?", (), slot="subject"))

    def _spelled(self, mark: Mark) -> bool:
        """Number words are often only words: "one", "the two countries", "24 hours"."""
        return not mark.text[0].isdigit() or mark.number in (1.0, 2.0, 100.0)

    def _check_periods(self, question: Question) -> None:
        if question.tool == "forecast":
            return
        cube = self.semantics.metric(question.metric).cube if question.metric else "sales"
        sides = question.comparison.sides if question.comparison else ()
        named = [p for p in (question.period, *(side.period for side in sides)) if p]
        if cube == "reviews" and named and not self.home.reviews_dated:
            raise Stop(
                Refuse("The reviews carry no dates, so they cannot be asked about by period.", "period", ("average rating by department",))
            )
        for period in named:
            if cube == "sales" and period.clipped(self.home.first_day, self.home.today) is None:
                reach = f"{self.home.first_day.day} {self.home.first_day:%b %Y} to {self.home.today.day} {self.home.today:%b %Y}"
                raise Stop(
                    Refuse(
                        f"{period.title} lies outside the data, which runs from {reach}.", "period", ("sales last month", "sales this year")
                    )
                )


def _is_value(mark: Mark) -> bool:
    """A department, class or category named where it means nothing: it may not be passed over."""
    return bool(mark.senses) and all(s.kind in ("review_value", "category_value") for s in mark.senses)


def _subjects(text: str) -> tuple[str, ...]:
    return tuple(f"{text} {noun}" if text else noun for noun in ("products", "customers", "countries", "months"))
