"""Amounts of goods: what "16 GB", "2.10 m" or "120 x 170 cm" come to, and the unit that an attribute's name holds ("width_cm").

Owns the units and how a shop writes them; refuses to know which question asks for which field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from assistant.models.numbers import parse_number

LONGEST = 80
"""Letters of an attribute; a longer one is prose, which holds no single amount."""

_SPELLINGS: dict[str, tuple[str, float, str]] = {
    "g": ("g", 1.0, "g gram grams gramme grammes"),
    "kg": ("g", 1000.0, "kg kgs kilo kilos kilogram kilograms"),
    "oz": ("g", 28.349523125, "oz ounce ounces"),
    "lb": ("g", 453.59237, "lb lbs pound pounds"),
    "mm": ("mm", 1.0, "mm millimetre millimetres millimeter millimeters"),
    "cm": ("mm", 10.0, "cm cms centimetre centimetres centimeter centimeters"),
    "m": ("mm", 1000.0, "m metre metres meter meters"),
    "in": ("mm", 25.4, 'in inch inches "'),
    "ft": ("mm", 304.8, "ft foot feet"),
    "ml": ("ml", 1.0, "ml millilitre millilitres milliliter milliliters"),
    "cl": ("ml", 10.0, "cl"),
    "l": ("ml", 1000.0, "l ltr litre litres liter liters"),
    "s": ("s", 1.0, "s sec secs second seconds"),
    "min": ("s", 60.0, "min mins minute minutes"),
    "hours": ("s", 3600.0, "h hr hrs hour hours"),
    "days": ("s", 86_400.0, "day days"),
    "w": ("w", 1.0, "w watt watts"),
    "kw": ("w", 1000.0, "kw kilowatt kilowatts"),
    "wh": ("wh", 1.0, "wh"),
    "v": ("v", 1.0, "v volt volts"),
    "mah": ("mah", 1.0, "mah"),
    "mb": ("mb", 1.0, "mb megabyte megabytes"),
    "gb": ("mb", 1000.0, "gb gig gigs gigabyte gigabytes"),
    "tb": ("mb", 1_000_000.0, "tb terabyte terabytes"),
    "hz": ("hz", 1.0, "hz hertz"),
    "khz": ("hz", 1000.0, "khz"),
    "mp": ("mp", 1.0, "mp megapixel megapixels"),
    "lm": ("lm", 1.0, "lm lumen lumens"),
    "db": ("db", 1.0, "db decibel decibels"),
    "dpi": ("dpi", 1.0, "dpi"),
    "bar": ("bar", 1.0, "bar bars"),
    "rpm": ("rpm", 1.0, "rpm"),
    "kcal": ("kcal", 1.0, "kcal"),
    "person": ("person", 1.0, "person persons people"),
    "%": ("%", 1.0, "% percent"),
    "°c": ("°c", 1.0, "°c celsius degrees degree"),
    "°f": ("°f", 1.0, "°f fahrenheit"),
}
_UNITS = {spelled: (base, factor) for base, factor, spellings in _SPELLINGS.values() for spelled in spellings.split()}
_WRITTEN = {spelled: unit for unit, (_, _, spellings) in _SPELLINGS.items() for spelled in spellings.split()}
_AS_PRINTED = {
    "w": "W", "kw": "kW", "wh": "Wh", "v": "V", "mah": "mAh", "mb": "MB", "gb": "GB", "tb": "TB", "hz": "Hz", "khz": "kHz", "mp": "MP",
    "db": "dB", "in": "inches", "person": "people", "°c": "°C", "°f": "°F",
}  # fmt: skip
_ACRONYMS = frozenset({"ram", "ssd", "hdd", "cpu", "gpu", "os", "usb", "led", "gps", "nfc", "sim", "spf", "uv", "ip", "rgb"})
SPECIFIC = frozenset({"%", "w", "wh", "v", "mah", "mb", "hz", "mp", "lm", "db", "dpi", "bar", "rpm"})
"""Units that measure one thing of a product, so that a single amount in its description is that thing's."""
UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
"""A pattern of all units as people write them."""
_NAME_UNIT = re.compile(rf"^(?P<name>.*?[^\W\d_])[\s_]*(?:[_\s,(\[-]+|\bin\s+)(?P<unit>{UNIT})[)\]]?$", re.IGNORECASE)
_ALONE = re.compile(r"-?\d[\d.,]*(?:\s*(?:[-–x×/]|to)\s*\d[\d.,]*)*", re.IGNORECASE)
_SIDES = re.compile(r"(?P<sides>\d+(?:\.\d+)?(?:\s*[x×]\s*\d+(?:\.\d+)?)+)\s*(?P<unit>[a-z\"]*)", re.IGNORECASE)
_AMOUNT = re.compile(r"(?:(?<![\w])(?P<minus>[-−–]))?(?P<number>\d[\d,]*(?:\.\d+)?)[\s-]*(?P<unit>°\s?[cf]|[a-z]+|\"|%)?", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)


def base_of(unit: str) -> str | None:
    """The unit in which amounts of a written unit are told here ("litres" -> "ml"); None of what is no unit."""
    found = _UNITS.get(re.sub(r"\s", "", unit).casefold())
    return found[0] if found is not None else None


def in_words(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes under names that can be said, with the unit of the name behind a bare number: `width_cm: 90` is "width: 90 cm".

    A name that two attributes would share stays as it is.
    """
    read = {name: _said(name, str(value)) for name, value in attributes.items()}
    labels = [label for label, _ in read.values()]
    return {(label if labels.count(label) == 1 else name): value for name, (label, value) in read.items()}


def amount_of(value: str) -> tuple[float, str] | None:
    """Number and unit of a value, in grams, millimetres, millilitres, seconds or the unit written; None where it holds no number.

    Sides ("120 x 170 cm") give their area or volume, and times ("3 min 30 s") their sum.
    """
    if (sides := _SIDES.search(value)) is not None:
        unit, factor = _UNITS.get(sides["unit"].casefold(), (sides["unit"].casefold(), 1.0))
        product, count = 1.0, 0
        for number in re.findall(r"\d+(?:\.\d+)?", sides["sides"]):
            product, count = product * float(number) * factor, count + 1
        return product, f"{unit}^{count}"
    found = list(amounts_in(value))
    if not found:
        number = next((n for word in _WORD.findall(value) if (n := parse_number(word)) is not None), None)
        return (number, "") if number is not None else None
    total, unit = found[0]
    return (sum(number for number, at in found if at == unit), unit) if unit == "s" else (total, unit)


def amounts_in(text: str) -> Iterator[tuple[float, str]]:
    """Every number of a text with its unit, as `amount_of` tells them."""
    for match in _AMOUNT.finditer(text):
        said = re.sub(r"\s", "", match["unit"] or "").casefold()
        unit, factor = _UNITS.get(said, (said, 1.0))
        yield float(match["number"].replace(",", "")) * factor * (-1 if match["minus"] else 1), unit


def only_amount(texts: Iterable[str], unit: str) -> float | None:
    """The one amount of a unit that texts hold; None where they hold none, or several."""
    found = {number for text in texts for number, at in amounts_in(text) if at == unit}
    return found.pop() if len(found) == 1 else None


def _said(name: str, value: str) -> tuple[str, str]:
    match = _NAME_UNIT.match(name)
    bare = _ALONE.fullmatch(value.strip()) is not None
    if match is None or not bare:
        return _spaced(name), value
    unit = _WRITTEN[match["unit"].casefold()]
    return _spaced(match["name"]), f"{value.strip()} {_AS_PRINTED.get(unit, unit)}"


def _spaced(name: str) -> str:
    words = re.sub(r"[_\s]+", " ", name).strip().split(" ")
    return " ".join(word.upper() if word.casefold() in _ACRONYMS else word for word in words)
