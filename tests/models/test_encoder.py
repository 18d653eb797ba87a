"""The shipped encoder: unit vectors, sense, independence of company, and no torch on the way."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import weakref
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from assistant.errors import BadSettings, ModelCorrupt, ModelMissing
from assistant.models.encoder import OnnxEncoder, TorchEncoder, load_encoder
from assistant.models.registry import WEIGHTS
from retrieval.types import Encoder, Lexicon

TEXTS = ["a warm winter coat", "", "parcel has not arrived", "a " * 2000, "Grüße, ¿qué tal? 茶", "thick jacket for cold weather"]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    shipped = load_encoder()
    assert isinstance(shipped, OnnxEncoder)
    return shipped


def test_keeps_the_protocols(encoder: OnnxEncoder) -> None:
    assert isinstance(encoder, Encoder)
    assert isinstance(encoder, Lexicon)


def test_heads_leave_the_encoder_its_id_so_that_indexes_stay_valid(encoder: OnnxEncoder) -> None:
    assert encoder.id == encoder.card.settings["encoder_id"] != encoder.card.name


def test_unit_vectors_in_order(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), encoder.dimension), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)


def test_the_same_weights_are_loaded_once_in_a_process(encoder: OnnxEncoder, tmp_path: Path) -> None:
    encoder.warm_up()
    assert OnnxEncoder(encoder.folder)._load()[1] is encoder._load()[1]
    other = OnnxEncoder(shutil.copytree(encoder.folder, tmp_path / "encoder"))
    assert other._load()[1] is not encoder._load()[1]


def test_a_graph_that_nobody_uses_is_let_go(encoder: OnnxEncoder, tmp_path: Path) -> None:
    folder = shutil.copytree(encoder.folder, tmp_path / "encoder")
    lone = OnnxEncoder(folder)
    graph = weakref.ref(lone._load()[1])
    del lone
    gc.collect()
    assert graph() is None


def test_no_texts(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_near_in_meaning_is_near(encoder: OnnxEncoder) -> None:
    coat, _, parcel, _, _, jacket = encoder.encode(TEXTS)
    assert coat @ jacket > 0.5 > coat @ parcel + 0.2


def test_reading_shows_where_tokens_stand(encoder: OnnxEncoder) -> None:
    text = "a warm winter coat"
    reading = encoder.read(text)
    assert [text[start:end] for start, end in reading.offsets[1:-1]] == ["a", "warm", "winter", "coat"]
    assert not reading.cut
    assert encoder.read("a " * 2000).cut


def test_common_words_are_known_and_misspelt_ones_are_not(encoder: OnnxEncoder) -> None:
    assert [encoder.knows(word) for word in ("boat", "winter", "bakpack", "headhpones")] == [True, True, False, False]


def test_threads_make_no_difference(encoder: OnnxEncoder) -> None:
    np.testing.assert_array_equal(OnnxEncoder(encoder.folder, threads=1).encode(TEXTS), encoder.encode(TEXTS))


def test_loads_without_torch() -> None:
    program = "import sys; from assistant.models.encoder import load_encoder; load_encoder().warm_up(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_constructor_is_cheap(tmp_path: Path) -> None:
    encoder = OnnxEncoder(tmp_path)
    with pytest.raises(ModelMissing):
        encoder.warm_up()


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(WEIGHTS / "encoder", tmp_path / "encoder")
    with (folder / "model.onnx").open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"altered")
    with pytest.raises(ModelCorrupt, match=r"model\.onnx differs"):
        load_encoder(str(folder)).encode(["x"])


class FakeTransformer:
    """Stands for sentence-transformers' class, which takes seconds to import."""

    def __init__(self, name: str) -> None:
        if "no-such" in name:
            raise OSError(f"{name} is no folder and cannot be downloaded")

    def get_embedding_dimension(self) -> int:
        return 3

    def encode(self, texts: list[str], *, normalize_embeddings: bool, **_: object) -> np.ndarray:
        assert normalize_embeddings
        return np.tile([1.0, 0.0, 0.0], (len(texts), 1))


@pytest.fixture
def transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", SimpleNamespace(SentenceTransformer=FakeTransformer))


@pytest.mark.usefixtures("transformers")
def test_any_other_name_is_for_sentence_transformers() -> None:
    encoder = load_encoder("acme/model")
    assert isinstance(encoder, TorchEncoder)
    assert (encoder.id, encoder.dimension) == ("sentence-transformers:acme/model", 3)
    assert (encoder.encode(["a", "b"]).shape, encoder.encode([]).shape) == ((2, 3), (0, 3))


def test_id_of_a_folder_follows_its_weights(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    before = TorchEncoder(str(tmp_path)).id
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert before != TorchEncoder(str(tmp_path)).id
    assert str(tmp_path) not in before


@pytest.mark.usefixtures("transformers")
def test_unknown_encoder_is_named() -> None:
    with pytest.raises(BadSettings, match=r"No encoder 'no-such-model'.*Set `encoder`"):
        load_encoder("no-such-model").encode(["x"])


def test_sentence_transformers_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(BadSettings, match="not installed"):
        load_encoder("acme/model").encode(["x"])
