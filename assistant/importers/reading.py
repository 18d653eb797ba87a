"""Files to rows: CSV, JSON Lines and Parquet, streamed, JSON and YAML, with where each row stands in its file.

Knows encodings and syntax, nothing of what the columns mean. A file that cannot be read at all is refused; a row that cannot
is reported and skipped.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from string import ascii_letters
from typing import Any, Protocol

from assistant.errors import ImportRefused

OnBad = Callable[[int, str, str], None]
"""Told of each unreadable row: where, why, what was there."""

Notice = Callable[[str], None]

_CELL_LIMIT = 16 * 1024 * 1024
_SHOWN = 200
_NOT_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True)
class RawRow:
    """`number` is the line of the file (CSV, JSON Lines) or the place in it from 1 on (JSON, YAML, Parquet)."""

    number: int
    cells: dict[str, Any]


class Source(Protocol):
    """A file of rows; may be read more than once."""

    columns: list[str]

    def rows(self, on_bad: OnBad) -> Iterator[RawRow]:
        """The rows, in order."""
        ...


def open_source(path: Path, notice: Notice) -> Source:
    """The file behind `path`, by its suffix.

    Raises:
        ImportRefused: the file is empty, truncated, of another kind, or in an encoding that cannot be told.
    """
    openers: dict[str, Callable[[Path, Notice], Source]] = {
        **dict.fromkeys((".csv", ".tsv", ".txt"), CsvSource),
        **dict.fromkeys((".jsonl", ".ndjson"), JsonLinesSource),
        ".json": JsonSource,
        **dict.fromkeys((".yaml", ".yml"), YamlSource),
        ".parquet": ParquetSource,
    }
    opener = openers.get(path.suffix.casefold())
    if opener is None:
        raise ImportRefused(f"{path.name}: files ending in {path.suffix!r} are not read.", hint=f"Give one of {', '.join(openers)}.")
    return opener(path, notice)


class CsvSource:
    """Comma, semicolon, tab or bar separated text with a header."""

    def __init__(self, path: Path, notice: Notice) -> None:
        self._path = path
        self._encoding = text_encoding(path, notice)
        csv.field_size_limit(_CELL_LIMIT)
        with path.open(encoding=self._encoding, newline="") as file:
            self._delimiter = _delimiter(file.readline())
            file.seek(0)
            header = next(csv.reader(file, delimiter=self._delimiter), [])
        if not any(header):
            raise ImportRefused(f"{path.name} begins with an empty line.", hint="The first line must name the columns.")
        self.columns = _distinct(header)

    def rows(self, on_bad: OnBad) -> Iterator[RawRow]:
        """Rows with as many cells as the header; others are reported."""
        with self._path.open(encoding=self._encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self._delimiter, strict=True)
            next(reader)
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    self._misquoted(line, error, on_bad)
                    continue
                if cells is None:
                    return
                if len(cells) == len(self.columns):
                    yield RawRow(line, dict(zip(self.columns, cells, strict=True)))
                elif any(cells):
                    on_bad(line, f"{len(cells)} cells where the header has {len(self.columns)}", self._delimiter.join(cells))

    def _misquoted(self, line: int, error: csv.Error, on_bad: OnBad) -> None:
        if "end of data" in str(error) or "field larger" in str(error):
            raise ImportRefused(
                f"{self._path.name}: a quotation mark opens after line {line - 1} and never closes; the file may be cut short.",
                hint="Mend that line, or export the file again.",
            ) from error
        on_bad(line, f"broken quoting: {error}", "")


class JsonLinesSource:
    """One JSON object a line."""

    def __init__(self, path: Path, notice: Notice) -> None:
        self._path = path
        self._encoding = text_encoding(path, notice)
        first = islice(self.rows(lambda *_: None), 1000)
        self.columns = list(dict.fromkeys(column for row in first for column in row.cells))

    def rows(self, on_bad: OnBad) -> Iterator[RawRow]:
        """The objects; other lines are reported."""
        with self._path.open(encoding=self._encoding) as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError) as error:
                    on_bad(number, f"not JSON: {error}", line.strip()[:_SHOWN])
                    continue
                if isinstance(value, dict):
                    yield RawRow(number, value)
                else:
                    on_bad(number, "not a JSON object", line.strip())


class ListSource:
    """A document that is a list of objects, or an object that holds one."""

    def __init__(self, path: Path, document: Any) -> None:
        lists = [document, *(document.values() if isinstance(document, dict) else ())]
        found = next((value for value in lists if isinstance(value, list)), None)
        if found is None:
            raise ImportRefused(f"{path.name} holds no list of records.", hint="Give a list of objects.")
        self._items: list[Any] = found
        self.columns = list(dict.fromkeys(column for item in found if isinstance(item, dict) for column in item))

    def rows(self, on_bad: OnBad) -> Iterator[RawRow]:
        """The objects; other items are reported."""
        for number, item in enumerate(self._items, start=1):
            if isinstance(item, dict):
                yield RawRow(number, item)
            else:
                on_bad(number, "not an object", str(item))


class JsonSource(ListSource):
    """A JSON list of objects, or a JSON object that holds one."""

    def __init__(self, path: Path, notice: Notice) -> None:
        super().__init__(path, read_json(path, notice))


class YamlSource(ListSource):
    """The same in YAML."""

    def __init__(self, path: Path, notice: Notice) -> None:
        super().__init__(path, _read_yaml(path, notice))


class ParquetSource:
    """A Parquet file, read batch by batch."""

    def __init__(self, path: Path, notice: Notice) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._path = path
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise _no_parquet(path, error) from error
        self.columns = list(self._file.schema_arrow.names)

    def rows(self, on_bad: OnBad) -> Iterator[RawRow]:
        """Every row as Python values."""
        number = 0
        for batch in self.batches(5_000):
            for cells in batch.to_pylist():
                number += 1
                yield RawRow(number, cells)

    def batches(self, size: int, columns: list[str] | None = None) -> Iterator[Any]:
        """Arrow record batches of at most `size` rows."""
        import pyarrow as pa

        batches = self._file.iter_batches(batch_size=size, columns=columns)
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as error:
                raise _no_parquet(self._path, error) from error
            if batch is None:
                return
            yield batch


def read_json(path: Path, notice: Notice) -> Any:
    """A whole JSON document.

    Raises:
        ImportRefused: it is none; the message says where it breaks off.
    """
    try:
        return json.loads(path.read_text(encoding=text_encoding(path, notice)))
    except json.JSONDecodeError as error:
        raise ImportRefused(
            f"{path.name} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            hint="The file may be cut short: export it again.",
        ) from error
    except RecursionError as error:
        raise ImportRefused(f"{path.name} is nested too deeply to be data.", hint="Give a list of objects.") from error


def _read_yaml(path: Path, notice: Notice) -> Any:
    import yaml

    # The loader written in C takes a second for a catalogue of 2,500 products, the one in Python ten.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with path.open(encoding=text_encoding(path, notice)) as file:
            return yaml.load(file, Loader=loader)
    except RecursionError as error:
        raise ImportRefused(f"{path.name} is nested too deeply to be data.", hint="Give a list of objects.") from error
    except yaml.YAMLError as error:
        raise ImportRefused(" ".join(f"{path.name} is not valid YAML: {error}.".split()), hint="The file may be cut short.") from error


def text_encoding(path: Path, notice: Notice) -> str:
    """The encoding of a text file: by its byte order mark, else UTF-8, else Windows-1252 (which covers Latin-1), with a notice.

    Raises:
        ImportRefused: the file is none of these, or no text.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return _checked(path, name)
    if b"\x00" in head:
        return _checked(path, _utf16_without_mark(path, head))
    position = _first_not_utf8(path)
    if position is None:
        return "utf-8"
    return _single_byte(path, position, notice)


def _checked(path: Path, encoding: str) -> str:
    try:
        with path.open(encoding=encoding) as file:
            while file.read(1 << 20):
                pass
    except UnicodeError as error:
        raise _unknown_encoding(path, f"it begins as {encoding.upper()} but breaks off: {error}") from error
    return encoding


def _utf16_without_mark(path: Path, head: bytes) -> str:
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 10 > max(even, odd) or max(even, odd) * 20 < len(head) * 7:
        raise _unknown_encoding(path, "it holds zero bytes and is no text")
    return "utf-16-le" if odd > even else "utf-16-be"


def _first_not_utf8(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    with path.open("rb") as file:
        while True:
            block = file.read(1 << 20)
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return read - waiting + error.start
            if not block:
                return None
            read += len(block)


def _single_byte(path: Path, position: int, notice: Notice) -> str:
    content = path.read_bytes()
    line = content.count(b"\n", 0, position) + 1
    seen = f"line {line} has the byte 0x{content[position]:02X}"
    as_utf8 = content.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    if len(as_utf8) - len(as_utf8.encode("ascii", "ignore")) > 2 * broken:
        raise _unknown_encoding(path, f"{seen}, which is not UTF-8, but other lines are")
    high = len(content.translate(None, bytes(range(128))))
    letters = len(content) - len(content.translate(None, ascii_letters.encode()))
    if _NOT_IN_CP1252 & set(content) or high * 2 > letters:
        raise _unknown_encoding(path, seen)
    sample = content[content.rfind(b"\n", 0, position) + 1 :][:40].decode("cp1252").splitlines()[0]
    notice(f"{path.name} is not UTF-8; read as Windows-1252 (Latin-1): line {line} has {sample!r}. If that looks wrong, save it as UTF-8.")
    return "cp1252"


def _unknown_encoding(path: Path, seen: str) -> ImportRefused:
    return ImportRefused(
        f"{path.name} is in an encoding that cannot be told: {seen}.",
        hint=f"Save it as UTF-8, for example: iconv -f ENCODING -t UTF-8 {path.name} > utf8-{path.name}",
    )


def _no_parquet(path: Path, error: Exception) -> ImportRefused:
    return ImportRefused(
        f"{path.name} is cut short or no Parquet file: {str(error).rstrip('.')}.".replace("\n", " "), hint="Export or download it again."
    )


def _delimiter(header: str) -> str:
    return max(",;\t|", key=header.count)


def _distinct(header: list[str]) -> list[str]:
    """The names of the columns; a second `Price` becomes `Price.2`."""
    names: dict[str, None] = {}
    again: dict[str, int] = {}
    for name in (cell.strip() for cell in header):
        own = name
        while own in names:
            again[name] = again.get(name, 1) + 1
            own = f"{name}.{again[name]}"
        names[own] = None
    return list(names)
