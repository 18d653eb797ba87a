"""What all readers of filters share: the clauses found so far, negation, and patterns over the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.analyst.outcome import Clarify, Refuse, Stop
from assistant.analyst.question import FilterClause
from assistant.analyst.reading import Mark, Reading
from assistant.analyst.values import KnownProduct, Values

_EXCLUDED_AFTER = ("excluded", "left out", "not counted", "not included", "aside", "apart", "excepted", "omitted")

_WITH_NOUN = frozenset(["customer", "product", "order"])
"""Marks that a noun stands before: "customer 12345", "product 22423"."""


@dataclass(slots=True)
class Filters:
    """The clauses found, which marks they used, and the sides where two values of one dimension stand against each other; `whole` is what
    a share is of, where its part is named beside it ("the Netherlands' share of exports")."""

    clauses: list[FilterClause] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    at: dict[str, list[tuple[int, FilterClause]]] = field(default_factory=dict)
    implied_product: bool = False
    whole: FilterClause | None = None

    def add(self, position: int, clause: FilterClause) -> None:
        self.at.setdefault(clause.dimension, []).append((position, clause))


class FilterBase:
    """A message being searched for filters."""

    def __init__(self, reading: Reading, values: Values, *, reviews: bool) -> None:
        self.reading, self.values, self.reviews = reading, values, reviews
        self.found = Filters()

    def _use(self, *marks: Mark) -> None:
        self.found.used.update(m.start for m in marks)

    def _negated(self, mark: Mark) -> bool:
        """Whether "excluding", "outside", ... stands before, with nothing but small words (or a list of values) between."""
        after = self.reading.after(mark)
        if after is not None and (after.text in _EXCLUDED_AFTER or (after.text == "out" and self._left_out(mark))):
            self._use(after)
            return True
        before = self.reading.before(mark)
        while before is not None:
            if before.is_op("exclude") or (before.text == "but" and self._all_but(before)):
                self._use(before)
                return True
            if before.sense("abroad") and not mark.sense("abroad") and before.text.startswith(("outside", "other than")):
                return True
            if (
                before.sense("country")
                or before.kind == "word"
                or (before.kind == mark.kind == "product")
                or (mark.kind in _WITH_NOUN and bool(before.all("dimension")) and before.end == mark.start)
                or before.text in ("and", "&", "or", "the", "-", "from")
            ):
                before = self.reading.before(before)
                continue
            return False
        return False

    def _all_but(self, mark: Mark) -> bool:
        """ "Everybody but the British"."""
        words = [t.text for t in self.reading.tokens[max(0, mark.start - 3) : mark.start]]
        return any(word.startswith(("every", "all", "any", "nobody", "none")) for word in words)

    def _left_out(self, mark: Mark) -> bool:
        """ "Leave France out", "take the UK out"."""
        return bool(
            {"leave", "leaving", "take", "taking", "left", "filter", "filtering"} & {t.text for t in self.reading.tokens[: mark.start]}
        )

    def _spans(self, pattern: str) -> Iterator[tuple[re.Match[str], list[Mark]]]:
        """Matches of a pattern in the text, with the marks they cover."""
        starts = self._starts()
        for match in re.finditer(rf"(?<!\S)(?:{pattern})(?!\S)", self.reading.text):
            covered = [m for m in self.reading.marks if starts[m.start] < match.end() and starts[m.end] > match.start()]
            if any(m.kind == "period" or (m.kind == "number" and m.start in self.found.used) for m in covered):
                continue
            if all(m.start in self.found.used for m in covered):
                continue
            yield match, covered

    def _starts(self) -> list[int]:
        starts, position = [], 0
        for token in self.reading.tokens:
            starts.append(position)
            position += len(token.text) + 1
        return [*starts, position]

    def _one_product(self, mark: Mark) -> KnownProduct:
        """The product that a name means.

        Raises:
            Stop: it means none, or could be several.
        """
        if not mark.products:
            raise Stop(self._no_product(mark))
        if len(mark.products) > 1:
            raise Stop(self._which_product(mark))
        return mark.products[0]

    def _no_product(self, mark: Mark) -> Refuse:
        said = " ".join(t.fixed or t.text for t in self.reading.tokens[mark.start : mark.end])
        near = self.values.nearest_names(mark.words)
        text = (
            f"No product in the data is called “{said}”."
            if not mark.value or mark.value == '"'
            else f"There is no product {mark.value} in the data."
        )
        if near:
            text += f" Near it: {'; '.join(_title(p) for p in near)}."
        return Refuse(text, "value", tuple(_title(p) for p in near))

    def _which_product(self, mark: Mark) -> Clarify:
        shown = mark.products[:6]
        more = f" and {len(mark.products) - len(shown)} more" if len(mark.products) > len(shown) else ""
        said = " ".join(mark.words)
        text = (
            f"Several products fit “{said}”{more and f' ({len(mark.products)})'}. Which one do you mean: "
            f"{'; '.join(_title(p) for p in shown)}{more}?"
        )
        return Clarify(text, (*(_title(p) for p in shown), f"all products with {said} in the name"), slot="product")


def _title(product: KnownProduct) -> str:
    return f"{product.name} ({product.id})"
