"""Frequently asked questions and policies: as a table, as JSON, or as Markdown whose headings are the questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.errors import ImportRefused
from assistant.importers.columns import fields
from assistant.importers.formats.products import slug
from assistant.importers.job import Job, Row
from assistant.importers.reading import text_encoding
from assistant.importers.registry import importer
from assistant.store.records import FaqEntry

FIELDS = fields(
    required="question answer",
    id="faq id, key, number, slug",
    question="questions, q, query, title, heading, subject",
    answer="answers, a, response, text, body, content, reply",
    kind="type, entry type",
)

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")


@importer("faq", ".json", ".jsonl", ".ndjson", ".md", ".markdown", ".csv", ".tsv", ".txt", ".parquet")
def faq(job: Job) -> None:
    """Questions with answers, from JSON, Markdown (headings are questions) or a table; also policies."""
    prefix = _prefix(job)
    markdown = job.path.suffix.casefold() in (".md", ".markdown")
    entries = _from_markdown(job) if markdown else job.records(job.rows(FIELDS), _entry)
    kind = "policy" if "polic" in job.path.stem.casefold() else "faq"
    job.upsert("faq", _numbered(entries, prefix, kind))


def _entry(row: Row) -> FaqEntry:
    """An entry without an id is marked by its row, one without a kind has none, until `_numbered` gives it one."""
    row.must("answer")
    return FaqEntry(row.text("id") or f"\x00{row.number}", row.must("question"), row.prose("answer"), row.text("kind").casefold())


def _numbered(entries: Iterator[FaqEntry], prefix: str, kind: str) -> Iterator[FaqEntry]:
    """Positions in file order, ids `faq-1`, `faq-2`, ... where the file gives none."""
    for position, entry in enumerate(entries, start=1):
        known = entry.kind if entry.kind in ("faq", "policy") else kind
        key = f"{prefix}-{position}" if entry.id.startswith("\x00") else entry.id
        yield replace(entry, id=key, kind=known, position=position)


def _prefix(job: Job) -> str:
    """`faq` for the first file of questions that a store got; a later one counts under its own name and so overwrites nothing."""
    files = [run.path for run in job.store.imports.all() if run.format == "faq"]
    return "faq" if not files or files[0] == job.path.name else slug(job.path.stem)


def _from_markdown(job: Job) -> Iterator[FaqEntry]:
    text = job.path.read_text(encoding=text_encoding(job.path, job.notices.append))
    sections = list(_sections(text))
    if not sections:
        raise ImportRefused(
            f"{job.path.name} has no heading.", hint="Write each question as a heading (`## How do I ...?`), its answer below."
        )
    for line, question, answer in sections:
        # A heading with nothing under it is a chapter of the page, not a question.
        if answer:
            yield FaqEntry(f"\x00{line}", question, answer, kind="")


def _sections(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, heading, text below it) for each heading outside code blocks."""
    heading, begun, below, fenced = "", 0, list[str](), False
    for number, line in enumerate(text.splitlines(), start=1):
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _HEADING.match(line)
        if found:
            if heading:
                yield begun, heading, "\n".join(below).strip()
            heading, begun, below = found[2], number, []
        else:
            below.append(line)
    if heading:
        yield begun, heading, "\n".join(below).strip()
