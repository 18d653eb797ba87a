"""The responder's network: BART by shape, MiniLM by its weights, a pruned WordPiece vocabulary with slot tokens.

Owns the vocabulary, the warm start, and the export to CTranslate2. Knows nothing of data or of training.
BERT's encoder is BART's: both normalise after each block; BART's positions begin at 2, and take in BERT's token type 0.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from assistant.models.folder import Card, write_card
from assistant.models.shortlist import write_shortlist
from assistant.models.slots import ASK, CAPITAL, FACT, LAST, SPECIAL_TOKENS, STYLES, Kind

TASK = "responder"
PAD, UNKNOWN, BEGIN, END, MASK = CONTROL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
DECODER_LAYERS = (0, 2, 4)
"""The encoder's layers from which the decoder's are begun."""
POSITION_OFFSET = 2
FREQUENT_WORDS = 9_000
"""BERT's vocabulary is sorted by frequency; so many of its commonest words are kept whatever the training texts say."""

MEANINGS: Mapping[str, str] = {
    Kind.NUMBER: "number", Kind.MONEY: "price", Kind.DATE: "date", Kind.CODE: "code", Kind.LINK: "link", Kind.EMAIL: "email",
    Kind.NAME: "name", Kind.WORD: "word", CAPITAL: "the", FACT: "fact", ASK: "question", LAST: "before",
    STYLES["brief"]: "short", STYLES["full"]: "long",
}  # fmt: skip
"""A common word for each token of our own, from whose vector it begins."""


def pruned_vocabulary(base: Any, texts: Iterable[str], least: int = 2) -> list[str]:
    """The tokens of a responder: controls, our own, and those of `base` that are common, occur in `texts`, or let any word be spelt.

    `base` is a `tokenizers.Tokenizer` of BERT's kind. Tokens with digits are left out but for single ones: values are slots.
    """
    known: dict[str, int] = base.get_vocab()
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(base.encode(text, add_special_tokens=False).tokens)
    ranked = sorted(known, key=known.__getitem__)
    words = [token for token in ranked if token.isascii() and token.isalpha()]
    common = set(words[:FREQUENT_WORDS])
    kept = [token for token in ranked if token not in CONTROL and (token in common or _spells(token) or _wanted(token, seen[token], least))]
    tokens = [*CONTROL, *SPECIAL_TOKENS, *kept]
    return tokens + [f"[FREE{number}]" for number in range(-len(tokens) % 8)]


def make_tokenizer(vocabulary: Iterable[str]) -> Any:
    """A `tokenizers.Tokenizer` of BERT's kind, uncased, over these tokens; texts come out as `[CLS] ... [SEP]`."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    numbers = {token: number for number, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token=UNKNOWN, max_input_chars_per_word=60))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    ours = [token for token in numbers if token in SPECIAL_TOKENS]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in (*CONTROL, *ours)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}", special_tokens=[(BEGIN, numbers[BEGIN]), (END, numbers[END])]
    )
    return tokenizer


def warm_network(base: Any, base_tokenizer: Any, tokenizer: Any, *, dropout: float = 0.1, seed: int = 13) -> nn.Module:
    """A `BartForConditionalGeneration` begun from the BERT encoder `base`.

    Over words that both vocabularies have, its encoder's output is that of `base` to about 1e-3 (BART's epsilon differs). A decoder
    layer's self-attention and its attention to the encoder both begin as the self-attention of one of the encoder's layers.
    """
    from transformers import BartConfig, BartForConditionalGeneration

    old, vocabulary = base.config, tokenizer.get_vocab()
    config = BartConfig(
        vocab_size=len(vocabulary), max_position_embeddings=old.max_position_embeddings, d_model=old.hidden_size,
        encoder_layers=old.num_hidden_layers, decoder_layers=len(DECODER_LAYERS), encoder_attention_heads=old.num_attention_heads,
        decoder_attention_heads=old.num_attention_heads, encoder_ffn_dim=old.intermediate_size, decoder_ffn_dim=old.intermediate_size,
        activation_function="gelu", dropout=dropout, attention_dropout=0.0, activation_dropout=0.0, scale_embedding=False,
        pad_token_id=vocabulary[PAD], bos_token_id=vocabulary[BEGIN], eos_token_id=vocabulary[END],
        decoder_start_token_id=vocabulary[BEGIN], forced_eos_token_id=None, tie_word_embeddings=True,
        normalize_before=False, normalize_embedding=True, add_final_layer_norm=False, add_bias_logits=False,
    )  # fmt: skip
    torch.manual_seed(seed)
    network = BartForConditionalGeneration._from_config(config, attn_implementation="eager")
    words = base.embeddings.word_embeddings.weight.detach()
    network.model.shared.weight.data.copy_(_embeddings(words, base_tokenizer.get_vocab(), vocabulary))
    network.model.shared.weight.data[vocabulary[PAD]] = 0
    positions = base.embeddings.position_embeddings.weight.detach() + base.embeddings.token_type_embeddings.weight.detach()[0]
    for side in (network.model.encoder, network.model.decoder):
        side.embed_positions.weight.data[POSITION_OFFSET:] = positions
        _copy(base.embeddings.LayerNorm, side.layernorm_embedding)
    for source, target in zip(base.encoder.layer, network.model.encoder.layers, strict=True):
        _copy_block(source, target)
    for number, target in zip(DECODER_LAYERS, network.model.decoder.layers, strict=True):
        source = base.encoder.layer[number]
        _copy_block(source, target)
        _copy_attention(source, target.encoder_attn)
        _copy(source.attention.output.LayerNorm, target.encoder_attn_layer_norm)
    network.generation_config.forced_eos_token_id = None
    return network


def load_base() -> tuple[Any, Any]:
    """The shipped encoder's source: the BERT model and its `tokenizers.Tokenizer`."""
    from tokenizers import Tokenizer
    from transformers import AutoModel
    from transformers.utils.logging import disable_progress_bar

    from finetune.export import base_folder

    disable_progress_bar()
    tokenizer = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return AutoModel.from_pretrained(base_folder(), attn_implementation="eager").eval(), tokenizer


def freeze_below(network: Any, layers: int) -> None:
    """Lets the encoder's positions and first `layers` layers rest: a quarter of the time saved while the decoder learns to copy."""
    for part in (network.model.encoder.embed_positions, network.model.encoder.layernorm_embedding, *network.model.encoder.layers[:layers]):
        part.requires_grad_(False)


def export_responder(network: Any, tokenizer: Any, out: Path, card: Card, *, free: Iterable[str], quantization: str = "int8") -> Card:
    """Writes the network as the CTranslate2 model folder `out`, which is replaced, and returns the card as written.

    `free`: the tokens that any reply may have; all others may only be copied, see `assistant.models.shortlist`.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as scratch:
        folder = Path(scratch) / out.name
        _convert(network, tokenizer, Path(scratch) / "hf", folder, quantization)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        write_shortlist(folder, tokenizer.get_vocab(), free)
        written = write_card(folder, replace(card, task=TASK))
        shutil.rmtree(out, ignore_errors=True)
        folder.rename(out)
    return written


def _convert(network: Any, tokenizer: Any, source: Path, folder: Path, quantization: str) -> None:
    import ctranslate2
    from transformers import PreTrainedTokenizerFast

    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, unk_token=UNKNOWN, bos_token=BEGIN, eos_token=END, mask_token=MASK
    )
    network.save_pretrained(source)
    wrapped.save_pretrained(source)
    ctranslate2.converters.TransformersConverter(str(source)).convert(str(folder), quantization=quantization)
    path = folder / "config.json"
    settings = json.loads(path.read_text())
    settings |= {"bos_token": BEGIN, "eos_token": END, "unk_token": UNKNOWN, "layer_norm_epsilon": 1e-5}
    path.write_text(json.dumps(settings, indent=1) + "\n")


def _wanted(token: str, count: int, least: int) -> bool:
    return count >= least and token.isascii() and not any(character.isdigit() for character in token) and not token.startswith("[")


def _spells(token: str) -> bool:
    """Single characters, and the letters' continuations, so that every word can be written."""
    stem = token.removeprefix("##")
    return stem.isascii() and (len(stem) == 1 or (token.startswith("##") and stem.isalpha() and len(stem) <= 3))


def _embeddings(words: Tensor, before: Mapping[str, int], now: Mapping[str, int]) -> Tensor:
    """(tokens, hidden): the old vectors; for our own tokens that of a word of their meaning, set apart by noise."""
    spread = float(words.std())
    rows = torch.empty(len(now), words.shape[1])
    for token, number in sorted(now.items(), key=lambda item: item[1]):  # `get_vocab` has no order, the noise must have one
        if token in before:
            rows[number] = words[before[token]]
        else:
            meaning = MEANINGS.get(token) or MEANINGS.get(token.strip("[]0123456789"), "thing")
            rows[number] = words[before[meaning]] * 0.7 + torch.randn(words.shape[1]) * spread * 0.7
    return rows


def _copy_block(source: Any, target: Any) -> None:
    _copy_attention(source, target.self_attn)
    _copy(source.attention.output.LayerNorm, target.self_attn_layer_norm)
    _copy(source.intermediate.dense, target.fc1)
    _copy(source.output.dense, target.fc2)
    _copy(source.output.LayerNorm, target.final_layer_norm)


def _copy_attention(source: Any, target: Any) -> None:
    for name, projection in (("query", target.q_proj), ("key", target.k_proj), ("value", target.v_proj)):
        _copy(getattr(source.attention.self, name), projection)
    _copy(source.attention.output.dense, target.out_proj)


def _copy(source: Any, target: Any) -> None:
    target.weight.data.copy_(source.weight.detach())
    target.bias.data.copy_(source.bias.detach())
