"""How understanding a message can end other than in a question: asking back, or declining with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Slot: TypeAlias = Literal["", "product", "metric", "dimension", "subject", "period", "per"]
RefuseReason: TypeAlias = Literal["absent", "value", "period", "unknown", "attack", "denied"]


@dataclass(frozen=True, slots=True)
class Clarify:
    """A question back. `choices` are replies to click; `slot` is what a reply would fill."""

    text: str
    choices: tuple[str, ...] = ()
    slot: Slot = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Why there is no answer. `choices` are questions that can be asked instead."""

    text: str
    reason: RefuseReason
    choices: tuple[str, ...] = ()


class Stop(Exception):
    """Ends the parse of a message; never leaves this package."""

    def __init__(self, outcome: Clarify | Refuse) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome
