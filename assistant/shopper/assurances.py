"""What is said of what goods are free of: the head of a list, that nothing states it, a yes or no about one product.

Owns the sentences; what a product states is `freedom`'s. Refuses to take silence, or a list that leaves something out, for an assurance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.config import Settings
from assistant.shopper import ages, freedom
from assistant.shopper.freedom import Stated, Statement
from assistant.shopper.lines import line
from assistant.shopper.reply import about, agreeing, cited, joined, said
from assistant.shopper.wish import Wish
from assistant.store.records import Product
from assistant.types import Evidence

PACK = "pack"
"""The fact by which an evidence says that the list on the pack is to be checked."""
_NAMED, _SHORT = 4, 3


def head(wish: Wish, count: int, unknown: str = "") -> str:
    """What stands above a list of products that state what a wish insists on; `unknown` is what was sought where nothing is called so."""
    states = f"{'his is' if count == 1 else 'hese are'} stated to be {_all_said(wish)}:"
    return f"I have nothing by the name of “{unknown}”; t{states}" if unknown else f"T{states}"


def caution(wish: Wish, settings: Settings) -> tuple[Evidence, ...]:
    """That the list on the pack counts, where an allergen is left out or an allergy is told of."""
    return (said(line("pack", settings)),) if wish.allergic or any(freedom.matter(key).allergen for key in wish.free) else ()


def matters_to_health(wish: Wish) -> bool:
    """Whether a wish insists on something for the sake of health."""
    return any(freedom.is_health(key, allergic=wish.allergic) for key in wish.free)


def unsaid(products: Sequence[Product], wish: Wish) -> str:
    """Which products do not say what a wish insists on, though they do not deny it either; empty where there is none."""
    products = sorted(products, key=lambda product: product.name)
    worst = {product.id: _worst(product, wish) for product in products}
    listed = [p for p in products if worst[p.id].stated is Stated.LISTED]
    silent = [p for p in products if worst[p.id].stated is Stated.SILENT]
    parts = []
    if listed:
        these = _names(listed)
        parts.append(
            f"What is listed for {these} does not name {joined([_named(k) for k in wish.free if freedom.matter(k).allergen], 'or')}."
        )
    if silent:
        parts.append(f"{'The description' if len(silent) == 1 else 'The descriptions'} of {_names(silent)} {_do(silent)} not say.")
    return " ".join(parts)


def none_states(products: Sequence[Product], wish: Wish, settings: Settings) -> tuple[Evidence, ...]:
    """That nothing of a kind, or nothing at all, states what a wish insists on, and which products do not say."""
    of_kind = "nothing of that kind" if wish.core else "nothing"
    rest = " and fits the rest" if replace(wish, free=(), allergic=False, months=None).constrained else ""
    told = unsaid(products, wish)
    check = (said(line("pack", settings)),) if told and matters_to_health(wish) and not caution(wish, settings) else ()
    sorry = said(f"I'm sorry, I have {of_kind} that is stated to be {_all_said(wish)}{rest}.{' ' + told if told else ''}")
    return (sorry, *caution(wish, settings), *check)


def for_older(products: Sequence[Product], wish: Wish) -> tuple[Evidence, ...]:
    """What products of the kind say that are for older ones than the child a wish is for."""
    months = wish.months
    barred = [(p, limit[1]) for p in products if months is not None and (limit := ages.least(p)) is not None and months < limit[0]]
    return tuple(about(p, f"Not for that age: the {p.name}. It says: “{words}”") for p, words in barred[:_NAMED])


def of_age(product: Product, text: str) -> tuple[Evidence, bool] | None:
    """Whether a product is for a child of the age that a yes or no names; None where none is named or the product says nothing."""
    months, limit = ages.wanted(text), ages.least(product)
    if months is None or limit is None or not freedom.asks(text):
        return None
    verdict = "No" if months < limit[0] else "Yes"
    return about(product, f"{verdict}. The {product.name} says of the age: “{limit[1]}”"), True


def answer(product: Product, text: str) -> tuple[Evidence, bool] | None:
    """The answer to a yes or no on what a product is free of, and whether its fields tell it; None where that is not asked."""
    questions = freedom.asked_of(text) or tuple(filter(None, (freedom.denied_of(product, text),)))
    own = [question for question in questions if not freedom.named_in(product.name, question.key)]
    told = [_answered(product, question) for question in own or questions]
    if not told:
        return None
    words = " ".join(dict.fromkeys(words for words, _, _ in told))
    return about(product, words, **{PACK: any(check for _, check, _ in told)}), all(known for _, _, known in told)


def _answered(product: Product, question: freedom.Question) -> tuple[str, bool, bool]:
    """(the answer, whether the pack is to be checked, whether the product's fields tell it)."""
    own, stated = freedom.matter(question.key), freedom.reading(product, question.key)
    name, yes = f"the {product.name}", stated.stated is (Stated.FREE if question.absence else Stated.CONTAINS)
    known = stated.stated in (Stated.FREE, Stated.CONTAINS)
    if known and stated.field == "":
        words = f"{'Yes' if yes else 'No'}. {cited(product, stated.words)}"
    elif stated.stated is Stated.FREE:
        words = f"{'Yes' if yes else 'No'}, {name} {_is(product)} stated to be {own.said}{_where(stated)}."
    elif stated.stated is Stated.CONTAINS:
        verdict = f"No, {name} {_is(product)} not {own.said}" if question.absence else f"Yes, {name} {_holds(product)} {_named(own.key)}"
        words = f"{verdict}{_where(stated)}."
    elif stated.stated is Stated.TRACES and stated.field == "":
        words = cited(product, stated.words)
    elif stated.stated is Stated.TRACES:
        words = f"{name[:1].upper()}{name[1:]} may contain traces of it{_where(stated)}."
    else:
        words = _not_told(product, own, question, stated)
    return words, own.allergen or (own.health and not known), known


def _not_told(product: Product, own: freedom.Matter, question: freedom.Question, stated: Statement) -> str:
    whether = f"is {own.said}" if question.absence else f"contains {_named(own.key)}"
    sorry = f"I'm sorry, the description of the {product.name} does not say whether it {whether}."
    if stated.stated is Stated.LISTED:
        return f"{sorry} Its {stated.field.replace('_', ' ')}: {stated.words}."
    if stated.stated is Stated.MENTIONED and stated.field == "":
        return f"{sorry} It says: “{stated.words}”"
    return sorry


def _where(stated: Statement) -> str:
    """The field that says it, in brackets: "(allergens: milk, soya)"."""
    if stated.field in ("", "name"):
        return ""
    field = stated.field.replace("_", " ")
    return f" ({field})" if stated.words in (field, f"no {field}", f"not {field}") else f" ({field}: {stated.words})"


def _worst(product: Product, wish: Wish) -> Statement:
    """Of what a product states on the matters of a wish, that which is furthest from what is wished."""
    order = (Stated.CONTAINS, Stated.TRACES, Stated.MENTIONED, Stated.SILENT, Stated.LISTED, Stated.FREE)
    return min((freedom.reading(product, key) for key in wish.free), key=lambda s: order.index(s.stated))


def _all_said(wish: Wish) -> str:
    diets = [freedom.matter(key).said for key in wish.free if freedom.matter(key).states]
    without = [_named(key) for key in wish.free if not freedom.matter(key).states]
    return joined([*diets, *([f"free of {joined(without)}"] if without else [])])


def _named(key: str) -> str:
    return key.upper() if len(key) <= _SHORT and key not in freedom.matters() else key.replace("-", " ")


def _names(products: Sequence[Product]) -> str:
    names = [f"the {p.name}" for p in products[:_NAMED]]
    return joined(names) if len(products) <= _NAMED else f"{', '.join(names)} and {len(products) - _NAMED} more"


def _do(products: Sequence[Product]) -> str:
    return "does" if len(products) == 1 else "do"


def _is(product: Product) -> str:
    return agreeing(product.name, "is", "are")


def _holds(product: Product) -> str:
    return agreeing(product.name, "contains", "contain")
