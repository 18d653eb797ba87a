"""Rankings, series and breakdowns: what is ranked or grouped, by which figure, and how many places."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.analyst.calendar_words import ORDINALS
from assistant.analyst.draft import DOWNWARD, PLACES
from assistant.analyst.outcome import Clarify, Stop
from assistant.analyst.question import Ask, FilterClause, Question, Ranking
from assistant.analyst.turn import Turn

_OF_AN_ORDER = frozenset(["gross_sales", "net_sales", "returns", "units", "returned_units", "products_sold", "order_lines"])
_PLACE_WORDS = frozenset(["number", "no", "nr", "#", "place", "rank", "position", "spot"])
_AMOUNT = re.compile(
    r"\b(?:give|tell|show) (?:me |us )?(?:just |only )?the (?:amount|figure|sum|total|value)\b"
    r"|^(?:and )?what(?:'s| is| was| are| were) (?:the |our )?(?:very )?(?:highest|biggest|largest|most|best|lowest|smallest|record)"
    r" (?!day|week|month|quarter|year|hour|seller|selling)\w+(?: \w+){0,6}? in (?:one|a|any|any one) (?:single )?"
    r"(?:day|week|month|quarter|year|hour)\b"
)
""" "What were the highest takings in one week", "give me the amount": the figure is wanted, not the week."""
MANY = 10
FEW = 3
"""Places in each of several groups, where no number is said."""
ALL = 1000


class RankingTurn(Turn):
    """A turn that can ask for groups."""

    def _ranking(self) -> Question | None:
        draft, reading = self.draft, self.reading
        keeps_ranking = self.context is not None and self.context.tool == "ranking"
        metrics = self.metrics()
        dimensions = tuple(draft.ranked) or (tuple(draft.by) if draft.ranks else ())
        asks_which = bool(draft.ranked) and reading.has("which", "who")
        if not dimensions and draft.ranks and "which of" in reading.text:
            listed = [d for d, placed in draft.filters.at.items() if len(placed) > 1]
            dimensions = tuple(listed) if len(listed) == 1 else ()
        if (
            not dimensions
            and draft.ranks
            and (reading.has("bought", "sold", "most_sold", "least_sold") or any(_sells(m.text) for m in reading.ops("top", "bottom")))
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
        if not dimensions and self._of_groups_before() and self.context is not None:
            dimensions = self.context.by
        if not dimensions:
            dimensions, metrics = self._documents(metrics)
        if not dimensions and self.context is not None and self.context.by and (draft.ranks):
            dimensions = self.context.by
        if not dimensions:
            listed = [d for d, placed in self.draft.filters.at.items() if len(placed) > 1]
            dimensions = tuple(listed) if len(listed) == 1 and reading.has("rank") else ()
        if not dimensions:
            subject = f" by {self.semantics.metrics[metrics[0]].name}" if metrics else ""
            raise Stop(
                Clarify(f"A ranking of what{subject}: products, customers, countries or months?", _subjects(reading.text), slot="subject")
            )
        if dimensions[0] in ("customer", "country", "day") and "order" in draft.ranked and set(draft.metrics) <= {"orders"}:
            dimensions = ("order",)
        metrics = metrics or self._default_metric(dimensions)
        if dimensions[0] == "order" and metrics[0] in ("net_sales", "price_per_unit"):
            metrics = ("gross_sales",)
        if metrics[0] == {"customer": "customers", "order": "orders", "product": "products_sold", "country": "countries"}.get(
            dimensions[0]
        ):
            metrics = self._default_metric(dimensions)
        if dimensions[0] == "order" and metrics[0] not in _OF_AN_ORDER:
            raise Stop(Clarify("I rank orders by their value, their pieces or their products; by which?", slot="metric"))
        direction = "bottom" if reading.has(*DOWNWARD) or (reading.has("less") and not draft.ranks) else "top"
        n, skip = self._places(dimensions)
        if (each := self._of_each(dimensions, metrics, direction, n, skip)) is not None:
            return each
        question = Question("ranking", metrics[:1], dimensions[:1], self.filters(), self.period(), Ranking(n, direction, skip))  # type: ignore[arg-type]
        return self._ask(self._unfiltered(question))

    def _of_each(self, dimensions: tuple[str, ...], metrics: tuple[str, ...], direction: str, n: int, skip: int) -> Question | None:
        """ "Top 3 products in each country", "best seller by month": the first places within each group of another kind."""
        others = [d for d in self.draft.by if d not in dimensions]
        if len(others) != 1 or not self.draft.ranked or dimensions[0] == "order" or skip or n == ALL or self.draft.cube != "sales":
            return None
        n = FEW if n == MANY and not any(m.number == MANY for m in self.reading.of("number")) else n
        ranking = Ranking(n, direction)  # type: ignore[arg-type]
        return self._unfiltered(
            Question("ranking", metrics[:1], (others[0], dimensions[0]), self.filters(), self.period(), ranking, ask="rows")
        )

    def _of_groups_before(self) -> bool:
        """ "Which was the best one" after the months of a year: one of what was listed, where nothing else is named."""
        listed = self.context is not None and self.context.tool in ("series", "breakdown") and bool(self.context.by)
        return listed and self.draft.ranks and not self.draft.metrics and not self.draft.pending

    def _asks_who(self) -> bool:
        """ "Who" that asks; not "customers who", nor anybody among the reviews, which name nobody."""
        if self.draft.cube == "reviews":
            return False
        told = [m for m in self.reading.marks if m.all("dimension") or "customers" in m.all("metric")]
        return any(not any(m.start < mark.start for m in told) for mark in self.reading.ops("who"))

    def _unfiltered(self, question: Question) -> Question:
        """A ranking does not keep one value of what it ranks from the conversation."""
        own = {c.dimension for c in self.draft.filters.clauses}
        if self._next_after():
            question = replace(question, filters=tuple(self._but(c, question.by) for c in question.filters))
        kept = tuple(c for c in question.filters if c.dimension not in question.by or c.dimension in own or c.op not in ("eq", "in"))
        return replace(question, filters=kept)

    def _next_after(self) -> bool:
        """ "The biggest country after the UK": all but that one."""
        return bool({"after", "behind", "besides", "beside"} & {t.text for t in self.reading.tokens})

    @staticmethod
    def _but(clause: FilterClause, by: tuple[str, ...]) -> FilterClause:
        if clause.op != "eq" or clause.dimension not in by:
            return clause
        return replace(clause, op="ne", label=f"outside {clause.label}")

    def _documents(self, metrics: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """ "Biggest cancellation", "largest refund", "biggest sale": one document by its total."""
        if self.reading.has("when") and set(metrics) == {"orders"} and any(m.text in ("most", "the most") for m in self.reading.ops("top")):
            return ("day",), metrics
        if set(metrics) & {"cancellations", "returns"} and self.reading.has("top", "bottom"):
            return ("order",), ("returns",)
        amounts = {"gross_sales", "net_sales"} if {"order", "invoice", "basket"} & set(self.reading.text.split()) else set()
        if set(metrics) & {"orders", "aov", *amounts} and self.reading.has("top", "bottom"):
            return ("order",), ("gross_sales",)
        if self.reading.has("when") and self.draft.ranks:
            return ("day",), metrics
        return (), metrics

    def _default_metric(self, dimensions: tuple[str, ...]) -> tuple[str, ...]:
        if self.draft.cube == "reviews":
            return ("rating",)
        return ("gross_sales",) if dimensions[0] == "order" else ("net_sales",)

    def _ranked_again(self, before: Question, metrics: tuple[str, ...]) -> Question:
        """ "Just the first four", "and the weakest?", "bottom 5 instead"."""
        old = before.ranking or Ranking(MANY)
        direction = "bottom" if self.reading.has(*DOWNWARD) else "top" if self.reading.has("top", "busiest", "most_sold") else old.direction
        n = self.rank_n() or (1 if self._only_the_first() else old.n)
        question = replace(
            before, metrics=metrics or before.metrics, filters=self.filters(), period=self.period(), ranking=Ranking(n, direction)
        )
        if skip := self._ordinal():
            return replace(self._unfiltered(question), ranking=Ranking(1, direction, skip))
        return self._ask(self._unfiltered(question)) if n != old.n else self._unfiltered(question)

    def _only_the_first(self) -> bool:
        """ "Only the very largest", "just the best one" after a list."""
        words = {t.text for t in self.reading.tokens}
        return self.reading.has("only") and self.reading.has("top", "bottom") and not words & {"ones", "all"} and not self.draft.plural

    def _places(self, dimensions: tuple[str, ...]) -> tuple[int, int]:
        skip = self._ordinal()
        n = self.rank_n()
        if skip:
            return 1, skip
        if n:
            return n, 0
        if self.reading.has("rank"):
            return ALL, 0
        return (MANY if self.draft.plural else 1), 0

    def _ordinal(self) -> int:
        """How many to leave out for "second best"."""
        for place, before_it in PLACES.items():
            if self.reading.has(place):
                return before_it
        for mark in self.reading.ops("top", "bottom", "busiest", "quietest", "most_sold"):
            before = self.reading.before(mark)
            if before is not None and before.text in ORDINALS and ORDINALS[before.text] > 1:
                return ORDINALS[before.text] - 1
        for mark in self.reading.of("number"):
            numbered = mark.start > 0 and self.reading.tokens[mark.start - 1].text in _PLACE_WORDS and mark.number == int(mark.number)
            if numbered and 1 < mark.number <= 100 and mark.start not in self.used and (self.draft.ranks or self.draft.ranked):
                self.used.add(mark.start)
                return int(mark.number) - 1
        if self.keeps.tool == "ranking" and len(self.reading.tokens) <= 4:
            return next((ORDINALS[t.text] - 1 for t in self.reading.tokens if ORDINALS.get(t.text, 0) > 1), 0)
        return 0

    def _ask(self, question: Question) -> Question:
        ranking = question.ranking or Ranking(1)
        if ranking.n != 1:
            return replace(question, ask="rows")
        wants_label = self.reading.has("which", "who", "when") or question.by != ("order",)
        if self.reading.has("how_much") or (question.by == ("order",) and not self._names_document()):
            wants_label = False
        if self._names_figure():
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

    def _names_figure(self) -> bool:
        """ "The highest number of orders in one day": the figure is wanted, not the day."""
        if _AMOUNT.search(self.reading.text) and not self.reading.has("who", "when"):
            return True
        if self.reading.has("which", "who", "when"):
            return False
        return any(
            m.text.startswith("number of") and (before := self.reading.before(m)) is not None and before.is_op("top", "bottom")
            for m in self.reading.marks
        )

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
        if not by and self._groups_follow() and self.draft.pending:
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

    def _groups_follow(self) -> bool:
        """Whether a "by" is about groups, not about whoever did it: "sent back by customer 12345"."""
        followers = (self.reading.after(m) for m in self.reading.ops("by"))
        used = self.draft.filters.used
        return any(m is None or (m.kind not in ("customer", "product", "order", "period") and m.start not in used) for m in followers)

    def _edited(self) -> Question | None:
        """The question before with what this message changes, where it was a ranking, a series or a share."""
        before = self.context
        if before is None or before.tool not in ("ranking", "series", "breakdown"):
            return None
        if self._asks_amount() or self._points_to_focus() or (self.reading.has("total") and not self.draft.periods):
            return None
        changed = {c.dimension for c in self.draft.filters.clauses if c.op in ("eq", "in")}
        if changed & set(before.by) and not self._takes_back({c.dimension: c for c in self.draft.filters.clauses}):
            return None
        swapped = [d for m in self.draft.pending for d in m.all("dimension")][:1]
        by = tuple(swapped) if swapped and before.tool in ("ranking", "breakdown") else before.by
        n, skip = self.rank_n(), self._ordinal()
        ranking = replace(before.ranking, n=n) if before.ranking and n else before.ranking
        ranking = Ranking(1, ranking.direction, skip) if ranking and skip else ranking
        if n and before.tool == "breakdown":
            before, ranking = replace(before, tool="ranking"), Ranking(n)
        if n and before.tool == "series":
            raise Stop(Clarify(f"The first {n} in time, or the {n} highest?", (f"the {n} highest", f"the {n} lowest"), slot="subject"))
        question = replace(
            before, metrics=(self.metrics() or before.metrics)[:1], by=by, filters=self.filters(), period=self.period(), ranking=ranking
        )
        return self._unfiltered(question) if swapped else question


def _sells(text: str) -> bool:
    """ "Sold best", "sells worst": goods are ranked."""
    return text.split()[0].startswith(("sell", "sold"))


def _subjects(text: str) -> tuple[str, ...]:
    return tuple(f"{text} {noun}" if text else noun for noun in ("products", "customers", "countries", "months"))
