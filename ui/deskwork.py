"""What each button, form and key of the desk does, one function each, and how it is undone.

Owns the acts; that they are allowed is seen to by `assistant.desk.handoff` and the store. Refuses to know about Gradio and HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict
from uuid import uuid4

from assistant.desk import Suggestion, handoff
from assistant.errors import BadQuestion
from assistant.privacy import mask
from assistant.store.desk_records import OwnMacro
from assistant.store.records import Conversation, Mode

if TYPE_CHECKING:
    from assistant.build import Shop

LONGEST_NOTE, LONGEST_TAG, LONGEST_MACRO, LONGEST_TITLE = 2000, 30, 2000, 80


class Undo(TypedDict):
    """What takes the last act back, kept by the page: another act with its data, and what to say about it."""

    do: str
    data: dict[str, Any]
    said: str


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts where. `text` is in the box; `inserted` is the place of the suggestion that came into it; `waved` were waved away."""

    agent: str
    conversation: Conversation
    text: str
    inserted: int | None
    waved: tuple[str, ...]
    undo: Undo | None


@dataclass(frozen=True, slots=True)
class Done:
    """What the page keeps after an act. `box` is the box's new text, None: as it is; `chosen` is the queue's tab where it changes."""

    inserted: int | None = None
    waved: tuple[str, ...] = ()
    undo: Undo | None = None
    box: str | None = None
    chosen: str = ""


Act: TypeAlias = "Callable[[Shop, Hand, Mapping[str, Any]], Done]"


def take(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """From now on the agent speaks; the queue shows the agent's own."""
    was = hand.conversation.mode
    handoff.take_over(shop.store, hand.conversation.id, hand.agent)
    undo = None if was is Mode.AGENT else _undo("takeback", "You have taken over.", to=was.value)
    return Done(undo=undo, chosen="mine", box="")


def back(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """The bot answers again."""
    handoff.hand_back(shop.store, hand.conversation.id, hand.agent)
    return Done(undo=_undo("takeback", "Handed back to the assistant.", to=Mode.AGENT.value))


def queue(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """Into the queue, for a colleague."""
    handoff.put_back(shop.store, hand.conversation.id, hand.agent)
    return Done(undo=_undo("takeback", "Put back into the queue.", to=Mode.AGENT.value))


def close(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """The matter is settled."""
    mine = hand.conversation.mode is Mode.AGENT
    handoff.close(shop.store, hand.conversation.id, hand.agent)
    return Done(undo=_undo("takeback", "Closed.", to=Mode.AGENT.value) if mine else None)


def take_back(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """The last move, undone: the customer's page no longer says that it was made, if nobody has spoken since."""
    to = next((mode for mode in Mode if mode.value == data.get("to")), None)
    if to is None:
        raise BadQuestion("There is nothing to take back.", hint="Use the buttons above the conversation.")
    handoff.take_back(shop.store, hand.conversation.id, hand.agent, to)
    return Done(chosen="mine" if to is Mode.AGENT else "waiting" if to is Mode.WAITING else "")


def assign(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A colleague has it now."""
    to = _text(data, "to", 80)
    account = shop.store.accounts.get(to)
    if account is None or account.disabled:
        raise BadQuestion(f"There is no colleague {to!r}.", hint="Choose one of the list.")
    handoff.assign(shop.store, hand.conversation.id, hand.agent, to)
    return Done()


def send(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """The words in the box, to the customer."""
    text = mask(hand.text.strip())
    if not text:
        return Done(hand.inserted, hand.waved, hand.undo)
    shop.desk.say(hand.conversation, hand.agent, text, _shown(shop, hand), hand.inserted)
    return Done(box="")


def sendnow(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A suggestion as it is, to the customer; what stands in the box stays."""
    place, suggestion = _suggestion(shop, hand, data)
    shop.desk.say(hand.conversation, hand.agent, mask(suggestion.text), _shown(shop, hand), place)
    return Done()


def insert(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A suggestion into the box."""
    place, suggestion = _suggestion(shop, hand, data)
    return Done(place, hand.waved, hand.undo, box=suggestion.text)


def refuse(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A suggestion that is no use here."""
    _, suggestion = _suggestion(shop, hand, data)
    shop.desk.refuse(hand.conversation, hand.agent, suggestion)
    undo = _undo("unwave", "Waved away.", text=suggestion.text)
    return Done(None, (*hand.waved, suggestion.text), undo)


def unwave(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A suggestion that was waved away, again."""
    return Done(hand.inserted, tuple(text for text in hand.waved if text != data.get("text")))


def shorter(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """What stands in the box, with fewer words."""
    return _reworded(shop, hand, "shorter")


def friendlier(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """What stands in the box, with courtesies."""
    return _reworded(shop, hand, "friendlier")


def restore(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """What stood in the box before."""
    return Done(hand.inserted, hand.waved, box=_text(data, "text", 10_000))


def note(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """Words to the colleagues."""
    text = mask(_text(data, "text", LONGEST_NOTE))
    if not text:
        return Done(hand.inserted, hand.waved, hand.undo)
    with shop.store.transaction():
        kept = shop.store.notes.add(hand.conversation.id, hand.agent, text)
        shop.store.conversations.touch(hand.conversation.id)
    return Done(hand.inserted, hand.waved, _undo("unnote", "Note added.", n=kept.id))


def unnote(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """Take back one's own note."""
    number = _number(data)
    notes = shop.store.notes.of_conversation(hand.conversation.id)
    kept = next((note for note in notes if note.id == number and note.by == hand.agent), None)
    if kept is None:
        raise BadQuestion("This note is not yours, or is gone already.", hint="Only who wrote a note can take it back.")
    with shop.store.transaction():
        shop.store.notes.remove(number, hand.agent)
        shop.store.conversations.touch(hand.conversation.id)
    return Done(hand.inserted, hand.waved, _undo("note", "Note removed.", text=kept.text))


def tag(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """One more label."""
    name = " ".join(_text(data, "tag", LONGEST_TAG).lower().split())
    if not name:
        return Done(hand.inserted, hand.waved, hand.undo)
    with shop.store.transaction():
        shop.store.tags.add(hand.conversation.id, mask(name), hand.agent)
        shop.store.conversations.touch(hand.conversation.id)
    return Done(hand.inserted, hand.waved, _undo("untag", f"Tagged “{name}”.", tag=name))


def untag(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """One label less."""
    name = _text(data, "tag", LONGEST_TAG)
    with shop.store.transaction():
        shop.store.tags.remove(hand.conversation.id, name)
        shop.store.conversations.touch(hand.conversation.id)
    return Done(hand.inserted, hand.waved, _undo("tag", f"Took off “{name}”.", tag=name))


def insert_macro(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A macro at the end of what stands in the box, its slots filled as far as they are known."""
    turns = shop.store.conversations.turns(hand.conversation.id)
    found = next((m for m in shop.desk.ready(hand.conversation, turns) if m.id == data.get("id")), None)
    if found is None:
        raise BadQuestion("This macro is gone.", hint="Choose another.")
    shop.store.macros.count_use(found.id)
    before = hand.text.rstrip()
    undo = _undo("restore", f"Macro “{found.title}” put in.", text=hand.text)
    return Done(hand.inserted, hand.waved, undo, box=f"{before}\n{found.text}" if before else found.text)


def save_macro(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A new macro, or a changed one; what customers said here before is what it is offered for."""
    title, text = _text(data, "title", LONGEST_TITLE), mask(_text(data, "text", LONGEST_MACRO))
    if not title or not text:
        raise BadQuestion("A macro needs a title and a text.", hint="Fill in both.")
    key = _text(data, "id", 80)
    known = next((m for m in shop.desk.macros.all if m.id == key), None)
    when = known.when if known else (title,)
    key = known.id if known else f"{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-') or 'macro'}-{uuid4().hex[:4]}"
    shop.store.macros.save(OwnMacro(key, title, when, text, hand.agent, datetime.now(UTC)))
    shop.store.audit.append(hand.agent, "macro_saved", key)
    undo = (
        _undo("macro-save", "Macro saved.", id=key, title=known.title, text=known.text)
        if known
        else _undo("unmacro", "Macro made.", id=key)
    )
    return Done(hand.inserted, hand.waved, undo)


def remove_macro(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A macro that nobody needs any more."""
    known = next((m for m in shop.desk.macros.all if m.id == data.get("id")), None)
    if known is None:
        raise BadQuestion("This macro is gone already.", hint="Refresh the page.")
    shop.store.macros.save(OwnMacro(known.id, known.title, known.when, known.text, hand.agent, datetime.now(UTC), removed=True))
    shop.store.audit.append(hand.agent, "macro_removed", known.id)
    kept = {"id": known.id, "title": known.title, "text": known.text, "when": list(known.when)}
    return Done(hand.inserted, hand.waved, Undo(do="bring-macro", data=kept, said=f"Macro “{known.title}” removed."))


def bring_macro(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """A removed macro, again."""
    found = next((m for m in shop.store.macros.all() if m.id == data.get("id") and m.removed), None)
    if found is not None:
        shop.store.macros.save(OwnMacro(found.id, found.title, found.when, found.text, hand.agent, datetime.now(UTC)))
        shop.store.audit.append(hand.agent, "macro_saved", found.id)
    return Done(hand.inserted, hand.waved)


def undo(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> Done:
    """Take the last act back, once."""
    if hand.undo is None:
        return Done(hand.inserted, hand.waved)
    done = ACTS[hand.undo["do"]](shop, hand, hand.undo["data"])
    return Done(done.inserted, done.waved, None, done.box, done.chosen)


ACTS: Mapping[str, Act] = {
    "take": take,
    "back": back,
    "queue": queue,
    "close": close,
    "takeback": take_back,
    "assign": assign,
    "send": send,
    "sendnow": sendnow,
    "insert": insert,
    "refuse": refuse,
    "unwave": unwave,
    "shorter": shorter,
    "friendlier": friendlier,
    "restore": restore,
    "note": note,
    "unnote": unnote,
    "tag": tag,
    "untag": untag,
    "macro": insert_macro,
    "macro-save": save_macro,
    "unmacro": remove_macro,
    "bring-macro": bring_macro,
    "undo": undo,
}
"""By the name that the page sends."""


def _undo(do: str, said: str, **data: Any) -> Undo:
    return Undo(do=do, data=data, said=said)


def _reworded(shop: Shop, hand: Hand, wish: Any) -> Done:
    turns = shop.store.conversations.turns(hand.conversation.id)
    asked = next((turn.text for turn in reversed(turns) if turn.author == "customer"), "")
    changed = shop.reworded(hand.text, wish, asked) if hand.text.strip() else None
    if changed is None:
        raise BadQuestion(
            f"There is nothing to make {wish} here.", hint="Write something first." if not hand.text.strip() else "Send it as it is."
        )
    return Done(hand.inserted, hand.waved, _undo("restore", f"Made {wish}.", text=hand.text), box=changed)


def _shown(shop: Shop, hand: Hand) -> Sequence[Suggestion]:
    """What the agent saw when writing."""
    return [s for s in shop.desk.shown(hand.conversation.id) if s.text not in hand.waved]


def _suggestion(shop: Shop, hand: Hand, data: Mapping[str, Any]) -> tuple[int, Suggestion]:
    shown, place = _shown(shop, hand), _number(data)
    if not 0 <= place < len(shown):
        raise BadQuestion("This suggestion is gone: the customer has written again.", hint="Look at the new ones.")
    return place, shown[place]


def _number(data: Mapping[str, Any]) -> int:
    try:
        return int(data.get("n", -1))
    except (TypeError, ValueError):
        return -1


def _text(data: Mapping[str, Any], name: str, longest: int) -> str:
    return str(data.get(name) or "").strip()[:longest]
