"""The rows that could not be taken, kept in `rejects/` of the store with the reason, so that they can be mended and given again."""

from __future__ import annotations

import csv
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from assistant.errors import StoreFull
from assistant.importers.values import text
from assistant.privacy import mask_cards

_VALUE_LENGTH = 500


class Rejects:
    """A CSV of row, reason, column, value; made when the first row comes, kept only if `keep` is called."""

    def __init__(self, store: Path, file: str) -> None:
        self.count = 0
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        self._path = store / "rejects" / f"{stamp}-{Path(file).stem}.csv"
        self._file: TextIO | None = None

    @property
    def path(self) -> Path | None:
        """Where the rejects are, or None if there are none."""
        return self._path if self.count else None

    def add(self, row: int, reason: str, column: str = "", value: object = None) -> None:
        """Note one row. Card numbers in the value are starred.

        Raises:
            StoreFull: no room on the disk.
        """
        with self._room():
            if self._file is None:
                self._part.parent.mkdir(mode=0o700, exist_ok=True)
                self._file = self._part.open("w", encoding="utf-8", newline="")
                csv.writer(self._file).writerow(("row", "reason", "column", "value"))
            csv.writer(self._file).writerow((row, mask_cards(reason), column, mask_cards(text(value))[:_VALUE_LENGTH]))
        self.count += 1

    def keep(self) -> None:
        """Put the file under its name."""
        if self._file is not None:
            with self._room():
                self._file.close()
                self._part.replace(self._path)

    def drop(self) -> None:
        """Leave nothing behind, unless kept."""
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)

    @property
    def _part(self) -> Path:
        return self._path.with_suffix(".part")

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StoreFull(
                f"No room left on the disk for {self._path}; nothing was changed.", hint="Free some space and import again."
            ) from error
