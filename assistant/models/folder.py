"""Model folders: what trainers write and what inference reads.

Owns `card.json` and the check of every file against it. Knows no weights format and no runtime: it hands out paths.

    card.json      what the model is, what it was made from, how good it is, and the sha256 of each other file
    model.onnx | model.safetensors | model.bin ...
    tokenizer.json
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import ModelCorrupt, ModelMissing

CARD_FILE = "card.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a model was trained on. `licence` is an SPDX name, or the words of the source."""

    name: str
    licence: str
    rows: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Size and digest of one file of the folder."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Card:
    """The content of `card.json`.

    `labels` maps the name of a head to its labels, in the order of its logits; `settings` is what inference must know
    (for instance `max_tokens`); `files` is filled in by `write_card`.
    """

    task: str
    name: str
    base: str = ""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data: tuple[Dataset, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    licence: str = ""
    notes: str = ""
    files: Mapping[str, FileEntry] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name and a digest of all files: equal only for equal weights."""
        digest = hashlib.sha256("".join(f"{name}:{self.files[name].sha256};" for name in sorted(self.files)).encode())
        return f"{self.name}:{digest.hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder whose files were checked against its card."""

    path: Path
    card: Card

    def file(self, name: str) -> Path:
        """The path of a file that the card names.

        Raises:
            ModelCorrupt: the card names no such file.
        """
        if name not in self.card.files:
            raise ModelCorrupt(f"{self.path / CARD_FILE} names no file {name!r}.", hint=_REMEDY)
        return self.path / name


_REMEDY = "Restore the folder from its source, or train it anew; `shopclerk finetune --help` lists the commands."


def write_card(folder: Path, card: Card) -> Card:
    """Writes `card.json` for all files now in `folder` and returns the card with their sums."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != CARD_FILE)
    files = {name: FileEntry((folder / name).stat().st_size, _sha256(folder / name)) for name in names}
    complete = Card(**{**_shallow(card), "files": files})
    (folder / CARD_FILE).write_text(json.dumps(_to_json(complete), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return complete


def read_card(folder: Path) -> Card:
    """The card of `folder`; the files themselves are not looked at.

    Raises:
        ModelMissing: no card there.
        ModelCorrupt: the card is malformed, or of a newer format.
    """
    path = folder / CARD_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelMissing(f"No model in {folder}: it has no {CARD_FILE}.", hint=_REMEDY) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelCorrupt(f"{path} is not valid JSON: {error}.", hint=_REMEDY) from error
    return _from_json(path, content)


def open_model(folder: Path, task: str | None = None) -> ModelFolder:
    """Reads the card and checks every file's size and sum.

    Raises:
        ModelMissing: no model there, or one for another task.
        ModelCorrupt: a file is absent, cut short, or altered.
    """
    card = read_card(folder)
    if task is not None and card.task != task:
        raise ModelMissing(f"{folder} holds a model for {card.task!r}, not for {task!r}.", hint="Give the folder of the right model.")
    for name, entry in card.files.items():
        _check(folder / name, entry)
    return ModelFolder(folder, card)


def digest_of(paths: Iterable[Path]) -> str:
    """One sha256 over the contents of several files, in the order given."""
    return hashlib.sha256("".join(_sha256(path) for path in paths).encode()).hexdigest()


def _check(path: Path, entry: FileEntry) -> None:
    if not path.is_file():
        raise ModelCorrupt(f"{path} is missing, though the card names it.", hint=_REMEDY)
    if (size := path.stat().st_size) != entry.bytes:
        raise ModelCorrupt(f"{path} has {size:,} bytes where the card says {entry.bytes:,}.", hint=_REMEDY)
    if _sha256(path) != entry.sha256:
        raise ModelCorrupt(f"{path} differs from the sum in the card.", hint=_REMEDY)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _shallow(card: Card) -> dict[str, Any]:
    return {name: getattr(card, name) for name in Card.__slots__}


def _to_json(card: Card) -> dict[str, Any]:
    return {
        "format": FORMAT,
        **_shallow(card),
        "labels": {head: list(labels) for head, labels in card.labels.items()},
        "data": [{name: getattr(item, name) for name in Dataset.__slots__} for item in card.data],
        "metrics": dict(card.metrics),
        "settings": dict(card.settings),
        "files": {name: {"bytes": entry.bytes, "sha256": entry.sha256} for name, entry in card.files.items()},
    }


def _from_json(path: Path, content: Any) -> Card:
    try:
        if content["format"] > FORMAT:
            raise ModelCorrupt(f"{path} has format {content['format']}; this version reads up to {FORMAT}.", hint="Upgrade Shopclerk.")
        return Card(
            **{name: content[name] for name in ("task", "name", "base", "metrics", "settings", "licence", "notes")},
            labels={head: tuple(labels) for head, labels in content["labels"].items()},
            data=tuple(Dataset(**item) for item in content["data"]),
            files={name: FileEntry(**entry) for name, entry in content["files"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelCorrupt(f"{path} is malformed: {error!r}.", hint=_REMEDY) from error
