"""Which models a shop uses: the shipped ones, and those that it trained, with the way back.

Owns the folder `models/` of a store. Knows no task: a slot is the name of a shipped model's folder (`encoder`, `responder`, ...), and
every model in a slot is a model folder (see `assistant.models.folder`) that can stand in for the shipped one.

    models/encoder.json      what the slot has used, the last entry is in use; absent: the shipped model
    models/encoder-1/        a model folder, never changed once it is there
    models/encoder-2/

A model is written into a draft beside, synced, renamed to its number, and only then named in the slot's file, which is itself replaced
by a rename: whoever opens the store, whenever, finds one whole model or the other.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import ModelCorrupt, ModelError, ModelMissing
from assistant.models.folder import CARD_FILE, Card, open_model, read_card

WEIGHTS = Path(__file__).parent / "weights"
"""The models that ship; one folder a slot."""
STORE_MODELS = "models"
"""The folder inside a store for the models that this shop trained."""
FORMAT = 1
_NAME = re.compile(r"(?P<slot>[a-z][a-z_]*)(-(?P<number>\d+))?")


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that a shop can use.

    `name` is the slot's for the shipped one, else slot and number; `since` when it was last put to use, in UTC; `problem` what is
    wrong with its card, which then is an empty one.
    """

    name: str
    slot: str
    path: Path
    card: Card
    active: bool
    since: str = ""
    why: str = ""
    problem: str = ""

    @property
    def megabytes(self) -> float:
        """The size of all its files."""
        return sum(entry.bytes for entry in self.card.files.values()) / 1e6

    @property
    def figures(self) -> str:
        """What its card says of its quality, in one line; how well it was exported is left out."""
        judged = {name.removeprefix("valid_"): value for name, value in self.card.metrics.items() if name.startswith(("valid_", "test_"))}
        return ", ".join(f"{name} {value:.3g}" for name, value in (judged or self.card.metrics).items())

    def __str__(self) -> str:
        if self.problem:
            return f"{self.name}: {self.problem}"
        return f"{self.name}: {self.card.task}, {self.card.id}, {self.megabytes:.0f} MB" + (f" ({self.figures})" if self.figures else "")


@dataclass(frozen=True, slots=True)
class _Use:
    """One entry of a slot's history."""

    name: str
    at: str
    why: str = ""


def find_model(slot: str, store_folder: Path | None = None) -> Path:
    """The folder of the model that serves `slot`: the shop's own where it uses one, else the shipped one.

    Raises:
        ModelMissing: there is none, or the one in use was deleted.
        ModelCorrupt: the slot's file is malformed.
    """
    history = [] if store_folder is None else _history(store_folder, slot)
    folder = _folder(store_folder, history[-1].name) if store_folder and history else WEIGHTS / slot
    if (folder / CARD_FILE).is_file():
        return folder
    hint = (
        f"`shopclerk models rollback {slot} --store {store_folder}` goes back to the former one." if history else "Install Shopclerk anew."
    )
    raise ModelMissing(f"No model {slot!r} in {folder}.", hint=hint)


def installed(store_folder: Path | None = None) -> tuple[Installed, ...]:
    """Every model that can be used: of each slot the shipped one first, then the shop's by number."""
    return tuple(_installed(folder, store_folder) for folder in _folders(store_folder))


def models_in_use(store_folder: Path | None = None) -> list[str]:
    """One line for each model in use: name, task, size, figures; or what is wrong with it."""
    return [str(model) for model in installed(store_folder) if model.active]


@contextmanager
def draft_folder(store_folder: Path, slot: str) -> Iterator[Path]:
    """A folder beside the shop's models for a trainer to fill; what was not installed by the end is deleted."""
    with _said_plainly(store_folder):
        root = store_folder / STORE_MODELS
        root.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=root, prefix=f".{slot}-"))
    try:
        yield scratch / slot
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def install(store_folder: Path, slot: str, draft: Path, why: str = "") -> Installed:
    """Moves a finished model folder into the store under the slot's next number and puts it to use. `why` is kept with it.

    Raises:
        ModelMissing, ModelCorrupt: there is no sound model in `draft`; the shop's models are unchanged.
        ModelError: it cannot be written.
    """
    open_model(draft)
    with _writing(store_folder) as root:
        for path in (*draft.rglob("*"), draft):
            _sync(path)
        number = 1 + max((_place(path.name)[1] for path in root.glob(f"{slot}-*") if _NAME.fullmatch(path.name)), default=0)
        draft.rename(root / f"{slot}-{number}")
        _sync(root)
    return use(store_folder, f"{slot}-{number}", why)


def use(store_folder: Path, name: str, why: str = "") -> Installed:
    """Puts the model called `name` to use; a slot's own name stands for the shipped model.

    Raises:
        ModelMissing: there is no such model.
        ModelCorrupt: its files differ from its card.
    """
    match = _NAME.fullmatch(name)
    folder = _folder(store_folder, name) if match else store_folder
    if match is None or not (folder / CARD_FILE).is_file():
        names = ", ".join(model.name for model in installed(store_folder)) or "none"
        raise ModelMissing(f"The shop has no model {name!r}.", hint=f"It has: {names}.")
    open_model(folder)
    slot = match["slot"]
    with _writing(store_folder) as root:
        history = _history(store_folder, slot)
        if name != (history[-1].name if history else slot):
            _write_history(root, slot, [*history, _Use(name, _now(), why)])
    return _installed(folder, store_folder)


def roll_back(store_folder: Path, slot: str) -> Installed:
    """Goes back to the model that `slot` used before this one, the shipped one at the last.

    Raises:
        ModelMissing: nothing but the shipped model was ever used.
    """
    if not _history(store_folder, slot):
        raise ModelMissing(f"There is nothing to go back to: {slot!r} has always been the shipped model.", hint="See `shopclerk models`.")
    with _writing(store_folder) as root:
        before = _history(store_folder, slot)[:-1]
        while before and not (_folder(store_folder, before[-1].name) / CARD_FILE).is_file():
            before.pop()
        folder = _folder(store_folder, before[-1].name) if before else WEIGHTS / slot
        open_model(folder)
        _write_history(root, slot, before)
    return _installed(folder, store_folder)


def _folder(store_folder: Path, name: str) -> Path:
    return store_folder / STORE_MODELS / name if "-" in name else WEIGHTS / name


def _folders(store_folder: Path | None) -> list[Path]:
    """Folders with a card: each slot's shipped one, then the shop's own by number."""
    roots = [WEIGHTS] if store_folder is None else [WEIGHTS, store_folder / STORE_MODELS]
    found = [card.parent for root in roots for card in root.glob(f"*/{CARD_FILE}") if _NAME.fullmatch(card.parent.name)]
    return sorted(found, key=lambda folder: _place(folder.name))


def _place(name: str) -> tuple[str, int]:
    slot, _, number = name.partition("-")
    return slot, int(number or 0)


def _installed(folder: Path, store_folder: Path | None) -> Installed:
    slot = _place(folder.name)[0]
    history = [] if store_folder is None else _history(store_folder, slot)
    active = folder.name == (history[-1].name if history else slot)
    last = next((entry for entry in reversed(history) if entry.name == folder.name), _Use(folder.name, ""))
    try:
        card, problem = read_card(folder), ""
    except ModelCorrupt as error:
        card, problem = Card(task="unknown", name=folder.name), str(error)
    return Installed(folder.name, slot, folder, card, active, last.at, last.why, problem)


def _history(store_folder: Path, slot: str) -> list[_Use]:
    path = store_folder / STORE_MODELS / f"{slot}.json"
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        return [_Use(**entry) for entry in content["used"]]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise ModelCorrupt(f"{path} is malformed: {error!r}.", hint="Delete it to use the shipped model.") from error


def _write_history(root: Path, slot: str, history: list[_Use]) -> None:
    beside = root / f".{slot}.json.new"
    content = {"format": FORMAT, "used": [asdict(entry) for entry in history]}
    beside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    _sync(beside)
    beside.replace(root / f"{slot}.json")
    _sync(root)


@contextmanager
def _writing(store_folder: Path) -> Iterator[Path]:
    """The folder of the shop's models, for one writer at a time; a second waits. Readers are never held up."""
    with _said_plainly(store_folder):
        root = store_folder / STORE_MODELS
        root.mkdir(exist_ok=True)
        with (root / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield root


@contextmanager
def _said_plainly(store_folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"The models of {store_folder} could not be written: {error.strerror or error}."
        raise ModelError(message, hint="What the shop uses is unchanged; make room or mend the permissions, then repeat.") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
