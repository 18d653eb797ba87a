"""What an engineer writes in an afternoon with the same parts: one request after the other, each library as its front page shows it.

`pipeline` for the intent, `SentenceTransformer.encode` for the query, `IndexFlatIP` for the passages, `generate` for the words, behind the
function of a Gradio `ChatInterface`. The networks have the sizes of ours: MiniLM for both readings, a BART of six and three layers, whose
weights are by chance, which costs as much; it is made to write as many tokens as ours did. No order desk, no guard, no spelling, no store.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from transformers import BartConfig, BartForConditionalGeneration, BertForSequenceClassification, pipeline

from finetune.export import base_folder

TAKEN = 3
LONGEST = 256


class Afternoon:
    """A chat function over `passages`."""

    def __init__(self, passages: Sequence[str], intents: int) -> None:
        torch.manual_seed(0)
        folder = str(base_folder())
        self._passages = passages
        self._encoder = SentenceTransformer(folder, device="cpu")
        self._tokenizer: Any = self._encoder.tokenizer
        reader = BertForSequenceClassification.from_pretrained(folder, num_labels=intents)
        self._intent = pipeline("text-classification", model=reader, tokenizer=self._tokenizer, device="cpu")
        vectors = self._encoder.encode(list(passages), show_progress_bar=False).astype(np.float32)
        faiss.normalize_L2(vectors)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        self._writer = _writer(len(self._tokenizer), self._tokenizer)
        self._one_at_a_time = threading.Lock()

    def chat(self, message: str, history: list[dict[str, str]], tokens: int) -> str:
        """`fn` of the ChatInterface, whose queue lets one request in at a time. `tokens`: how many to write."""
        with self._one_at_a_time:
            self._intent(message)
            query = self._encoder.encode([message], show_progress_bar=False).astype(np.float32)
            faiss.normalize_L2(query)
            _, rows = self._index.search(query, TAKEN)
            evidence = "\n".join(self._passages[row] for row in rows[0])
            given = self._tokenizer(f"{message}\n{evidence}", return_tensors="pt", truncation=True, max_length=LONGEST)
            written = self._writer.generate(
                input_ids=given["input_ids"],
                attention_mask=given["attention_mask"],
                min_new_tokens=tokens,
                max_new_tokens=tokens,
                do_sample=False,
            )
            return str(self._tokenizer.decode(written[0], skip_special_tokens=True))

    def interface(self) -> Any:
        """The page, as it would be launched."""
        import gradio as gr

        return gr.ChatInterface(lambda message, history: self.chat(message, history, 20))


def _writer(vocabulary: int, tokenizer: Any) -> Any:
    config = BartConfig(
        vocab_size=vocabulary, max_position_embeddings=512, d_model=384, encoder_layers=6, decoder_layers=3, encoder_attention_heads=12,
        decoder_attention_heads=12, encoder_ffn_dim=1536, decoder_ffn_dim=1536, pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.cls_token_id, eos_token_id=tokenizer.sep_token_id, decoder_start_token_id=tokenizer.cls_token_id,
        forced_eos_token_id=None,
    )  # fmt: skip
    return BartForConditionalGeneration(config).eval()
