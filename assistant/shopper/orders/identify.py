"""Who the customer is: by the site's sign-in, else by what they say of themselves. One customer a conversation.

Refuses to hint whether an account exists: every failure reads the same, and after a few of them nothing is looked up any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.shopper import cues
from assistant.shopper.state import DialogueState, Identity
from assistant.shopper.words import word_list
from assistant.store.records import Customer
from assistant.types import Understanding

if TYPE_CHECKING:
    from assistant.store import Store

_LEAD_IN = re.compile(r"^(?:(?:hi|hello|hey|yes|sure|ok|its|it's|i'm|im|i am|my name is|name is|this is)[\s,!.]+)+", re.IGNORECASE)
MOST_FAILURES = 4
"""Failed identifications in one conversation after which it stays unidentified."""


@dataclass(frozen=True, slots=True)
class Identification:
    """`result`: known (was before), found, failed, stopped (too many failures), other (claims to be somebody else), partial, none
    (nothing was said)."""

    result: str
    state: DialogueState


def identify(understanding: Understanding, state: DialogueState, store: Store, settings: Settings) -> Identification:
    """Read what the message says of its writer and look them up."""
    said = _said(understanding, state.identity, expected=state.identifying or understanding.intent == "give_details")
    if (
        said.zip and not (said.last_name or said.email) and state.held is not None
    ):  # "ada winter. where is my order?", and then the post code
        said = _bare_name(replace(understanding, text=re.split(r"[.!?,;:\n]", state.held.text)[0], entities=()), said)
    fresh = said != state.identity
    if state.customer_id:
        return Identification("other" if _contradicts(understanding, store.customers.get(state.customer_id)) else "known", state)
    if not fresh:
        return Identification("none", state)
    if state.failed_identifications >= MOST_FAILURES:
        return Identification("stopped", state)
    state = replace(state, identity=said)
    if not _complete(said, settings):
        return Identification("partial", state)
    customer = _look_up(said, store, settings)
    if customer is None:
        kept = replace(said, email="", zip="")  # who mistyped a post code need not repeat the name
        return Identification("failed", replace(state, identity=kept, failed_identifications=state.failed_identifications + 1))
    return Identification("found", replace(state, customer_id=customer.id, identifying=False))


def missing(identity: Identity, settings: Settings) -> str:
    """What is still needed of somebody who gave a part, in words; empty where nothing of use was given."""
    parts = []
    if "name_zip" in settings.shopper.identify_by and (identity.last_name or identity.zip):
        parts.append("your post code" if identity.last_name else "your first and last name")
    if parts and "email" in settings.shopper.identify_by:
        parts.append("the e-mail address of your account")
    return ", or ".join(parts)


def _said(understanding: Understanding, before: Identity, *, expected: bool) -> Identity:
    emails, names, zips = (understanding.of_kind(kind) for kind in ("email", "first_last_name", "zip"))
    if emails:
        before = replace(before, email=str(emails[0].value))
    if names:
        words = [word for word in str(names[-1].value).split() if "'" not in word[:3] and "’" not in word[:3]]
        before = replace(before, first_name=words[0], last_name=words[-1]) if len(words) > 1 else before
    elif expected and not emails and not (zips and before.last_name):
        before = _bare_name(understanding, before)
    if zips and (before.last_name or expected):
        place = names[-1].end if names else 0
        nearest = min(zips, key=lambda e: abs(e.start - place)) if names else zips[0]
        before = replace(before, zip=str(nearest.value))
    return before


def _bare_name(understanding: Understanding, before: Identity) -> Identity:
    """Two words and nothing else, in answer to the question who one is, are a name."""
    text = _LEAD_IN.sub("", understanding.text.replace(",", " ").strip(" .!"))
    words = [word for word in text.split() if not any(word in e.surface for e in understanding.of_kind("zip"))]
    if len(words) == 2 and all(word.replace("-", "").replace("'", "").isalpha() for word in words) and not set(words) & word_list("filler"):
        return replace(before, first_name=words[0], last_name=words[1])
    return before


def _contradicts(understanding: Understanding, customer: Customer | None) -> bool:
    """Whether the message names an e-mail, or a person with a post code, that is not the verified customer's."""
    if customer is None:
        return True
    if any(str(e.value).casefold() != customer.email.casefold() for e in understanding.of_kind("email")):
        return True
    own = f"{customer.first_name} {customer.last_name}".casefold()
    introduced = [match["name"] for match in cues.INTRODUCES.finditer(understanding.text)]
    return any(name.casefold() != own and name.split()[0].casefold() not in word_list("filler") for name in introduced)


def _complete(identity: Identity, settings: Settings) -> bool:
    by = settings.shopper.identify_by
    return bool(("email" in by and identity.email) or ("name_zip" in by and identity.first_name and identity.last_name and identity.zip))


def _look_up(identity: Identity, store: Store, settings: Settings) -> Customer | None:
    by = settings.shopper.identify_by
    if "email" in by and identity.email:
        return store.customers.by_email(identity.email)
    return store.customers.by_name_zip(identity.first_name, identity.last_name, identity.zip)
