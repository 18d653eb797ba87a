"""The sentences of a description, and the one that answers a question for an amount: "how loud is it?" is answered by that with decibels.

Owns where a sentence ends, which units and nouns a question looks for, and when a sentence is near enough to be quoted; refuses to conclude
anything from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.models.entailment import telling
from assistant.shopper import spelling
from assistant.shopper.shelf import stems
from assistant.shopper.words import word_list
from assistant.store.records import Product

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NUMBER = (
    r"(?:\d[\d.,]*|an?|half an|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|sixty|ninety)"
    r"(?:\s*(?:-|–|to|or|and|x|×|by)\s*\d[\d.,]*)*"
)
_LENGTH = r"(?:mm|cm|centimet\w+|m|met(?:er|re)s?|inch(?:es)?|in|ft|foot|feet|km|kilomet\w+|miles?|\"|'')"
_TIME = r"(?:s|sec(?:ond)?s?|min(?:ute)?s?|h|hrs?|hours?|days?|nights?|weeks?|months?|years?)"
_MASS = r"(?:mg|g|grams?|kg|kilos?|kilograms?|lbs?|pounds?|oz|ounces?|tons?|tonnes?)"


@dataclass(frozen=True, slots=True)
class _Amount:
    """A sort of amount. `asked`: how a question asks for it; `unit`: behind the number in a sentence; `nouns`: roots of words that name it
    there; `own`: whether the unit alone says so, while a length or a time may be that of anything."""

    asked: str
    unit: str
    nouns: str = ""
    own: bool = False


_AMOUNTS = (
    _Amount(r"how (?:loud|noisy|quiet|silent)|noise|decibels?|db\b", r"db(?:\(a\))?|decibels?", "noise sound loud quiet", own=True),
    _Amount(
        r"how (?:hot|warm|cold|cool)|temperatures?|how many degrees|degrees?\b",
        r"°\s?[cf]?|degrees?(?: celsius| fahrenheit)?",
        "temperature heat",
        own=True,
    ),
    _Amount(r"how powerful|watts?\b|wattage|how much power", r"k?w|watts?", "power", own=True),
    _Amount(r"refresh rates?|hertz|hz\b", r"hz|hertz", "refresh", own=True),
    _Amount(r"how fast|(?:top |maximum |what )speed", r"km/h|kph|mph|m/s|knots", "speed", own=True),
    _Amount(r"mah\b|milliamp\w*", "mah", "capacity", own=True),
    _Amount(r"lumens?\b|how bright", r"lm|lumens?", "brightness", own=True),
    _Amount(r"kelvin|colou?r temperature", r"k|kelvin", "white", own=True),
    _Amount(r"how (?:many volts|much voltage)|voltage|volts?\b", r"v|volts?", "voltage", own=True),
    _Amount(r"resolution|how (?:sharp|many (?:mega)?pixels)|megapixels?", r"p|mp|megapixels?|k", "resolution", own=True),
    _Amount(
        r"how (?:strong|acidic|sour|bitter|sweet|salty|alcoholic|rich|fatty)|how much (?!does|do|can|will|is|are)[a-z]+|per ?cent\w*|"
        r"what (?:strength|share)|how high is the [a-z]+ content",
        rf"%|per ?cent|of \d+|(?:{_MASS}|ml) (?:of )?[a-z]+ per",
        "strength content",
    ),
    _Amount(
        r"(?:from )?(?:what|which) age|how old\b(?! is (?:the|your) shop)|age (?:range|group|limit)|minimum age",
        r"(?:\+|and (?:over|up|older|above)|years?|months?)",
        "age child kid year",
    ),
    _Amount(
        r"how (?:long|soon|quick\w*|fast|old)|how many (?:seconds|minutes|hours|days|nights|weeks|months|years)|what time|shelf life", _TIME
    ),
    _Amount(
        r"how (?:long(?! (?:does|do|can|will|may|did|until|before|after)\b)|wide|deep|high|tall|thick|big|large|small|far|low|narrow|thin)|"
        r"sizes?\b|dimensions?|diameter|"
        r"how many (?:cm|mm|met(?:re|er)s|inches|feet)|reach|range",
        rf"{_LENGTH}(?![a-z])|x\s?\d",
    ),
    _Amount(
        r"how heavy|weigh\w*|how much (?:weight )?(?:can|does|will)\b[^.?!]*\b(?:carry|hold|take|bear|support|weigh)|load|"
        r"how many (?:kilos|kg|grams)",
        _MASS,
        "load carry hold",
    ),
    _Amount(r"how much (?:water|liquid|juice)|how many (?:lit(?:re|er)s|ml|cups|gallons)|volume", r"ml|cl|l|lit(?:er|re)s?|gallons?|cups?"),
    _Amount(r"how (?:much|many) (?:memory|storage|gb|tb|gigabytes?)|storage", r"gb|tb|gigabytes?|terabytes?"),
    _Amount(
        r"how (?:large|big|much|far)[^.?!]{0,30}\b(?:area|house|room|flat|lawn|ground|cover)|how many square|coverage|what area",
        r"m²|sqm|sq\.? ?m|square \w+|ha|acres?",
        "cover area house room flat lawn",
        own=True,
    ),
)
_NAMED_SIZES = re.compile(r"\b(?:\d{3,4}\s*[x×]\s*\d{3,4}|[48]k|(?:full |quad |ultra )?hd|\d{3,4}p|\d+ ?mp)\b", re.IGNORECASE)
"""What says a resolution without its number standing before a unit."""
_SAME = (
    "keep keeps kept store stored fresh best eat use consume expire expires shelf opening life spoil",
    "brew brewed brewing steep steeped infuse infused infusion draw soak",
    "build built assemble assembled assembly mount set together",
    "try tried test tested testing trial",
    "last lasts lasting life run runs runtime battery charge",
    "age aged ageing matured mature ripened ripen old",
    "grow grows height tall reaches spread",
    "carry hold holds support bear take load each",
    "play plays playing playtime game round",
    "flower flowers bloom blooms blooming blossom blossoms",
)
"""Words of one matter: who asks how long it keeps is told by when it is best."""
_CONDITION = re.compile(
    r"\b(?:when|if|once|while|after)\s+(?:it(?:'s| is)\s+|they(?:'re| are)\s+|fully\s+)*(?P<state>[a-z]{4,})\b\W*$", re.IGNORECASE
)
_REACH = re.compile(
    r"\bhow (?:high|low|far|wide|long|deep|big|tall|small) (?:does|do|can|will|could) (?:it|they|this|the [\w' -]{2,40}?) "
    r"(?:go|get|reach|become|extend|be (?:set|raised|lowered|adjusted|extended))\b",
    re.IGNORECASE,
)
_SPAN = re.compile(rf"(?:\bfrom\s+)?{_NUMBER}\s*(?:{_LENGTH}\s*)?(?:to|-|–)\s*\d|\bup to\b", re.IGNORECASE)
_MORE_OF = re.compile(r"\bwhich(?: one)?(?:'s| is| are)? (?:the )?(?P<word>[a-z]{2,}er)\b", re.IGNORECASE)
_OF_PRICE = frozenset({"cheaper", "dearer", "better", "pricier", "costlier", "fancier"})
_LEAST_ROOT = 4
_OF_WHAT_IS_ASKED = 2.9
"""Worth from which a sentence has a word that is asked about."""


def sentences_of(product: Product) -> list[str]:
    """The sentences of a product's description, in order."""
    return [sentence for sentence in _SENTENCE.split(product.description) if sentence]


def under_condition(product: Product, text: str) -> str | None:
    """The sentence that tells a size in the state that is asked for ("how deep is it when folded?", "how high does it go?"), which the
    product's plain measures do not; None where none does."""
    plain = spelling.plain(text)
    asked = [amount for amount in _AMOUNTS if re.search(rf"\b(?:{amount.asked})", plain, re.IGNORECASE)]
    condition, reach = _CONDITION.search(plain), _REACH.search(plain)
    if not asked or not (condition or reach):
        return None
    for sentence in sentences_of(product):
        fitting = any(_has_unit(sentence, amount) for amount in asked)
        if fitting and condition is not None and _says(sentence, condition["state"]):
            return sentence
        if fitting and reach is not None and _SPAN.search(sentence):
            return sentence
    return None


def of_a_part(product: Product, text: str) -> str | None:
    """The sentence that gives the amount asked for of something the product has or is for ("how long is the cable?", "how heavy may the
    cat be?"), so that it is not taken for the product's own; None where there is none."""
    found = with_amount(product, text, least=_OF_WHAT_IS_ASKED)
    return found if found not in fields_as_text(product) else None


def with_amount(product: Product, text: str, least: float = 0.0) -> str | None:
    """The sentence with an amount of the sort that a question asks for, of the thing that it asks about; None where there is none."""
    plain = spelling.plain(text)
    asked = [amount for amount in _AMOUNTS if re.search(rf"\b(?:{amount.asked})", plain, re.IGNORECASE)]
    own = set(stems(product.name)) | set(stems(product.style)) | set(stems(product.category))
    about = [
        w
        for w in stems(plain)
        if (w not in own or w.endswith("ed")) and w not in word_list("measured") and (w not in word_list("filler") or _kin(w))
    ]
    about = [w for w in dict.fromkeys(about) if w not in word_list("question_filler") or _kin(w)]
    scored: list[tuple[float, int, str]] = []
    for place, sentence in enumerate([*sentences_of(product), *fields_as_text(product)]):
        for amount in asked:
            worth = _worth(sentence, amount, about, plain, product) or _same_figure(sentence, amount, plain)
            if worth > least:
                scored.append((worth, -place, sentence))
    return max(scored, default=(0.0, 0, None), key=lambda entry: entry[:2])[2]


def by_root(product: Product, asked: Sequence[str]) -> str | None:
    """The sentence with words of the roots of most of those asked: "Reflective seams" to "does it reflect?"; None where none has."""
    scored = [
        (sum(_of_root(sentence, word) for word in asked if len(word) >= _LEAST_ROOT), -place, sentence)
        for place, sentence in enumerate(sentences_of(product))
    ]
    best = max(scored, default=(0, 0, ""))
    return best[2] if best[0] and best[0] * 2 >= len(asked) else None


def fields_as_text(product: Product) -> dict[str, tuple[str, str]]:
    """The attributes as sentences, with name and value of each."""
    return {f"{name}: {value}": (name, str(value)) for name, value in product.attributes.items()}


def beside(products: Sequence[Product], text: str) -> tuple[str, ...]:
    """For each product the sentence with the amount that "which is older?" asks for, empty where it has none; no sentences where the
    text asks for no such thing, or no product has one."""
    match = _MORE_OF.search(text)
    if match is None or match["word"].casefold() in _OF_PRICE:
        return ()
    positive = _positive(match["word"].casefold())
    found = tuple(with_amount(product, f"how {positive} is it") or "" for product in products)
    return found if any(found) else ()


def _positive(comparative: str) -> str:
    """An adjective without its degree: "older" as "old", "bigger" as "big", "noisier" as "noisy"."""
    stem = comparative.removesuffix("er")
    if stem.endswith("i"):
        return f"{stem[:-1]}y"
    return stem[:-1] if len(stem) > _LEAST_ROOT - 1 and stem[-1] == stem[-2] and stem[-1] in "gtndm" else stem


def _worth(sentence: str, amount: _Amount, about: Sequence[str], text: str, product: Product) -> float:
    """How well a sentence answers, 0 where it does not."""
    if not _has_unit(sentence, amount):
        return 0.0
    said = sum(_says(sentence, word) for word in about)
    named = any(_says(sentence, noun) for noun in amount.nouns.split())
    adjective = re.search(r"\bhow (?P<word>[a-z]{3,})\b", text, re.IGNORECASE)
    rooted = adjective is not None and adjective["word"].casefold() not in ("much", "many", "long") and _says(sentence, adjective["word"])
    if said and said * 2 >= len(about):
        return 2.0 + said + named
    if (named or rooted) and not (about and amount.nouns and not said and len(about) > 1):
        return 1.5
    alone = sum(_has_unit(other, amount) for other in sentences_of(product)) == 1
    return 1.0 if amount.own and alone and all(_says(amount.nouns, word) or word in amount.asked for word in about) else 0.0


def _same_figure(sentence: str, amount: _Amount, text: str) -> float:
    """Whether a sentence has the very amount that a question names: "does it do 30 watts?"."""
    pattern = rf"(?<![\w.])(?P<number>\d[\d.,]*)[\s-]*(?:{amount.unit})(?![a-z])"
    asked, told = ({m["number"].strip(".,") for m in re.finditer(pattern, said, re.IGNORECASE)} for said in (text, sentence))
    return 2.5 if amount.own and asked & told else 0.0


def _has_unit(sentence: str, amount: _Amount) -> bool:
    if "resolution" in amount.nouns and _NAMED_SIZES.search(sentence):
        return True
    return re.search(rf"(?<![\w.]){_NUMBER}[\s-]*(?:{amount.unit})(?![a-z])", sentence, re.IGNORECASE) is not None


def _says(sentence: str, word: str) -> bool:
    """Whether a sentence has the word, another of its root, or one of the same matter."""
    meant = {word.casefold(), *_kin(word)}
    said = {found.casefold() for found in re.findall(r"[^\W\d_]+", sentence)}
    forms = telling(" ".join(meant))
    return bool(meant & said or forms & telling(sentence) or any(_same_root(word, other) for other in said))


def _of_root(sentence: str, word: str) -> bool:
    return bool(telling(word) & telling(sentence)) or any(
        _same_root(word, other.casefold()) for other in re.findall(r"[^\W\d_]+", sentence)
    )


def _kin(word: str) -> frozenset[str]:
    return frozenset().union(*(words for group in _SAME if word.casefold() in (words := group.split())))


def _same_root(word: str, other: str) -> bool:
    """Whether two words are of one root: "acidic" and "acidity"."""
    shorter = min(len(word), len(other))
    shared = next((n for n, (a, b) in enumerate(zip(word.casefold(), other, strict=False)) if a != b), shorter)
    return shared >= max(_LEAST_ROOT, shorter - 2) and abs(len(word) - len(other)) <= _LEAST_ROOT
