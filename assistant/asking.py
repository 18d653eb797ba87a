"""Asking from a terminal or a file: message lines in, answer lines out, and a small conversation at the prompt.

Owns the reading and checking of message lines; the answers are the shop's.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from assistant.errors import BadQuestion
from assistant.store.records import AccountRole
from assistant.types import Answer, Message, Role


class Answers(Protocol):
    """Whoever answers a message: `assistant.build.Shop`, or a fake."""

    def answer(self, message: Message) -> Answer: ...


def parse_role(name: str) -> Role:
    """The role called `name`.

    Raises:
        BadQuestion: there is no such role.
    """
    try:
        return Role(name)
    except ValueError:
        raise BadQuestion(f"There is no role {name!r}.", hint=f"Use --as {', '.join(Role)}.") from None


def parse_account_role(name: str) -> str:
    """The role of staff accounts called `name`.

    Raises:
        BadQuestion: there is no such role.
    """
    try:
        return AccountRole(name).value
    except ValueError:
        raise BadQuestion(f"There is no account role {name!r}.", hint=f"Use --account-role {', '.join(AccountRole)}.") from None


def private_session(name: str) -> str:
    """A conversation id that no other run has, so that two files with equal session names share nothing."""
    return f"{uuid.uuid4().hex[:12]}-{name}"


def answer_lines(shop: Answers, lines: Iterable[str], role: Role, account_role: str = "") -> Iterator[str]:
    """Answer messages, one JSON object a line, in order; yields one JSON object for each.

    `account_role` is the staff account that they are asked for.

    Raises:
        BadQuestion: a line is not a JSON object with the texts `id`, `session` and `text`; names the line.
    """
    run = uuid.uuid4().hex[:12]
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        message = parse_message(line, number, role)
        answer = shop.answer(Message(message.id, f"{run}-{message.session}", message.text, role, message.customer_id, account_role))
        yield json.dumps(answer.to_protocol(message.id), ensure_ascii=False)


def parse_message(line: str, number: int, role: Role) -> Message:
    """The message in one JSON line; `number` is the line's number, for the error."""
    try:
        record: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadQuestion(f"Line {number} is not JSON ({error.msg}): {line.strip()[:80]!r}.") from error
    if not isinstance(record, dict):
        raise BadQuestion(f"Line {number} is not a JSON object: {line.strip()[:80]!r}.")
    for key in ("id", "session", "text"):
        if not isinstance(record.get(key), str):
            raise BadQuestion(f"Line {number}: {key!r} is {record.get(key)!r}.", hint="Every line needs the texts id, session and text.")
    customer = record.get("customer_id")
    if customer is not None and not isinstance(customer, str):
        raise BadQuestion(f"Line {number}: 'customer_id' is {customer!r}.", hint="Give a text, or leave it out.")
    return Message(record["id"], record["session"], record["text"], role, customer)


def converse(shop: Answers, role: Role, account_role: str = "") -> None:
    """A conversation at the prompt, until an empty line or the end of input."""
    from rich.console import Console

    console = Console()
    session = private_session("prompt")
    console.print("[dim]An empty line ends the conversation.[/dim]")
    for number in range(1, 10_000):
        try:
            text = console.input("[bold]> [/bold]").strip()
        except EOFError:
            return
        if not text:
            return
        answer = shop.answer(Message(str(number), session, text, role, account_role=account_role))
        console.print(answer.text, markup=False)
        for row in answer.rows[:20]:
            console.print(f"  {row.name or row.label}: {row.value:,.2f}", markup=False)
        if answer.choices:
            console.print("  " + " | ".join(answer.choices), style="dim", markup=False)
