"""Our retrievers in LangChain's clothes."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.runnables import RunnableLambda

from retrieval.building import build_index
from retrieval.langchain import ShopclerkRetriever
from retrieval.live import LiveRetriever
from retrieval.testing import HashEncoder
from retrieval.types import Condition, Passage


@pytest.fixture
def retriever(tmp_path: Path) -> ShopclerkRetriever:
    passages = [
        Passage(f"product:{number}", f"{word} lamp", "product", {"price": number}) for number, word in enumerate(["red", "blue", "old"])
    ]
    build_index(tmp_path, passages, HashEncoder())
    return ShopclerkRetriever(retriever=LiveRetriever(tmp_path, HashEncoder()), k=2)


def test_documents(retriever: ShopclerkRetriever) -> None:
    documents = retriever.invoke("blue lamp")
    assert len(documents) == 2
    assert (documents[0].id, documents[0].page_content) == ("product:1", "blue lamp")
    assert documents[0].metadata["price"] == 1
    assert documents[0].metadata["kind"] == "product"
    assert documents[0].metadata["score"] > documents[1].metadata["score"]


def test_overrides_for_one_call(retriever: ShopclerkRetriever) -> None:
    assert [document.id for document in retriever.invoke("blue lamp", k=3, where=(Condition("price", "lt", 1),))] == ["product:0"]


def test_composes(retriever: ShopclerkRetriever) -> None:
    chain = retriever | RunnableLambda(lambda documents: documents[0].page_content)
    assert chain.invoke("old lamp") == "old lamp"
