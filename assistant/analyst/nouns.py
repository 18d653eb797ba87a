"""Nouns of a message: a figure, a thing to rank, a group or a count, by what stands around them.

"Orders" is a figure in "how many orders", a thing to rank in "top 5 orders". Works on a draft, which it fills in.
"""

from __future__ import annotations

import re

from assistant.analyst.draft import RANKING_OPS, Draft
from assistant.analyst.question import Question
from assistant.analyst.reading import Mark
from assistant.analyst.semantics import Semantics

_OFTEN = re.compile(r"(?:more|less|most|least) (?:often|frequently|regularly)")
""" "Who orders more often": a verb."""
_TRADING = ("sold", "bought", "came_back", "earned")
_QUANTIFIERS = frozenset(
    ["most", "fewest", "least", "the most", "the fewest", "the least", "highest", "lowest", "maximum", "max", "minimum", "min", "greatest"]
)
_ADJECTIVES = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
    "hourly": "hour",
    **{f"{unit} after {unit}": unit for unit in ("day", "week", "month", "quarter", "year")},
    "day for day": "day",
    "week for week": "week",
    "quarter for quarter": "quarter",
}
_PAPERS = frozenset(
    ["report", "reports", "accounts", "review", "meeting", "meetings", "audit", "statement", "presentation", "newsletter", "deck"]
)
_PER_CUSTOMER = {"orders": "orders_per_customer", "units": "units_per_customer", "net_sales": "spend_per_customer"}
"""What "how many ... per customer" asks for: an average, no list."""
_ITEM_WORDS = frozenset(
    ["item", "items", "article", "articles", "thing", "things", "gift", "gifts", "goods", "good", "merchandise", "stuff"]
)
_AFTER_NOUN = frozenset(["breakdown", "split", "ranking", "wise", "mix", "level", "table", "distribution", "chart"])


class Nouns:
    """Resolves the nouns of one draft."""

    def __init__(self, draft: Draft, semantics: Semantics, previous: Question | None) -> None:
        self.draft, self.reading, self.semantics, self.previous = draft, draft.reading, semantics, previous

    def resolve(self) -> None:
        for mark in self.reading.marks:
            if mark.kind != "phrase" or mark.start in self.draft.used:
                continue
            metrics = [ident for ident in mark.all("metric") if self._in_cube(self.semantics.metrics[ident].cube)]
            dimensions = [
                ident for ident in mark.all("dimension") if self._in_cube(self.semantics.dimensions[ident].cube) or self._time(ident)
            ]
            if self._acts(mark) or self._of_a_paper(mark):
                self.draft.used.add(mark.start)
                continue
            if self._labels_id(mark) or self._refers_back(mark):
                continue
            if not dimensions and metrics == ["products_sold"] and self._asks_which_sold(mark):
                dimensions = ["product"]
            if dimensions:
                self._noun(mark, dimensions[0], metrics[0] if metrics else "")
            elif metrics:
                self._metric(mark, metrics[0])
        self._settle()

    def _asks_which_sold(self, mark: Mark) -> bool:
        """ "Which product sold the most": a noun and its verb, not the number of products sold."""
        before = self.reading.before(mark)
        while before is not None and (before.kind in ("number", "word")):
            before = self.reading.before(before)
        return before is not None and before.is_op("which") and mark.text.endswith(" sold")

    def _of_a_paper(self, mark: Mark) -> bool:
        """ "For the annual report": what the answer is wanted for, no group."""
        follower = self.reading.tokens[mark.end].text if mark.end < len(self.reading.tokens) else ""
        return mark.text in _ADJECTIVES and follower in _PAPERS

    def _of_how_many(self, mark: Mark) -> bool:
        """ "How many of our customers": they are counted."""
        before = self.reading.before(mark)
        while before is not None and before.text in ("of", "our", "the", "all", "these", "those", "my"):
            before = self.reading.before(before)
        return before is not None and before.is_op("how_many")

    def _in_cube(self, cube: str) -> bool:
        return cube == self.draft.cube

    def _time(self, ident: str) -> bool:
        return self.semantics.dimensions[ident].kind == "time"

    def _acts(self, mark: Mark) -> bool:
        """ "How much have customers sent back", "in which country do customers spend most": whoever buys is no figure here."""
        before, after = self.reading.before(mark), self.reading.after(mark)
        named = {start for start, _ in self.draft.filters.at.get("country", ())}
        placed = after is not None and after.text in ("in", "from", "of") and self.reading.has("how_much")
        if placed and after is not None and (place := self.reading.after(after)) and place.start in named:
            after = self.reading.after(place)
        if "customer" not in mark.all("dimension") or before is None or self._of_how_many(mark):
            return False
        asked = any(m.start < mark.start for m in self.reading.ops("how_much", "how_many", "which", "when", "why"))
        led = self.reading.before(before) if before.start in named else before
        told = after is not None and (after.is_op("who", "that") or after.text in ("who", "that", "with", "whose"))
        if led is not None and led.text in ("to", "from", "by") and asked and not told and self.reading.has(*_TRADING):
            return True
        if after is None:
            return False
        verb = after.is_op("spent", "sold", "bought", "came_back") or bool(set(after.all("metric")) & {"net_sales", "returns"})
        start = before.start if before.start in named else mark.start
        return (
            asked
            and verb
            and self.reading.tokens[max(0, start - 1)].text in ("do", "did", "have", "had", "our", "all", "the", "does", "has")
        )

    def _labels_id(self, mark: Mark) -> bool:
        """ "customer 14911": the noun only says what the id is."""
        after = self.reading.after(mark)
        while after is not None and after.text in ("#", "no", "number", "nr", "id", "code", "no.", "called", "named", "with", "ref"):
            after = self.reading.after(after)
        if after is None or not mark.all("dimension"):
            return False
        return (
            (after.kind == "customer" and "customer" in mark.all("dimension"))
            or (after.kind == "order" and "order" in mark.all("dimension"))
            or (
                after.kind == "product"
                and "product" in mark.all("dimension")
                and len(after.words) == 1
                and any(c.isdigit() for c in after.words[0])
                and self._bare_lead(mark)
            )
        )

    def _bare_lead(self, mark: Mark) -> bool:
        before = self.reading.before(mark)
        return before is None or not before.is_op(*RANKING_OPS, "which", "how_many")

    def _refers_back(self, mark: Mark) -> bool:
        """ "that customer", "this product": a pronoun, not a group."""
        before = self.reading.before(mark)
        if before is None or not mark.all("dimension") or mark.end - mark.start > 1:
            return False
        return (before.is_op("that") and before.text in ("that", "those", "these")) or before.text == "this"

    def _lead(self, mark: Mark) -> Mark | None:
        """The operator right before a noun, over numbers and small words."""
        before = self.reading.before(mark)
        while before is not None and (
            before.kind == "number"
            or before.text
            in (
                "the",
                "our",
                "my",
                "all",
                "total",
                "different",
                "distinct",
                "unique",
                "individual",
                "single",
                "of",
                "a",
                "an",
                "one",
                "ever",
                "active",
            )
            or (before.kind == "phrase" and not before.senses)
            or (before.is_op("total", "average", "all") and not before.is_op("by"))
        ):
            before = self.reading.before(before)
        return before

    def _metric(self, mark: Mark, ident: str) -> None:
        before = self.reading.before(mark)
        if ident == "returns" and before is not None and before.is_op("how_many"):
            ident = "cancellations"
        lead = self._lead(mark)
        if ident == "trading_days" and lead is not None and lead.is_op(*RANKING_OPS):
            self._rank(mark, "day")
            return
        self.draft.used.add(mark.start)
        if ident == "trading_days" and before is not None and (before.is_op("by", "average", "a_unit") or before.text in ("a", "an")):
            self.draft.per = "day"
            return
        if ident == "products_sold" and before is not None and before.is_op("how_many"):
            self.draft.counted = "product"
        if ident not in self.draft.metrics:
            self.draft.metrics.append(ident)
            self.draft.metric_marks.append(mark)

    def _noun(self, mark: Mark, dimension: str, metric: str) -> None:
        lead, before, draft = self._lead(mark), self.reading.before(mark), self.draft
        if dimension == "country" and not (lead is not None and lead.is_op("how_many")):
            metric = ""
        kind = self.semantics.dimensions[dimension].kind
        if dimension == "order" and _OFTEN.match(" ".join(t.text for t in self.reading.tokens[mark.end : mark.end + 2])):
            self._metric(mark, "orders")
        elif dimension == "order" and before is not None and before.is_op("average") and not mark.text.endswith("s"):
            self._metric(mark, "aov")
        elif draft.by and self._joined_group(mark):
            self._group(mark, dimension)
        elif mark.is_op(*RANKING_OPS):
            self._rank(mark, dimension)
        elif (lead is not None and lead.is_op("how_many")) or self._counted_after(mark):
            self._count(mark, dimension, metric)
        elif mark.text in _ADJECTIVES and (self._average_leads(mark) or self._average_follows(mark)):
            self._per(mark, _ADJECTIVES[mark.text])
        elif mark.text in _ADJECTIVES:
            (self._rank if draft.ranks and not draft.ranked and kind == "time" else self._group)(mark, _ADJECTIVES[mark.text])
        elif lead is not None and lead.is_op("by"):
            self._after_by(mark, lead, dimension, metric)
        elif before is not None and before.is_op("a_unit") and kind == "time" and not draft.ranks:
            self._per(mark, dimension)
        elif lead is not None and lead.is_op(*RANKING_OPS):
            self._after_superlative(mark, lead, dimension, metric)
        elif metric == "orders" and lead is not None and lead.is_op("which") and self._stands_alone(lead, mark):
            self._metric(mark, metric)
        elif (lead is not None and lead.is_op("which", "who", "rank")) or (
            before is not None and before.kind == "number" and (draft.ranks or kind != "time")
        ):
            self._rank(mark, dimension)
        elif self.reading.has("average") and before is not None and before.is_op("average") and kind == "time":
            self._per(mark, dimension)
        elif (after := self.reading.after(mark)) is not None and after.text in _AFTER_NOUN | {"breakdown"}:
            draft.used.add(after.start)
            self._group(mark, dimension)
        elif draft.ranks and not draft.ranked and (not metric or self._with_superlative(mark)):
            self._rank(mark, dimension)
        elif metric or self.previous is not None:
            draft.pending.append(mark)
        else:
            draft.used.add(mark.start)
            draft.pending.append(mark)

    def _stands_alone(self, lead: Mark, mark: Mark) -> bool:
        """ "What were orders in May": the figure, not which of them."""
        return not self.draft.ranks and bool({"was", "were", "is", "are"} & {t.text for t in self.reading.tokens[lead.start : mark.start]})

    def _joined_group(self, mark: Mark) -> bool:
        """ "By country and month": a second group."""
        link = self.reading.before(mark)
        first = self.reading.before(link) if link is not None and link.text in ("and", "&") else None
        return first is not None and first.start in self.draft.used and set(first.all("dimension")) & set(self.draft.by) != set()

    def _counted_after(self, mark: Mark) -> bool:
        """ "Invoice count": the noun is counted."""
        after = self.reading.after(mark)
        return after is not None and after.text in ("count", "counts", "tally", "headcount")

    def _average_leads(self, mark: Mark) -> bool:
        """ "Average daily orders", "the average of the daily orders"."""
        return any(0 <= mark.start - m.end <= 2 for m in self.reading.ops("average"))

    def _average_follows(self, mark: Mark) -> bool:
        after = self.reading.after(mark)
        return after is not None and after.is_op("average")

    def _with_superlative(self, mark: Mark) -> bool:
        """ "customers with the most orders", "the customer who spent most"."""
        after = self.reading.after(mark)
        linked = ("with", "who", "that", "which", "having", "whose", "spending", "buying", "ordering")
        return after is not None and (after.text in linked or after.is_op(*RANKING_OPS))

    def _after_by(self, mark: Mark, lead: Mark, dimension: str, metric: str) -> None:
        draft, time = self.draft, self._time(dimension)
        each = _PER_CUSTOMER.get(draft.metrics[0], "") if len(draft.metrics) == 1 else ""
        if each and dimension == "customer" and lead.text == "per" and self.reading.has("how_many", "how_much"):
            draft.used.add(mark.start)
            draft.metrics[:] = [each]
        elif metric and draft.ranked:
            self._metric(mark, metric)
        elif time and draft.per not in ("", dimension) and lead.text != "per":
            self._group(mark, dimension)
        elif time and (self.reading.has("average") or (lead.text == "per" and dimension == "day")) and not draft.ranks:
            if draft.per not in ("", dimension):
                draft.by.append(draft.per)
            self._per(mark, dimension)
        elif (
            (draft.ranks or (self.previous is not None and self.previous.tool == "ranking"))
            and not draft.ranked
            and lead.text == "by"
            and not draft.metrics
            and metric
            and dimension in ("customer", "order")
            and mark.text.endswith("s")
        ):
            self._metric(mark, metric)
        else:
            self._group(mark, dimension)

    def _after_superlative(self, mark: Mark, lead: Mark, dimension: str, metric: str) -> None:
        others = self.draft.ranked or any(
            m is not mark and m.all("dimension") and not m.all("metric") for m in self.reading.marks if m.kind == "phrase"
        )
        if metric and (
            lead.text in ("most", "fewest", "least", "the most", "the fewest", "the least")
            or (lead.text in _QUANTIFIERS and (others or self.reading.has("who")))
        ):
            self._metric(mark, metric)
        else:
            self._rank(mark, dimension)

    def _count(self, mark: Mark, dimension: str, metric: str) -> None:
        """ "how many X": the count of X, whatever the metric is called."""
        counts = {
            "country": "countries",
            "day": "trading_days",
            "product": "products_sold",
            "reviewed_item": "reviewed_items",
            "customer": "customers",
            "order": "orders",
        }
        words = " ".join(t.text for t in self.reading.tokens[max(0, mark.start - 2) : mark.start])
        if (
            dimension == "product"
            and set(mark.text.split()) & _ITEM_WORDS
            and not any(w in words for w in ("different", "distinct", "unique"))
            and not self.reading.has("ever")
        ):
            self.draft.counted = "item"
            self._metric(mark, "units")
            return
        if dimension == "customer" and self.draft.cube == "reviews":
            self._metric(mark, "reviews")
            return
        self.draft.counted = dimension
        ident = counts.get(dimension) or metric
        if ident and self.semantics.metrics[ident].cube == self.draft.cube:
            self._metric(mark, ident)
        else:
            self.draft.used.add(mark.start)

    def _rank(self, mark: Mark, dimension: str) -> None:
        self.draft.used.add(mark.start)
        if dimension not in self.draft.ranked:
            self.draft.ranked.append(dimension)
            self.draft.plural = self.draft.plural or any(t.text != t.stem for t in self.reading.tokens[mark.start : mark.end])

    def _group(self, mark: Mark, dimension: str) -> None:
        self.draft.used.add(mark.start)
        if dimension not in self.draft.by:
            self.draft.by.append(dimension)

    def _per(self, mark: Mark, dimension: str) -> None:
        self.draft.used.add(mark.start)
        self.draft.per = dimension

    def _settle(self) -> None:
        """Nouns without a role: a figure where none is named yet, else left to the conversation."""
        draft = self.draft
        self._new_customers()
        left = list(draft.pending)
        while (figure := next((m for m in left if self._settles(m)), None)) is not None:
            left.remove(figure)
            self._metric(figure, self._figures(figure)[0])
        draft.pending = left

    def _figures(self, mark: Mark) -> list[str]:
        return [ident for ident in mark.all("metric") if self._in_cube(self.semantics.metrics[ident].cube) and ident != "countries"]

    def _settles(self, mark: Mark) -> bool:
        """Whether a noun without a role is a figure: none is named yet, or it stands in a row with one."""
        draft, metrics = self.draft, self._figures(mark)
        segments = bool(draft.metrics) and set(draft.metrics) <= {"new_customers", "returning_customers"} and metrics == ["orders"]
        return bool(metrics) and (not draft.metrics or self._joined(mark) or segments) and not self._swaps(mark)

    def _new_customers(self) -> None:
        """ "How many of them were new": of customers; new anything else is nothing that the data knows."""
        before = self.previous.metric if self.previous else ""
        for mark in self.reading.ops("first"):
            counts = self.reading.has("how_many") and not self.reading.of("product")
            if self.draft.cube == "sales" and counts and mark.text.endswith("first time"):
                self._metric(mark, "new_customers")
        for mark in self.reading.ops("new"):
            named = any("customer" in m.all("dimension") for m in self.reading.marks)
            named = named or "returning_customers" in self.draft.metrics
            if self.draft.cube == "sales" and (named or before in ("customers", "new_customers", "returning_customers")):
                self._metric(mark, "new_customers")
            else:
                self.draft.unknown.append(mark)

    def _joined(self, mark: Mark) -> bool:
        before = self.reading.before(mark)
        if before is not None and before.text == "the":
            before = self.reading.before(before)
        last = self.draft.metric_marks[-1] if self.draft.metric_marks else None
        link = self.reading.after(mark)
        if link is not None and link.text in ("and", "&", "+") and self.reading.after(link) in self.draft.metric_marks:
            return True
        if link is not None and link in self.draft.metric_marks and "," in self.reading.tokens[link.start].lead:
            return True
        if before is not None and before in self.draft.metric_marks and "," in self.reading.tokens[mark.start].lead:
            return True
        return before is not None and before.text in ("and", "&", "+") and last is not None and self.reading.before(before) is last

    def _swaps(self, mark: Mark) -> bool:
        """After a ranking of products, "and customers?" asks for a ranking of customers."""
        before = self.previous
        if before is None or before.tool not in ("ranking", "breakdown") or not before.by:
            return False
        kinds = {self.semantics.dimensions[ident].kind for ident in before.by}
        if "order" in mark.all("dimension"):
            return False
        return (
            kinds <= {"product", "customer", "value", "order"}
            and bool(mark.all("dimension"))
            and len(self.reading.tokens) <= 5
            and not self.reading.has("how_many", "instead")
        )
