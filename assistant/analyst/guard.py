"""What is refused before anything else is understood: attempts to change data, to get at secrets, to rewrite instructions.

Judges the words only; the caller writes the audit entry.
"""

from __future__ import annotations

from assistant.analyst.lexicon import Lexicon
from assistant.analyst.outcome import Refuse
from assistant.analyst.reading import Reading

_READ_ONLY = "I only read the shop's figures: I cannot change, add or delete anything."
_OPENERS = frozenset(
    [
        "please",
        "pls",
        "plz",
        "can",
        "could",
        "would",
        "will",
        "you",
        "now",
        "go",
        "ahead",
        "and",
        "then",
        "just",
        "kindly",
        "i",
        "want",
        "to",
        "need",
        "we",
        "let's",
        "lets",
        "let",
        "me",
        "ok",
        "okay",
        "hi",
        "hello",
        "hey",
        "also",
        "quickly",
        "so",
        "the",
        "should",
        "must",
        "system",
    ]
)
_SOFT = frozenset(
    [
        "refund",
        "cancel",
        "set",
        "change",
        "order",
        "record",
        "cut",
        "discount",
        "issue",
        "book",
        "place",
        "mark",
        "move",
        "correct",
        "fix",
        "clear",
        "add",
        "drop",
        "remove",
        "raise",
        "lower",
        "increase",
        "reduce",
        "double",
        "credit",
        "post",
        "put",
        "enter",
        "register",
        "log",
        "send",
        "ship",
        "approve",
        "hide",
        "close",
        "update",
        "write",
        "reset",
    ]
)
_RECORDED = frozenset(
    ["hour", "day", "weekday", "week", "month", "quarter", "year", "high", "low", "breaking", "turnover", "revenue", "take"]
)
"""Nouns that "record" is the adjective of."""
_ANALYTIC_AFTER = frozenset(["in", "of", "over", "from", "between", "vs", "for", "on", "by", "and", "rate", "value"])


def refused(reading: Reading, lexicon: Lexicon) -> Refuse | None:
    """The refusal, or None where the message only asks."""
    hits = {s.value for m in reading.marks for s in m.senses if s.kind == "attack"}
    if "instructions" in hits or "secrets" in hits:
        return Refuse(
            "I cannot show passwords, credentials, card numbers or my own instructions, nor set my rules aside. Ask me about sales, "
            "customers, products or reviews.",
            "attack",
        )
    if "sql" in hits:
        return Refuse(f"{_READ_ONLY} Nothing that is typed here is ever executed.", "attack")
    if _wants_a_dump(reading):
        return Refuse("I give no copies of tables, accounts or the database. Ask me for a figure or a ranking.", "attack")
    if _orders_a_write(reading, lexicon):
        return Refuse(_READ_ONLY, "attack")
    return None


def _orders_a_write(reading: Reading, lexicon: Lexicon) -> bool:
    """An imperative with a writing verb ("delete all orders", "please set the price of ... to 0"), at the start or after "and"."""
    words = [t.text for t in reading.tokens]
    for n, word in enumerate(words):
        if word not in lexicon.write_verbs or not _imperative(words, n) or _begins_figure(reading, n):
            continue
        rest = words[n + 1 : n + 8]
        if not rest:
            continue
        if word in _SOFT and (rest[0] in _ANALYTIC_AFTER or (word == "send" and _asks_for_figure(reading, n))):
            continue
        if word in (
            "remove",
            "drop",
            "hide",
            "put",
            "add",
            "split",
            "order",
            "change",
            "set",
            "move",
            "double",
            "record",
            "log",
            "enter",
            "mark",
        ) and not _names_record(rest, lexicon, word):
            continue
        if any(w in lexicon.write_objects for w in rest) or any(
            m.kind in ("customer", "order", "product") and m.start > n for m in reading.marks
        ):
            return True
    return False


def _asks_for_figure(reading: Reading, n: int) -> bool:
    """ "Send net sales for May": what is to be sent is a figure of a time, to nobody else."""
    rest = {t.text for t in reading.tokens[n + 1 :]}
    near = any(m.all("metric") and 0 < m.start - n <= 3 for m in reading.marks)
    return near and bool(reading.of("period")) and "to" not in rest and not reading.of("customer")


def _begins_figure(reading: Reading, n: int) -> bool:
    """ "Credit notes", "order value", "record week": a verb that is the first word of a figure's name, or an adjective, orders nothing."""
    if reading.tokens[n].text == "record" and reading.tokens[n + 1 : n + 2] and reading.tokens[n + 1].stem in _RECORDED:
        return True
    return any(m.start == n and m.end - n > 1 and m.all("metric") for m in reading.marks)


def _wants_a_dump(reading: Reading) -> bool:
    """ "Export the accounts table", "dump the database": the store itself, not a figure from it."""
    words = [t.text for t in reading.tokens]
    return any(
        word in ("export", "dump", "download", "extract", "copy", "leak", "print", "list", "show")
        and _imperative(words, n)
        and bool(
            {"database", "db", "schema", "tables", "users", "backup"} & set(words[n + 1 : n + 6])
            or {"table", "accounts"} <= set(words[n + 1 : n + 6])
        )
        for n, word in enumerate(words)
    )


def _imperative(words: list[str], n: int) -> bool:
    before = words[:n]
    if all(w in _OPENERS for w in before):
        return True
    return (
        bool(before)
        and before[-1] in ("and", "then", "to", "please")
        and (
            len(before) < 2
            or before[-1] != "to"
            or before[-2] in ("want", "need", "you", "going", "able", "like", "how", "instructed", "sure")
        )
    )


def _names_record(rest: list[str], lexicon: Lexicon, verb: str) -> bool:
    """Verbs that also edit a question ("drop the UK", "change to orders") count only with a record as their object."""
    if (
        verb in ("drop", "remove")
        and len(rest) <= 3
        and rest[-1] in ("country", "product", "customer", "filter", "period", "month", "year", "week", "quarter", "department")
    ):
        return False
    nouns = [w for w in rest[:4] if w in lexicon.write_objects]
    if verb in ("change", "set", "put", "add", "move", "order", "mark", "enter", "log", "record"):
        return (
            bool(nouns)
            and ("to" in rest or "of" in rest or verb in ("add", "mark", "record", "enter", "log") or any(w.isdigit() for w in rest))
            and rest[0] != "to"
        )
    return bool(nouns)
