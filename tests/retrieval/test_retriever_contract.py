"""What every retriever keeps. A new one adds a fixture to `MAKERS`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.building import build_index
from retrieval.errors import BadFilter
from retrieval.index import Index
from retrieval.live import LiveRetriever
from retrieval.testing import HashEncoder
from retrieval.types import Condition, Filter, Passage, Retriever

ENCODER = HashEncoder()
NOUNS = ["mug", "lamp", "chair", "boot", "scarf", "clock"]
COLOURS = ["red", "green", "blue", None]


def some_passages() -> list[Passage]:
    """Sixty passages with numbers, truth values, texts and gaps; every fourth text is a copy of another, so that scores tie."""
    passages = []
    for number in range(60):
        noun, colour = NOUNS[number % 6], COLOURS[number % 4]
        text = f"{colour or 'plain'} {noun}\nA {noun} for the {('kitchen', 'garden', 'office')[number % 3]}."
        fields = {"price": float(number), "colour": colour, "new": number % 2 == 0, "stock": None if number % 5 == 0 else number}
        passages.append(Passage(f"p{number:02d}", text, "product" if number % 7 else "faq", fields))
    return passages


MAKERS: dict[str, Callable[[Path], Retriever]] = {
    "dense": lambda folder: Index.open(folder).dense(ENCODER),
    "lexical": lambda folder: Index.open(folder).lexical(),
    "hybrid": lambda folder: Index.open(folder).hybrid(ENCODER),
    "live": lambda folder: LiveRetriever(folder, ENCODER),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contract")
    build_index(folder, some_passages(), ENCODER)
    return folder


@pytest.fixture(scope="module", params=MAKERS)
def retriever(request: pytest.FixtureRequest, folder: Path) -> Retriever:
    return MAKERS[request.param](folder)


def satisfies(passage: Passage, where: Filter) -> bool:
    """The meaning of a filter, spelt out once more, plainly."""
    return all(_holds(passage, condition) for condition in where)


def _holds(passage: Passage, condition: Condition) -> bool:
    pseudo = {"id": passage.id, "kind": passage.kind}
    value = pseudo.get(condition.field, passage.fields.get(condition.field))
    wanted = condition.value
    match condition.op:
        case "eq":
            return value is not None and value == wanted
        case "ne":
            return value is None or value != wanted
        case "in":
            return value is not None and value in wanted
        case "not_in":
            return value is None or value not in wanted
        case "lt":
            return value is not None and value < wanted
        case "le":
            return value is not None and value <= wanted
        case "gt":
            return value is not None and value > wanted
        case "ge":
            return value is not None and value >= wanted


conditions = st.one_of(
    st.builds(Condition, st.sampled_from(["price", "stock"]), st.sampled_from(["lt", "le", "gt", "ge", "eq", "ne"]), st.integers(-5, 65)),
    st.builds(Condition, st.just("colour"), st.sampled_from(["eq", "ne"]), st.sampled_from(["red", "green", "mauve"])),
    st.builds(Condition, st.just("colour"), st.sampled_from(["in", "not_in"]), st.just(("red", "blue"))),
    st.builds(Condition, st.just("new"), st.sampled_from(["eq", "ne"]), st.booleans()),
    st.builds(Condition, st.just("kind"), st.just("eq"), st.sampled_from(["product", "faq"])),
    st.builds(Condition, st.just("id"), st.sampled_from(["in", "not_in"]), st.just(("p01", "p02", "p33"))),
)
filters = st.lists(conditions, max_size=3).map(tuple)
queries = st.lists(st.sampled_from([*NOUNS, "red", "kitchen", "lmap", "unheard"]), min_size=1, max_size=4).map(" ".join)


class TestRetriever:
    """The contract of `retrieval.types.Retriever`."""

    def test_is_a_retriever(self, retriever: Retriever) -> None:
        assert isinstance(retriever, Retriever)

    @given(query=queries, k=st.integers(1, 70), where=filters)
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_filters_hold_k_holds_and_order_falls(self, retriever: Retriever, query: str, k: int, where: Filter) -> None:
        hits = retriever.search(query, k, where)
        assert len(hits) <= k
        assert all(satisfies(hit.passage, where) for hit in hits)
        assert len({hit.passage.id for hit in hits}) == len(hits)
        assert [(-hit.score, hit.passage.id) for hit in hits] == sorted((-hit.score, hit.passage.id) for hit in hits)

    @given(query=queries, where=filters)
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_filter_comes_before_the_cut(self, retriever: Retriever, query: str, where: Filter) -> None:
        """Searching under a filter gives what filtering the whole ranking would."""
        everything = [hit for hit in retriever.search(query, 60) if satisfies(hit.passage, where)]
        assert [hit.passage.id for hit in retriever.search(query, 5, where)] == [hit.passage.id for hit in everything[:5]]

    @given(query=queries, k=st.integers(1, 59))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_fewer_results_are_the_first_of_more(self, retriever: Retriever, query: str, k: int) -> None:
        assert [hit.passage.id for hit in retriever.search(query, k)] == [hit.passage.id for hit in retriever.search(query, k + 1)][:k]

    def test_best_hit_names_what_was_asked(self, retriever: Retriever) -> None:
        assert retriever.search("green lamp")[0].passage.text.startswith("green lamp")

    def test_no_results_were_asked_for(self, retriever: Retriever) -> None:
        assert retriever.search("lamp", 0) == []

    @pytest.mark.parametrize("query", ["", "   ", "?!", "the of a", "日本語", "\x00", "lamp " * 2000])
    def test_odd_queries_are_answered(self, retriever: Retriever, query: str) -> None:
        assert len(retriever.search(query, 3)) <= 3

    def test_unknown_field_is_named(self, retriever: Retriever) -> None:
        with pytest.raises(BadFilter, match=r"no field 'weight'.*colour"):
            retriever.search("lamp", where=(Condition("weight", "eq", 1),))

    def test_value_of_another_type_is_refused(self, retriever: Retriever) -> None:
        with pytest.raises(BadFilter, match=r"'price' is a number.*'cheap'"):
            retriever.search("lamp", where=(Condition("price", "eq", "cheap"),))

    def test_given_vector_stands_for_the_query(self, retriever: Retriever) -> None:
        vector = ENCODER.encode(["a green chair"])[0]
        by_vector = retriever.search("a green chair", 5, vector=vector)
        assert [hit.passage.id for hit in by_vector] == [hit.passage.id for hit in retriever.search("a green chair", 5)]


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS.keys())
def test_empty_index_finds_nothing(maker: Callable[[Path], Retriever], tmp_path: Path) -> None:
    build_index(tmp_path, [], ENCODER)
    assert maker(tmp_path).search("lamp", where=(Condition("price", "le", 5),)) == []


def test_hybrid_hits_carry_both_parts(folder: Path) -> None:
    hit = Index.open(folder).hybrid(ENCODER).search("red boot", 1)[0]
    assert hit.dense is not None
    assert hit.lexical is not None
    assert -1 <= hit.dense <= 1
    assert hit.lexical > 0


def test_dense_scores_are_cosines(folder: Path) -> None:
    index = Index.open(folder)
    query = ENCODER.encode(["garden clock"])[0]
    for hit in index.dense(ENCODER).search("garden clock", 5):
        assert hit.score == pytest.approx(float(np.dot(index.vectors[index.corpus.rows[hit.passage.id]], query)), abs=1e-5)
