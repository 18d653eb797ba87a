"""Other bases for a responder: any sequence-to-sequence model of transformers, given our vocabulary; trained whole or by LoRA.

Owns the change of vocabulary and the adapters. A model served by this project speaks our tokens, whatever it spoke before, so that slots,
shortlist and prose are the same for all: each token begins as the mean of the vectors of the pieces in which the base writes it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch

from assistant.errors import ModelMissing
from assistant.models.folder import Card, write_card
from assistant.models.shortlist import write_shortlist
from finetune.responder_network import BEGIN, END, MEANINGS, PAD, TASK, export_responder

Tuning: TypeAlias = Literal["full", "lora"]
WARM = "warm"
"""The name of the project's own base, see `finetune.responder_network.warm_network`."""


def named_network(name: str, tokenizer: Any) -> Any:
    """The model `name` (a folder, or a name where a hub can be reached) with the vocabulary of `tokenizer`.

    Raises:
        ModelMissing: there is no such model, or it is not sequence to sequence.
    """
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    try:
        network = AutoModelForSeq2SeqLM.from_pretrained(name)
        theirs = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"{name!r} is no sequence-to-sequence model that can be loaded: {error}", hint="Give its folder, or `--base warm`."
        ) from error
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    vectors = _vectors(network.get_input_embeddings().weight.detach(), theirs, vocabulary)
    network.resize_token_embeddings(len(vocabulary), mean_resizing=False)
    network.get_input_embeddings().weight.data.copy_(vectors)
    begin = vocabulary[BEGIN]
    special = {"pad_token_id": vocabulary[PAD], "eos_token_id": vocabulary[END], "bos_token_id": begin, "decoder_start_token_id": begin}
    for config in (network.config, network.generation_config):
        for key, value in special.items():
            setattr(config, key, value)
        config.forced_bos_token_id = config.forced_eos_token_id = None
    network.tie_weights()
    return network


def with_adapters(network: Any, rank: int = 16) -> Any:
    """The network with LoRA on all its linear layers; its vocabulary, which is new to it, is trained as well."""
    from peft import LoraConfig, get_peft_model

    adapted = get_peft_model(network, LoraConfig(task_type="SEQ_2_SEQ_LM", r=rank, lora_alpha=2 * rank, target_modules="all-linear"))
    adapted.get_input_embeddings().weight.requires_grad_(True)
    return adapted


def without_adapters(network: Any) -> Any:
    """The plain network, adapters merged into its weights."""
    return network.merge_and_unload() if hasattr(network, "merge_and_unload") else network


def export_any(network: Any, tokenizer: Any, out: Path, card: Card, *, free: Iterable[str], quantization: str = "int8") -> Card:
    """The network as a model folder: for CTranslate2 where it is a BART, else in transformers' format, which torch serves."""
    if network.config.model_type == "bart":
        return export_responder(network, tokenizer, out, card, free=free, quantization=quantization)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as scratch:
        folder = Path(scratch) / out.name
        network.save_pretrained(folder)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        write_shortlist(folder, tokenizer.get_vocab(), free)
        written = write_card(folder, replace(card, task=TASK))
        shutil.rmtree(out, ignore_errors=True)
        folder.rename(out)
    return written


def _vectors(old: torch.Tensor, theirs: Any, vocabulary: dict[str, int]) -> torch.Tensor:
    """(tokens, hidden): for each of our tokens the mean of the base's vectors of its text."""
    rows = torch.empty(len(vocabulary), old.shape[1])
    spread = float(old.std())
    for token, number in sorted(vocabulary.items(), key=lambda item: item[1]):
        meaning = MEANINGS.get(token) or MEANINGS.get(token.strip("[]0123456789"), "")
        text = meaning or (token[2:] if token.startswith("##") and len(token) > 2 else f" {token}")
        ids = theirs(text, add_special_tokens=False)["input_ids"]
        vector = old[ids].mean(0) if ids else old.mean(0)
        rows[number] = vector + torch.randn(old.shape[1]) * spread * 0.5 if meaning else vector
    return rows
