"""Milvus Lite behind the `Retriever` protocol: the same filters, the same nearest passages, as the index folder gives."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_retriever_contract import ENCODER, satisfies, some_passages

from retrieval.building import build_index
from retrieval.errors import BadFilter, IndexMismatch, IndexMissing
from retrieval.index import Index
from retrieval.testing import HashEncoder
from retrieval.types import Condition, Filter, Retriever

pytest.importorskip("milvus_lite", reason="needs the extra milvus")

from retrieval.milvus import MilvusRetriever


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusRetriever]:
    made = MilvusRetriever(str(tmp_path_factory.mktemp("milvus") / "m.db"), ENCODER)
    assert made.fill(some_passages()) == 60
    yield made
    made.close()


FILTERS: list[Filter] = [
    (),
    (Condition("price", "le", 20.0),),
    (Condition("price", "gt", 20), Condition("price", "lt", 40)),
    (Condition("colour", "eq", "RED"),),
    (Condition("colour", "ne", "red"),),
    (Condition("colour", "in", ("red", "blue")), Condition("new", "eq", True)),
    (Condition("colour", "not_in", ("red", "blue")),),
    (Condition("stock", "ge", 5),),
    (Condition("kind", "eq", "faq"),),
    (Condition("id", "in", ("p01", "p02", "p33")),),
    (Condition("colour", "eq", 'red" or 1 == 1 or "'),),
]


@pytest.mark.parametrize("where", FILTERS, ids=str)
def test_finds_what_the_folder_finds(milvus: MilvusRetriever, tmp_path: Path, where: Filter) -> None:
    build_index(tmp_path, some_passages(), ENCODER)
    exact = Index.open(tmp_path).dense(ENCODER).search("green lamp", 60, where)
    found = milvus.search("green lamp", 60, where)
    assert {hit.passage.id for hit in found} == {hit.passage.id for hit in exact}
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in exact], abs=1e-4)
    folded = tuple(Condition(c.field, c.op, c.value.casefold() if isinstance(c.value, str) else c.value) for c in where)
    assert all(satisfies(hit.passage, folded) for hit in found)
    assert [hit.score for hit in milvus.search("green lamp", 3, where)] == [hit.score for hit in found[:3]]


def test_is_a_retriever_and_gives_passages_whole(milvus: MilvusRetriever) -> None:
    assert isinstance(milvus, Retriever)
    (hit,) = milvus.search("green lamp", 1)
    assert hit.passage in some_passages()
    assert milvus.search("lamp", 0) == []


def test_odd_conditions_are_refused(milvus: MilvusRetriever) -> None:
    for condition in (Condition("price", "in", 5), Condition("price", "eq", (5,)), Condition("price", "lt", None)):
        with pytest.raises(BadFilter):
            milvus.search("lamp", 3, (condition,))


def test_another_encoder_is_refused(milvus: MilvusRetriever) -> None:
    with pytest.raises(IndexMismatch, match="another encoder than 'other:48'"):
        sharing(milvus, HashEncoder(name="other"), "shopclerk").search("lamp")
    with pytest.raises(IndexMissing, match="no collection 'none'"):
        sharing(milvus, ENCODER, "none").search("lamp")


def sharing(milvus: MilvusRetriever, encoder: HashEncoder, collection: str) -> MilvusRetriever:
    """Another retriever on the same connection; Milvus Lite opens a file once."""
    other = MilvusRetriever.__new__(MilvusRetriever)
    other.encoder, other._client = encoder, milvus._client
    other.collection = f"{collection}_{zlib.crc32(encoder.id.encode()):08x}"
    return other
