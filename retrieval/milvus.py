"""Vectors in a Milvus server, or in a file of Milvus Lite, behind the same `Retriever`: for more products than one machine holds.

Owns the collection's form, how one version of it takes the place of another, and how conditions become Milvus's filter language. Needs the
extra `milvus`. Search is by meaning alone: whoever wants words as well keeps them in an index folder beside. Text is compared without
regard to case, as everywhere here.
"""

from __future__ import annotations

import json
import logging
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import uuid4

from retrieval.building import passage_vectors
from retrieval.errors import BadFilter, IndexMismatch, IndexMissing, IndexUnreachable
from retrieval.types import Condition, Encoder, FieldValue, Filter, Hit, Passage, Vector

BATCH = 512
PATIENCE_S = 10.0
"""How long one call of Milvus may take before the server counts as gone."""
_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in", "not_in": "not in"}
_LONGEST = 65_535
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling a collection did. `encoded` of the `total` passages went through the encoder, `removed` are no longer there."""

    total: int
    encoded: int
    removed: int
    seconds: float


class MilvusRetriever:
    """One collection, searched under an alias: a new version is written whole beside the old one, which is searched until it is there.

    Args:
        address: `http://host:19530` of a server, or a file name ending in `.db` for Milvus Lite, which one process at a time may open.
        encoder: encodes passages and queries; a collection written by another is refused.
        collection: its name, for several shops on one server.
        token: for a server that asks for one.
        remedy: what to do where there is no such collection.

    Raises:
        IndexUnreachable: no server answers there.
    """

    def __init__(
        self,
        address: str,
        encoder: Encoder,
        *,
        collection: str = "shopclerk",
        token: str = "",
        remedy: str = "Fill it first: `MilvusRetriever.fill`.",
    ) -> None:
        from pymilvus import MilvusClient

        self.encoder = encoder
        self.address = address
        # the name says who wrote it: Milvus Lite keeps no description
        self.alias = f"{collection}_{zlib.crc32(encoder.id.encode()):08x}"
        self.remedy = remedy
        with self._answering():
            self._client: Any = MilvusClient(uri=address, token=token, timeout=PATIENCE_S)
            if (current := self._current()) is not None:
                self._client.load_collection(current)  # Milvus Lite does not by itself, where another process wrote it

    def fill(
        self,
        passages: Iterable[Passage],
        *,
        stamp: str = "",
        rebuild: bool = False,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> Filled:
        """Replace the collection by one of these passages; texts that the old one holds under the same id are not encoded again.

        Args:
            stamp: kept in the collection's name for the caller; letters and digits.
            rebuild: encode everything anew.
            progress: told of each batch, as (stage, done, total).

        Raises:
            ValueError: a text is longer than Milvus takes.
            IndexUnreachable: the server went away; the old version is still the one that is searched.
        """
        began = time.perf_counter()
        with self._answering():
            current = None if rebuild else self._current()
            # a name that no other version has
            fresh = f"{self.alias}_{stamp}_{uuid4().hex[:8]}"
            self._client.create_collection(fresh, schema=self._schema(), index_params=self._index())
            total, encoded, kept = 0, 0, 0
            left = iter(passages)
            while batch := tuple(islice(left, BATCH)):
                known = self._known(current, batch)
                kept += len(known)
                encoded += self._insert(fresh, batch, known)
                total += len(batch)
                if progress is not None:
                    progress("encoding", total, None)
            removed = 0 if current is None else int(self._client.get_collection_stats(current)["row_count"]) - kept
            self._publish(fresh)
        return Filled(total, encoded, removed, time.perf_counter() - began)

    @property
    def stamp(self) -> str | None:
        """What `fill` was given for the version in use; None where there is none."""
        with self._answering():
            current = self._current()
        return None if current is None else current.removeprefix(f"{self.alias}_").rpartition("_")[0]

    @property
    def count(self) -> int:
        """Passages of the version in use."""
        with self._answering():
            current = self._current()
            return 0 if current is None else int(self._client.get_collection_stats(current)["row_count"])

    def check(self) -> None:
        """Raises IndexMissing or IndexMismatch where there is nothing to search, IndexUnreachable where nobody answers."""
        with self._answering():
            if self._current() is None:
                raise self._absence()

    def search(self, query: str, k: int = 10, where: Filter = (), vector: Vector | None = None) -> list[Hit]:
        """The `k` passages nearest in meaning among those that satisfy `where`; Milvus filters before the cut.

        Raises:
            IndexMissing: there is no such collection.
            IndexMismatch: it was written by another encoder.
            IndexUnreachable: the server does not answer.
            BadFilter: a condition's value is of no use here.
        """
        if k < 1:
            return []
        asked = self.encoder.encode([query])[0] if vector is None else vector
        with self._answering():
            (found,) = self._client.search(
                self.alias,
                data=[asked.tolist()],
                filter=" and ".join(map(_expression, where)),
                limit=k,
                search_params={"metric_type": "IP"},
                output_fields=["text", "kind", "fields"],
                consistency_level="Strong",
            )
        return sorted((_hit(row) for row in found), key=lambda hit: (-hit.score, hit.passage.id))

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def _versions(self) -> list[str]:
        return [name for name in self._client.list_collections() if name.startswith(f"{self.alias}_")]

    def _current(self) -> str | None:
        """The version that the alias stands for."""
        return next((name for name in self._versions() if self.alias in self._client.list_aliases(name)["aliases"]), None)

    def _publish(self, fresh: str) -> None:
        """Let the alias stand for `fresh`, and drop every other version, those that were never finished among them."""
        if self._current() is None:
            self._client.create_alias(fresh, self.alias)
        else:
            self._client.alter_alias(fresh, self.alias)
        for name in self._versions():
            if name != fresh:
                self._client.drop_collection(name)

    def _known(self, current: str | None, batch: Iterable[Passage]) -> dict[str, tuple[str, list[float]]]:
        """By id, the text and the vector of what the version in use holds of a batch."""
        if current is None:
            return {}
        rows = self._client.get(current, ids=[passage.id for passage in batch], output_fields=["text", "vector"])
        return {str(row["id"]): (row["text"], list(map(float, row["vector"]))) for row in rows}

    def _schema(self) -> Any:
        from pymilvus import DataType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=512)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self.encoder.dimension)
        schema.add_field("text", DataType.VARCHAR, max_length=_LONGEST)
        schema.add_field("kind", DataType.VARCHAR, max_length=64)
        schema.add_field("fields", DataType.JSON)
        schema.add_field("folded", DataType.JSON)
        return schema

    def _index(self) -> Any:
        parameters = self._client.prepare_index_params()
        parameters.add_index(field_name="vector", index_type="AUTOINDEX", metric_type="IP")
        return parameters

    def _insert(self, name: str, batch: tuple[Passage, ...], known: Mapping[str, tuple[str, list[float]]]) -> int:
        """Write a batch; how many of its texts had to be encoded."""
        if long := next((passage.id for passage in batch if len(passage.text.encode()) > _LONGEST), None):
            raise ValueError(f"The text of passage {long!r} is longer than {_LONGEST:,} bytes, the most that Milvus takes.")
        vectors = {passage.id: known[passage.id][1] for passage in batch if known.get(passage.id, ("",))[0] == passage.text}
        fresh = [passage for passage in batch if passage.id not in vectors]
        if fresh:
            encoded = passage_vectors([passage.text for passage in fresh], self.encoder)
            vectors |= {passage.id: vector.tolist() for passage, vector in zip(fresh, encoded, strict=True)}
        rows = [
            {
                "id": passage.id, "vector": vectors[passage.id], "text": passage.text, "kind": passage.kind, "fields": dict(passage.fields),
                "folded": {name: _folded(value) for name, value in {**passage.fields, "kind": passage.kind}.items() if value is not None},
            }
            for passage in batch
        ]  # fmt: skip
        self._client.insert(name, rows)
        return len(fresh)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Milvus's failures in our words."""
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except MilvusException as error:
            raise self._in_our_words(error) from error

    def _in_our_words(self, error: Exception) -> Exception:
        from pymilvus.exceptions import MilvusException

        try:
            if self._current() is None:
                return self._absence()
        except (MilvusException, AttributeError):  # the connection is down, or was never made
            _LOG.debug("Milvus could not be asked what it holds", exc_info=True)
        said = f"Milvus at {self.address} does not answer: {getattr(error, 'message', error)}."
        return IndexUnreachable(said, hint="Start it, or check `index.milvus_url` in the settings.")

    def _absence(self) -> IndexMissing | IndexMismatch:
        """Why there is no collection under the alias."""
        name = self.alias.rpartition("_")[0]
        if {one for one in self._client.list_collections() if one.startswith(f"{name}_")}.difference(self._versions()):
            said = f"The collection {name!r} in Milvus was written by another encoder than {self.encoder.id!r}, the one in use."
            return IndexMismatch(said, hint=self.remedy)
        return IndexMissing(f"Milvus has no collection {name!r}.", hint=self.remedy)


def _expression(condition: Condition) -> str:
    """A condition in Milvus's filter language; values go in as JSON, so that no text of a value is read as part of the expression."""
    place = "id" if condition.field == "id" else f"folded[{json.dumps(condition.field)}]"
    value = condition.value
    many = condition.op in ("in", "not_in")
    if many != isinstance(value, tuple) or (condition.op in ("lt", "le", "gt", "ge") and not isinstance(value, str | int | float)):
        raise BadFilter(
            f"{condition.op!r} on {condition.field!r} got {value!r}.", hint="`in` and `not_in` take a tuple, all others one value."
        )
    values = value if isinstance(value, tuple) else (value,)
    plain = [item if condition.field == "id" else _folded(item) for item in values if item is not None]
    if not plain:
        return "id != ''" if condition.op in ("ne", "not_in") else "id == ''"
    if condition.field == "id":
        return f"({place} {_OPERATORS[condition.op]} {json.dumps(plain if many else plain[0])})"
    # Milvus Lite takes `in` of plain fields only
    sign, join = {"in": ("==", " or "), "not_in": ("!=", " and ")}.get(condition.op, (_OPERATORS[condition.op], ""))
    test = join.join(f"{place} {sign} {json.dumps(item)}" for item in plain)
    return f"(not exists {place} or {test})" if condition.op in ("ne", "not_in") else f"({test})"


def _folded(value: FieldValue) -> FieldValue:
    return value.casefold() if isinstance(value, str) else value


def _hit(row: Mapping[str, Any]) -> Hit:
    found = row["entity"]
    passage = Passage(str(row["id"]), found["text"], found["kind"], dict(found["fields"]))
    return Hit(passage, float(row["distance"]), dense=float(row["distance"]))
