"""The index folder: written beside, fsynced, swapped in by renaming one file.

    index/manifest.json      what is current: format, encoder, counts, and size and sha256 of each file; replaced atomically
    index/<version>/         passages.arrow, vectors.npy, terms.txt, counts.npz, and approximate.faiss for very many
    index/.lock              held while writing

Owns the form on disk and what a rebuild may reuse. A reader takes everything into memory (very many vectors are mapped, and
a mapped file stays whole when it is removed), so a swap never disturbs it. No pickle.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from retrieval.corpus import Corpus
from retrieval.dense import DenseIndex, DenseRetriever, read_faiss
from retrieval.errors import IndexCorrupt, IndexMismatch, IndexMissing, IndexUnwritable
from retrieval.files import read_counts, read_passages, read_vectors
from retrieval.hybrid import HybridRetriever
from retrieval.lexical import LexicalIndex, LexicalRetriever, TermCounts
from retrieval.types import Encoder, Lexicon, Vector

FORMAT = 1
MANIFEST = "manifest.json"
REMEDY = "Build the index anew."
_ATTEMPTS = 20
"""A reader begins again when a writer swapped while it read; so many swaps in a row are no accident."""
Synonyms: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says. `stamp` is the caller's own: what state of his data the index was made from."""

    format: int
    version: str
    encoder: str
    dimension: int
    count: int
    stamp: str
    files: Mapping[str, tuple[int, str]]


class Index:
    """An index in memory.

    Args:
        manifest, corpus, vectors, counts: as read from the folder; see `Index.open`.
    """

    def __init__(self, manifest: Manifest, corpus: Corpus, vectors: Vector, counts: TermCounts, approximate: Any = None) -> None:
        self.manifest = manifest
        self.corpus = corpus
        self.vectors = vectors
        self.counts = counts
        self.approximate = approximate

    @classmethod
    def open(cls, folder: Path, encoder_id: str | None = None, *, remedy: str = REMEDY) -> Index:
        """Reads and checks the index in `folder`.

        Args:
            encoder_id: the encoder that queries will be encoded with; None where only the content matters.
            remedy: what the errors tell the user to do.

        Raises:
            IndexMissing: no index there.
            IndexMismatch: written by another encoder, or in a newer format.
            IndexCorrupt: a file is absent, truncated or altered.
        """
        for attempt in range(_ATTEMPTS):
            time.sleep(0.005 * attempt)
            manifest = read_manifest(folder, remedy=remedy)
            if encoder_id is not None and manifest.encoder != encoder_id:
                message = f"The index in {folder} was written by the encoder {manifest.encoder!r}; the one in use is {encoder_id!r}."
                raise IndexMismatch(message, hint=remedy)
            try:
                return _read(folder / manifest.version, manifest, remedy)
            except FileNotFoundError as error:
                lost = error
                if read_manifest(folder, remedy=remedy).version == manifest.version:
                    break  # else a writer swapped between our two reads: the new version is complete
        raise IndexCorrupt(f"{lost.filename} is missing, though the manifest names it.", hint=remedy) from lost

    def hybrid(self, encoder: Encoder, synonyms: Synonyms | None = None) -> HybridRetriever:
        """Both searches, fused."""
        return HybridRetriever(self.corpus, DenseIndex(self.vectors, self.approximate), self.lexical(encoder, synonyms).index, encoder)

    def dense(self, encoder: Encoder) -> DenseRetriever:
        """Nearest vectors alone."""
        return DenseRetriever(self.corpus, DenseIndex(self.vectors, self.approximate), encoder)

    def lexical(self, encoder: Encoder | None = None, synonyms: Synonyms | None = None) -> LexicalRetriever:
        """BM25 alone; the encoder's lexicon, where it has one, tells misspelt words from words that the shop lacks."""
        is_word = encoder.knows if isinstance(encoder, Lexicon) else None
        return LexicalRetriever(self.corpus, LexicalIndex(self.counts, is_word, synonyms))


def read_manifest(folder: Path, *, remedy: str = REMEDY) -> Manifest:
    """The manifest in `folder`; no other file is looked at.

    Raises:
        IndexMissing, IndexMismatch (newer format), IndexCorrupt.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] > FORMAT:
            raise IndexMismatch(f"{path} has format {content['format']}; this version reads up to {FORMAT}.", hint=remedy)
        return Manifest(**{**content, "files": {name: (int(size), str(digest)) for name, (size, digest) in content["files"].items()}})
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(f"No index in {folder}.", hint=remedy) from error
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise IndexCorrupt(f"{path} is malformed: {error!r}.", hint=remedy) from error


Writers: TypeAlias = Mapping[str, Callable[[Path], None]]
"""File name to a function that writes it at the path given."""


def publish(folder: Path, writers: Writers, *, encoder: str, dimension: int, count: int, stamp: str) -> Manifest:
    """Writes a new version beside the current one and makes it current; until the very last step the old one stays readable.

    Raises:
        IndexUnwritable: no room, or no permission; the old version stays.
    """
    draft = folder / f".draft-{os.getpid()}"
    with _said_plainly(folder):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            files = {name: _write_file(draft / name, write) for name, write in writers.items()}
            manifest = Manifest(FORMAT, f"v{secrets.token_hex(6)}", encoder, dimension, count, stamp, files)
            _install(draft, folder / manifest.version)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _write_manifest(folder, manifest)
    _remove_all_but(folder, manifest.version)
    return manifest


def restamp(folder: Path, manifest: Manifest, stamp: str) -> Manifest:
    """The same index under a new stamp: nothing that is indexed changed."""
    renewed = replace(manifest, stamp=stamp)
    with _said_plainly(folder):
        _write_manifest(folder, renewed)
    return renewed


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """One writer at a time; a second waits. Readers are never held up."""
    with _said_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("a")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _said_plainly(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"The index in {folder} could not be written: {error.strerror or error}."
        raise IndexUnwritable(
            message, hint="The old index, if any, is unchanged; make room or mend the permissions, then repeat."
        ) from error


def _remove_all_but(folder: Path, version: str) -> None:
    for stale in folder.iterdir():
        if stale.is_dir() and stale.name != version:
            shutil.rmtree(stale, ignore_errors=True)


def _read(version: Path, manifest: Manifest, remedy: str) -> Index:
    for name, (size, digest) in manifest.files.items():
        _check(version / name, size, digest, remedy)
    try:
        corpus = Corpus(read_passages(version / "passages.arrow"))
        vectors = read_vectors(version / "vectors.npy", mapped="approximate.faiss" in manifest.files)
        counts = read_counts(version / "terms.txt", version / "counts.npz")
        approximate = read_faiss(version / "approximate.faiss") if "approximate.faiss" in manifest.files else None
    except (ValueError, KeyError) as error:
        raise IndexCorrupt(f"{version} cannot be read: {error}.", hint=remedy) from error
    if not len(corpus) == len(vectors) == counts.counts.shape[0] == manifest.count:
        raise IndexCorrupt(f"{version} holds {len(corpus)} passages, {len(vectors)} vectors; {manifest.count} are due.", hint=remedy)
    return Index(manifest, corpus, vectors, counts, approximate)


def _check(path: Path, size: int, digest: str, remedy: str) -> None:
    if (found := path.stat().st_size) != size:
        raise IndexCorrupt(f"{path} has {found:,} bytes where the manifest says {size:,}.", hint=remedy)
    if _sha256(path) != digest:
        raise IndexCorrupt(f"{path} differs from the sum in the manifest.", hint=remedy)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_file(path: Path, write: Callable[[Path], None]) -> tuple[int, str]:
    write(path)
    _sync(path)
    return path.stat().st_size, _sha256(path)


def _install(draft: Path, version: Path) -> None:
    _sync(draft)
    draft.rename(version)
    _sync(version.parent)


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    beside = folder / f"{MANIFEST}.new"
    beside.write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
    _sync(beside)
    beside.replace(folder / MANIFEST)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
