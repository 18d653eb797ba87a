"""The semantic layer: what metrics and dimensions there are, read from `semantics.toml` and the shop's own file.

Owns the definitions and their validation. Knows no text of questions and builds no query: `lexicon` makes words of the
synonyms, `compile` makes Ibis expressions of the definitions.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias

from assistant.analyst.question import FilterClause, Question
from assistant.errors import BadQuestion, BadSemantics

Unit: TypeAlias = Literal["money", "count", "number", "share", "rating", "date"]
Condition: TypeAlias = tuple[str, str, Any]
"""(column, op, value)."""

UNITS = ("money", "count", "number", "share", "rating", "date")
AGGREGATES = ("sum", "count", "distinct", "mean", "min", "max")
KINDS = ("time", "ordinal", "value", "product", "customer", "order", "text")
OPS = ("eq", "ne", "lt", "le", "gt", "ge")


@dataclass(frozen=True, slots=True)
class Cube:
    """A kind of row: its table, its time column, and the named sets of rows that metrics are taken over."""

    id: str
    table: str
    time: str
    noun: str
    rows: Mapping[str, tuple[Condition, ...]]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure that can be asked for. Exactly one of `aggregate`, `ratio`, `difference` and `repeat` says how it is computed."""

    id: str
    name: str
    cube: str
    definition: str
    unit: Unit
    additive: bool = False
    synonyms: tuple[str, ...] = ()
    aggregate: str = ""
    column: str = ""
    conditions: tuple[Condition, ...] = ()
    negate: bool = False
    known: bool = False
    since: str = ""
    ratio: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()
    repeat: int = 0
    of: str = ""
    whole: str = ""
    share: str = ""
    hidden: bool = False

    @property
    def title(self) -> str:
        """The name with a capital, to begin a line with."""
        return self.name[:1].upper() + self.name[1:]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing to group or filter by. `conditions` restrict rankings of it (products without services); `band` groups numbers
    by so many."""

    id: str
    cube: str
    column: str
    kind: str
    singular: str
    plural: str
    synonyms: tuple[str, ...] = ()
    name_column: str = ""
    band: int = 0
    conditions: tuple[Condition, ...] = ()

    @property
    def title(self) -> str:
        """The singular with a capital."""
        return self.singular[:1].upper() + self.singular[1:]


@dataclass(frozen=True, slots=True)
class Semantics:
    """All cubes, metrics and dimensions by id. `synonyms` are phrases that the shop taught, to an id or to `dimension = value`."""

    cubes: Mapping[str, Cube]
    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    synonyms: Mapping[str, str] = field(default_factory=dict)

    def metric(self, id: str) -> Metric:
        """Raises BadQuestion: there is no such metric."""
        if id not in self.metrics:
            raise BadQuestion(
                f"There is no metric {id!r}.", hint=f"Known: {', '.join(m for m, d in self.metrics.items() if not d.hidden)}."
            )
        return self.metrics[id]

    def dimension(self, id: str) -> Dimension:
        """Raises BadQuestion: there is no such dimension."""
        if id not in self.dimensions:
            raise BadQuestion(f"There is no dimension {id!r}.", hint=f"Known: {', '.join(self.dimensions)}.")
        return self.dimensions[id]

    def of_cube(self, cube: str) -> Iterator[Dimension]:
        """The dimensions of a cube."""
        return (d for d in self.dimensions.values() if d.cube == cube)

    def checked(self, question: Question) -> Question:
        """`question`, if all its names exist.

        Raises:
            BadQuestion: a metric or dimension is unknown, or one of another cube than the first metric's.
        """
        cubes = {self.metric(id).cube for id in question.metrics}
        sides = question.comparison.sides if question.comparison else ()
        part = question.share.part if question.share else ()
        clauses: tuple[FilterClause, ...] = (*question.filters, *part, *(c for side in sides for c in side.filters))
        for name in (*question.by, *(c.dimension for c in clauses)):
            dimension = self.dimension(name)
            if cubes and dimension.cube not in cubes and not (dimension.kind == "time" and dimension.cube == "sales"):
                raise BadQuestion(f"{dimension.plural} do not apply to {self.metric(question.metric).name}.")
        return question


def load_semantics(extra: Path | None = None) -> Semantics:
    """The shipped layer, with the blocks of the shop's own file `extra` added or put in place of those with the same id.

    Raises:
        BadSemantics: a file is no TOML, or a block in it is wrong; the message names file and line.
    """
    shipped = _Source("semantics.toml", files("assistant.analyst").joinpath("semantics.toml").read_text(encoding="utf-8"))
    sources = [shipped]
    if extra is not None:
        if not extra.exists():
            raise BadSemantics(f"{extra} does not exist.", hint="Mend `staff.semantics` in settings.toml, or leave it empty.")
        sources.append(_Source(str(extra), extra.read_text(encoding="utf-8")))
    cubes: dict[str, Cube] = {}
    metrics: dict[str, Metric] = {}
    dimensions: dict[str, Dimension] = {}
    synonyms: dict[str, str] = {}
    for source in sources:
        content = source.parse()
        for id, block in content.get("cubes", {}).items():
            cubes[id] = _cube(id, block)
        for number, block in enumerate(content.get("metric", ())):
            metric = _metric(block, cubes, _Place(source, "metric", number))
            metrics[metric.id] = metric
        for number, block in enumerate(content.get("dimension", ())):
            dimension = _dimension(block, cubes, _Place(source, "dimension", number))
            dimensions[dimension.id] = dimension
        for number, block in enumerate(content.get("metric", ())):
            _check_parts(block, metrics, _Place(source, "metric", number))
        for phrase, target in content.get("synonyms", {}).items():
            synonyms[phrase] = _target(phrase, target, {*metrics, *dimensions}, dimensions, source)
    return Semantics(cubes, metrics, dimensions, synonyms)


def _target(phrase: str, target: Any, known: set[str], dimensions: Mapping[str, Dimension], source: _Source) -> str:
    named, _, value = (part.strip() for part in str(target).partition("="))
    if not isinstance(target, str) or (named not in dimensions if value else named not in known):
        lines = source.text.splitlines()
        line = next((n for n, said in enumerate(lines, 1) if said.split("=")[0].strip().strip("\"'") == phrase), 1)
        raise BadSemantics(
            f"{source.name}, line {line}: {phrase!r} stands for {target!r}, which is no metric, dimension or `dimension = value`.",
            hint=f"Known: {', '.join(sorted(known))}.",
        )
    return f"{named} = {value}" if value else named


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    text: str

    def parse(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise BadSemantics(f"{self.name} is not valid TOML: {error}.", hint="Mend the line it names.") from error


@dataclass(frozen=True, slots=True)
class _Place:
    """The `number`th block of a kind in a source; finds the line of a key for error messages."""

    source: _Source
    kind: str
    number: int

    def bad(self, key: str, message: str, hint: str = "") -> BadSemantics:
        return BadSemantics(f"{self.source.name}, line {self._line(key)}: {message}", hint=hint)

    def _line(self, key: str) -> int:
        lines = self.source.text.splitlines()
        starts = [n for n, line in enumerate(lines) if line.strip() == f"[[{self.kind}]]"]
        start = starts[self.number]
        for n in range(start + 1, len(lines)):
            if lines[n].lstrip().startswith("["):
                break
            if lines[n].split("=")[0].strip() == key:
                return n + 1
        return start + 1


def _cube(id: str, block: Mapping[str, Any]) -> Cube:
    rows = {name: tuple((column, "eq", value) for column, value in conditions) for name, conditions in block.get("rows", {}).items()}
    return Cube(id, block["table"], block["time"], block["noun"], rows)


_METRIC_KEYS = {f.name for f in fields(Metric)} - {"aggregate", "column", "conditions"} | set(AGGREGATES) | {"rows", "where"}
_DIMENSION_KEYS = {f.name for f in fields(Dimension)} - {"conditions"} | {"rows"}


def _common(block: Mapping[str, Any], keys: set[str], required: tuple[str, ...], cubes: Mapping[str, Cube], place: _Place) -> Cube:
    for key in block:
        if key not in keys:
            raise place.bad(key, f"unknown key {key!r} in a {place.kind}.", f"Known: {', '.join(sorted(keys))}.")
    for key in required:
        if not isinstance(block.get(key), str) or not block[key]:
            raise place.bad(key, f"a {place.kind} needs {key!r}, a text; seen: {block.get(key)!r}.")
    if block["cube"] not in cubes:
        raise place.bad("cube", f"unknown cube {block['cube']!r}.", f"Known: {', '.join(cubes)}.")
    cube = cubes[block["cube"]]
    if "rows" in block and block["rows"] not in cube.rows:
        raise place.bad("rows", f"the cube {cube.id!r} has no rows {block['rows']!r}.", f"Known: {', '.join(cube.rows)}.")
    return cube


def _metric(block: Mapping[str, Any], cubes: Mapping[str, Cube], place: _Place) -> Metric:
    cube = _common(block, _METRIC_KEYS, ("id", "name", "cube", "definition", "unit"), cubes, place)
    if block["unit"] not in UNITS:
        raise place.bad("unit", f"unknown unit {block['unit']!r}.", f"Known: {', '.join(UNITS)}.")
    ways = [key for key in (*AGGREGATES, "ratio", "difference", "repeat") if key in block]
    if len(ways) != 1:
        raise place.bad("id", f"metric {block['id']!r} must say in exactly one way how it is computed; seen: {', '.join(ways) or 'none'}.")
    conditions = cube.rows[block["rows"]] if "rows" in block else ()
    for condition in block.get("where", ()):
        if len(condition) != 3 or condition[1] not in OPS:
            raise place.bad("where", f"a condition is [column, op, value] with op one of {', '.join(OPS)}; seen: {condition!r}.")
        conditions = (*conditions, tuple(condition))
    aggregate = ways[0] if ways[0] in AGGREGATES else ""
    plain = {
        key: block[key] for key in ("additive", "negate", "known", "since", "repeat", "of", "whole", "share", "hidden") if key in block
    }
    return Metric(
        id=block["id"],
        name=block["name"],
        cube=cube.id,
        definition=block["definition"],
        unit=block["unit"],
        synonyms=tuple(block.get("synonyms", ())),
        aggregate=aggregate,
        column=block[aggregate] if aggregate else "",
        conditions=conditions,
        ratio=tuple(block.get("ratio", ())),
        difference=tuple(block.get("difference", ())),
        **plain,
    )


def _dimension(block: Mapping[str, Any], cubes: Mapping[str, Cube], place: _Place) -> Dimension:
    cube = _common(block, _DIMENSION_KEYS, ("id", "cube", "column", "kind", "singular", "plural"), cubes, place)
    if block["kind"] not in KINDS:
        raise place.bad("kind", f"unknown kind {block['kind']!r}.", f"Known: {', '.join(KINDS)}.")
    plain = {key: block[key] for key in ("id", "column", "kind", "singular", "plural", "name_column", "band") if key in block}
    conditions = cube.rows[block["rows"]] if "rows" in block else ()
    return Dimension(cube=cube.id, synonyms=tuple(block.get("synonyms", ())), conditions=conditions, **plain)


def _check_parts(block: Mapping[str, Any], metrics: Mapping[str, Metric], place: _Place) -> None:
    for key in ("ratio", "difference"):
        parts = block.get(key, ())
        if parts and len(parts) != 2:
            raise place.bad(key, f"{key} takes two metrics; seen: {parts!r}.")
        for part in parts:
            if part not in metrics:
                raise place.bad(key, f"unknown metric {part!r}.", f"Known: {', '.join(metrics)}.")
            if part == block["id"]:
                raise place.bad(key, f"metric {part!r} is made of itself.")
    for key in ("whole", "share", "of"):
        if block.get(key) and block[key] not in metrics:
            raise place.bad(key, f"unknown metric {block[key]!r}.", f"Known: {', '.join(metrics)}.")
