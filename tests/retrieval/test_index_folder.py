"""The index folder: swaps, crashes, damage, and reuse of what did not change."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import index as index_module
from retrieval.building import build_index
from retrieval.errors import IndexCorrupt, IndexMismatch, IndexMissing, IndexUnwritable, RetrievalError
from retrieval.index import MANIFEST, Index, read_manifest
from retrieval.live import LiveRetriever
from retrieval.testing import HashEncoder
from retrieval.types import Passage


def passages(count: int, word: str = "lamp") -> list[Passage]:
    return [Passage(f"p{number}", f"{word} {number}\nnumber {number} of many", "product", {"price": number}) for number in range(count)]


def content(folder: Path) -> dict[str, bytes]:
    version = folder / read_manifest(folder).version
    return {path.name: path.read_bytes() for path in version.iterdir()}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    given_passages = [
        Passage("b", "zweite Zeile\nmit Umlaut: ü", "faq", {"n": 1, "t": "x", "f": 0.5, "b": True, "none": None}),
        Passage("a", "", "product"),
    ]
    build_index(tmp_path, given_passages, HashEncoder())
    opened = Index.open(tmp_path, HashEncoder().id)
    assert opened.corpus.passages == tuple(sorted(given_passages, key=lambda passage: passage.id))
    assert opened.manifest.count == 2


def test_nothing_changed_nothing_written(tmp_path: Path) -> None:
    encoder = HashEncoder()
    build_index(tmp_path, passages(5), encoder, stamp="one")
    before, encoded = content(tmp_path), encoder.encoded
    report = build_index(tmp_path, passages(5), encoder, stamp="two")
    assert (report.written, report.encoded, encoder.encoded) == (False, 0, encoded)
    assert content(tmp_path) == before
    assert read_manifest(tmp_path).stamp == "two"


def test_only_changed_texts_are_encoded(tmp_path: Path) -> None:
    encoder = HashEncoder()
    build_index(tmp_path, passages(5), encoder)
    changed = [*passages(5)[1:4], Passage("p4", "torch 4", "product", {"price": 4}), Passage("p9", "rope 9", "product", {"price": 4})]
    changed[0] = Passage(changed[0].id, changed[0].text, "product", {"price": 99})
    report = build_index(tmp_path, changed, encoder)
    assert (report.total, report.encoded, report.removed, report.written) == (5, 2, 1, True)
    assert Index.open(tmp_path).corpus.passages[0].fields == {"price": 99}


texts = st.lists(st.sampled_from(["red lamp", "old lamp\nwith a shade", "boots", "red boots\nred", "", "mug mug mug"]), max_size=8)


@given(first=texts, then=texts)
@settings(max_examples=40, deadline=None)
def test_incremental_equals_rebuilt(tmp_path_factory: pytest.TempPathFactory, first: list[str], then: list[str]) -> None:
    encoder = HashEncoder(8)
    grown, fresh = tmp_path_factory.mktemp("grown"), tmp_path_factory.mktemp("fresh")
    build_index(grown, [Passage(f"{number}", text) for number, text in enumerate(first)], encoder)
    for folder in (grown, fresh):
        build_index(folder, [Passage(f"{len(then) - number}", text) for number, text in enumerate(then)], encoder)
    one, other = Index.open(grown), Index.open(fresh)
    assert one.corpus.passages == other.corpus.passages
    assert one.counts.terms == other.counts.terms
    assert (one.counts.counts != other.counts.counts).nnz == 0
    np.testing.assert_array_equal(one.vectors, other.vectors)
    assert content(grown)["vectors.npy"] == content(fresh)["vectors.npy"]


def test_two_passages_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'p1'"):
        build_index(tmp_path, [*passages(2), passages(2)[1]], HashEncoder())


@pytest.mark.parametrize("step", ["_install", "_write_manifest", "_sync"])
def test_crash_while_writing_leaves_the_old_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    build_index(tmp_path, passages(3), HashEncoder())

    def crash(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(index_module, step, crash)
        with pytest.raises(IndexUnwritable, match=r"No space left.*old index"):
            build_index(tmp_path, passages(9), HashEncoder())
    assert len(Index.open(tmp_path).corpus) == 3
    build_index(tmp_path, passages(9), HashEncoder())
    assert len(Index.open(tmp_path).corpus) == 9
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [read_manifest(tmp_path).version]


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexUnwritable, match="file"):
        build_index(tmp_path / "file" / "index", passages(1), HashEncoder())


def test_encoder_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    class Failing(HashEncoder):
        def encode(self, texts: object) -> np.ndarray:
            raise MemoryError

    build_index(tmp_path, passages(3), HashEncoder())
    with pytest.raises(MemoryError):
        build_index(tmp_path, passages(9), Failing())
    assert len(Index.open(tmp_path).corpus) == 3


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"No index in .*nowhere\. Do this\."):
        Index.open(tmp_path / "nowhere", remedy="Do this.")


def test_other_encoder_is_named(tmp_path: Path) -> None:
    build_index(tmp_path, passages(2), HashEncoder(8))
    with pytest.raises(IndexMismatch, match=r"'hash:8'.*'hash:16'"):
        Index.open(tmp_path, "hash:16")


def test_other_encoder_builds_anew(tmp_path: Path) -> None:
    build_index(tmp_path, passages(2), HashEncoder(8))
    report = build_index(tmp_path, passages(2), HashEncoder(16))
    assert (report.encoded, read_manifest(tmp_path).dimension) == (2, 16)


@pytest.mark.parametrize("name", ["passages.arrow", "vectors.npy", "terms.txt", "counts.npz"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_damage_is_seen(tmp_path: Path, name: str, damage: str) -> None:
    build_index(tmp_path, passages(4), HashEncoder())
    path = tmp_path / read_manifest(tmp_path).version / name
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[: len(whole) // 2] if damage == "cut" else whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(IndexCorrupt, match=name):
        Index.open(tmp_path)
    build_index(tmp_path, passages(4), HashEncoder())
    assert len(Index.open(tmp_path).corpus) == 4


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "x", "files": 3}', '{"format": 1, "files": {"a": 1}}'])
def test_malformed_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(IndexCorrupt, match=r"manifest\.json"):
        Index.open(tmp_path)


def test_newer_format(tmp_path: Path) -> None:
    build_index(tmp_path, passages(1), HashEncoder())
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    (tmp_path / MANIFEST).write_text(json.dumps({**manifest, "format": 99, "unheard_of": True}))
    with pytest.raises(IndexMismatch, match="99"):
        Index.open(tmp_path)


def test_nothing_on_disk_is_a_pickle(tmp_path: Path) -> None:
    build_index(tmp_path, passages(4), HashEncoder())
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or not path.read_bytes().startswith(b"\x80")


def test_live_reader_follows_and_survives(tmp_path: Path) -> None:
    build_index(tmp_path, passages(3), HashEncoder())
    live = LiveRetriever(tmp_path, HashEncoder())
    assert live.search("boot")[0].passage.text.startswith("lamp")
    build_index(tmp_path, passages(3, "boot"), HashEncoder())
    assert live.search("boot")[0].passage.text.startswith("boot")
    (tmp_path / "beside").write_text("not an index")
    (tmp_path / "beside").replace(tmp_path / MANIFEST)
    assert live.search("boot")[0].passage.text.startswith("boot")
    assert live.fields["price"] == "number"


def test_readers_are_never_disturbed_by_writers(tmp_path: Path) -> None:
    """Whatever a reader sees is one whole version: as many passages as its word says."""
    sizes = {"lamp": 5, "boot": 11}
    build_index(tmp_path, passages(5, "lamp"), HashEncoder(8))
    stop, failures = threading.Event(), []

    def read() -> None:
        try:
            look()
        except RetrievalError as error:
            failures.append(error)

    def look() -> None:
        live = LiveRetriever(tmp_path, HashEncoder(8))
        while not stop.is_set():
            opened = Index.open(tmp_path)
            word = opened.corpus.passages[0].text.split()[0]
            hits = live.search("number", 50)
            if len(opened.corpus) != sizes[word] or len(hits) != sizes[hits[0].passage.text.split()[0]]:
                failures.append((word, len(opened.corpus), len(hits)))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(20):
        word = ("boot", "lamp")[number % 2]
        build_index(tmp_path, passages(sizes[word], word), HashEncoder(8))
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_a_swap_between_two_reads_starts_the_reader_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index(tmp_path, passages(3), HashEncoder())
    honest, swapped = index_module._read, []

    def read_late(*arguments: object) -> Index:
        if not swapped:
            swapped.append(True)
            build_index(tmp_path, passages(7), HashEncoder(), rebuild=True)
        return honest(*arguments)

    monkeypatch.setattr(index_module, "_read", read_late)
    assert len(Index.open(tmp_path).corpus) == 7


def test_writers_take_turns(tmp_path: Path) -> None:
    writers = [threading.Thread(target=build_index, args=(tmp_path, passages(5, word), HashEncoder(8))) for word in ("lamp", "boot", "mug")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(Index.open(tmp_path).corpus) == 5
