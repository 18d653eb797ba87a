"""The intents that a message can have: one block each in the TOML files beside this module, and in a shop's own `intents.toml`.

Owns names, descriptions and hand-written examples; refuses to know how a message is matched to them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import BadSettings
from assistant.types import Role

OUT_OF_SCOPE = "out_of_scope"
"""The intent of whatever a clerk does not deal with; data sets call it `oos`."""

SHOP_FILE = "intents.toml"
"""A shop's own intents, in its store folder, in the form of the shipped files."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that a message can mean, for the roles that may mean it."""

    name: str
    description: str
    examples: tuple[str, ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All intents, in a fixed order, names unique."""

    intents: tuple[Intent, ...]

    def __iter__(self) -> Iterator[Intent]:
        return iter(self.intents)

    def __len__(self) -> int:
        return len(self.intents)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(intent.name for intent in self.intents)

    def of_role(self, role: Role) -> tuple[Intent, ...]:
        """What a person in this role can mean; an agent speaks like a shopper."""
        spoken = Role.SHOPPER if role is Role.AGENT else role
        return tuple(intent for intent in self.intents if spoken in intent.roles)


def load_catalogue(store: Path | None = None) -> Catalogue:
    """The shipped intents, then those of `intents.toml` in the folder `store`, which may add examples to a shipped name.

    Raises:
        BadSettings: a file is no TOML, or a block lacks its name or examples, or names a role that does not exist.
    """
    paths = sorted(Path(__file__).parent.glob("*.toml"))
    if store is not None and (store / SHOP_FILE).exists():
        paths.append(store / SHOP_FILE)
    return Catalogue(_merged(intent for path in paths for intent in read_intents(path)))


def read_intents(path: Path) -> list[Intent]:
    """The blocks of one file.

    Raises:
        BadSettings: see `load_catalogue`.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} is not valid TOML: {error}.", hint="Mend the line it names.") from error
    roles = content.get("roles", [Role.SHOPPER.value])
    return [_intent(path, number, block, roles) for number, block in enumerate(content.get("intent", []), start=1)]


def _intent(path: Path, number: int, block: dict[str, Any], roles: list[str]) -> Intent:
    name, examples = block.get("name"), block.get("examples")
    if not isinstance(name, str) or not name.isidentifier():
        raise BadSettings(f"{path}: intent {number} has the name {name!r}.", hint='Give it a name such as name = "gift_wrapping".')
    if not isinstance(examples, list) or not examples or not all(isinstance(text, str) and text.strip() for text in examples):
        raise BadSettings(f"{path}: intent {name!r} has no usable examples.", hint='Add examples = ["...", "..."], five or more.')
    try:
        spoken = tuple(Role(role) for role in block.get("roles", roles))
    except ValueError as error:
        raise BadSettings(f"{path}: intent {name!r}: {error}.", hint=f"Roles are {', '.join(Role)}.") from error
    return Intent(name, str(block.get("description", "")), tuple(text.strip() for text in examples), spoken)


def _merged(intents: Iterable[Intent]) -> tuple[Intent, ...]:
    merged: dict[str, Intent] = {}
    for intent in intents:
        known = merged.get(intent.name)
        if known is not None:
            examples = tuple(dict.fromkeys(known.examples + intent.examples))
            intent = Intent(known.name, known.description or intent.description, examples, known.roles)
        merged[intent.name] = intent
    return tuple(merged.values())
