"""Answers from a product's own fields: price, stock, options, and what its description says.

Owns the rule that nothing else is ever claimed: where the fields are silent, so is the clerk. Refuses to search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.models.entailment import Verdict, entailment
from assistant.models.numbers import parse_number
from assistant.shopper import cues
from assistant.shopper.comparison import aspect_of
from assistant.shopper.fields import field_of
from assistant.shopper.measures import holds
from assistant.shopper.particulars import asks_contents, asks_parts, contents_of, parts_of, size_of
from assistant.shopper.reply import about, agreeing, highest_price, joined, lowest_price, money, price_of
from assistant.shopper.sentences import answering, under_condition
from assistant.shopper.shelf import stems, synonyms
from assistant.shopper.variants import Said, described, matching, options_of, read_options, to_be_had
from assistant.shopper.words import word_list
from assistant.store.records import Product, Variant
from assistant.types import Evidence, Scalar, Understanding

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_ASKS_COLOUR = re.compile(r"\b(?:colou?rs?|shade)\b", re.IGNORECASE)
_ASKS_MATERIAL = re.compile(
    r"\b(?:(?:what|which)(?: kind of| sort of| type of)? (?:metal|wood|leather|stone|cloth|wool)|"
    r"materials?|fabric|made (?:of|from|out of)|what is it made|(?:upholstered|covered|lined|filled|"
    r"stuffed|wrapped) (?:with|in)|lining|filling)\b",
    re.IGNORECASE,
)
_ASKS_CATEGORY = re.compile(
    r"\b(?:category|department|section|aisle|what (?:kind|type|sort)(?: of (?:product|thing|item|article))?(?! of))\b", re.IGNORECASE
)
_ASKS_MAKER = re.compile(
    r"\b(?:who (?:makes?|made|manufactures?|produces?)|(?:which|what) (?:brand|make|maker|manufacturer)|made by)\b", re.IGNORECASE
)
_ASKS_WHOM = re.compile(
    r"\bfor (?:men|women|him|her|boys|girls|males?|females?|ladies|gents|guys)(?: or |\?|$)|\b(?:unisex|gender)\b", re.IGNORECASE
)
_GENDERS = {"f": "women", "m": "men", "u": "everybody"}
_ASKS_ALL = re.compile(
    r"\b(?:tell me (?:more )?about|describe|description|details?|more info(?:rmation)?|what is (?:it|this|"
    r"that)\b(?! (?:price|made|size|colou?r|weight))|what(?:'s| is) (?:it|this|that)\b\W*$|features?|specs?|"
    r"specifications?)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\b(?:choose|choices?|pick|different|kinds?|types?|sorts?|options?|variants?|versions?|models?)\b", re.IGNORECASE)
_IN = re.compile(r"\bin (?:an? )?$", re.IGNORECASE)
_SO_MANY = re.compile(
    r"\b(?:would|do|does|will|did|if i (?:take|buy|get|order|want)|price (?:of|for)|cost (?:of|for)|take|buy|order)\s+"
    r"(?P<number>two|three|four|five|six|seven|eight|nine|ten|twelve|[2-9]|[1-9]\d)\b"
    r"(?=\W*$|\s+(?:of (?:them|these|those|it)|cost|costs|be|come|make|together|altogether|in total)\b)",
    re.IGNORECASE,
)
_IS_IT = re.compile(
    r"\b(?:is|are) (?:it|this|that|they|these|those) (?:made of |filled with |really |all )?(?P<what>[a-z]+)\b", re.IGNORECASE
)
_BARE_MATERIAL = re.compile(
    r"\W*(?:and |so )?(?:(?:is|are) (?:it|this|that|they|these|those) (?:made of |all |really )?)?(?P<what>[a-z]+)\W*$", re.IGNORECASE
)
_PLACES = {"outside": "outdoor", "inside": "indoor"}
"""What is asked of where a thing may be, as descriptions say it."""
_REAL = (
    re.compile(r"\b(?:real|genuine|true|pure|solid|fake|faux|imitation|artificial|synthetic) (?P<what>[a-z]+)\b", re.IGNORECASE),
    re.compile(r"\b(?P<what>[a-z]+)(?:,| is| are)? (?:real|genuine|fake|faux|imitation)\b", re.IGNORECASE),
)
_SIZE_ASKED = re.compile(
    r"\b(?:in|size|a)\s+(?:size\s+|an?\s+)?(?P<size>\d{1,2}(?:\.5)?)(?=\W*$|\W*[?,.;!]|\s+(?:and|please|or)\b)", re.IGNORECASE
)
_ASKED = re.compile(rf"^\W*{cues.WHETHER}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """An answer from fields. `known` is False where they do not say."""

    evidence: Evidence
    value: Scalar = None
    known: bool = True


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
    plain = cues.mended(cues.plain(text))
    price, stock = bool(cues.PRICE.search(plain)), bool(cues.STOCK.search(plain)) and not _ITS_PARTS.search(plain)
    options = has_variants and bool(cues.OPTIONS.search(plain) or (cues.HOW_MANY.search(plain) and _CHOICE.search(plain)))
    parts = bool(asks_parts(plain)) and price
    other = bool(_ASKS_COLOUR.search(plain) or _ASKS_MATERIAL.search(plain) or _ASKS_CATEGORY.search(plain)) and not options
    return Facets(price, stock and not options, options, parts or other or not (price or stock or options))


def quantity_of(understanding: Understanding) -> int | None:
    """How many the message speaks of, where that is more than one."""
    values = [int(e.value) for e in understanding.of_kind("quantity") if isinstance(e.value, int | float)]
    if not values and (said := _SO_MANY.search(cues.plain(understanding.text))):
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


def question_answer(product: Product, understanding: Understanding) -> FieldAnswer:
    """An answer in the product's own words, or that they do not say."""
    text = cues.plain(understanding.text)
    if (told := under_condition(product, text)) is not None:
        return FieldAnswer(about(product, _cited(product, told)))
    if not _ASKS_COLOUR.search(text) and not _ASKS_CATEGORY.search(text) and (field := field_of(product, text)) is not None:
        name, value = field[0].replace("_", " "), field[1]
        if value.casefold() in ("yes", "no") or name == "care":
            return FieldAnswer(about(product, f"{product.name} - {name}: {value}."))
        return FieldAnswer(about(product, _stated(product, name, value)))
    if (counted := parts_of(product, text)) is not None:
        return FieldAnswer(about(product, _cited(product, counted[0]), count=counted[1]), counted[1])
    if _ASKS_COLOUR.search(text):
        return _words_of(product, word_list("colours"), "colour", text)
    stated = any("material" in name.lower() for name in product.attributes)
    bare = _BARE_MATERIAL.match(text) if stated else None
    if _ASKS_MATERIAL.search(text) or _asks_if_real(text) or (bare and bare["what"].lower() in word_list("materials")):
        return _words_of(product, word_list("materials"), "material", text)
    if _ASKS_CATEGORY.search(text) and (product.style or product.category):
        return FieldAnswer(about(product, f"The {product.name} is in {joined([x for x in (product.category, product.style) if x], '/')}."))
    if _ASKS_MAKER.search(text):
        maker = (
            f"The {product.name} is by {product.brand}."
            if product.brand
            else f"I'm sorry, the shop's details do not say who makes the {product.name}."
        )
        return FieldAnswer(about(product, maker), product.brand or None, known=bool(product.brand))
    if _ASKS_WHOM.search(text) and (whom := next((str(v) for k, v in product.attributes.items() if "gender" in k.lower()), "")):
        return FieldAnswer(about(product, f"The {product.name} is meant for {_GENDERS.get(whom.lower(), whom)}."))
    if (aspect := aspect_of(product, text)) is not None:
        held = holds(product, text)
        verdict = "" if held is None else "Yes. " if held else "No. "
        return FieldAnswer(about(product, verdict + _stated(product, *aspect)))
    if (told := contents_of(product, text) or answering(product, text) or size_of(product, text)) is not None:
        return FieldAnswer(about(product, _cited(product, told)))
    if _ASKS_ALL.search(text):
        return FieldAnswer(about(product, f"{product.name}: {product.description}" if product.description else _facts_line(product)))
    return _quoted(product, understanding)


def _cited(product: Product, sentence: str) -> str:
    return f"About the {product.name}, the description says: “{sentence}”"


def _stated(product: Product, name: str, value: str) -> str:
    values = options_of(product).get(name)
    if values is not None and name not in product.attributes:
        return f"The {product.name} {agreeing(product.name, 'comes', 'come')} in {joined(values)} ({name})."
    return f"The {name} of the {product.name} {agreeing(name, 'is', 'are')} {value}."


def _asks_if_real(text: str) -> bool:
    """Whether a text asks if a material is what it seems: "real leather or fake"."""
    return any(match["what"].lower() in word_list("materials") for pattern in _REAL for match in pattern.finditer(text))


def asks_something(product: Product, understanding: Understanding) -> bool:
    """Whether a message asks a fact about the product at all, rather than only naming or picking it."""
    text = cues.plain(understanding.text)
    said = {word for option in read_options(product, text) for word in stems(option.value)}
    return bool(
        _ASKS_MAKER.search(text)
        or _ASKS_WHOM.search(text)
        or _ASKS_COLOUR.search(text)
        or _ASKS_MATERIAL.search(text)
        or _ASKS_CATEGORY.search(text)
        or _ASKS_ALL.search(text)
        or asks_parts(text)
        or asks_contents(text)
    ) or bool([word for word in _asked_words(product, understanding) if word not in said])


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


def yes_or_no(text: str) -> bool:
    """Whether a text asks for a yes or no about something: what it asks is clear then, whether the shop's texts answer it or not."""
    return any(_ASKED.search(part) for part in re.split(r"[,.;:!?-]\s+", cues.plain(text)))


def known_of(product: Product, currency: str) -> FieldAnswer:
    """What is always known of a product, told where a question may have been understood wrongly."""
    return FieldAnswer(about(product, f"What I can tell you: {summary(product, currency)}.", aside=True))


def _quoted(product: Product, understanding: Understanding) -> FieldAnswer:
    asked = _asked_words(product, understanding)
    sentences = _sentences(product)
    scored = [
        (sum(1 for word in asked if synonyms(word) & set(stems(sentence))), -place, sentence) for place, sentence in enumerate(sentences)
    ]
    best = max(scored, default=(0, 0, ""))
    whole = {word for sentence in sentences for word in stems(sentence)}
    found = [word for word in asked if synonyms(word) & whole]
    if not asked or not best[0] or len(found) < max(1, (len(asked) + 1) // 2):
        return FieldAnswer(
            about(product, f"I'm sorry, the description of the {product.name} does not say.", silent=True),
            known=False,
        )
    listed = best[2] in _option_lines(product)  # that an option exists does not say that it can be had with the others asked for
    verdict = entailment(cues.plain(understanding.text), [best[2]]).verdict
    yes = (
        not listed
        and verdict is not Verdict.NO
        and _ASKED.search(cues.plain(understanding.text))
        and len(found) == len(asked)
        and not re.search(r"\b(?:not|no|without|n't)\b", best[2])
    )
    evidence = about(product, f"{'Yes. ' if yes else ''}About the {product.name}, the description says: “{best[2]}”")
    return FieldAnswer(evidence if listed else replace(evidence, passages=({"product": product.name}, f"description: {best[2]}")))


def _asked_words(product: Product, understanding: Understanding) -> list[str]:
    """The words that the question turns on: no filler, and none of the product's own name where it is named."""
    text, own = understanding.text, set(stems(product.name)) | set(stems(product.style))
    match = _IS_IT.search(text)
    made_of = set(stems(match["what"])) & {stem for value in product.attributes.values() for stem in stems(str(value))} if match else set()
    words = [_PLACES.get(w, w) for w in stems(text) if w in made_of or not (w in word_list("filler") or w in word_list("question_filler"))]
    return list(dict.fromkeys(w for w in words if w not in own))


def _sentences(product: Product) -> list[str]:
    fields = [f"{name}: {value}" for name, value in product.attributes.items() if len(str(value)) < 200]
    return [*fields, *_option_lines(product), *(_SENTENCE.split(product.description) if product.description else []), product.name]


def _option_lines(product: Product) -> list[str]:
    return [f"{option}: {', '.join(values)}" for option, values in options_of(product).items()]


def _words_of(product: Product, words: frozenset[str], what: str, text: str) -> FieldAnswer:
    spelled = {"colour": "color"}.get(what, what)
    for name, value in {**product.attributes, **{o: ", ".join(v) for o, v in options_of(product).items()}}.items():
        if spelled in name.lower() or what in name.lower():
            return FieldAnswer(about(product, f"{product.name}: {name} {value}."), str(value) if "," not in str(value) else None)
    asked = frozenset(stems(text)) - word_list("filler") - words - frozenset(stems(product.name))
    sentences = _SENTENCE.split(product.description) if product.description else []
    part = [s for s in sentences if asked & frozenset(stems(s))]
    naming = sorted(
        (s for s in sentences if words & _unhyphenated(s) or s in part),
        key=lambda s: (-len(asked & frozenset(stems(s))), not words & _unhyphenated(s)),
    )
    named = [word for word in stems(product.name) if word in words]
    if not naming and not named:
        return FieldAnswer(
            about(product, f"I'm sorry, the description of the {product.name} does not say which {what} it is."), known=False
        )
    if naming:
        told = [s for s in naming[:2] if s is naming[0] or words & _unhyphenated(s)]
        return FieldAnswer(about(product, f"About the {what} of the {product.name}, the description says: “{' … '.join(told)}”"))
    return FieldAnswer(
        about(
            product,
            f"By its name, the {product.name} is {joined(list(dict.fromkeys(named)))}; the description says no more about the {what}.",
        )
    )


def _unhyphenated(sentence: str) -> frozenset[str]:
    """The words of a sentence that stand by themselves: "crystal-clear" speaks of no crystal."""
    return frozenset(stems(re.sub(r"\b\w+-(?=\w)", "", sentence)))


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


def _facts_line(product: Product) -> str:
    options = "; ".join(f"{option}: {', '.join(values)}" for option, values in options_of(product).items())
    return f"{product.name}. {options}." if options else f"I'm sorry, there is no description of the {product.name}."
