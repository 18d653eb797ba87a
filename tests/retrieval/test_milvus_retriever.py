"""Milvus Lite behind the `Retriever` protocol: the same filters, the same nearest passages, as the index folder gives."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from test_retriever_contract import ENCODER, satisfies, some_passages

from retrieval.building import build_index
from retrieval.errors import BadFilter, IndexMismatch, IndexMissing, IndexUnreachable
from retrieval.index import Index
from retrieval.testing import HashEncoder
from retrieval.types import Condition, Filter, Passage, Retriever, Vector

pytest.importorskip("milvus_lite", reason="needs the extra milvus")

from retrieval.milvus import MilvusRetriever


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusRetriever]:
    made = MilvusRetriever(str(tmp_path_factory.mktemp("milvus") / "m.db"), ENCODER)
    filled = made.fill(some_passages(), stamp="s1")
    assert (filled.total, filled.encoded, filled.removed, made.stamp, made.count) == (60, 60, 0, "s1", 60)
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
    other.encoder, other._client, other.address, other.remedy = encoder, milvus._client, milvus.address, milvus.remedy
    other.alias = f"{collection}_{zlib.crc32(encoder.id.encode()):08x}"
    return other


def test_a_new_version_encodes_only_what_changed_and_takes_the_old_ones_place(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    milvus = MilvusRetriever(str(tmp_path / "m.db"), encoder)
    assert milvus.stamp is None
    passages = list(some_passages())
    milvus.fill(passages, stamp="old")
    encoder.texts.clear()
    changed = [replace(passages[0], text="violet curtain"), *passages[2:]]
    filled = milvus.fill(changed, stamp="new")
    assert (filled.total, filled.encoded, filled.removed, milvus.stamp, milvus.count) == (59, 1, 1, "new", 59)
    assert set(encoder.texts) == {"violet curtain"}
    assert milvus.search("violet curtain", 1)[0].passage == changed[0]
    assert milvus.fill(changed, stamp="new", rebuild=True).encoded == 59
    milvus.close()


def test_what_is_cut_short_leaves_the_old_version_in_use(tmp_path: Path) -> None:
    def broken() -> Iterator[Passage]:
        yield replace(next(iter(some_passages())), text="half done")
        raise OSError("the store went away")

    milvus = MilvusRetriever(str(tmp_path / "m.db"), ENCODER)
    milvus.fill(some_passages(), stamp="old")
    before = milvus.search("green lamp", 5)
    with pytest.raises(OSError, match="went away"):
        milvus.fill(broken(), stamp="new")
    assert (milvus.stamp, milvus.search("green lamp", 5)) == ("old", before)
    milvus.fill(some_passages(), stamp="third")
    assert [name for name in milvus._client.list_collections() if "third" not in name] == []
    milvus.close()


def test_a_text_that_milvus_cannot_hold_is_named(tmp_path: Path) -> None:
    milvus = MilvusRetriever(str(tmp_path / "m.db"), ENCODER)
    with pytest.raises(ValueError, match=r"'endless'.*65,535 bytes"):
        milvus.fill([Passage("endless", "é" * 40_000)])
    milvus.close()


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(IndexUnreachable, match=r"Milvus at http://127.0.0.1:1 does not answer.*index.milvus_url"):
        MilvusRetriever("http://127.0.0.1:1", ENCODER)


class CountingEncoder(HashEncoder):
    """Remembers what it encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vector:
        self.texts += texts
        return super().encode(texts)
