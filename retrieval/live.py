"""A retriever over an index folder that follows the folder: what another process publishes is searched from the next query on."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from retrieval.errors import RetrievalError
from retrieval.hybrid import HybridRetriever
from retrieval.index import MANIFEST, REMEDY, Index, Synonyms
from retrieval.types import Encoder, Filter, Hit, Vector


class LiveRetriever:
    """Hybrid search over the current index in `folder`.

    One thread loads a new version while the others go on with the one they have. A version that cannot be read leaves the old one in use.

    Raises:
        IndexMissing, IndexMismatch, IndexCorrupt: see `Index.open`; from the constructor only.
    """

    def __init__(self, folder: Path, encoder: Encoder, *, synonyms: Synonyms | None = None, remedy: str = REMEDY) -> None:
        self.folder = folder
        self.encoder = encoder
        self.synonyms = synonyms
        self.remedy = remedy
        self._loading = threading.Lock()
        self._seen = self._mark()
        self._retriever = self._load()

    @property
    def retriever(self) -> HybridRetriever:
        """The retriever over the version in use, after a look whether there is a newer one."""
        if self._mark() != self._seen and self._loading.acquire(blocking=False):
            try:
                self._follow()
            finally:
                self._loading.release()
        return self._retriever

    @property
    def fields(self) -> dict[str, str]:
        """What filters may ask about, with the type of each: `number`, `boolean` or `text`."""
        return dict(self.retriever.corpus.columns.types)

    def search(self, query: str, k: int = 10, where: Filter = (), vector: Vector | None = None) -> list[Hit]:
        """The best `k` passages; see `HybridRetriever.search`."""
        return self.retriever.search(query, k, where, vector)

    def _follow(self) -> None:
        mark = self._mark()
        try:
            self._retriever = self._load()
        except RetrievalError as error:
            logging.getLogger(__name__).warning("The index in use stays: %s", error)
        self._seen = mark

    def _load(self) -> HybridRetriever:
        retriever = Index.open(self.folder, self.encoder.id, remedy=self.remedy).hybrid(self.encoder, self.synonyms)
        _ = retriever.corpus.columns  # built now, by one thread
        return retriever

    def _mark(self) -> tuple[int, int]:
        """Changes whenever the manifest is replaced."""
        try:
            state = (self.folder / MANIFEST).stat()
        except FileNotFoundError:
            return (0, 0)
        return (state.st_ino, state.st_mtime_ns)
