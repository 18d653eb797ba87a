"""A torch graph with heads, exported and served: the same numbers, named, without torch's company."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelCorrupt
from assistant.models.encoder import OnnxEncoder
from assistant.models.folder import Card, open_model

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from finetune import export  # noqa: E402
from finetune.export import EncoderGraph, Head, encode_with_torch, export_graph, measure_agreement  # noqa: E402

pytestmark = pytest.mark.slow

LABELS = {"intent": ("ask", "buy", "thank"), "tokens": ("O", "B")}
TEXTS = ["where is my red lamp", "thanks", "lamp " * 50]


@pytest.fixture(scope="module")
def tokenizer() -> object:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    entries = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "where", "is", "my", "red", "lamp", "thanks", "the", "it"]
    backend = Tokenizer(models.WordPiece({word: number for number, word in enumerate(entries)}, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return transformers.PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]")


@pytest.fixture(scope="module")
def graph() -> EncoderGraph:
    torch.manual_seed(3)
    config = transformers.BertConfig(
        vocab_size=12,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        attn_implementation="eager",
    )
    backbone = transformers.BertModel(config, add_pooling_layer=False)
    heads = {"intent": Head(torch.nn.Linear(32, 3)), "tokens": Head(torch.nn.Linear(32, 2), "tokens")}
    return EncoderGraph(backbone, heads).eval()


def test_served_as_trained(graph: EncoderGraph, tokenizer: object, tmp_path: Path) -> None:
    out = tmp_path / "joint"
    out.mkdir()
    (out / "stale").write_text("an older model")
    card = export_graph(graph, tokenizer, out, Card("encoder", "joint", labels=LABELS), int8=False, max_tokens=40)
    assert card.metrics["cosine_to_torch_min"] > 0.9999
    assert set(open_model(out, "encoder").card.files) == {"model.onnx", "tokenizer.json"}
    served = OnnxEncoder(out)
    np.testing.assert_allclose(served.encode(TEXTS), encode_with_torch(graph, tokenizer, TEXTS, max_tokens=40), atol=1e-5)
    reading = served.read(TEXTS[0])
    assert {name: head.shape for name, head in reading.heads.items()} == {"intent": (3,), "tokens": (7, 2)}
    batch = tokenizer(TEXTS[0], return_tensors="pt")  # type: ignore[operator]
    with torch.inference_mode():
        _, intent, tokens = graph(batch["input_ids"], batch["attention_mask"])
    np.testing.assert_allclose(reading.heads["intent"], intent[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(reading.heads["tokens"], tokens[0].numpy(), atol=1e-4)
    assert measure_agreement(graph, tokenizer, served, TEXTS, k=1, max_tokens=40).overlap_at_k == 1
    assert str(Path(__file__).parents[2]).encode() not in (out / "model.onnx").read_bytes()


def test_a_graph_that_does_not_agree_replaces_nothing(
    graph: EncoderGraph, tokenizer: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "joint"
    out.mkdir()
    (out / "kept").write_text("the model in use")
    other = EncoderGraph(transformers.BertModel(graph.backbone.config, add_pooling_layer=False))
    honest = export._save_onnx
    monkeypatch.setattr(export, "_save_onnx", lambda graph, *rest, **options: honest(other, *rest, **options))
    with pytest.raises(ModelCorrupt, match="agrees with torch only to a cosine"):
        export_graph(graph, tokenizer, out, Card("encoder", "joint"), int8=False, max_tokens=40)
    assert [path.name for path in tmp_path.rglob("*")] == ["joint", "kept"]
