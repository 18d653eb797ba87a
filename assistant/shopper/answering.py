"""A question about one product, answered from its fields and, word for word, from its description.

Owns which field or sentence answers; refuses to claim anything else: where they are silent, so is the clerk. Prices, stock and options
are told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from assistant.models.entailment import Verdict, entailment
from assistant.shopper import ages, assurances, cues, freedom, origin, spelling
from assistant.shopper.amounts import LONGEST, base_of
from assistant.shopper.comparison import aspect_of
from assistant.shopper.fields import field_of
from assistant.shopper.measures import asks_at_length, holds
from assistant.shopper.particulars import asks_contents, asks_parts, contents_of, parts_of, size_of
from assistant.shopper.reply import FieldAnswer, about, agreeing, cited, joined
from assistant.shopper.sentences import by_root, fields_as_text, of_a_part, sentences_of, under_condition, with_amount
from assistant.shopper.shelf import stems, synonyms
from assistant.shopper.variants import options_of, read_options
from assistant.shopper.words import word_list
from assistant.store.records import Product
from assistant.types import Understanding

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
_ASKED = re.compile(rf"^\W*{cues.WHETHER}", re.IGNORECASE)
_CONTAINS = re.compile(r"\b(?:contain(?:s|ing)?|made with|in it|ingredients?)\b", re.IGNORECASE)
_HOW_MANY_OF = re.compile(r"\bhow many (?P<unit>[a-z]+)\b", re.IGNORECASE)
_ASKS_INCLUDED = re.compile(
    rf"^\W*(?:and |so |but )?{cues.WHETHER}.*\b(?:included|includes?|come with|comes with|supplied)\b", re.IGNORECASE
)
_INCLUSION = re.compile(
    r"\b(?:includ\w*|comes? (?:complete )?with|supplied|come along|along with|excluded|separately|extra|without|in the box|part of the)\b",
    re.IGNORECASE,
)
_APART = re.compile(
    r"\b(?:sold|available|bought|ordered) (?:separately|apart)\b|\bnot included\b|\b(?:is|are|as an?) (?:optional )?extras?\b",
    re.IGNORECASE,
)
_NOT_SO = "Not by our details."
_WHOLE = 2
"""Words asked from which a sentence that holds them all is the answer."""
_NOTHING: Mapping[str, Set[str]] = {}


def asks_trait(text: str) -> bool:
    """Whether a text asks for the colour, the material or the kind of something."""
    return bool(_ASKS_COLOUR.search(text) or _ASKS_MATERIAL.search(text) or _ASKS_CATEGORY.search(text))


def question_answer(product: Product, understanding: Understanding, told: Mapping[str, Set[str]] = _NOTHING) -> FieldAnswer:
    """An answer in the product's own words, or that they do not say. `told` are the stems of what goods of the shop state by the name of
    the attribute: what this product states beside them answers whether it is so ("is it walnut?": "material: oak")."""
    text = spelling.plain(understanding.text)
    if (assured := assurances.answer(product, text) or origin.answer(product, text) or assurances.of_age(product, text)) is not None:
        return FieldAnswer(assured[0], known=assured[1])
    if (said := under_condition(product, text) or of_a_part(product, text) or _said_whole(product, understanding)) is not None:
        return FieldAnswer(about(product, cited(product, said)))
    aspect = aspect_of(product, text)
    if aspect is not None and asks_at_length(text):
        return FieldAnswer(about(product, _verdict(product, text) + _stated(product, *aspect)))
    if not _ASKS_COLOUR.search(text) and not _ASKS_CATEGORY.search(text) and (field := field_of(product, text)) is not None:
        name, value = field[0].replace("_", " "), field[1]
        if value.casefold() in ("yes", "no") or name == "care":
            return FieldAnswer(about(product, f"{product.name} - {name}: {value}."))
        return FieldAnswer(about(product, _stated(product, name, value)))
    if (counted := parts_of(product, text)) is not None:
        return FieldAnswer(about(product, cited(product, counted[0]), count=counted[1]), counted[1])
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
    if aspect is not None:
        return FieldAnswer(about(product, _verdict(product, text) + _stated(product, *aspect)))
    if (held := contents_of(product, text) or with_amount(product, text) or size_of(product, text)) is not None:
        field = fields_as_text(product).get(held)
        return FieldAnswer(about(product, _stated(product, *field) if field is not None else cited(product, held)))
    if _ASKS_ALL.search(text):
        return FieldAnswer(about(product, f"{product.name}: {product.description}" if product.description else _facts_line(product)))
    quoted = _quoted(product, understanding)
    if quoted.known:
        return quoted
    coloured = understanding.of_kind("colour") and not _CONTAINS.search(text)  # wheat is a grain, too
    if coloured and (colours := _words_of(product, word_list("colours"), "colour", text)).known:
        return colours  # "is the background blue?" of a shirt in olive
    if (instead := _stated_instead(product, understanding, told)) is not None:
        return instead
    rooted = by_root(product, _asked_words(product, understanding))
    return FieldAnswer(about(product, cited(product, rooted))) if rooted is not None else quoted


def asks_something(product: Product, understanding: Understanding) -> bool:
    """Whether a message asks a fact about the product at all, rather than only naming or picking it."""
    text = spelling.plain(understanding.text)
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
        or freedom.asked_of(text)
        or origin.asks(text)
        or ages.wanted(text) is not None
        or aspect_of(product, text) is not None
        or with_amount(product, text) is not None
    ) or bool([word for word in _asked_words(product, understanding) if word not in said])


def yes_or_no(text: str) -> bool:
    """Whether a text asks for a yes or no about something: what it asks is clear then, whether the shop's texts answer it or not."""
    return any(_ASKED.search(part) for part in re.split(r"[,.;:!?-]\s+", spelling.plain(text)))


def _verdict(product: Product, text: str) -> str:
    held = holds(product, text)
    return "" if held is None else "Yes. " if held else "No. "


def _said_whole(product: Product, understanding: Understanding) -> str | None:
    """The one sentence of the description that holds all that is asked, two words at least, where no field does; None where none does."""
    asked = _asked_words(product, understanding)
    if len(asked) < _WHOLE or _ASKS_COLOUR.search(understanding.text) or _ASKS_MATERIAL.search(understanding.text):
        return None
    fields = [set(stems(f"{name} {value}")) for name, value in product.attributes.items()]
    if yes_or_no(understanding.text) or any(all(synonyms(word) & words for word in asked) for words in fields):
        return None
    holding = [s for s in sentences_of(product) if all(synonyms(word) & set(stems(s)) for word in asked)]
    return holding[0] if len(holding) == 1 else None


def _stated_instead(product: Product, understanding: Understanding, told: Mapping[str, Set[str]]) -> FieldAnswer | None:
    """What the product states in the field in which other goods state what is asked of this one."""
    if not yes_or_no(understanding.text):
        return None
    asked = [word for word in _asked_words(product, understanding) if word.isalpha()]
    fields = [name for name in product.attributes if any(word in told.get(name, ()) for word in asked)]
    if len(fields) != 1:
        return None
    stated = _stated(product, fields[0], str(product.attributes[fields[0]]))
    listed = _CONTAINS.search(understanding.text) is not None  # what a list of contents leaves out may be in it by another name
    return FieldAnswer(about(product, stated if listed else f"{_NOT_SO} {stated}"))


def _stated(product: Product, name: str, value: str) -> str:
    values = options_of(product).get(name)
    if values is not None and name not in product.attributes:
        return f"The {product.name} {agreeing(product.name, 'comes', 'come')} in {joined(values)} ({name})."
    return f"The {name} of the {product.name} {agreeing(name, 'is', 'are')} {value}."


def _asks_if_real(text: str) -> bool:
    """Whether a text asks if a material is what it seems: "real leather or fake"."""
    return any(match["what"].lower() in word_list("materials") for pattern in _REAL for match in pattern.finditer(text))


def _quoted(product: Product, understanding: Understanding) -> FieldAnswer:
    asked = _asked_words(product, understanding)
    if not yes_or_no(understanding.text):  # of "how big are the keys" the keys
        asked = [word for word in asked if word not in word_list("measured")] or asked
    sentences = _sentences(product)
    included = _ASKS_INCLUDED.search(understanding.text) is not None
    held = [sum(1 for word in asked if synonyms(word) & set(stems(sentence))) for sentence in sentences]
    scored = [
        (count, included and _INCLUSION.search(sentence) is not None, -place, sentence)
        for place, (count, sentence) in enumerate(zip(held, sentences, strict=True))
    ]
    *best, said = max(scored, default=(0, False, 0, ""))
    whole = {word for sentence in sentences for word in stems(sentence)}
    found = [word for word in asked if synonyms(word) & whole]
    unit = _HOW_MANY_OF.search(understanding.text)
    unmeasured = unit is not None and base_of(unit["unit"]) is not None and not any(c.isdigit() for c in said)
    if not asked or unmeasured or not best[0] or len(found) < max(1, (len(asked) + 1) // 2):
        return FieldAnswer(
            about(product, f"I'm sorry, the description of the {product.name} does not say.", silent=True),
            known=False,
        )
    field = next(((name, value) for name, value in product.attributes.items() if said == f"{name}: {value}"), None)
    listed = said in _option_lines(product)  # that an option exists does not say that it can be had with the others asked for
    verdict = entailment(spelling.plain(understanding.text), [said]).verdict
    yes = (
        not listed
        and verdict is not Verdict.NO
        and _ASKED.search(spelling.plain(understanding.text))
        and (verdict is Verdict.YES or set(asked) <= set(stems(said)))
        and (included or not re.search(r"\b(?:not|no|without|n't)\b", said))
    )
    if field is not None and len(str(field[1])) <= LONGEST:
        return FieldAnswer(about(product, f"{'Yes. ' if yes else ''}{_stated(product, field[0], str(field[1]))}"))
    if included and not _INCLUSION.search(said):
        return FieldAnswer(about(product, cited(product, said)))  # that it is for a thing does not say that the thing comes with it
    if included and _sold_apart(said, asked):
        return FieldAnswer(about(product, f"No. {cited(product, said)}"))
    evidence = about(product, f"{'Yes. ' if yes else ''}{cited(product, said)}")
    return FieldAnswer(evidence if listed else replace(evidence, passages=({"product": product.name}, f"description: {said}")))


def _sold_apart(sentence: str, asked: Sequence[str]) -> bool:
    """Whether a sentence says of what is asked that it is not included: of "base included, mattress not included" the mattress alone; in
    "takes a bulb, not included" the bulb."""
    clauses = re.split(r"\s*(?:[,;:]|\bbut\b)\s*", sentence)
    for place, clause in enumerate(clauses):
        if any(synonyms(word) & set(stems(clause)) for word in asked):
            behind = clauses[place + 1] if place + 1 < len(clauses) else ""
            if _APART.search(clause) or _APART.match(behind):
                return True
    return False


def _asked_words(product: Product, understanding: Understanding) -> list[str]:
    """The words that the question turns on: no filler, and none of the product's own name where it is named."""
    text, own = understanding.text, set(stems(product.name)) | set(stems(product.style))
    match = _IS_IT.search(text)
    made_of = set(stems(match["what"])) & {stem for value in product.attributes.values() for stem in stems(str(value))} if match else set()
    words = [_PLACES.get(w, w) for w in stems(text) if w in made_of or not (w in word_list("filler") or w in word_list("question_filler"))]
    strange = list(dict.fromkeys(w for w in words if w not in own))
    told = set(stems(product.description)) if not strange and cues.PRONOUN.search(text) else set()
    return strange or list(dict.fromkeys(w for w in words if w in told))  # "does it do 4k?" of the View 27 4K


def _sentences(product: Product) -> list[str]:
    fields = [f"{name}: {value}" for name, value in product.attributes.items() if len(str(value)) < 200]
    return [*fields, *_option_lines(product), *sentences_of(product), product.name]


def _option_lines(product: Product) -> list[str]:
    return [f"{option}: {', '.join(values)}" for option, values in options_of(product).items()]


def _words_of(product: Product, words: frozenset[str], what: str, text: str) -> FieldAnswer:
    spelled = {"colour": "color"}.get(what, what)
    for name, value in {**product.attributes, **{o: ", ".join(v) for o, v in options_of(product).items()}}.items():
        if spelled in name.lower() or what in name.lower():
            wanted = words & frozenset(stems(text)) - frozenset(stems(product.name))
            lacking = name in product.attributes and yes_or_no(text) and bool(wanted) and not wanted & frozenset(stems(str(value)))
            told = f"{_NOT_SO} {_stated(product, name, str(value))}" if lacking else f"{product.name}: {name} {value}."
            return FieldAnswer(about(product, told), str(value) if "," not in str(value) else None)
    asked = frozenset(stems(text)) - word_list("filler") - words - frozenset(stems(product.name))
    sentences = sentences_of(product)
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
        lines = [s for s in naming[:2] if s is naming[0] or words & _unhyphenated(s)]
        return FieldAnswer(about(product, f"About the {what} of the {product.name}, the description says: “{' … '.join(lines)}”"))
    return FieldAnswer(
        about(
            product,
            f"By its name, the {product.name} is {joined(list(dict.fromkeys(named)))}; the description says no more about the {what}.",
        )
    )


def _unhyphenated(sentence: str) -> frozenset[str]:
    """The words of a sentence that stand by themselves: "crystal-clear" speaks of no crystal."""
    return frozenset(stems(re.sub(r"\b\w+-(?=\w)", "", sentence)))


def _facts_line(product: Product) -> str:
    options = "; ".join(f"{option}: {', '.join(values)}" for option, values in options_of(product).items())
    return f"{product.name}. {options}." if options else f"I'm sorry, there is no description of the {product.name}."
