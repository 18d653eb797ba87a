"""Which tokens a reply may be written in, given what its request says: the constraint that the decoder cannot leave.

Owns the rule and its file, `vmap.txt`, CTranslate2's own vocabulary map. A token is free, and then every reply may use it, or it is
copied: it may be used only where the request's text has it. Slots are always copied. Tokens with a digit, an at sign or a part of a
link are neither, so that no reply can spell a figure or an address. The map also narrows the decoder's last layer to the tokens allowed,
which is what makes a token cheap: 60 tokens took 119 ms with 8,000 free ones, 243 ms with all 30,000, and lists of suppressed tokens
change nothing (one thread, 30 M parameters, int8, measured 2026-11-22 in processor time on a busy machine).

A batch shares one list, that of all its requests together. `Shortlist.allows` says whether one reply kept to its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelCorrupt
from assistant.models.slots import CAPITAL, SPECIAL_TOKENS

SHORTLIST_FILE = "vmap.txt"
_CONTROL = frozenset({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
_OURS = frozenset(SPECIAL_TOKENS) - {CAPITAL}
_OF_LINKS = frozenset({"@", "http", "https", "www", "://", "##www", "##http", "##https", "[UNK]"})


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The two kinds of tokens; what is in neither is never written."""

    free: frozenset[str]
    copied: frozenset[str]

    def allowed(self, source: Iterable[str]) -> frozenset[str]:
        """The tokens of a reply to a request of these tokens."""
        return self.free | (self.copied & frozenset(source))

    def allows(self, reply: Iterable[str], source: Iterable[str]) -> bool:
        """Whether a reply keeps to what its own request allows, whatever else was in its batch."""
        return self.allowed(source).issuperset(reply)


def make_shortlist(vocabulary: Iterable[str], free: Iterable[str]) -> Shortlist:
    """The tokens of `vocabulary`, those in `free` for every reply; digits, addresses and the marks of a request's layout for none."""
    freed = frozenset(free)
    spoken = [token for token in vocabulary if not _never(token)]
    return Shortlist(
        frozenset(t for t in spoken if t in freed and t not in _OURS), frozenset(t for t in spoken if t not in freed or t in _OURS)
    )


def write_shortlist(folder: Path, vocabulary: Iterable[str], free: Iterable[str]) -> Shortlist:
    """Makes the shortlist and writes it into a model folder whose card is not yet written."""
    shortlist = make_shortlist(vocabulary, free)
    lines = ["\t" + " ".join(sorted(shortlist.free)), *(f"{token}\t{token}" for token in sorted(shortlist.copied))]
    (folder / SHORTLIST_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return shortlist


def read_shortlist(path: Path) -> Shortlist:
    """What `write_shortlist` wrote.

    Raises:
        ModelCorrupt: it is no such file.
    """
    lines: Sequence[str] = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    if not rows or any(len(row) != 2 for row in rows) or rows[0][0]:
        raise ModelCorrupt(f"{path} is no list of free and copied tokens.", hint="Export the responder anew.")
    return Shortlist(frozenset(rows[0][1].split(" ")), frozenset(row[0] for row in rows[1:]))


def _never(token: str) -> bool:
    if token in _OURS:
        return not token[:-1].endswith(tuple("0123456789"))
    return token in _CONTROL or token in _OF_LINKS or token.startswith("[FREE") or any(character.isdigit() for character in token)
