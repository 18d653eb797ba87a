"""How fast the responder speaks, and whether it ever says what its evidence does not.

python tests/bench/responder.py --store STORE [--pqa FILE.tsv ...] [--model shipped] [--replies 2000]

Prints, on one thread: the milliseconds to the first token and to the whole of a reply of 60 tokens, tokens a second in batches of 32;
then, over so many replies to questions about a store's products (and about the rows of tab-separated files with `question` and
`candidate`), how many the guard refused, by reason, and how many that it let pass hold a claim their evidence lacks.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assistant.models.decoding import Decoder, Source
from assistant.models.grounding import unsupported
from assistant.models.phrasers import load_phraser
from assistant.models.responder import Seq2SeqResponder
from assistant.models.slots import Request
from assistant.models.verdicts import load_verdicts
from assistant.shopper.respond import GuardedResponder
from assistant.store import Store

TOKENS = 60
ROUNDS = 15
QUESTIONS = (
    "what is it made of?", "does it come with batteries?", "is it waterproof?", "how big is it?", "can I wash it in the machine?",
    "what colour is it?", "is it good for 3 children?", "how much does it weigh, under 2 kg?", "who makes it?", "does it fit 15 inches?",
)  # fmt: skip


def main() -> None:
    options = _options()
    model = load_phraser(options.model)
    if not isinstance(model, Seq2SeqResponder):
        raise SystemExit("Give --model shipped or the folder of a responder.")
    model.warm_up()
    requests = list(itertools.islice(itertools.cycle([*_of_rows(options.pqa), *_of_store(options.store)]), options.replies))
    if not requests:
        raise SystemExit("Give --store STORE or --pqa FILE, or both.")
    decoder, sources = model.opened(requests[: 32 * 4])
    _latency(decoder, sources[:ROUNDS])
    _throughput(decoder, sources)
    _groundedness(model, requests)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="shipped")
    parser.add_argument("--store", type=Path, help="a store, such as the demo shop that `shopclerk demo` makes")
    parser.add_argument("--pqa", type=Path, nargs="*", default=[])
    parser.add_argument("--replies", type=int, default=2000)
    return parser.parse_args()


def _of_store(folder: Path | None) -> Iterator[Request]:
    """Every question about every product: of its fields, its description and its reviews."""
    if folder is None:
        return
    with Store.open(folder, read_only=True) as store:
        for product in store.catalogue.all():
            reviews = [f"review: {review.text}" for review in store.reviews.of_product(product.id, 1)]
            facts = {"product": product.name, "price": product.price, "stock": product.stock, **product.attributes}
            for question in QUESTIONS:
                yield Request(question, (facts, f"description: {product.description}", *reviews))


def _of_rows(paths: list[Path]) -> Iterator[Request]:
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                yield Request(row["question"], (row["candidate"],))


def _latency(decoder: Decoder, sources: list[Source]) -> None:
    """Wall and processor time, which differ on a busy machine. With a beam the first words come with the last ones."""
    first, whole, lengths = [], [], []
    for source in sources:
        took = _Clock()
        next(iter(decoder.stream(source)), None)
        first.append(took.ms())
        took = _Clock()
        lengths.append(len(decoder.decode([source])[0].tokens) + 1)
        whole.append(took.ms())
    for name, place in (("wall", 0), ("processor", 1)):
        a_token = statistics.median(times[place] / length for times, length in zip(whole, lengths, strict=True))
        shown, said = (statistics.median(times[place] for times in series) for series in (first, whole))
        print(f"{name} time: first words {shown:.0f} ms, whole reply of {statistics.mean(lengths):.0f} tokens {said:.0f} ms,")
        print(f"  at that pace {TOKENS} tokens {a_token * TOKENS:.0f} ms")


class _Clock:
    """Milliseconds since it was made, on the wall and of the processor."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def ms(self) -> tuple[float, float]:
        return (time.perf_counter() - self._began[0]) * 1000, (time.process_time() - self._began[1]) * 1000


def _throughput(decoder: Decoder, sources: list[Source]) -> None:
    began = time.perf_counter()
    tokens = sum(len(reply.tokens) + 1 for reply in decoder.decode(sources))
    print(f"in batches of 32: {tokens / (time.perf_counter() - began):,.0f} tokens a second")


def _groundedness(model: Seq2SeqResponder, requests: list[Request]) -> None:
    responder = GuardedResponder(model, verdicts=load_verdicts())
    worded = responder.word_all(requests)
    ungrounded = [
        (wording.text, claims)
        for wording, request in zip(worded, requests, strict=True)
        if wording.by_model and (claims := unsupported(wording.text, request.evidence, request.message))
    ]
    print(f"{len(worded):,} replies: {responder.counts}; of those said, {len(ungrounded)} hold a claim that their evidence lacks")
    reasons = Counter(claim.what for _, claims in ungrounded for claim in claims)
    print(f"claims: {dict(reasons)}" if reasons else "no figure, unit, date, code, link, e-mail or name without a source")


if __name__ == "__main__":
    main()
