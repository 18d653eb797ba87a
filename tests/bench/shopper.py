"""A shopper's turn with a generated reply, alone and with 32 shoppers at once: ours against the afternoon's version.

Ours is `Shop.answer` over the demo shop: masking, understanding, policy, search, the responder under its guard, and both turns stored. The
messages are those of many questions about products to which the network, and no fixed sentence, gave the words.
"""

from __future__ import annotations

import itertools
import statistics
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from afternoon import Afternoon
from demo import demo_store
from paired import Comparison, in_turns

from assistant.build import Shop, open_shop
from assistant.intents import load_catalogue
from assistant.types import Message
from retrieval.index import Index

SHOPPERS = 32
WANTED = 24
TRIED = 400
QUESTIONS = (
    "is the {} waterproof?", "is the {} good for children?", "can I use the {} every day?", "is the {} easy to clean?",
    "does the {} last?", "can I put the {} in the dishwasher?", "is the {} warm?", "does the {} come with a lid?",
)  # fmt: skip


def compare(rounds: int, turns: int) -> list[Comparison]:
    """Each round of the first sends `turns` messages one after the other; of the second, one from each of 32 shoppers at once."""
    shop = open_shop(demo_store())
    shop.warm_up()
    asked, lengths = generated(shop, turns)
    passages = Index.open(shop.store.folder / "index").corpus.passages
    theirs = Afternoon([passage.text for passage in passages], len(load_catalogue()))
    lone = in_turns(
        lambda number: [_turn(shop, text) for text in asked],
        lambda number: [theirs.chat(text, [], length) for text, length in zip(asked, lengths, strict=True)],
        rounds,
    )
    crowd = list(itertools.islice(itertools.cycle(zip(asked, lengths, strict=True)), SHOPPERS))
    with ThreadPoolExecutor(SHOPPERS) as pool:
        many = in_turns(
            lambda number: list(pool.map(lambda pair: _turn(shop, pair[0]), crowd)),
            lambda number: list(pool.map(lambda pair: theirs.chat(pair[0], [], pair[1]), crowd)),
            rounds,
        )
    shop.close()
    details = {"messages": len(asked), "tokens_a_reply": round(statistics.mean(lengths), 1)}
    return [
        Comparison(
            "shopper_turn", "encode, IndexFlat, generate", f"{len(asked)} turns with a generated reply", 5.0, *lone, len(asked), details
        ),
        Comparison(
            "shopper_throughput_32", "the same, in a queue", f"a turn of each of {SHOPPERS} shoppers", 8.0, *many, SHOPPERS, details
        ),
    ]


def _turn(shop: Shop, text: str) -> object:
    return shop.answer(Message(uuid4().hex, uuid4().hex, text))


def generated(shop: Shop, wanted: int) -> tuple[list[str], list[int]]:
    """Messages that the network words, and how many tokens of its vocabulary each reply has."""
    tokenizer = shop.understander.encoder._load()[0]  # type: ignore[attr-defined]
    found, lengths = [], []
    products = list(itertools.islice(shop.store.catalogue.all(), TRIED))
    for product, question in zip(products, itertools.cycle(QUESTIONS), strict=False):
        text = question.format(product.name)
        answer = shop.answer(Message(uuid4().hex, uuid4().hex, text))
        if ("responder", "model") in answer.trace:
            found.append(text)
            lengths.append(max(4, len(tokenizer.encode(answer.text.partition("\n")[0]).ids)))
        if len(found) == wanted:
            break
    if not found:
        raise SystemExit("No message of the bench was worded by the network; see QUESTIONS.")
    return found, lengths
