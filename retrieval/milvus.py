"""Vectors in a Milvus server, or in a file of Milvus Lite, behind the same `Retriever`: for more products than one machine holds.

Owns the collection's form and how conditions become its filter language. Needs the extra `milvus`. Search is by meaning alone: whoever
wants words as well keeps them in an index folder beside. Text is compared without regard to case, as everywhere here.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from retrieval.building import passage_vectors
from retrieval.errors import BadFilter, IndexMismatch, IndexMissing
from retrieval.types import Condition, Encoder, FieldValue, Filter, Hit, Passage, Vector

BATCH = 512
_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in", "not_in": "not in"}
_LONGEST = 65_535


class MilvusRetriever:
    """One collection.

    Args:
        address: `http://host:19530` of a server, or a file name ending in `.db` for Milvus Lite.
        encoder: encodes passages and queries; a collection written by another is refused.
        token: for a server that asks for one.
    """

    def __init__(self, address: str, encoder: Encoder, *, collection: str = "shopclerk", token: str = "") -> None:
        from pymilvus import MilvusClient

        self.encoder = encoder
        # the name says who wrote it: Milvus Lite keeps no description
        self.collection = f"{collection}_{zlib.crc32(encoder.id.encode()):08x}"
        self._client: Any = MilvusClient(uri=address, token=token)

    def fill(self, passages: Iterable[Passage]) -> int:
        """Replace the collection by one of these passages; how many there are.

        Raises:
            ValueError: a text is longer than Milvus takes.
        """
        if self._client.has_collection(self.collection):
            self._client.drop_collection(self.collection)
        self._client.create_collection(self.collection, schema=self._schema(), index_params=self._index())
        count, batch = 0, list[Passage]()
        for passage in passages:
            batch.append(passage)
            if len(batch) == BATCH:
                count += self._insert(batch)
                batch = []
        return count + (self._insert(batch) if batch else 0)

    def search(self, query: str, k: int = 10, where: Filter = (), vector: Vector | None = None) -> list[Hit]:
        """The `k` passages nearest in meaning among those that satisfy `where`; Milvus filters before the cut.

        Raises:
            IndexMissing: there is no such collection.
            IndexMismatch: it was written by another encoder.
            BadFilter: a condition's value is of no use here.
        """
        if k < 1:
            return []
        self._check()
        asked = self.encoder.encode([query])[0] if vector is None else vector
        (found,) = self._client.search(
            self.collection,
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

    def _insert(self, passages: list[Passage]) -> int:
        vectors = passage_vectors([passage.text for passage in passages], self.encoder)
        rows = [
            {
                "id": passage.id, "vector": vector.tolist(), "text": passage.text, "kind": passage.kind, "fields": dict(passage.fields),
                "folded": {name: _folded(value) for name, value in {**passage.fields, "kind": passage.kind}.items() if value is not None},
            }
            for passage, vector in zip(passages, vectors, strict=True)
        ]  # fmt: skip
        self._client.insert(self.collection, rows)
        return len(rows)

    def _check(self) -> None:
        if self._client.has_collection(self.collection):
            return
        ours = self.collection.rpartition("_")[0]
        if any(name.rpartition("_")[0] == ours for name in self._client.list_collections()):
            message = f"The collection {ours!r} in Milvus was written by another encoder than {self.encoder.id!r}, the one in use."
            raise IndexMismatch(message, hint="Fill it anew: `MilvusRetriever.fill`.")
        raise IndexMissing(f"Milvus has no collection {ours!r}.", hint="Fill it first: `MilvusRetriever.fill`.")


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
