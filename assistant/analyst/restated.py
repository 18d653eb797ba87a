"""What a message takes back in itself: "revenue for March 2010, no wait, I mean 2011" asks for March 2011.

Owns the words of taking back and what takes the place of what: the nearest thing of the same kind before. Works on readings and
gives a text, which is read like any other; decides nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.analyst.reading import Mark, Reading

_CUE = re.compile(
    r"(?:[,.;:…–(-]\s*|\s|^)"
    r"(?:(?:no(?!\.? (?:of|\d))|oh|oops|er+m?|uh|hmm|ah)\b[\s,.]*)*"
    r"(?:(?:hang on|hold on|scratch that|strike that|correction|forget that|my mistake|my bad|oops|i take that back|make that|or rather"
    r"|(?:no[\s,]+)?wait(?:[\s,]+no)?|(?:sorry[\s,]+)?(?:no[\s,]+)?(?:i|we) (?:actually |really )?(?:mean|meant)(?: to say)?"
    r"|never ?mind|(?<=[,.;…–-] )(?:sorry|no(?!\.? ?(?:of\b|\d))|actually|rather))\b[\s,.:…–-]*)+",
    re.IGNORECASE,
)
_ASKS_MEANING = re.compile(r"\b(?:what|how) (?:do|did|would) (?:you|we|i) $|\bwhat $", re.IGNORECASE)
_DISMISSES = re.compile(r"never ?mind|forget that|scratch that|strike that", re.IGNORECASE)
_SELF = re.compile(r"\b(?:i|we) (?:actually |really )?(?:mean|meant)\b", re.IGNORECASE)
"""Said after what it explains: "orders I mean"."""
_AFTERTHOUGHT = re.compile(r"actually|wait|scratch|strike|rather|make that|correction|forget|hang on|hold on", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


def restated(text: str, read: Callable[[str], Reading]) -> str:
    """`text` with what it takes back replaced by what it says instead; as it is where nothing is taken back.

    Args:
        text: a message as typed.
        read: gives the reading of a stretch of it.
    """
    for _ in range(3):
        cue = next((m for m in _CUE.finditer(text) if not _ASKS_MEANING.search(text[: m.start()] + " ")), None)
        if cue is None:
            return text
        if not text[cue.end() :].strip(" ?.!,"):
            return text[: cue.start()] if _SELF.search(cue[0]) and text[: cue.start()].strip() else text
        if not text[: cue.start()].strip(" ,.-"):
            return text[cue.end() :] if _says(read(text[cue.end() :])) else text
        before, after = read(text[: cue.start()]), read(text[cue.end() :])
        if any(t.quoted for t in (*before.tokens, *after.tokens)):
            return text
        mended = after.text if _DISMISSES.search(cue[0]) and _says(after) else _merged(before, after)
        if mended is None:
            return text
        text = mended
    return text


def second_thought(text: str, read: Callable[[str], Reading]) -> tuple[str, str] | None:
    """The question and what then changes it, where neither takes the place of a thing in the other: "our ten largest orders ... actually
    only the largest". None where nothing is taken back, or `restated` can tell what by what."""
    cue = next((m for m in _CUE.finditer(text) if _AFTERTHOUGHT.search(m[0])), None)
    if cue is None:
        return None
    first, then = text[: cue.start()].strip(" ,.-"), text[cue.end() :].strip(" ?.!,")
    if not first or not then:
        return None
    before, after = read(first), read(then)
    changes = after.has("only", "top", "bottom", "by", "exclude", "share") and any(m.sense("metric") for m in before.marks)
    return (first, then) if changes and (after.has("exclude") or _merged(before, after) in (None, before.text)) else None


def _says(reading: Reading) -> bool:
    return any(_kind(mark) for mark in reading.marks)


def _merged(before: Reading, after: Reading) -> str | None:
    """Both halves as one text; None where the second half says nothing."""
    words = [t.text for t in before.tokens]
    places = list(before.marks)
    added: list[str] = []
    said = [m for m in after.marks if _kind(m)]
    if not said:
        return None
    if any("metric" in _kind(m) for m in said) and len({k for m in said for k in _kind(m)}) > 2 and len(after.tokens) > 4:
        return after.text
    for mark in said:
        target = next((m for m in reversed(places) if _kind(m) & _kind(mark)), None) or _dangling(places, before)
        if target is None:
            added.append(_text(after, mark))
            continue
        places.remove(target)
        words[target.start] = _instead(target, mark, _text(after, mark))
        words[target.start + 1 : target.end] = [""] * (target.end - target.start - 1)
    return " ".join(word for word in (*words, *added) if word)


def _dangling(places: list[Mark], before: Reading) -> Mark | None:
    """The last word before the cue, where it was not understood: a word begun and broken off."""
    last = before.marks[-1] if before.marks else None
    return last if last is not None and last in places and last.kind in ("unknown", "product") and last.end - last.start == 1 else None


def _text(reading: Reading, mark: Mark) -> str:
    return " ".join(t.text for t in reading.tokens[mark.start : mark.end])


def _instead(target: Mark, mark: Mark, said: str) -> str:
    """The new words; a bare year keeps the month before it, a bare month the year."""
    if mark.kind != "period":
        return said
    if _YEAR.fullmatch(said) and _YEAR.search(target.text):
        return _YEAR.sub(said, target.text)
    year = _YEAR.search(target.text)
    bare = mark.period is not None and mark.period.bare
    return f"{said} {year[0]}" if bare and year and not _YEAR.fullmatch(target.text) else said


def _kind(mark: Mark) -> frozenset[str]:
    """What a mark could take the place of: marks of a common kind replace each other."""
    if mark.kind in ("period", "customer", "order", "number"):
        return frozenset([mark.kind])
    if mark.kind == "product":
        return frozenset(["product"]) if mark.products or mark.value else frozenset()
    kinds = {s.kind for s in mark.senses}
    found: set[str] = {k for k in ("metric", "dimension", "review_value", "category_value") if k in kinds}
    if kinds & {"country", "abroad"}:
        found.add("country")
    if mark.is_op("top", "bottom"):
        found.add("direction")
    return frozenset(found)
