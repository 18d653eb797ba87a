"""Any of our retrievers as a LangChain retriever, for chains and agents that speak LangChain.

Owns the translation of hits to documents. Imported only by whoever uses LangChain.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from retrieval.types import Condition, Hit, Retriever


class ShopclerkRetriever(BaseRetriever):
    """`ShopclerkRetriever(retriever=..., k=4, where=(...))`; `invoke(query, k=..., where=...)` overrides both for one call.

    Documents carry the passage's fields as metadata, and `kind`, `score`, `dense` and `lexical` besides.
    """

    retriever: Any
    """A `retrieval.types.Retriever`."""
    k: int = 10
    where: tuple[Condition, ...] = ()

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **overrides: Any) -> list[Document]:
        searched: Retriever = self.retriever
        hits = searched.search(query, overrides.get("k", self.k), overrides.get("where", self.where))
        return [document(hit) for hit in hits]


def document(hit: Hit) -> Document:
    """A hit as a LangChain document."""
    found = {"kind": hit.passage.kind, "score": hit.score, "dense": hit.dense, "lexical": hit.lexical}
    return Document(id=hit.passage.id, page_content=hit.passage.text, metadata={**hit.passage.fields, **found})
