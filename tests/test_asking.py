from __future__ import annotations

import json

import pytest

from assistant.asking import answer_lines, parse_account_role, parse_role
from assistant.errors import BadQuestion
from assistant.types import Answer, Message, Role, Status


class Echo:
    """Answers with the words it got and remembers who asked."""

    def __init__(self) -> None:
        self.seen: list[Message] = []

    def answer(self, message: Message) -> Answer:
        self.seen.append(message)
        return Answer(Status.ANSWERED, message.text.upper())


def line(**fields: object) -> str:
    return json.dumps({"id": "a", "session": "s", "text": "hello", **fields})


def test_one_answer_a_line_in_order_with_the_same_id() -> None:
    answers = [json.loads(x) for x in answer_lines(Echo(), [line(id="1"), "\n", line(id="2", text="bye")], Role.SHOPPER)]
    assert [(a["id"], a["text"]) for a in answers] == [("1", "HELLO"), ("2", "BYE")]


def test_sessions_of_one_file_stay_together_and_of_two_files_apart() -> None:
    echo = Echo()
    for _ in range(2):
        list(answer_lines(echo, [line(), line(), line(session="t")], Role.SHOPPER))
    first, second, other, *again = [m.session for m in echo.seen]
    assert first == second != other
    assert first not in again


def test_the_signed_in_customer_is_passed_on() -> None:
    echo = Echo()
    list(answer_lines(echo, [line(customer_id="c9")], Role.SHOPPER))
    assert echo.seen[0].customer_id == "c9"


def test_the_account_role_goes_with_every_line_and_is_checked() -> None:
    echo = Echo()
    list(answer_lines(echo, [line()], Role.STAFF, parse_account_role("analyst")))
    assert echo.seen[0].account_role == "analyst"
    with pytest.raises(BadQuestion, match="no account role 'boss'"):
        parse_account_role("boss")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("{nope", "not JSON"),
        ("[1]", "not a JSON object"),
        (line(text=3), "'text' is 3"),
        ('{"id": "1"}', "'session'"),
        (line(customer_id=7), "customer_id"),
    ],
)
def test_a_bad_line_is_named(bad: str, says: str) -> None:
    with pytest.raises(BadQuestion, match=says) as error:
        list(answer_lines(Echo(), [line(), bad], Role.SHOPPER))
    assert "Line 2" in str(error.value)


def test_an_unknown_role_names_the_known_ones() -> None:
    with pytest.raises(BadQuestion, match="shopper, agent, staff"):
        parse_role("boss")
