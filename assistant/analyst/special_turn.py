"""The particular questions: why, forecast, bought together, first and last, look-ups, counts under a condition."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from assistant.analyst.calendar_words import NUMBERS
from assistant.analyst.comparing import Comparing
from assistant.analyst.draft import RANKING_OPS
from assistant.analyst.outcome import Clarify, Stop
from assistant.analyst.question import FilterClause, Having, Period, Question, Ranking, Share
from assistant.analyst.ranking_turn import RankingTurn
from assistant.analyst.reading import Mark

ALL = 1000
_STRONG_FORECAST = frozenset(
    ["forecast", "predict", "prediction", "predicted", "projection", "projected", "outlook", "prognosis", "foresee", "anticipate"]
)
_TIMES = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
_UNIT_METRICS = {
    **dict.fromkeys(
        ["times", "time", "once", "twice", "order", "orders", "invoice", "invoices", "purchase", "purchases", "transactions"], "orders"
    ),
    **dict.fromkeys(["unit", "units", "piece", "pieces", "pcs", "items", "item", "copies", "qty"], "units"),
    **dict.fromkeys(["customer", "customers", "buyers", "clients"], "customers"),
    **dict.fromkeys(["product", "products", "skus"], "products_sold"),
    **dict.fromkeys(["pound", "pounds", "gbp", "quid"], ""),
}


_WHOLE_OF = {"customer": "customers", "order": "orders", "product": "products_sold", "country": "countries"}
"""What all of the groups that are counted under a condition are a count of."""
_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne"}
_AGAIN = frozenset(["again", "also", "too", "still", "back"])
_POUNDS = frozenset(["pound", "pounds", "gbp", "quid", "£"])


class SpecialTurn(RankingTurn):
    """A turn that can ask for these."""

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
        self.used.update(m.start for m in self.reading.ops("exclude"))
        return replace(self.context, filters=tuple(c for c in self.context.filters if c.dimension not in dimensions))

    def _of_that_document(self) -> Question | None:
        """ "When was that?", "who placed it?", "which country?" after the biggest order: what else is known of that one."""
        before = self.context
        if before is None or before.tool != "ranking" or before.by[:1] != ("order",) or before.ranking is None or before.ranking.n != 1:
            return None
        fresh = self.draft.metrics or self.draft.filters.clauses or self.draft.periods or self.draft.shifts or self.draft.ranks
        if fresh or len(self.reading.tokens) > 9:
            return None
        named = {d for m in self.reading.marks for d in m.all("dimension")}
        if self.reading.has("when") or named & {"day", "month"}:
            asked = "day"
        elif "country" in named or self.reading.has("country_of") or "where" in self.reading.text.split():
            asked = "country"
        elif "customer" in named or self.reading.has("who"):
            asked = "customer"
        else:
            return None
        self.draft.ranked[:], self.draft.pending[:] = [asked], []
        return replace(before, by=("order", asked), ask="label")

    def _cohort(self) -> Question | None:
        """ "Of the customers first won in Q1 2010, how many bought again in Q1 2011": those of one time who bought in another.

        Raises:
            Stop: a share of them is asked for.
        """
        said = [m for m in self.reading.of("period") if m.period is not None and m.period.period is not None]
        new = next((m for m in self.draft.metric_marks if "new_customers" in m.all("metric")), None)
        again = [m for m in self.reading.marks if m.text in _AGAIN or m.is_op("came_back")]
        if new is None or len(said) != 2 or not again or self.reading.has("versus", "difference", "than", "growth", "fall", "more", "less"):
            return None
        if self.reading.has("share"):
            raise Stop(Clarify("I can count how many of them bought again, but give no share of them; shall I count them?", slot="subject"))
        won = next((m for m in said if m.start > new.start), said[0])
        then = next(m for m in said if m is not won)
        assert won.period is not None
        assert then.period is not None
        first, later = won.period.period, then.period.period
        assert first is not None
        self.used.update(m.start for m in again)
        bounds = (max(first.first, self.home.first_day).isoformat(), first.last.isoformat())
        since = FilterClause("customer_since", "between", bounds, f"new customers of {first.title}")
        return Question("metric", ("customers",), filters=(*self.draft.filters.clauses, since), period=later)

    def _why(self) -> Question | None:
        if not self.reading.has("why"):
            return None
        metrics = self.metrics() or ("net_sales",)
        comparing = Comparing(self, self.draft, self.context)
        return comparing.beside(metrics) or comparing.why(metrics)

    def _forecast(self) -> Question | None:
        draft, reading = self.draft, self.reading
        ahead = any(f.period is not None and f.period.last > self.home.today for f in draft.periods)
        strong = any(m.text in _STRONG_FORECAST or m.text.startswith("forecast") for m in reading.ops("forecast"))
        coming = any(f.period is not None and f.period.first > self.home.today for f in draft.periods) and any(
            m.text.split()[0] in ("next", "rest", "remainder", "coming", "the", "tomorrow") for m in reading.of("period")
        )
        follows = self.keeps.tool == "forecast" and (
            bool(draft.periods) or bool(draft.metrics) or bool(draft.filters.clauses) or bool(draft.shifts)
        )
        past = bool(draft.periods) and not ahead
        bare = past and draft.periods[0].bare and reading.has("forecast")
        if past and not bare and (next_one := self._still_to_come()) is not None:
            return replace(self.base("forecast", self.metrics() or ("net_sales",)), by=tuple(draft.by), period=next_one)
        if not (strong or bare or (reading.has("forecast") and ahead) or coming or (follows and not past)):
            return None
        metrics = self.metrics() or (self.keeps.metrics if follows else ()) or ("net_sales",)
        question = replace(self.base("forecast", metrics), by=tuple(draft.by))
        if past and draft.periods[0].bare and question.period is not None:
            return replace(question, period=question.period.year_before(-1))
        if follows and not draft.periods and question.period is not None and question.period.last > self.home.today:
            return question
        if question.period is None or (not ahead and not strong):
            return replace(question, period=Period(self.home.today, self.home.today).step(1)) if not strong else question
        return question

    def _still_to_come(self) -> Period | None:
        """ "Will we sell more in December than last year": the December that comes, which a forecast sets beside the last."""
        future = any(m.text.startswith(("will", "going to", "are we going to")) for m in self.reading.ops("forecast"))
        marks, period = self.reading.of("period"), self.draft.periods[0].period
        if not future or period is None or period.grain == "year" or not marks or any(c.isdigit() for c in marks[0].text):
            return None
        while period.last <= self.home.today:
            period = period.year_before(-1)
        return period

    def _together(self) -> Question | None:
        words = self.reading.text.split()
        named = bool(self.reading.of("product")) and self.reading.has("bought", "sold")
        also = named and ("also" in words or any(two in ("with which", "with what", "what else") for two in map(" ".join, pairwise(words))))
        follows = self.keeps.tool == "together" and not self.draft.metrics and not self.draft.ranked
        asked = (
            (self.reading.has("together_with") or also)
            and self.draft.cube == "sales"
            and not (self.draft.metrics and not also and not self._basket_words())
        )
        products = tuple(c for c in self.filters() if c.dimension == "product")
        if self._hold_both(products):
            return Question("together", filters=self.filters(), period=self.period(), ask="number")
        if not asked and not (follows and products):
            return None
        if asked and not products and not self._basket_words():
            return None
        if len(products) == 1 and len(products[0].values) == 2 and self._counts_orders():
            return Question("together", filters=self.filters(), period=self.period(), ask="number")
        n = self.rank_n() or self._only_number() or (self.keeps.ranking.n if follows and self.keeps.ranking else 5)
        return Question("together", filters=self.filters(), period=self.period(), ranking=Ranking(n), ask="rows")

    def _only_number(self) -> int:
        """ "Three will do": the one small number said, 0 where there is none."""
        said = [m for m in self.reading.of("number") if m.start not in self.used]
        if len(said) != 1 or said[0].number not in range(2, 21):
            return 0
        self.used.add(said[0].start)
        return int(said[0].number)

    def _hold_both(self, products: tuple[FilterClause, ...]) -> bool:
        """ "How many orders had both X and Y"."""
        pair = len(products) == 1 and products[0].op == "in" and len(products[0].values) == 2
        counted = self.reading.has("how_many") and set(self.draft.metrics) == {"orders"}
        return pair and counted and "both" in self.reading.text.split()

    def _counts_orders(self) -> bool:
        """ "How often are X and Y bought together"."""
        return self.reading.has("how_many") or "often" in self.reading.text.split() or set(self.draft.metrics) == {"orders"}

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
        dated = (reading.has("when") or any("time" in m.text or self._dates(m) for m in marks)) and not reading.has(*RANKING_OPS)
        about_purchase = any(self._purchase_follows(m) for m in marks)
        follows = (
            self.keeps.tool == "record" and not self.draft.metrics and not self.draft.ranks and bool(self.draft.filters.clauses or marks)
        )
        if (
            self.draft.ranks
            or "new_customers" in self.draft.metrics
            or not ((marks and dated) or (about_purchase and self.filters() and not reading.has("how_many", "how_much")) or follows)
        ):
            return None
        self._one_question()
        first = reading.has("first") if marks else self.keeps.metric == "first_sale"
        of_those = any((after := reading.after(m)) is not None and after.text in ("one", "of", "among") for m in marks)
        ever = any(m.text.startswith("very ") for m in marks) or "ever" in {t.text for t in reading.tokens}
        kept = (follows or of_those) and not ever
        period = self.period() if self.draft.periods or self.draft.whole else self.keeps.period if kept else None
        return Question("record", ("first_sale" if first else "last_sale",), filters=self.filters(), period=period, ask="date")

    def _dates(self, mark: Mark) -> bool:
        """ "The earliest date"."""
        after = self.reading.after(mark)
        return after is not None and after.text == "date" and mark.text not in ("start", "end", "starting")

    def _one_question(self) -> None:
        """A date and a figure in one message: one at a time."""
        figures = [m for m in self.draft.metrics if self.semantics.metrics[m].unit in ("money", "share", "rating")]
        if figures and self.reading.has("when") and self.reading.has("how_much", "which"):
            name = self.semantics.metrics[figures[0]].name
            raise Stop(Clarify(f"That is a date and a figure ({name}); which of the two shall I look up first?", slot="subject"))

    def _purchase_follows(self, mark: Mark) -> bool:
        after = self.reading.after(mark)
        return after is not None and (
            after.is_op("sold", "bought")
            or after.text in ("order", "orders", "purchase", "sale", "invoice", "sold", "bought", "buy", "transaction")
        )

    def _lookup(self) -> Question | None:
        reading = self.reading
        product = self.draft.filters.at.get("product")
        nouns = ("product", "reviewed_item")
        if product and not self.draft.metrics and not self.draft.ranks and not self.draft.periods:
            alone = all(
                m.kind in ("product", "word")
                or set(m.all("dimension")) & set(nouns)
                or m.is_op("which", "name_of", "comes_from", "and_what", "include", "only", "sold", "define")
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
        if (share := self._share_of_counted()) is not None:
            return share
        ops = reading.ops("more_than", "less_than", "exactly")
        counted = {"customers": "customer", "products_sold": "product", "countries": "country", "trading_days": "day", "orders": "order"}
        groups = (
            self.draft.counted
            if self.draft.counted in (*counted.values(), "week", "month", "quarter")
            else next(iter(self.draft.ranked), "")
        )
        limited = self._limited(ops)
        if groups in limited:
            figures = (counted[m] for m in self.draft.metrics if m in counted)
            named = (*self.draft.ranked, *(d for m in self.draft.pending for d in m.all("dimension")), *figures)
            groups = next((d for d in named if d not in limited and d in (*counted.values(), "week", "month", "quarter")), groups)
        groups = groups or next((counted[m] for m in self.draft.metrics if m in counted), "")
        groups = groups or next((d for m in self.draft.pending for d in m.all("dimension") if d in counted.values()), "")
        if not ops or not groups or self.draft.cube != "sales" or self.draft.ranks:
            return None
        if self._left_out_by(ops[0]) and not reading.has("how_many"):
            return self._some_left_out(ops, groups)
        op, number = self._threshold(ops)
        if number is None:
            return None
        others = [m for m in self.draft.metrics if counted.get(m) != groups]
        unit = _UNIT_METRICS.get(number[1], "")
        metric = unit or (others[0] if others else "gross_sales" if groups == "order" else "net_sales")
        if counted.get(metric) == groups:
            groups = next((d for m in self.draft.pending for d in m.all("dimension") if d in counted.values() and d != groups), "")
        if not groups:
            return None
        if number[1] in _POUNDS and self.semantics.metrics[metric].unit != "money":
            if groups == "product":
                raise Stop(Clarify("By what a product costs or by what it brought in? I can count products by their sales.", slot="metric"))
            metric = "gross_sales" if groups == "order" else "net_sales"
        words = self._comparing(op)
        having = Having(metric, words, number[0])  # type: ignore[arg-type]
        if self.semantics.metrics[metric].repeat:
            raise Stop(
                Clarify(f"I can count {groups}s by sales, orders or units, not by {self.semantics.metrics[metric].name}.", slot="metric")
            )
        if reading.has("share"):
            return self._share_under(Having(metric, words, number[0]), groups)  # type: ignore[arg-type]
        base = Question("count", (metric,), (groups,), self.filters(), self.period(), having=having)
        asked = reading.has("how_many") or not reading.has("which", "who")
        return base if asked else replace(base, ranking=Ranking(self.rank_n() or ALL), ask="rows")

    def _some_left_out(self, ops: tuple[Mark, ...], groups: str) -> Question:
        """ "Return rate by country without countries of fewer than 50 orders": the groups asked for, or listed before, that are left.

        Raises:
            Stop: no such groups are asked for.
        """
        before, by = self.context, tuple(self.draft.by[:1])
        limited = {m.start for m in self.reading.marks if 0 < m.start - ops[0].end <= 2}
        figures = [m for m in self.draft.metric_marks if m.start not in limited]
        op, number = self._threshold(ops)
        metric = _UNIT_METRICS.get(number[1], "") if number else ""
        if number is not None and metric:
            having = Having(metric, self._comparing(op), number[0])  # type: ignore[arg-type]
            named = next((i for m in figures for i in m.all("metric") if i in self.draft.metrics), "")
            if by == (groups,) and named:
                self.draft.metrics = [named]
                return replace(self.base("ranking", (named,)), by=by, ranking=Ranking(ALL), having=having, ask="rows")
            if before is not None and before.tool in ("ranking", "breakdown") and before.by[:1] == (groups,) and not figures:
                self.draft.metrics = []
                listed = replace(before, tool="ranking", ranking=before.ranking or Ranking(ALL), having=having)
                return replace(listed, period=self.period(), filters=self.filters())
        what = self.semantics.dimension(groups).plural
        raise Stop(Clarify(f"Of which figure shall I leave out some {what}? Please name it with them.", slot="metric"))

    def _share_of_counted(self) -> Question | None:
        """ "In percent", "as a share of all customers", said after a count of customers under a condition."""
        before = self.context
        if before is None or before.tool != "count" or before.having is None or before.share is not None or before.ranking is not None:
            return None
        whole = _WHOLE_OF.get(before.by[0], "")
        fresh = (
            self.draft.periods or self.draft.shifts or self.draft.filters.clauses or self.draft.ranks or set(self.draft.metrics) - {whole}
        )
        if not whole or not self.reading.has("share") or fresh or self.reading.has("more_than", "less_than", "exactly"):
            return None
        return replace(before, share=Share(of=whole))

    def _ranking(self) -> Question | None:
        """ "The best rated items with at least 50 reviews": a ranking of those that fulfil a condition."""
        having = self._condition() if self.draft.ranks else None
        question = super()._ranking()
        return replace(question, having=having) if question is not None and having is not None else question

    def _condition(self) -> Having | None:
        """A limit on another figure than the one ranked by."""
        for op in self.reading.ops("more_than", "less_than"):
            _, number = self._threshold((op,))
            metric = (
                (_UNIT_METRICS | {"review": "reviews", "reviews": "reviews", "ratings": "reviews"}).get(number[1], "") if number else ""
            )
            if number is None or not metric or self.semantics.metrics[metric].cube != self.draft.cube:
                continue
            self.used.add(op.start)
            if metric in self.draft.metrics and len(self.draft.metrics) > 1:
                self.draft.metrics.remove(metric)
            return Having(metric, self._comparing(op), number[0])  # type: ignore[arg-type]
        return None

    def _comparing(self, op: Mark) -> str:
        """How a limit compares; what is left out by it is all but what it says."""
        return _OPPOSITE[self._limit(op)] if self._left_out_by(op) else self._limit(op)

    def _left_out_by(self, op: Mark) -> bool:
        """ "Excluding those with fewer than 50 orders": the limit says who is not meant."""
        before = self.reading.before(op)
        while before is not None and not before.is_op("exclude"):
            if not (before.kind == "word" or before.is_op("include", "that", "who", "spent", "sold", "bought") or before.all("dimension")):
                return False
            before = self.reading.before(before)
        if before is None or (before.text == "not" and self.reading.after(before) is op):
            return before is not None
        self.used.add(before.start)
        return True

    def _limit(self, op: Mark) -> str:
        if op.is_op("exactly"):
            return "ge" if self._or_more(op) else "eq"
        if op.is_op("more_than"):
            return "ge" if "least" in op.text or op.text in (">=", "or more") or self._or_more(op) else "gt"
        return "le" if op.text in ("at most", "no more than", "<=", "up to", "or less", "or fewer") else "lt"

    def _limited(self, ops: tuple[Mark, ...]) -> set[str]:
        """What the limit is a number of: orders in "more than 1,800 orders"."""
        numbers = [m for m in self.reading.of("number") if any(0 <= m.start - op.end <= 2 for op in ops)]
        return {d for m in numbers if (after := self.reading.after(m)) is not None for d in after.all("dimension")}

    def _or_more(self, op: Mark) -> bool:
        """ "Twice or more", "5 orders or more"."""
        return any(m.text == "or more" and 0 <= m.start - op.end <= 2 for m in self.reading.ops("more_than"))

    def _share_under(self, having: Having, groups: str) -> Question:
        """The share of groups under a condition; that of customers with two orders or more has a name of its own."""
        repeats = (having.op, having.value) in (("ge", 2.0), ("gt", 1.0))
        if groups == "customer" and having.metric == "orders" and repeats:
            self.used.update(m.start for m in self.reading.ops("more_than", "exactly"))
            return Question("metric", ("repeat_rate",), filters=self.filters(), period=self.period())
        whole = _WHOLE_OF.get(groups, "")
        if not whole:
            raise Stop(
                Clarify(f"I can count how many {groups}s fulfil that, but give no share of them; shall I count them?", slot="subject")
            )
        return Question("count", (having.metric,), (groups,), self.filters(), self.period(), having=having, share=Share(of=whole))

    def _threshold(self, ops: tuple[Mark, ...]) -> tuple[Mark, tuple[float, str] | None]:
        for op in ops:
            follower, leading = self.reading.after(op), self.reading.before(op)
            if op.text in ("or more", "or less", "or fewer") and leading is not None and leading.text in _UNIT_METRICS:
                follower, leading = leading, self.reading.before(leading)
            if op.text in ("or more", "or less", "or fewer") and leading is not None and leading.kind == "number":
                self.used.add(leading.start)
                return op, (leading.number, follower.text if follower else "")
            if follower is not None and follower.text in _TIMES:
                self.used.add(follower.start)
                return op, (_TIMES[follower.text], "once")
            if "once" in op.text or op.text in ("just one", "twice", "one time", "one off", "one order only"):
                self.used.add(op.start)
                return op, (2.0 if op.text == "twice" else 1.0, "once")
            after = self.reading.after(op)
            while after is not None and after.text in ("£", "gbp", "a", "of", "$", "€"):
                after = self.reading.after(after)
            if after is not None and (after.kind == "number" or after.text in NUMBERS):
                self.used.add(after.start)
                unit = self.reading.after(after)
                return op, (after.number or float(NUMBERS.get(after.text, 0)), unit.text if unit else "")
        return ops[0], None
