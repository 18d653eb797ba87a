"""The same commands on a GPU: training goes there, the responder decodes there, exact search runs there. Not run where there is none."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from assistant.models.registry import find_model  # noqa: E402
from assistant.models.responder import SLOT, Seq2SeqResponder  # noqa: E402
from assistant.models.slots import Request  # noqa: E402
from finetune.data import Labelled  # noqa: E402
from finetune.evaluation import evaluate_model  # noqa: E402
from finetune.intent import Recipe, Work, finetune_intent  # noqa: E402
from finetune.training import Schedule  # noqa: E402
from retrieval.dense import DenseIndex  # noqa: E402

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")]

WORDS = {"track": ("parcel", "package", "delivery"), "refund": ("money", "refund", "cash")}


def texts_of(count: int, seed: int) -> Labelled:
    chooser = random.Random(seed)
    frames = ("where is my {}", "what of my {}", "tell me about my {}")
    rows = [(chooser.choice(frames).format(chooser.choice(words)), label) for label, words in WORDS.items() for _ in range(count)]
    return Labelled(tuple(text for text, _ in rows), tuple(label for _, label in rows))


def test_training_goes_to_the_gpu_and_serves_from_the_cpu(tiny: Path, tmp_path: Path) -> None:
    torch.cuda.reset_peak_memory_stats()
    recipe = Recipe(str(tiny), "branch", Schedule(epochs=10, batch_size=16, rate=3e-3, head_rate=1e-2), branch_layers=2, int8=False)
    finetune_intent(texts_of(40, 1), texts_of(15, 2), Work(tmp_path / "model", "tiny"), recipe)
    assert torch.cuda.max_memory_allocated() > 0
    assert evaluate_model(tmp_path / "model", texts_of(20, 3)).numbers["accuracy"] > 0.8


def test_the_responder_decodes_on_the_gpu() -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    if not ctranslate2.get_cuda_device_count():
        pytest.skip("CTranslate2 finds no CUDA device here")
    responder = Seq2SeqResponder(find_model(SLOT))
    decoder, _ = responder.opened([Request("is it warm?", ("It is lined with wool.",))])
    assert decoder._translator.device == "cuda"  # type: ignore[attr-defined]
    assert "wool" in responder.phrase(Request("what is it lined with?", ("It is lined with wool.",))).text


def test_exact_search_on_the_gpu_finds_what_the_cpu_finds() -> None:
    import faiss

    if not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
        pytest.skip("faiss has no GPU here: install the extra `gpu`")
    vectors = np.random.default_rng(0).standard_normal((30_000, 64), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = DenseIndex(vectors)
    on_gpu = index.search(vectors[7], 10)[0]
    index._on_gpu = None
    assert on_gpu.tolist() == index.search(vectors[7], 10)[0].tolist()
