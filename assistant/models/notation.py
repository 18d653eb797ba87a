"""Attributes as catalogues write them, `size: { unit:inches, value:6.0 }; { value:"Large" }`, as plain words: "size: 6 inches; Large".

Owns that notation and what of it is said: amounts with their units, tables entry by entry, nothing twice. A text that only looks like it
is left as it is but for its braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Node: TypeAlias = "str | list[Node] | dict[str, Node]"

_BEGINS = re.compile(r"^\s*[\w ]+:\s*[{\[]")
_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>[{}\[\],;])|(?P<key>[A-Za-z_][\w ]*?)\s*:(?=\s*[\[{"'\w.-])"""
    r"""|"(?P<quoted>.*?)"(?=\s*(?:[,;}\]]|$))|(?P<bare>[^,;{}\[\]]+))"""
)
_AMOUNTS = ("value", "decimal_value", "total", "content", "string_value")
"""Names of what an amount's figure may be called beside its unit, the most telling first."""
_TRUTHS = {"true": "yes", "false": "no"}
_UNKNOWN = frozenset({"unknown_modifier", "unknown", "null", "null.int"})
_BESIDE = frozenset({"unit", "nutrient", "normalized_value"})
"""Entries of a table that belong to its amount."""
_STRING = "_string"


def is_notation(text: str) -> bool:
    """Whether a text begins as an attribute in braces does."""
    return _BEGINS.match(text) is not None


def plain_attributes(text: str) -> str:
    """The attribute in plain words; its values are parted by "; ", the entries of a table by ", "."""
    name, _, rest = text.partition(":")
    try:
        values = _Reader(rest).values()
    except ValueError:
        return " ".join(re.sub(r"[{}\[\]]", " ", text).split())
    said = list(dict.fromkeys(filter(None, map(_said, values))))
    return f"{_words(name)}: {'; '.join(said)}".strip()


class _Reader:
    """Reads values parted by ";", each a word, a list, or a table.

    Raises:
        ValueError: from `values`, where a bracket is not closed or something stands after the end.
    """

    def __init__(self, text: str) -> None:
        self._tokens = [match for match in _TOKEN.finditer(text.strip()) if match[0].strip()]
        self._place = 0

    def values(self) -> list[Node]:
        found = [self._value()]
        while self._at(";"):
            self._place += 1
            found.append(self._value())
        if self._place < len(self._tokens):
            raise ValueError(f"something stands after the end: {self._tokens[self._place][0]!r}")
        return found

    def _value(self) -> Node:
        token = self._next()
        if token["mark"] == "{":
            return self._table()
        if token["mark"] == "[":
            return self._list()
        if token["mark"]:
            raise ValueError(f"a value was expected, not {token['mark']!r}")
        return str(token["quoted"]) if token["quoted"] is not None else _scalar(token[0])

    def _table(self) -> dict[str, Node]:
        table: dict[str, Node] = {}
        while not self._closed("}"):
            token = self._next()
            if not token["key"]:
                raise ValueError(f"a name was expected, not {token[0]!r}")
            table[token["key"].strip()] = self._value()
        return table

    def _list(self) -> list[Node]:
        found: list[Node] = []
        while not self._closed("]"):
            found.append(self._value())
        return found

    def _closed(self, bracket: str) -> bool:
        if self._at(","):
            self._place += 1
        if self._at(bracket):
            self._place += 1
            return True
        return False

    def _at(self, mark: str) -> bool:
        return self._place < len(self._tokens) and self._tokens[self._place]["mark"] == mark

    def _next(self) -> re.Match[str]:
        if self._place >= len(self._tokens):
            raise ValueError("a bracket is not closed")
        self._place += 1
        return self._tokens[self._place - 1]


def _said(node: Node) -> str:
    if isinstance(node, str):
        node = node.replace('\\"', '"')
        return _figure(node) if node[:1].isdigit() else re.sub(r"(?<=[A-Za-z])_(?=[A-Za-z0-9])", " ", node)
    if isinstance(node, list):
        return ", ".join(dict.fromkeys(filter(None, map(_said, node))))
    return _table_said(node)


def _table_said(table: Mapping[str, Node]) -> str:
    """A table's entries in their order: its amount without a name, the others, which share its unit, after theirs."""
    unit = _unit_of(table, "unit")
    amount = next((name for name in _AMOUNTS if isinstance(table.get(name), str) and table[name]), "")
    parts: list[str] = []
    for name, value in table.items():
        if name == amount:
            parts.append(_amount(table, amount, unit))
        elif name not in _BESIDE and not name.endswith("_unit") and not _is_double(name, table) and (said := _said(value)):
            own = _unit_of(table, f"{name.removesuffix('_quantity')}_unit") or unit
            figure = isinstance(value, str) and value[:1].isdigit()
            parts.append(f"{_words(name)}{':' if isinstance(value, list) else ''} {said} {own if figure else ''}".strip())
    nutrient = table.get("nutrient")
    named = f"{_words(nutrient.removesuffix(_STRING))} " if isinstance(nutrient, str) else ""
    return named + ", ".join(dict.fromkeys(parts))


def _unit_of(table: Mapping[str, Node], name: str) -> str:
    unit = table.get(name)
    return (
        ""
        if not isinstance(unit, str) or unit in _UNKNOWN
        else re.sub(r"^percent daily value.*", "percent of the daily value", _words(unit))
    )


def _amount(table: Mapping[str, Node], name: str, unit: str) -> str:
    """An amount with its unit, and where the shop's own differs from what is measured, both: "6 inches (15.24 centimeters)"."""
    figure = _said(table[name])
    shown = table.get("normalized_value")
    if isinstance(shown, dict) and isinstance(shown.get("value"), str) and isinstance(shown.get("unit"), str):
        other = _unit_of(shown, "unit")
        return f"{_said(shown['value'])} {other}" + ("" if other == unit else f" ({figure} {unit})")
    return figure if not unit or re.search(r"[A-Za-z]", figure) else f"{figure} {unit}"


def _is_double(name: str, table: Mapping[str, Node]) -> bool:
    """Whether an entry says in words what another says in figures, or a value once more."""
    if name == "standardized_values":
        return _folded(table[name]) == _folded(table.get("value", ""))
    return (name.endswith(_STRING) and name.removesuffix(_STRING) in table) or (
        name in _AMOUNTS and name.endswith("_value") and any(other in table for other in ("value", "decimal_value") if other != name)
    )


def _folded(node: Node) -> Sequence[str]:
    return _said(node).lower().split(", ")


def _scalar(text: str) -> str:
    word = text.strip().strip("'\"")
    return "" if word in _UNKNOWN else _TRUTHS.get(word.lower(), word)


def _figure(text: str) -> str:
    """A figure without an empty fraction; anything else as it is."""
    return re.sub(r"\.0*$", "", text) if re.fullmatch(r"\d+\.\d*", text) and not text.rpartition(".")[2].strip("0") else text


def _words(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
