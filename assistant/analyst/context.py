"""What a tool is given beside the question: the warehouse, the semantic layer, and how far the data reaches.

Owns nothing but the bundle and two conveniences; computing is `compile`'s, reading is the warehouse's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from assistant.analyst.compile import Query, QueryResult, run
from assistant.analyst.templates import Templates

if TYPE_CHECKING:
    from assistant.analyst.semantics import Semantics
    from assistant.config import Settings
    from assistant.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Context:
    """`first_day`..`as_of` is the span of the sales data; both None where the shop has no dated sale. `denied` are the metrics and
    dimensions that whoever asks may not see."""

    warehouse: Warehouse
    semantics: Semantics
    settings: Settings
    first_day: date | None
    as_of: datetime | None
    denied: frozenset[str] = frozenset()
    templates: Templates = field(default_factory=Templates, compare=False, repr=False)

    @property
    def today(self) -> date | None:
        """The as-of day: what "today" means in a question."""
        return None if self.as_of is None else self.as_of.date()

    @property
    def currency(self) -> str:
        """ISO code of the shop's money."""
        return self.settings.currency

    def query(self, query: Query) -> QueryResult:
        """Compile and run; see `assistant.analyst.compile.Query`."""
        return run(query, self)
