"""A responder of a few thousand weights, drawn at random: it says nonsense, but by the real tokenizer, network and runtime."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

WORDS = re.findall(
    r"\w+",
    """the a it is of in and or not no yes comes with for has can be used to oven safe pan lamp blue green oak brass cable metres grams
    holds up each shelf battery batteries included review customer says wash machine only steel wood made from""",
)
MARKS = list(".,!?'\"-:;()/%&@")
FREE = [*WORDS[:30], *".,!?'", "##s", "[UP]"]


def vocabulary() -> list[str]:
    """Controls, slots, words, single characters and their continuations."""
    from assistant.models.slots import SPECIAL_TOKENS

    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    single = [letter for letter in letters if letter not in WORDS]
    tokens = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *SPECIAL_TOKENS,
        *WORDS,
        *MARKS,
        *single,
        *(f"##{letter}" for letter in letters),
    ]
    return tokens + [f"[FREE{number}]" for number in range(-len(tokens) % 8)]


def network(tokens: list[str], seed: int = 5) -> object:
    """A BART of width 16 with weights large enough that it says all sorts of things."""
    import torch
    from transformers import BartConfig, BartForConditionalGeneration

    numbers = {token: number for number, token in enumerate(tokens)}
    torch.manual_seed(seed)
    made = BartForConditionalGeneration._from_config(
        BartConfig(
            vocab_size=len(tokens), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
            encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=128, init_std=0.7, pad_token_id=0,
            bos_token_id=numbers["[CLS]"],
            eos_token_id=numbers["[SEP]"], decoder_start_token_id=numbers["[CLS]"], forced_eos_token_id=None, tie_word_embeddings=True,
            normalize_before=False, normalize_embedding=True, add_final_layer_norm=False, add_bias_logits=False,
        )
    )  # fmt: skip
    made.generation_config.forced_eos_token_id = None
    return made


@pytest.fixture(scope="session")
def tiny_responder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder for CTranslate2."""
    from assistant.models.folder import Card
    from finetune.responder_network import export_responder, make_tokenizer

    out = tmp_path_factory.mktemp("responder") / "tiny"
    tokens = vocabulary()
    card = Card("responder", "tiny", settings={"max_source": 96, "max_target": 24})
    export_responder(network(tokens), make_tokenizer(tokens), out, card, free=FREE, quantization="float32")
    return out


@pytest.fixture(scope="session")
def tiny_torch_responder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same network as torch serves it."""
    from assistant.models.folder import Card, write_card
    from assistant.models.shortlist import write_shortlist
    from finetune.responder_network import make_tokenizer

    out = tmp_path_factory.mktemp("responder") / "torch"
    tokens = vocabulary()
    network(tokens).save_pretrained(out)  # type: ignore[attr-defined]
    make_tokenizer(tokens).save(str(out / "tokenizer.json"))
    write_shortlist(out, tokens, FREE)
    write_card(out, Card("responder", "tiny", settings={"max_source": 96, "max_target": 24}))
    return out


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of a model folder, to spoil."""
    return lambda folder: Path(shutil.copytree(folder, tmp_path / folder.name))
