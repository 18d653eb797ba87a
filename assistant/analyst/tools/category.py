"""Which category a new product belongs to, by the shop's own catalogue."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from assistant.analyst import wording
from assistant.analyst.goods import goods_of
from assistant.analyst.question import Question
from assistant.analyst.tools import ToolResult, tool
from assistant.analyst.trade import accounted, remembered, store_folder
from assistant.errors import ModelMissing
from assistant.models.categories import SLOT, Categories, Meaning, TooFewProducts, load_meaning
from assistant.models.encoder import load_encoder
from assistant.models.registry import find_model
from assistant.types import Row, Status

if TYPE_CHECKING:
    from assistant.analyst.context import Context
    from retrieval.types import Encoder

UNSURE = 0.5
DEFINITION = (
    "the shop's category whose products' names are most like the text, by complement naive Bayes over words and, where `shopclerk train` "
    "found it to help, by a linear model over embeddings"
)


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
    meaning, encoder = _meaning(model, context)
    meant = meaning.log_chances(encoder.encode([text]))[0] if meaning and encoder else None
    guesses = model.guess(text, meant=meant)
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
        notes=(
            _quality(meaning or model, model.usual),
            *(("It is not sure: please look.",) if best.chance < UNSURE else ()),
        ),
        receipt=accounted(question, context, "category of a product", DEFINITION, goods.sql, len(goods.rows)),
    )


def _quality(judged: Categories | Meaning, usual: float) -> str:
    right = wording.percent(judged.accuracy)
    return f"On products held out that is right for {right}; the largest category alone would be for {wording.percent(usual)}."


def _learnt(context: Context) -> Categories:
    rows = goods_of(context).rows
    return Categories([good.name for good in rows], [good.category for good in rows])


def _meaning(model: Categories, context: Context) -> tuple[Meaning, Encoder] | tuple[None, None]:
    """What the shop trained beside the words (`shopclerk train`), where it is of the same categories and of the encoder in use."""
    folder = store_folder(context)
    if folder is None:
        return None, None
    try:
        path = find_model(SLOT, folder)
        encoder = _encoder(context.settings.encoder)
    except ModelMissing:
        return None, None
    meaning = remembered(context, ("meaning", str(path)), lambda: load_meaning(path))
    return (meaning, encoder) if meaning.names == model.names and meaning.encoder == encoder.id else (None, None)


@cache
def _encoder(name: str) -> Encoder:
    return load_encoder(name, threads=1)
