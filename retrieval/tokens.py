"""Words of a text, as BM25 counts them: case and accents folded, plurals cut, hyphenated words also as one.

Knows nothing of any index. Scripts written without spaces (Chinese, Japanese) give one word a character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:[-'’][^\W_\u3040-\u30ff\u3400-\u9fff]+)*")
_JOINT = re.compile(r"[-'’]")


def words(text: str) -> list[str]:
    """The words of `text` in order; a hyphenated word gives its parts and, after them, the whole."""
    found: list[str] = []
    for match in _WORD.findall(fold(text)):
        parts = [part for part in _JOINT.split(match) if part]
        if len(parts) == 2 and parts[1] in ("s", "t"):
            parts = parts[:1] if parts[1] == "s" else ["".join(parts)]
        found.extend(map(singular, parts))
        if len(parts) > 1:
            found.append(singular("".join(parts)))
    return found


def fold(text: str) -> str:
    """Lower case, without accents, compatibility forms resolved."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def singular(word: str) -> str:
    """`word` without a plural ending, by Harman's three rules."""
    if len(word) < 4 or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word if word.endswith(("eies", "aies")) else word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word if word.endswith(("us", "ss", "is")) else word[:-1]


def plural(word: str) -> str:
    """`word` with a plural ending: what `singular` takes off again."""
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


_STOP_WORDS = """
    a about all also am an and any anything are as at be been but by can could did do does for from get give got had has have hello help
    hey hi how i id if im in into is it its ive just kind know like ll looking look me more my need nice no not of off ok on one or our out
    please s search searching see sell show so some someone something sort such t tell than thank thanks that the their them there these
    they thing this those to too under up us very want wanted was we were what when where which who will with would you your yours
    find buy purchase recommend suggest suggestion suggestions anyone
"""
STOP_WORDS = frozenset(map(singular, _STOP_WORDS.split()))
"""Words that say nothing of what is sought. They are counted in passages, and dropped from a query that has others."""


def synonym_table(groups: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Lines such as `sofa, couch` as each word with the others of its groups; `#` opens a remark, entries of many words are passed over."""
    table: dict[str, dict[str, None]] = {}
    for line in groups:
        found = [words(entry) for entry in line.partition("#")[0].split(",")]
        # of a hyphenated entry the joined form, which stands last, is the word
        group = list(dict.fromkeys(forms[-1] for forms in found if forms and (len(forms) == 1 or forms[-1] == "".join(forms[:-1]))))
        for word in group:
            table.setdefault(word, {}).update((other, None) for other in group if other != word)
    return {word: tuple(others) for word, others in table.items()}
