"""What is wanted in place of an item, read off a message: options of the new variant, or its id.

Pure functions over a message, a line of an order and its product; refuses to know which variants are to be had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from assistant.shopper.orders.methods import FROM
from assistant.shopper.orders.slots import mentions
from assistant.shopper.orders.steps import BOUND
from assistant.shopper.state import ItemDraft
from assistant.shopper.variants import Said, options_of, read_options
from assistant.store.records import OrderLine, Product

_RATHER = re.compile(
    r"^\W*(?:(?:or rather|no,? wait|no,? make (?:it|that)|wait,? no|i mean|make that|scratch that|sorry)\b|"
    r"or\b[^.?!]{2,30}\b(?:rather|instead)\b)",
    re.IGNORECASE,
)
"""What stands between an option and the one that takes its place: "steel, no wait, glass"."""
_TAKEN_BACK = re.compile(r"\W*(?:(?:or|oh|ah|hm+|uh+|er+|but|well)\W+)*no\b\W+(?:[\w']+\W+){0,3}", re.IGNORECASE)
"""What takes an option back for another value of it: "clicky; or no, linear"."""
_BARE_NUMBER = re.compile(
    r"(?:(?<=\bof )|(?<=\bto )|(?<=\bbe ))\d{2,5}\b(?![.,]?\d|\s?[%$€£])|"
    r"(?:(?<=\bthe )|(?<=\bfor )|(?<=\ba ))|(?:(?<=\ban ))\d{2,5}\b(?= (?:one|instead|version)\b)",
    re.IGNORECASE,
)
_NEAR = 12
_SHORT_ANSWER = 5
_CONSENTS = frozenset({"yes", "no"})
"""Values of options that by themselves agree or refuse and choose nothing."""
_POLITE = frozenset({"please", "pls", "plz", "then", "thanks", "thx", "ok"})
_TOWARDS = re.compile(r"->|=>|→|\b(?:to|for|into|with|instead|get|want|prefer|like|be|become|rather than)\b", re.IGNORECASE)
_AS_OTHER = re.compile(
    r"\bsame (?P<what>[\w -]{3,30}?) (?:as|like|of|that) (?:(?:in|on|with) )?(?:the|my|those|that) (?:other|others|second|first|rest)\b",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(rf"{FROM.pattern}|\bthan\s+(?:the |an? |my )?$|{BOUND.pattern}\s*(?:an? |the )?$", re.IGNORECASE)
"""What stands before a value that is not itself what is wanted: "not the red", "bigger than 500 ml", "at least 8 hours"."""
_OR_BEYOND = re.compile(
    r"\W*or (?:more|less|longer|shorter|bigger|larger|smaller|above|below|over|under|up|down|higher|lower)\b", re.IGNORECASE
)
_STAYS = (
    r"\bsame {name}\b(?! (?:as|like) )|\b{name}(?: (?:and|or|&) (?:the )?\w+(?: \w+)?)? "
    r"(?:(?:can|should|shall|may|must|is|are|to|has|have|be|all|both|just) )*"
    r"(?:stays?|remains?|kept|fine|as is|as it is|unchanged|untouched|identical|the same)\b"
)
_FINE = (
    r"\W*(?:one |ones )?(?:would be|would|will|is|are|'s|'d be)? ?(?:also |too |just )?"
    r"(?:fine|ok|okay|good|alright|all right|acceptable|do)\b"
)
_FINE_IF = re.compile(rf"{_FINE}(?:\s+(?:if|when|in case|should)\b.*)?", re.IGNORECASE | re.DOTALL)
_FINE_TOO = re.compile(
    rf"{_FINE}\s+(?:too|as well|also)\b|\W*(?:one |ones )?(?:would|will|is|are) also (?:be )?(?:fine|ok|okay|good|do)\b", re.IGNORECASE
)
_ALSO = re.compile(r"\b(?:also|even)\s+(?:an? |the )?$", re.IGNORECASE)
_IS_GONE = re.compile(
    r"\W*(?:one |ones )?(?:isn'?t|is not|aren'?t|are not|not|is|are|be) ?"
    r"(?:there|available|to be had|in stock|possible|an option|gone|sold out|out)?\b",
    re.IGNORECASE,
)
"""What would do where something else is gone: "plastic would be fine if glass isn't there", "also plastic would do"."""
_PREFERRED = re.compile(r"\b(?:prefer\w*|ideally|favou?r\w*|if possible)\b", re.IGNORECASE)
_NEXT_BEST = re.compile(
    r"\W*(?:>|(?:if (?:possible|you have (?:it|one|that))\W+)?(?:and |or )?(?:then|otherwise|else|if not|"
    r"if that(?:'s| is) (?:gone|sold out)|failing that|followed by|second choice|over|before))\W*(?:the |an? )?\w*\W*",
    re.IGNORECASE,
)
"""What stands between a value and the next best: "battery > USB", "black if possible, otherwise grey"."""


def read_new_items(text: str, items: Sequence[tuple[OrderLine, int]], products: Mapping[str, Product]) -> tuple[ItemDraft, ...]:
    """What is wanted in place of each item: options said between its mention and the next item's, or a variant's id."""
    drafts = []
    for line, part in parts(text, items):
        product = products.get(line.product_id)
        wanted = wanted_options(part, line, product) if product else {}
        drafts.append(ItemDraft(line.variant_id or line.product_id, wanted, _new_id(part, line, product)))
    return tuple(drafts)


def parts(text: str, items: Sequence[tuple[OrderLine, int]]) -> tuple[tuple[OrderLine, str], ...]:
    """Each item with the words of a text that are about it, at every place that names it; all of them for a single item."""
    if len(items) == 1:
        return ((items[0][0], text),)
    ordered = mentions(text, items)
    said: dict[int, list[str]] = {id(line): [] for line, _ in ordered}
    for number, (line, place) in enumerate(ordered):
        end = ordered[number + 1][1] if number + 1 < len(ordered) else len(text)
        said[id(line)].append(text[_sentence_start(text, place, ordered[number - 1][1] if number else 0) : end])
    return tuple((line, ". ".join(said[id(line)])) for line, _ in sorted(items, key=lambda entry: entry[1]))


def ranked(text: str, product: Product, own: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Options of which a text names several values in the order in which it would like them: "ideally battery, otherwise USB".

    What "would be fine too" comes after one's own.
    """
    said = read_options(product, text)
    found: dict[str, tuple[str, ...]] = {}
    several = len({one.option for one in said}) > 1  # what would do beside nothing else is simply wanted
    for number, one in enumerate(said):
        after = said[number + 1] if number + 1 < len(said) else None
        if _FINE_IF.match(text[one.end :]) and after and after.option == one.option and _IS_GONE.match(text[after.end :]):
            found[one.option] = (after.value, one.value)
        elif several and one.option in own and _would_do(text, one):
            found[one.option] = (own[one.option], one.value)
    for one, other in pairwise(said):
        if one.option != other.option or not _NEXT_BEST.fullmatch(text[one.end : other.start]):
            continue
        if one.option in found or _PREFERRED.search(text[: other.start]):
            found[one.option] = (*found.get(one.option, (one.value,)), other.value)
    return found


def _would_do(text: str, said: Said) -> bool:
    """Whether a text says of an option's value that it would be fine too."""
    after = text[said.end :]
    return bool(_FINE_TOO.match(after)) or bool(_ALSO.search(text[: said.start]) and _FINE_IF.match(after))


def stays(text: str, line: OrderLine, product: Product) -> dict[str, str]:
    """One's own values of the options that a text says to leave: "same colour", "the size can stay"."""
    found = {}
    for option, value in line.options.items():
        name = _spelt(option)
        if re.search(_STAYS.format(name=name), text, re.IGNORECASE) and len(options_of(product).get(option, ())) > 1:
            found[option] = value
    return found


def _spelt(option: str) -> str:
    """A pattern for an option as people say it, its last word alone included: "frame size" or "size"."""
    return "(?:" + "|".join(dict.fromkeys(re.escape(part).replace("color", "colou?r") for part in (option, option.split()[-1]))) + ")"


def wanted_options(text: str, line: OrderLine, product: Product) -> dict[str, str]:
    """The option values that a text asks for instead of the line's own."""
    wanted: dict[str, str] = {}
    options = read_options(product, text)
    for number, said in enumerate(options):
        after = options[number + 1] if number + 1 < len(options) else None
        if (
            _NOT_THAT.search(text[: said.start])
            or (after and after.option == said.option and _TAKEN_BACK.fullmatch(text[said.end : after.start]))
            or _OR_BEYOND.match(text[said.end :])
            or (after and _RATHER.search(text[said.end : after.end + _NEAR]))
        ):
            continue
        current = line.options.get(said.option)
        if said.value != current or said.option not in wanted:
            if said.value == current and not _TOWARDS.search(text[: said.start]):
                continue
            wanted[said.option] = said.value
    return wanted or _numbered(text, line, product)


def _numbered(text: str, line: OrderLine, product: Product) -> dict[str, str]:
    """The value that a bare number stands for where only one option has it: "a bottle of 750 instead of 500"."""
    values = {(option, value) for option, own in options_of(product).items() for value in own if line.options.get(option) != value}
    for match in _BARE_NUMBER.finditer(text):
        if _NOT_THAT.search(text[: match.start()]):
            continue
        found = [(option, value) for option, value in values if re.match(rf"{match[0]}(?!\d)[\s-]?[a-zA-Z]", value)]
        if len(found) == 1:
            return dict(found)
    return {}


def as_other(text: str, line: OrderLine, product: Product, others: Sequence[OrderLine]) -> dict[str, str] | None:
    """The option that should be as with another thing of the same kind, "the same size as my other one", with its value.

    None where a text says that and does not tell which value that is.
    """
    found: dict[str, str] = {}
    for match in _AS_OTHER.finditer(text):
        option = next((name for name in options_of(product) if name.casefold() in match["what"].casefold()), "")
        values = {other.options[option] for other in others if option in other.options and other.variant_id != line.variant_id}
        if len(values) != 1:
            return None
        found[option] = values.pop()
    return found


def bare_value(text: str, product: Product | None) -> dict[str, str]:
    """The option value that the last word of a short answer is, where no other option has it: "then a 9", "L please"."""
    words = [word for word in re.findall(r"[^\W_]+(?:[.-][^\W_]+)*", text) if word.lower() not in _POLITE]
    if product is None or not words or len(words) > _SHORT_ANSWER or "?" in text:
        return {}
    said = words[-1].casefold()
    if said in _CONSENTS:
        return {}
    found = {
        (option, value)
        for variant in product.variants
        for option, value in variant.options.items()
        if value.casefold() == said or (said.isdigit() and re.match(rf"{said}(?:[ -]|[a-z]+$)", value.casefold()))
    }
    return dict(found) if len(found) == 1 else {}


def taken_back(text: str, line: OrderLine, product: Product, wanted: Mapping[str, str]) -> dict[str, str]:
    """The line's own option values that a text goes back to after others were wanted: "no, in S after all"."""
    said = {option.option: option.value for option in read_options(product, text)}
    return {option: value for option, value in said.items() if option in wanted and value == line.options.get(option)}


def _new_id(text: str, line: OrderLine, product: Product | None) -> str:
    if product is None:
        return ""
    return next((v.id for v in product.variants if v.id != line.variant_id and v.id in text), "")


def _sentence_start(text: str, place: int, before: int) -> int:
    """From where on words belong to the item mentioned at `place`: adjectives stand before it."""
    cut = max(text.rfind(mark, before, place) for mark in (",", ";", ".", " and ", " also "))
    return max(cut, before) if cut > before else place
