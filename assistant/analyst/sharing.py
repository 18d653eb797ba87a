"""Shares: what is the part and what the whole."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.analyst.draft import Draft
from assistant.analyst.outcome import Clarify, Stop
from assistant.analyst.question import FilterClause, Period, Question, Ranking, Share
from assistant.analyst.reading import Reading
from assistant.analyst.reckoning import Reckoning

if TYPE_CHECKING:
    from assistant.analyst.turn import Turn

_ITS_YEAR = re.compile(r"\b(?:that|the same|the whole|its) (?:whole )?year\b")
_PART_FIRST = ("review_stars", "words", "body", "recommended")


def _only_out_of(reading: Reading) -> bool:
    """ "Out of all orders, how many were from Germany": a number, and the whole only said."""
    return reading.has("how_many") and all(m.text == "out of" for m in reading.ops("share")) and reading.has("share")


class Sharing:
    """The share that one turn asks for."""

    def __init__(self, turn: Turn, draft: Draft, context: Question | None) -> None:
        self.turn, self.draft, self.context, self.reading = turn, draft, context, draft.reading
        self.semantics = turn.semantics

    def question(self) -> Question | None:
        """The question, None where no share is asked for."""
        kept = (
            self.context is not None
            and self.context.tool == "share"
            and not self.draft.ranks
            and not self.draft.by
            and not self.reading.has("how_many", "how_much")
        )
        relative = len(self.draft.metrics) == 2 and any(m.text == "relative to" for m in self.reading.ops("versus"))
        if not self.reading.has("share") and not kept and not relative:
            return None
        if _only_out_of(self.reading):
            return None
        if relative:
            self.draft.used.update(m.start for m in self.reading.ops("versus"))
        if not kept and self._how_much_of_a_product():
            return None
        metrics = self.turn.metrics()
        if self.reading.has("share") and self.context is not None and not self.draft.metrics:
            metrics = self.context.metrics
        rates = tuple(id for id in metrics if self.semantics.metrics[id].unit == "share")
        if rates:
            return self._rate(rates[:1])
        if len(metrics) == 2 and not kept:
            if self.semantics.metrics[metrics[0]].unit != self.semantics.metrics[metrics[1]].unit:
                raise Stop(Clarify("A share needs two figures of one kind; which two do you mean?", slot="metric"))
            return self._ratio(metrics)
        if (whole := self._within_named_whole()) is not None:
            return whole
        if self._of_named_whole(metrics):
            return self._over_context(metrics)
        if kept and self.context is not None and self.context.share is not None and self.context.share.of and not self.draft.metrics:
            return replace(self.turn.base("share", metrics[:1]), share=self.context.share)
        return self._part(metrics or self._default(), kept=kept)

    def _how_much_of_a_product(self) -> bool:
        """ "How much of the jam set did we sell": an amount, not a share of something."""
        share = self.reading.ops("share")
        if len(share) != 1 or share[0].text != "how much of" or self.draft.metrics:
            return False
        after = self.reading.after(share[0])
        while after is not None and after.kind == "word":
            after = self.reading.after(after)
        return after is not None and after.kind == "product" and self.reading.has("sold", "bought")

    def _rate(self, metrics: tuple[str, ...]) -> Question | None:
        """A metric that is a share by itself needs no part; groups and rankings of it are not this module's."""
        if self.draft.ranks or self.draft.by or self.draft.ranked:
            return None
        above = self.semantics.metrics[metrics[0]].ratio[:1]
        origin = [c for c in self.draft.filters.clauses if self._comes_from(c)]
        if above and origin and self.draft.metric_marks:
            return replace(self.turn.base("share", above), share=Share(part=tuple(origin)))
        return self.turn.base("metric", metrics)

    def _default(self) -> tuple[str, ...]:
        return ("reviews",) if self.draft.cube == "reviews" else ("net_sales",)

    # ------------------------------------------------------------------ one metric over another

    def _ratio(self, metrics: tuple[str, ...]) -> Question | None:
        first, second = metrics
        above, below = (first, second)
        if self.semantics.metrics[second].whole == first or (self.semantics.metrics[first].whole != second and self._share_leads()):
            above, below = second, first
        if (above, below) == ("returns", "net_sales") and "net" not in self.reading.text.split():
            below = "gross_sales"
        known = next((m.id for m in self.semantics.metrics.values() if m.ratio == (above, below) and not m.hidden), "")
        if known:
            self.draft.metrics = [known]
            return self._rate((known,))
        if self.semantics.metrics[above].whole == below and self.semantics.metrics[above].share:
            return self.turn.base("metric", (self.semantics.metrics[above].share,))
        return replace(self.turn.base("share", (above,)), share=Share(of=below))

    def _share_leads(self) -> bool:
        """ "What share of A is B" (B over A), not "A as a share of B"."""
        share = next(iter(self.reading.ops("share")), None)
        return (
            share is not None
            and share.start < self.draft.metric_marks[0].start
            and not share.text.startswith(("ratio", "the ratio", "as "))
        )

    def _within_named_whole(self) -> Question | None:
        """ "As a share of all exports", said of Belgium: what was asked before is the part, and what is named the whole."""
        clauses = self.draft.filters.clauses
        share = self.reading.ops("share")
        if self.context is None or len(clauses) != 1 or clauses[0].op not in ("ne", "not_in") or not share or self.draft.metrics:
            return None
        held = self.context.filter_on(clauses[0].dimension)
        if held is None or held.op not in ("eq", "in") or set(held.values) & set(clauses[0].values) or not share[0].text.endswith(" of"):
            return None
        others = tuple(f for f in self.context.filters if f != held)
        return replace(
            self.turn.base("share", self.context.metrics[:1]), filters=(*others, clauses[0], held), share=Share(part=(held,)), by=()
        )

    def _of_named_whole(self, metrics: tuple[str, ...]) -> bool:
        """ "in % of gross sales", said after a sum of refunds."""
        return (
            self.context is not None
            and len(self.draft.metrics) == 1
            and self.reading.has("share")
            and bool(self.context.metrics)
            and self.draft.metrics[0] != self.context.metric
            and self._as_share()
        )

    def _as_share(self) -> bool:
        share = self.reading.ops("share")[0]
        return share.text.startswith(("as", "%", "percent", "in ", "expressed", "relative", "share", "proportion", "fraction", "ratio"))

    def _over_context(self, metrics: tuple[str, ...]) -> Question:
        assert self.context is not None
        above, below = self.context.metric, self.draft.metrics[0]
        if self.semantics.metrics[below].whole == above:
            above, below = below, above
        elif (above, below) == ("returns", "net_sales") and "net" not in self.reading.text.split():
            below = "gross_sales"
        known = next((m.id for m in self.semantics.metrics.values() if m.ratio == (above, below) and not m.hidden), "")
        if known:
            return self.turn.base("metric", (known,))
        return replace(self.turn.base("share", (above,)), share=Share(of=below))

    # ------------------------------------------------------------------ a part of the whole

    def _part(self, metrics: tuple[str, ...], *, kept: bool) -> Question | None:
        metric = self.semantics.metrics[metrics[0]]
        filters = self.turn.filters()
        own = {c.dimension for c in self.draft.filters.clauses}
        by = tuple(self.draft.by) or (
            self.context.by if self.context and self.context.tool in ("breakdown", "ranking", "series") and not self.draft.metrics else ()
        )
        if by and metric.share and self._of_each():
            return replace(self.turn.base("breakdown", (metric.share,)), by=by[:1], ask="rows")
        if by:
            n = self.turn.rank_n()
            ranking = Ranking(n) if n else self.context.ranking if self.context and self.context.by == by else None
            return replace(self.turn.base("share", metrics[:1]), by=by[:1], ranking=ranking, share=Share(), ask="rows")
        if metric.share and self.draft.ranks and self.draft.ranked and self._behind_figure():
            self.draft.metrics = [metric.share]
            return None
        if self.draft.ranks and self.draft.ranked and self.draft.ranked[0] not in own:
            n = self.turn.rank_n() or 1
            return replace(
                self.turn.base("share", metrics[:1]), by=tuple(self.draft.ranked[:1]), ranking=Ranking(n), share=Share(), ask="number"
            )
        nested = self.draft.nested or self._of_its_year()
        if nested:
            inner, outer = nested
            within = FilterClause("day", "between", (inner.first.isoformat(), inner.last.isoformat()), inner.title)
            asked = self.turn.base("share", metrics[:1]).with_filter(within)
            return replace(asked, period=outer, share=Share(part=(within,)))
        part = self._part_filters(filters, own, kept=kept)
        if metric.whole and (not part or (not self._verb_between(part) and not kept)):
            if metric.share:
                return self.turn.base("metric", (metric.share,))
            return replace(self.turn.base("share", metrics[:1]), share=Share(of=metric.whole))
        if not part:
            raise Stop(
                Clarify(
                    "Share of what? Name the part, such as a country, a product or a customer.",
                    ("share of sales by country", "share of sales outside the UK"),
                    slot="subject",
                )
            )
        if metric.id == "orders" and self.reading.has("came_back"):
            return replace(self.turn.base("share", ("cancellations",)), share=Share(of="orders"))
        whole = self.draft.filters.whole
        asked = replace(self.turn.base("share", metrics[:1]), share=Share(part=part))
        return asked if whole is None else replace(asked, filters=(*asked.filters, whole))

    def _of_its_year(self) -> tuple[Period, Period] | None:
        """ "The share of December 2010 in that year's sales": the one period named, and the year that it lies in."""
        said = self.draft.periods[0].period if len(self.draft.periods) == 1 else None
        if said is None or said.grain == "year" or said.first.year != said.last.year or not _ITS_YEAR.search(self.reading.text):
            return None
        return said, Reckoning(said.first, said.last).unit("year", said.first)

    def _behind_figure(self) -> bool:
        """ "The most negative reviews, in percent": the share only says in what the figure is given."""
        return bool(self.draft.metric_marks) and self.reading.ops("share")[0].start > self.draft.metric_marks[0].start

    def _of_each(self) -> bool:
        """ "As a share of each department's total": each group is its own whole."""
        share = self.reading.ops("share")
        words = {t.text for t in self.reading.tokens[share[0].end :]} if share else set()
        return bool(words & {"each", "every", "own", "their", "respective"})

    def _part_filters(self, filters: tuple[FilterClause, ...], own: set[str], *, kept: bool) -> tuple[FilterClause, ...]:
        """The filters that make the part; the others narrow the whole as well."""
        if kept and self.context is not None and self.context.share is not None:
            dimensions = {c.dimension for c in self.context.share.part}
            again = tuple(f for f in filters if f.dimension in dimensions)
            if again:
                return again
        mine = [f for f in filters if f.dimension in own or f.dimension == "customer_since"] or list(filters)
        if len(mine) <= 1:
            return tuple(mine)
        segment = [f for f in filters if f.dimension == "customer_since"]
        if segment:
            return tuple(segment)
        special = [f for f in mine if f.dimension in _PART_FIRST]
        if special:
            return (special[0],)
        placed = {d: self.draft.filters.at[d][0][0] for d in own if d in self.draft.filters.at}
        verb = next((m.start for m in self.reading.ops("comes_from") if self._after_share(m.start)), None)
        if verb is not None:
            after = [f for f in mine if placed.get(f.dimension, -1) > verb]
            if after:
                return tuple(after)
        share = self.reading.ops("share")
        metric = self.draft.metric_marks[0].start if self.draft.metric_marks else None
        if share and metric is not None and share[0].start < metric:
            following = [f for f in mine if placed.get(f.dimension, -1) > metric]
            narrowing = [f for f in mine if share[0].start < placed.get(f.dimension, -1) < metric]
            if following and narrowing:
                return tuple(following)
        if share:
            leading = [f for f in mine if placed.get(f.dimension, 10**6) < share[0].start]
            if leading:
                return tuple(leading)
        return (mine[0],)

    def _after_share(self, position: int) -> bool:
        share = self.reading.ops("share")
        return not share or position > share[0].start

    def _comes_from(self, clause: FilterClause) -> bool:
        """Whether "comes from" or the like stands between the metric and this filter."""
        placed = self.draft.filters.at[clause.dimension][0][0]
        verbs = (m for m in self.reading.ops("comes_from") if m.text.endswith(" from") or m.text.startswith(("made", "go", "went")))
        return any(self.draft.metric_marks[0].start < m.start < placed for m in verbs) if self.draft.metric_marks else False

    def _verb_between(self, part: tuple[FilterClause, ...]) -> bool:
        """ "What share of negative reviews comes from ...": the part is what follows the verb."""
        if not self.draft.metric_marks:
            return False
        metric = self.draft.metric_marks[0].start
        leads = any(m.start < metric for m in self.reading.ops("share"))
        at = self.draft.filters.at  # what is kept from the message before stands nowhere in this one
        if leads and any(f.dimension == "words" and f.dimension in at and at["words"][0][0] > metric for f in part):
            return True
        placed = min((at[f.dimension][0][0] for f in part if f.dimension in at), default=-1)
        return any(metric < m.start < placed for m in self.reading.ops("comes_from"))
