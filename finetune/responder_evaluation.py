"""Measures a responder as it is served: overlap with people's replies, groundedness, values, yes and no; and a page to read.

Owns the figures and their definitions, which are those of `pqa_score`: the same evidence for the same message is one item with several
references, the best ROUGE-L counts, BLEU uses them all and looks at lower-cased text. Refuses to know how the model was trained.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.models.grounding import Claim, unsupported
from assistant.models.responder import Seq2SeqResponder
from assistant.models.slots import Delexicaliser, Kind, Request, as_sentence, canonical
from assistant.models.verdicts import load_verdicts
from assistant.shopper.respond import GuardedResponder
from assistant.types import Progress
from finetune.replies import Pair, grouped

_YES_NO = re.compile(r"\W*(yes|yep|yeah|no|nope)\b", re.IGNORECASE)
_STEP = 64
_VALUES = frozenset(Kind) - {Kind.NAME, Kind.WORD}


@dataclass(frozen=True, slots=True)
class Judged:
    """One item: what was asked, what the model said, how near that is to a reference, and what of it stands in no evidence."""

    pair: Pair
    reply: str
    rouge_l: float
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponderReport:
    """Figures by name, and the items they are of."""

    numbers: Mapping[str, float]
    items: tuple[Judged, ...]


def evaluate_responder(folder: Path, pairs: Iterable[Pair], progress: Progress | None = None, *, guarded: bool = False) -> ResponderReport:
    """Phrases each item with the model in `folder` and compares with its references.

    `guarded`: as `shopclerk respond` answers, behind the guard and with the yes or no that the evidence says; else the guard is not in the
    way, since what it would refuse is what is counted.
    """
    items, model = grouped(pairs), Seq2SeqResponder(folder)
    if not guarded:
        return judge(items, phrase(lambda requests: [phrasing.text for phrasing in model.phrase_all(requests)], items, progress))
    responder = GuardedResponder(model, verdicts=load_verdicts())
    return judge(items, phrase(lambda requests: [wording.text for wording in responder.word_all(requests)], items, progress))


def phrase(say: Callable[[Sequence[Request]], list[str]], items: Sequence[Pair], progress: Progress | None = None) -> list[str]:
    """What `say` replies to each item, in order."""
    replies: list[str] = []
    for start in range(0, len(items), _STEP):
        replies += say([Request(item.message, item.evidence, item.intent, style=item.style) for item in items[start : start + _STEP]])
        if progress:
            progress("replying", len(replies), len(items))
    return replies


def judge(items: Sequence[Pair], replies: Sequence[str]) -> ResponderReport:
    """The report on these replies to these items (see `grouped`), side by side."""
    judged = tuple(
        Judged(item, reply, max(map(_rouge(reply), _references(item))), unsupported(reply, item.evidence, item.message))
        for item, reply in zip(items, replies, strict=True)
    )
    count = max(1, len(judged))
    numbers = {
        "items": float(len(judged)),
        "rouge_l": sum(item.rouge_l for item in judged) / count,
        "bleu": bleu(replies, [_references(item) for item in items]),
        "bleu_cased": bleu(replies, [_references(item) for item in items], lowercase=False),
        "ungrounded": float(sum(bool(item.claims) for item in judged)),
        "slot_accuracy": _slot_accuracy(judged),
        "empty": float(sum(not item.reply.strip() for item in judged)),
        "mean_words": sum(len(item.reply.split()) for item in judged) / count,
        **_yes_no(judged),
    }
    return ResponderReport(numbers, judged)


def bleu(replies: Sequence[str], references: Sequence[Sequence[str]], *, lowercase: bool = True) -> float:
    """Corpus BLEU in [0, 100] by sacrebleu; `references` has one list for each reply."""
    import sacrebleu

    most = max((len(row) for row in references), default=0)
    columns = [[row[number] if number < len(row) else None for row in references] for number in range(most)]
    return float(sacrebleu.corpus_bleu(list(replies), columns, lowercase=lowercase).score) if most else 0.0


def yes_or_no(text: str) -> str:
    """ "yes", "no" or "", by how the text begins."""
    match = _YES_NO.match(text)
    return "" if match is None else "yes" if match[1][0].lower() == "y" else "no"


def reply_lines(report: ResponderReport, pairs: Iterable[Pair]) -> str:
    """The replies as JSON lines, one for each row of the file: rows with the same message and evidence have the same reply."""
    said = {(item.pair.message, repr(item.pair.evidence)): item.reply for item in report.items}
    rows = enumerate(said[pair.message, repr(pair.evidence)] for pair in pairs)
    return "".join(json.dumps({"i": row, "answer": reply}, ensure_ascii=False) + "\n" for row, reply in rows)


def page(report: ResponderReport, worst: int = 0) -> str:
    """The items as Markdown, evidence beside reply, the worst `worst` of them or all; what is ungrounded is said."""
    lines = ["# Replies beside their evidence", "", *(f"- {name}: {value:.4g}" for name, value in report.numbers.items()), ""]
    for number, item in enumerate(_ordered(report, worst), start=1):
        lines += [f"## {number}. {item.pair.message or '(no message)'}", ""]
        lines += [f"- evidence: {as_sentence(fact)}" for fact in item.pair.evidence]
        lines += [f"- reply: **{item.reply}**", *(f"- person: {reference}" for reference in _references(item.pair))]
        lines += [f"- ROUGE-L {item.rouge_l:.2f}" + "".join(f"; not in the evidence: {claim}" for claim in item.claims), ""]
    return "\n".join(lines)


def html_page(report: ResponderReport, worst: int = 0) -> str:
    """The same as a table in one HTML file."""
    rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in _cells(item))}</tr>\n" for item in _ordered(report, worst))
    figures = ", ".join(f"{name} {value:.4g}" for name, value in report.numbers.items())
    head = "".join(f"<th>{name}</th>" for name in ("message", "evidence", "reply", "person", "ROUGE-L", "not in the evidence"))
    style = "body{font:15px/1.5 sans-serif;margin:2rem}td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left;vertical-align:top}"
    return (
        f"<!doctype html><meta charset='utf-8'><title>Replies</title><style>{style}</style><p>{figures}</p>"
        f"<table><tr>{head}</tr>\n{rows}</table>"
    )


def _ordered(report: ResponderReport, worst: int) -> Sequence[Judged]:
    return sorted(report.items, key=lambda item: (not item.claims, item.rouge_l))[:worst] if worst else report.items


def _cells(item: Judged) -> tuple[str, ...]:
    evidence, people = " | ".join(map(as_sentence, item.pair.evidence)), " | ".join(_references(item.pair))
    return (item.pair.message, evidence, item.reply, people, f"{item.rouge_l:.2f}", "; ".join(map(str, item.claims)))


def _references(item: Pair) -> tuple[str, ...]:
    return item.references or (item.reply,)


def _rouge(reply: str) -> Callable[[str], float]:
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    return lambda reference: float(scorer.score(reference, reply)["rougeL"].fmeasure)


def _slot_accuracy(judged: Sequence[Judged]) -> float:
    """Share of the values that a person's reply takes from the evidence which the model's reply has too."""
    wanted = found = 0
    for item in judged:
        known = _values(" ".join(map(as_sentence, item.pair.evidence)))
        reference = _values(_references(item.pair)[0]) & known
        wanted += len(reference)
        found += len(reference & _values(item.reply))
    return found / wanted if wanted else 1.0


def _values(text: str) -> set[tuple[Kind, str]]:
    return {(slot.kind, canonical(slot.kind, slot.surface)) for slot in Delexicaliser().template(text).slots if slot.kind in _VALUES}


def _yes_no(judged: Sequence[Judged]) -> dict[str, float]:
    told = [(next(filter(None, map(yes_or_no, _references(item.pair))), ""), yes_or_no(item.reply)) for item in judged]
    asked = [(person, model) for person, model in told if person]
    return {
        "yes_no_agreement": sum(person == model for person, model in asked) / max(1, len(asked)),
        "yes_no_contradicted": float(sum(bool(model) and person != model for person, model in asked)),
        "yes_no_unasked": float(sum(bool(model) and not person for person, model in told)),
    }
