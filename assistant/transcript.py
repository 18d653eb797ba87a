"""A conversation as an e-mail file (RFC 5322, `.eml`) that its customer can keep or send on.

Owns the form of the file (its wording is the shop's, `[lines]`); refuses to send it, and to hold a card number: everything goes
through `mask` once more.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from assistant.config import Settings
from assistant.errors import StoreError
from assistant.privacy import mask
from assistant.shopper.lines import line
from assistant.store import Store
from assistant.store.records import Conversation, Turn

_AGENT = "agent:"


def transcript(store: Store, conversation_id: str, settings: Settings) -> bytes:
    """The file, with CRLF line ends. It is addressed to the customer where the conversation knows who they are.

    Raises:
        StoreError: there is no such conversation, or nothing was said in it.
    """
    conversation = store.conversations.get(conversation_id)
    turns = store.conversations.turns(conversation_id) if conversation else []
    if conversation is None or not turns:
        raise StoreError(
            f"There is nothing to write of a conversation {conversation_id!r}.", hint="Its id stands at the desk and in the API."
        )
    customer = store.customers.get(conversation.customer_id) if conversation.customer_id else None
    shop, sender = settings.shop_name, settings.support_email or "no-reply@localhost"
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(line("transcript_subject", settings, day=f"{conversation.started_at:%d %B %Y}").split())
    message["From"] = f"{_bare(shop)} <{sender}>"
    if customer is not None and customer.email:
        message["To"] = customer.email
    message["Date"] = format_datetime(turns[-1].at)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message.set_content(_text(store, conversation, turns, settings))
    return message.as_bytes()


def file_name(shop: str, day: datetime | None = None) -> str:
    """A name for the file: "copper-kettle-2026-11-22.eml"."""
    plain = re.sub(r"[^a-z0-9]+", "-", shop.lower()).strip("-") or "conversation"
    return f"{plain}-{(day or datetime.now(UTC)):%Y-%m-%d}.eml"


def _text(store: Store, conversation: Conversation, turns: list[Turn], settings: Settings) -> str:
    began = conversation.started_at
    head = line("transcript_head", settings, day=f"{began:%d %B %Y}", time=f"{began:%H:%M}")
    said = [f"[{turn.at:%H:%M}] {_speaker(store, turn, settings)}:\n{mask(turn.text)}" for turn in turns if turn.author != "system"]
    return "\n\n".join([head, *said]) + "\n"


def _speaker(store: Store, turn: Turn, settings: Settings) -> str:
    if turn.author.startswith(_AGENT):
        name = store.accounts.shown(turn.author.removeprefix(_AGENT))
        return line("transcript_agent", settings, name=name[:1].upper() + name[1:])
    return line(f"transcript_{turn.author}", settings) if turn.author in ("customer", "bot") else turn.author.title()


def _bare(name: str) -> str:
    return re.sub(r"[^\w &'.-]+", " ", name).strip() or "Shop"
