"""Which category a new product belongs to, by the shop's own catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.analyst import wording
from assistant.analyst.goods import goods_of
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, remembered
from assistant.models.categories import Categories, TooFewProducts
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context

UNSURE = 0.5
DEFINITION = "the shop's category whose products' names are most like the text, by complement naive Bayes over words"


@tool(examples=("Which category would a linen summer dress belong to?",), reads=("filters",))
def category(question: Question, context: Context) -> ToolResult:
    """Proposes a category for a product named in the text of the filter on `product`: the best as `value`, chances in `rows`.

    Learnt from the shop's own catalogue, with its accuracy on products held out. Declines where the catalogue has too few categories.
    """
    clause = question.filter_on("product")
    text = str(clause.values[0]) if clause else ""
    if not text.strip():
        return ToolResult(Status.DECLINED, text="Which product? Please say its name, or a few words about it.")
    goods = goods_of(context)
    try:
        model = remembered(context, ("categories",), lambda: _learnt(context))
    except TooFewProducts as error:
        return ToolResult(Status.DECLINED, text=f"No category can be proposed: {error}")
    guesses = model.guess(text)
    if not guesses:
        return ToolResult(
            Status.DECLINED, text=f"No word of “{text}” occurs in the names of the shop's products, so I would rather not guess."
        )
    best = guesses[0]
    others = f" Else {wording.plain_list([f'{g.category} ({wording.percent(g.chance)})' for g in guesses[1:]])}." if guesses[1:] else ""
    because = f", because of {wording.plain_list([f'“{word}”' for word in best.words])}" if best.words else ""
    return ToolResult(
        value=best.category,
        unit="label",
        row_unit="share",
        rows=tuple(Row(guess.category, guess.chance) for guess in guesses),
        text=f"“{text}” belongs to {best.category} ({wording.percent(best.chance)}){because}.{others}",
        notes=(_quality(model), *(("It is not sure: please look.",) if best.chance < UNSURE else ())),
        receipt=accounted(question, context, "category of a product", DEFINITION, goods.sql, len(goods.rows)),
    )


def _quality(model: Categories) -> str:
    return (
        f"On products held out that is right for {wording.percent(model.accuracy)}; the largest category alone would be for "
        f"{wording.percent(model.usual)}."
    )


def _learnt(context: Context) -> Categories:
    rows = goods_of(context).rows
    return Categories([good.name for good in rows], [good.category for good in rows])
