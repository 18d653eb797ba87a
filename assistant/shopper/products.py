"""What a product costs, how many there are, and in which options it comes; and which of it all a message asks for.

Refuses to search, and to answer what only a description says (that is `answering`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.models.numbers import parse_number
from assistant.shopper import cues, spelling
from assistant.shopper.answering import asks_trait
from assistant.shopper.particulars import asks_parts
from assistant.shopper.reply import FieldAnswer, about, agreeing, highest_price, joined, lowest_price, money, price_of
from assistant.shopper.unit_price import asks_unit_price, per_unit
from assistant.shopper.variants import Said, described, matching, options_of, read_options, to_be_had
from assistant.store.records import Product, Variant
from assistant.types import Understanding

_CHOICE = re.compile(r"\b(?:choose|choices?|pick|different|kinds?|types?|sorts?|options?|variants?|versions?|models?)\b", re.IGNORECASE)
_IN = re.compile(r"\bin (?:an? )?$", re.IGNORECASE)
_SO_MANY = re.compile(
    r"\b(?:would|do|does|will|did|if i (?:take|buy|get|order|want)|price (?:of|for)|cost (?:of|for)|take|buy|order)\s+"
    r"(?P<number>two|three|four|five|six|seven|eight|nine|ten|twelve|[2-9]|[1-9]\d)\b"
    r"(?=\W*$|\s+(?:of (?:them|these|those|it)|cost|costs|be|come|make|together|altogether|in total)\b)",
    re.IGNORECASE,
)
_SIZE_ASKED = re.compile(
    r"\b(?:in|size|a)\s+(?:size\s+|an?\s+)?(?P<size>\d{1,2}(?:\.5)?)(?=\W*$|\W*[?,.;!]|\s+(?:and|please|or)\b)", re.IGNORECASE
)
_ITS_PARTS = re.compile(
    r"\bhow many (?!of\b|units?\b|pieces?\b|left\b)(?:[\w-]+ ){1,3}(?:does|do|has|have|are on|are in) (?:it|"
    r"this|that|the|they|these|those)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facets:
    """What is asked about a product; several may be at once."""

    price: bool = False
    stock: bool = False
    options: bool = False
    question: bool = False


def facets(text: str, has_variants: bool) -> Facets:
    """Which facts a message asks for."""
    plain = spelling.mended(spelling.plain(text))
    price, stock = bool(cues.PRICE.search(plain)) or asks_unit_price(plain), bool(cues.STOCK.search(plain)) and not _ITS_PARTS.search(plain)
    options = has_variants and bool(cues.OPTIONS.search(plain) or (cues.HOW_MANY.search(plain) and _CHOICE.search(plain)))
    parts = bool(asks_parts(plain)) and price
    other = asks_trait(plain) and not options
    return Facets(price, stock and not options, options, parts or other or not (price or stock or options))


def quantity_of(understanding: Understanding) -> int | None:
    """How many the message speaks of, where that is more than one."""
    values = [int(e.value) for e in understanding.of_kind("quantity") if isinstance(e.value, int | float)]
    if not values and (said := _SO_MANY.search(spelling.plain(understanding.text))):
        values = [int(number) for number in [parse_number(said["number"])] if number is not None]
    return values[0] if values and values[0] > 1 else None


def price_answer(product: Product, text: str, currency: str, quantity: int | None = None) -> FieldAnswer:
    """What the product, or the variant that the text names, costs; for `quantity` of them as well."""
    options = read_options(product, text)
    fitting = _fitting(product, options)
    if product.variants and options and not fitting:
        return _no_such_variant(product, options)
    if len(fitting) == 1 and fitting[0].price is not None and options:
        return _amount(product, f"The {product.name} ({described(fitting[0].options)})", fitting[0].price, currency, quantity, fitting[0])
    if fitting and options:
        prices = sorted(v.price for v in fitting if v.price is not None)
        lines = [
            f"- {described(v.options)}: {money(v.price, currency)}{'' if to_be_had(v) else ' (not available)'}"
            for v in sorted(fitting, key=lambda v: v.price or 0.0)[:8]
            if v.price is not None
        ]
        return FieldAnswer(
            about(
                product,
                f"The {product.name} {agreeing(product.name, 'comes', 'come')} in {len(fitting)} such variants:\n" + "\n".join(lines),
                count=len(fitting),
            ),
            prices[0] if len(set(prices)) == 1 else None,
        )
    if product.variants and price_of(product, currency) != price_of(product, currency).split(" to ")[0]:
        return FieldAnswer(
            about(
                product,
                f"The {product.name} {agreeing(product.name, 'costs', 'cost')} {price_of(product, currency)}, depending on the variant."
                + (f" {quantity} of them cost {_times(product, currency, quantity)}." if quantity else ""),
            )
        )
    price = lowest_price(product)
    if price is None:
        return FieldAnswer(about(product, f"I'm sorry, the price of the {product.name} is not given."), known=False)
    if (unit := per_unit(product, text, price)) is not None:
        per, of, stated = unit
        costs = f"The {product.name} {agreeing(product.name, 'costs', 'cost')} {money(price, currency)} for {stated}"
        return FieldAnswer(about(product, f"{costs}, which is {money(per, currency)} per {of}.", amount=price, per=per), per)
    return _amount(product, f"The {product.name}", price, currency, quantity)


def stock_answer(product: Product, text: str, quantity: int | None = None) -> FieldAnswer:
    """Whether and how many there are; of the variants that the text names where it names any."""
    if product.variants:
        return _variant_stock(product, text)
    if product.stock is None:
        return FieldAnswer(about(product, f"I'm sorry, I have no stock figure for the {product.name}."), known=False)
    if product.stock <= 0:
        return FieldAnswer(about(product, f"The {product.name} {agreeing(product.name, 'is', 'are')} out of stock at the moment."), 0)
    if quantity and quantity > product.stock:
        return FieldAnswer(
            about(product, f"I'm sorry, not that many: there are {product.stock} of the {product.name} in stock."), product.stock
        )
    return FieldAnswer(
        about(product, f"Yes, the {product.name} {agreeing(product.name, 'is', 'are')} in stock: {product.stock} available."), product.stock
    )


def options_answer(product: Product, text: str) -> FieldAnswer:
    """The options that can be had; a single option's values, or a count of variants, where that is what is asked."""
    lowered = text.lower().replace("colour", "color")
    had = [v for v in product.variants if to_be_had(v)]
    if cues.HOW_MANY.search(text) and not any(option.lower().split()[0] in lowered for option in options_of(product)):
        come = agreeing(product.name, "comes", "come")
        sentence = f"The {product.name} {come} in {len(product.variants)} variants, {len(had)} of them available."
        return FieldAnswer(
            about(product, sentence, variants=len(product.variants), available=len(had)),
            len(had) if re.search(r"availab|stock|now|choose|pick", lowered) else len(product.variants),
        )
    asked = [o for o in options_of(product) if o.lower().replace("colour", "color").rstrip("s") in lowered]
    chosen = {said.option: said.value for said in read_options(product, text) if said.option not in asked}
    fitting = [v for v in had if all(v.options.get(o) == value for o, value in chosen.items())]
    parts = [
        f"{option}: {', '.join(dict.fromkeys(v.options[option] for v in fitting if option in v.options))}"
        for option in (asked or options_of(product))
    ]
    return FieldAnswer(
        about(
            product,
            f"The {product.name} {agreeing(product.name, 'is', 'are')} available in {'; '.join(parts)}."
            if fitting
            else f"The {product.name} is not available like that at the moment.",
        )
    )


def option_lacking(product: Product, understanding: Understanding) -> FieldAnswer | None:
    """That a product does not come in the colour or size asked for, with those it has; None where none is asked for or it does."""
    text = understanding.text
    colours = [str(e.value) for e in understanding.of_kind("colour")]
    colours = colours if any(_IN.search(text[: e.start]) for e in understanding.of_kind("colour")) else []
    for start, asked in (("colo", colours), ("size", [match["size"] for match in _SIZE_ASKED.finditer(text)])):
        option = next((o for o in options_of(product) if o.casefold().startswith(start)), "")
        if not asked or not option or any(said.option == option for said in read_options(product, text)):
            continue
        in_stock = {v.options[option] for v in product.variants if to_be_had(v) and option in v.options}
        had = joined([value for value in options_of(product)[option] if value in in_stock])
        they, come = agreeing(product.name, "it", "they"), agreeing(product.name, "comes", "come")
        size = "size " if start == "size" else ""
        sorry = f"I'm sorry, the {product.name} {agreeing(product.name, 'does', 'do')} not come in {size}{joined(asked, 'or')}: "
        return FieldAnswer(about(product, f"{sorry}{they} {come} in {had}."), known=bool(had))
    return None


def extreme_answer(product: Product, text: str, currency: str, *, dearest: bool) -> FieldAnswer:
    """The cheapest or dearest variant that can be had, of those with the options that the text names."""
    options = {said.option: said.value for said in read_options(product, text)}
    fitting = [v for v in matching(product, options, available=True) if v.price is not None]
    if not fitting:
        return FieldAnswer(about(product, f"I'm sorry, no {product.name} like that is available at the moment."), known=False)
    best = sorted(fitting, key=lambda v: (v.price or 0.0) * (-1 if dearest else 1))[0]
    word = "most expensive" if dearest else "cheapest"
    return FieldAnswer(
        about(
            product,
            f"The {word} {product.name} available {agreeing(product.name, 'costs', 'cost')} "
            f"{money(best.price or 0.0, currency)}: {described(best.options)}.",
            amount=best.price,
        ),
        best.price,
    )


def summary(product: Product, currency: str, *, stock: bool = True) -> str:
    """A product on one line: name, price, stock."""
    left = "" if not stock or product.stock is None else f", {product.stock} in stock" if product.stock > 0 else ", out of stock"
    return f"{product.name} - {price_of(product, currency)}{left}"


def known_of(product: Product, currency: str) -> FieldAnswer:
    """What is always known of a product, told where a question may have been understood wrongly."""
    return FieldAnswer(about(product, f"What I can tell you: {summary(product, currency)}.", aside=True))


def _fitting(product: Product, options: tuple[Said, ...]) -> tuple[Variant, ...]:
    return matching(product, {said.option: said.value for said in options}) if options else ()


def _variant_stock(product: Product, text: str) -> FieldAnswer:
    options = read_options(product, text)
    fitting = _fitting(product, options) if options else product.variants
    if not fitting:
        return _no_such_variant(product, options)
    had = [v for v in fitting if to_be_had(v)]
    what = described({s.option: s.value for s in options})
    if not had:
        return FieldAnswer(
            about(
                product,
                f"No, the {product.name}{f' ({what})' if what else ''} {agreeing(product.name, 'is', 'are')} not available at the moment.",
            ),
            0,
        )
    units = [v.stock for v in had]
    count = sum(u for u in units if u is not None) if all(u is not None for u in units) else None
    if options and len(fitting) == 1:
        tail = f": {count} in stock" if count is not None else ""
        return FieldAnswer(
            about(
                product,
                f"Yes, the {product.name} ({described(had[0].options)}) {agreeing(product.name, 'is', 'are')} available{tail}.",
                stock=count,
            ),
            count,
        )
    tail = f", {count} in stock altogether" if count is not None else ""
    return FieldAnswer(
        about(
            product,
            f"The {product.name}{f' ({what})' if what else ''} {agreeing(product.name, 'is', 'are')} available in "
            f"{len(had)} of {len(fitting)} variants{tail}.",
            had=len(had),
            of=len(fitting),
            stock=count,
        ),
        len(had),
    )


def _times(product: Product, currency: str, quantity: int) -> str:
    low, high = lowest_price(product) or 0.0, highest_price(product) or 0.0
    return f"{money(round(low * quantity, 2), currency)} to {money(round(high * quantity, 2), currency)}"


def _no_such_variant(product: Product, options: tuple[Said, ...]) -> FieldAnswer:
    what = described({said.option: said.value for said in options})
    return FieldAnswer(about(product, f"I'm sorry, there is no {product.name} with {what}."), known=False)


def _amount(
    product: Product, subject: str, price: float, currency: str, quantity: int | None, variant: Variant | None = None
) -> FieldAnswer:
    tail = " It is not available at the moment." if variant is not None and not to_be_had(variant) else ""
    if quantity:
        total = round(price * quantity, 2)
        return FieldAnswer(
            about(
                product,
                f"{quantity} of the {product.name} cost {money(total, currency)} ({money(price, currency)} each).{tail}",
                total=total,
                each=price,
                quantity=quantity,
            ),
            total,
        )
    return FieldAnswer(
        about(product, f"{subject} {agreeing(product.name, 'costs', 'cost')} {money(price, currency)}.{tail}", amount=price), price
    )
