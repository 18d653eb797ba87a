"""A tiny encoder that trains in a second."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of 3 small layers with the base's tokenizer."""
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertModel

    from finetune.export import base_folder, tokenizer_of

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    config = BertConfig(hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer_of(base_folder()).save_pretrained(folder)
    return folder
