"""Ask the suite of a store and print what went wrong, by kind.

python tests/analyst/questions/run.py [--store STORE] [--file owner] [--place owner:12] [--all]

Without a store the questions are printed, names filled. The store must hold the public data under ../shared (imports `online-retail`
and `reviews`). Gold is kept in a cache file in the machine's temporary folder, keyed by the oracle's code.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from judge import verdict  # noqa: E402
from names import Names  # noqa: E402
from oracle import read_shared  # noqa: E402
from suite import Ask, Gold, GoldBook, read_suite  # noqa: E402

Answerer = Callable[[str, str], Mapping[str, Any]]
"""(session, text) to the protocol form of an answer."""


@dataclass(frozen=True)
class Result:
    """One question asked: `verdict` is `right` or a kind of failure."""

    ask: Ask
    text: str
    gold: Gold
    answer: Mapping[str, Any]
    verdict: str


def sit(questions: Sequence[tuple[Ask, str, Gold]], answerer: Answerer) -> list[Result]:
    """Ask all questions in order, a session at a time."""
    results = []
    for ask, text, gold in questions:
        answer = answerer(ask.session, text)
        results.append(Result(ask, text, gold, answer, verdict(gold, answer)))
    return results


def report(results: Sequence[Result], *, everything: bool = False) -> str:
    """Failures by kind, then the tallies; with `everything` also the right ones."""
    lines = []
    for kind, failed in _by_kind(results).items():
        if kind == "right" and not everything:
            continue
        lines.append(f"\n== {kind} ({len(failed)})")
        lines += [_line(result) for result in failed]
    tally = Counter(r.verdict for r in results)
    lines.append(f"\n{tally['right']}/{len(results)} right; " + ", ".join(f"{n} {k}" for k, n in tally.most_common() if k != "right"))
    return "\n".join(lines)


def _by_kind(results: Sequence[Result]) -> dict[str, list[Result]]:
    kinds: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        kinds[result.verdict].append(result)
    return kinds


def _line(result: Result) -> str:
    gold, answer = result.gold, result.answer
    want = "/".join(gold.status) if gold.kind == "status" else (gold.value if gold.value is not None else gold.rows[:4] or gold.accept[:4])
    want = f"{gold.low:,.0f}..{gold.high:,.0f}" if gold.kind == "forecast" else want
    got = f"[{answer['status']}] {answer['value']} {[(r['label'], r['value']) for r in answer['rows'][:4]]}"
    said = f"{result.ask.place} {'> ' if result.ask.followup else ''}{result.text}"
    return f"{said}\n    want {want}  ({result.ask.spec})\n    got  {got} {answer['text'][:160]!r}"


def shared_questions(data: Path) -> list[tuple[Ask, str, Gold]]:
    """Every question of the suite with its text and gold over the public data; each worked out once, then from the cache."""
    code = b"".join((HERE / name).read_bytes() for name in ("oracle.py", "names.py", "suite.py"))
    cache = Path(tempfile.gettempdir()) / f"staff-gold-{hashlib.sha256(code).hexdigest()[:16]}.pickle"
    known: dict[tuple[str, str], tuple[str, Gold]] = pickle.loads(cache.read_bytes()) if cache.exists() else {}
    asks = read_suite(HERE)
    missing = [ask for ask in asks if (ask.text, ask.spec) not in known]
    if missing:
        oracle = read_shared(data)
        book = GoldBook(oracle, Names(oracle))
        known |= {(ask.text, ask.spec): (book.text(ask), book.gold(ask)) for ask in missing}
        cache.write_bytes(pickle.dumps(known))
    return [(ask, *known[ask.text, ask.spec]) for ask in asks]


def analyst_answerer(folder: Path) -> Answerer:
    """Ask the analyst over the store in `folder` as the assistant has it, with the shipped words; each session has a memory of its own."""
    from assistant.analyst.analyst import Analyst
    from assistant.config import Settings
    from assistant.models.encoder import SHIPPED, OnnxEncoder, load_encoder
    from assistant.types import Message, Role

    encoder = load_encoder(SHIPPED)
    analyst, memories = Analyst(folder, Settings(currency="GBP"), encoder.knows if isinstance(encoder, OnnxEncoder) else None), {}
    analyst.warm_up()

    def answer(session: str, text: str) -> Mapping[str, Any]:
        message = Message(id=session, session=session, text=text, role=Role.STAFF)
        made, memories[session] = analyst.reply(message, None, memories.get(session, {}))
        return made.to_protocol(message.id)

    return answer


def timed(answerer: Answerer, spent: list[float]) -> Answerer:
    """`answerer`, with the processor time of each answer in milliseconds put into `spent`: steadier than the clock on a busy machine."""

    def answer(session: str, text: str) -> Mapping[str, Any]:
        began = time.process_time()
        made = answerer(session, text)
        spent.append((time.process_time() - began) * 1000)
        return made

    return answer


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--data", type=Path, default=HERE.parents[3] / "shared" / "data")
    parser.add_argument("--file", default="", help="only the questions of this file")
    parser.add_argument("--place", default="", help="only the session that holds this file:line")
    parser.add_argument("--all", action="store_true", help="show the right answers as well")
    args = parser.parse_args()
    questions = [q for q in shared_questions(args.data) if q[0].place.startswith(args.file)]
    if args.place:
        session = next(ask.session for ask, _, _ in questions if ask.place == args.place)
        questions = [q for q in questions if q[0].session == session]
    if args.store is None:
        print("\n".join(f"{ask.place} {text}\n    {ask.spec}" for ask, text, _ in questions))
        return 0
    spent: list[float] = []
    results = sit(questions, timed(analyst_answerer(args.store), spent))
    took = sorted(result.answer["latency_ms"] for result in results)
    print(report(results, everything=args.all))
    for name, times in (("latency", took), ("processor time", sorted(spent))):
        print(f"{name}: median {statistics.median(times):.0f} ms, p95 {times[int(len(times) * 0.95) - 1]:.0f} ms")
    return 0 if all(r.verdict == "right" for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
