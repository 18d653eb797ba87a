"""Which model phrases, by the setting `responder`. Knows the names; the models are elsewhere."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import ModelMissing
from assistant.models.folder import CARD_FILE, read_card
from assistant.models.registry import find_model
from assistant.models.responder import SLOT, TASK, Phraser, Seq2SeqResponder
from assistant.models.responder_langchain import PREFIX, LangChainResponder

SHIPPED, PLAIN = "shipped", "plain"


def load_phraser(name: str = SHIPPED, store_folder: Path | None = None) -> Phraser | None:
    """The model that a setting names, None for `plain`. Cheap: nothing is loaded before the first use, or `warm_up`.

    `shipped` is the shop's own responder where it trained one; else a model folder, or `langchain:provider:model`.

    Raises:
        ModelMissing: there is no such model.
        ModelCorrupt: its card cannot be read.
    """
    if name == PLAIN:
        return None
    if name.startswith(PREFIX):
        return LangChainResponder(name.removeprefix(PREFIX))
    folder = find_model(SLOT, store_folder) if name == SHIPPED else Path(name)
    if not (folder / CARD_FILE).is_file():
        raise ModelMissing(f"There is no responder {name!r}.", hint=f"Use {SHIPPED}, {PLAIN}, a model folder, or {PREFIX}PROVIDER:MODEL.")
    if (task := read_card(folder).task) != TASK:
        raise ModelMissing(f"{folder} holds a model for {task!r}, not for {TASK!r}.", hint="Give the folder of a responder.")
    return Seq2SeqResponder(folder)
