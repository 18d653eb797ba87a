"""Questions that staff keep: a name, the words, and what they were understood to mean; pinned ones make a small dashboard.

Owns the file `questions.json` in the store's folder, written beside and swapped. Keeps no figures: a saved question is asked anew
whenever it is shown, so that "last month" is always last month.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.analyst.question import Question, question_from_json
from assistant.errors import BadQuestion, StoreError
from assistant.types import Answer, Message, Role, Status

if TYPE_CHECKING:
    from assistant.analyst.analyst import Analyst

FILE = "questions.json"
REPLAYED = 6
"""So many messages of a conversation are tried before a saved question falls back on its typed form."""


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """`text` is asked again in words, a line a message, so that "last month" moves on; `question`, the typed form, stands where
    words alone do not bring it back. `saved_by` is the account's name."""

    name: str
    text: str = ""
    question: Question | None = None
    pinned: bool = False
    saved_by: str = ""

    def ask(self, analyst: Analyst, account_role: str = "") -> Answer:
        """The answer as of now, for somebody of that role."""
        if self.question is not None:
            return analyst.ask(self.question, account_role)
        return _said(self.text.splitlines(), analyst, account_role)


def _said(texts: Sequence[str], analyst: Analyst, account_role: str) -> Answer:
    """The answer to the last of these messages of one conversation."""
    memory: Mapping[str, Any] = {}
    answer = Answer(Status.DECLINED, "Nothing was asked.")
    for number, text in enumerate(texts):
        answer, memory = analyst.reply(Message(str(number), "", text, Role.STAFF, account_role=account_role), None, memory)
    return answer


def worded(texts: Sequence[str], typed: Mapping[str, Any], analyst: Analyst, account_role: str = "") -> SavedQuestion:
    """The question that the last of a conversation's `texts` was understood as, in the form that keeps best.

    That is the fewest last messages that mean the same from an empty conversation; the typed question where none do. It is
    named by its messages.

    Raises:
        BadQuestion: `typed` is no question.
    """
    for count in range(1, min(len(texts), REPLAYED) + 1):
        if _said(texts[-count:], analyst, account_role).question == typed:
            said = [" ".join(text.split()) for text in texts[-count:]]
            return SavedQuestion(" · ".join(said), "\n".join(said))
    try:
        return SavedQuestion(" ".join(texts[-1].split()), question=question_from_json(dict(typed)))
    except (ValueError, KeyError, TypeError) as error:
        raise BadQuestion(f"This answer's question cannot be kept: {error}.", hint="Ask it anew, then save it.") from error


class SavedQuestions:
    """The saved questions of the store in `folder`, by name."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def all(self) -> tuple[SavedQuestion, ...]:
        """In the order in which they were saved.

        Raises:
            BadQuestion: the file was edited into something else.
        """
        if not self._path.exists():
            return ()
        try:
            return tuple(_from_json(item) for item in json.loads(self._path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise BadQuestion(f"{self._path} is no list of saved questions: {error}.", hint="Mend it, or move it away.") from error

    def pinned(self) -> tuple[SavedQuestion, ...]:
        """Those of the dashboard."""
        return tuple(saved for saved in self.all() if saved.pinned)

    def save(self, saved: SavedQuestion) -> None:
        """Add it, or put it in place of the one with its name.

        Raises:
            BadQuestion: it has no name, or neither words nor a typed form.
            StoreError: the file cannot be written; the old one stays.
        """
        if not saved.name.strip() or not (saved.text.strip() or saved.question):
            raise BadQuestion("A saved question needs a name, and words or a typed question.")
        kept = list(self.all())
        names = [other.name for other in kept]
        if saved.name in names:
            kept[names.index(saved.name)] = saved
        else:
            kept.append(saved)
        self._write(kept)

    def keep(self, saved: SavedQuestion) -> None:
        """Save it once, under its name or the next free one; what is pinned stays pinned.

        Raises:
            BadQuestion, StoreError: see `save`.
        """
        known = {other.name: other for other in self.all()}
        same = next((other for other in known.values() if (other.text, other.question) == (saved.text, saved.question)), None)
        if same is not None:
            self.save(replace(same, pinned=same.pinned or saved.pinned))
            return
        names = (saved.name, *(f"{saved.name} ({number})" for number in range(2, len(known) + 3)))
        self.save(replace(saved, name=next(name for name in names if name not in known)))

    def pin(self, name: str, pinned: bool = True) -> None:
        """Put a saved question on the dashboard, or take it off.

        Raises:
            BadQuestion: there is none of that name.
        """
        self.save(replace(self._named(name), pinned=pinned))

    def remove(self, name: str) -> None:
        """Forget a saved question.

        Raises:
            BadQuestion: there is none of that name.
        """
        gone = self._named(name)
        self._write(saved for saved in self.all() if saved != gone)

    def _named(self, name: str) -> SavedQuestion:
        found = next((saved for saved in self.all() if saved.name == name), None)
        if found is None:
            known = ", ".join(saved.name for saved in self.all()) or "none"
            raise BadQuestion(f"No saved question is called {name!r}.", hint=f"Saved: {known}.")
        return found

    def _write(self, kept: Iterable[SavedQuestion]) -> None:
        beside = self._path.with_name(f"{FILE}.{os.getpid()}.new")
        try:
            beside.write_text(json.dumps([_to_json(saved) for saved in kept], ensure_ascii=False, indent=1), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror}.") from error
        finally:
            beside.unlink(missing_ok=True)


def _to_json(saved: SavedQuestion) -> dict[str, Any]:
    typed = {"question": saved.question.to_json()} if saved.question else {}
    return {"name": saved.name, "text": saved.text, "pinned": saved.pinned, "saved_by": saved.saved_by, **typed}


def _from_json(item: dict[str, Any]) -> SavedQuestion:
    typed = item.get("question")
    question = question_from_json(typed) if typed else None
    return SavedQuestion(item["name"], item.get("text", ""), question, bool(item.get("pinned")), item.get("saved_by", ""))
