"""The root of every error that Shopclerk raises on purpose, and retrieval's own.

    ShopclerkError
    └── RetrievalError
        ├── IndexMissing        no index in the folder
        ├── IndexCorrupt        a file is absent, truncated, or its checksum differs
        ├── IndexMismatch       written by another encoder or a newer format
        ├── IndexUnreachable    a vector server that does not answer
        ├── IndexUnwritable     no room on the disk, no permission; the old index stays
        └── BadFilter           a condition on a field that the index does not carry

The root lives here because retrieval is the lowest room; `assistant.errors` draws the rest of the tree.
"""

from __future__ import annotations


class ShopclerkError(Exception):
    """What failed, the value seen, and the way out.

    `str(error)` is one line fit for a terminal: the message, then the hint.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class RetrievalError(ShopclerkError):
    """Something about an index or a search over it."""


class IndexMissing(RetrievalError):
    """The folder holds no index."""


class IndexCorrupt(RetrievalError):
    """A file of the index is absent, truncated, or its checksum differs from the manifest's."""


class IndexMismatch(RetrievalError):
    """The index was written by another encoder, or in a format newer than this program reads."""


class IndexUnreachable(RetrievalError):
    """The server that holds the vectors does not answer."""


class IndexUnwritable(RetrievalError):
    """The index could not be written; the one that was there is unchanged."""


class BadFilter(RetrievalError):
    """A condition names a field that the index lacks, or compares it with a value of another type."""
