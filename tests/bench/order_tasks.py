"""How many whole errands the order desk runs from one message: the tasks of the tau benchmarks, read at run time.

    shopclerk init STORE; shopclerk import tau-retail tau_retail_db.json --store STORE
    python tests/bench/order_tasks.py --store STORE --tasks tau_tasks.jsonl [--limit N] [--failures]

Each line of TASKS has an `instruction`, written to "you", and the `writes` that it should lead to. The instruction is sent as one
message, turned to the first person and otherwise as it is, but for what it says to answer only when asked to confirm: that is said
then. After that nothing is played but who is asking (name, e-mail and post code, taken from the instruction) and an explicit yes to
what is repeated back. An errand is right when exactly the wanted writes were carried out. Orders and customers are put back after each
errand; work on a copy of a store that matters.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from assistant.build import Shop, open_shop
from assistant.types import Action, Answer, Message, Status

MOST_TURNS = 12
_FIRST_PERSON = (
    (r"\byou are\b", "I am"), (r"\byou're\b", "I'm"), (r"\byou were\b", "I was"), (r"\byours\b", "mine"), (r"\byour\b", "my"),
    (r"\byourself\b", "myself"), (r"\byou'd\b", "I'd"), (r"\byou've\b", "I've"), (r"\byou\b", "I"),
)  # fmt: skip
_AT_THE_YES = re.compile(
    r"\b(?:but )?(?:if|when) the agent asks (?:you )?(?:for|to) confirm\w*,? (?:you )?(?P<said>[^.?!]+)[.?!]", re.IGNORECASE
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAME = re.compile(r"(?:[Nn]ame is|[Yy]ou are|I am)\s+([A-Z][\w'-]+\s+[A-Z][\w'-]+)")
_USER = re.compile(r"\b([a-z]+)_([a-z]+)_\d{4}\b")
_ZIP = re.compile(r"\b(\d{5})\b(?!\s*(?:street|avenue))")


@dataclass(frozen=True, slots=True)
class Errand:
    """One task, what was done for it, and the answer that it ended with."""

    id: str
    instruction: str
    wanted: Counter[str]
    done: Counter[str]
    last: Answer

    @property
    def right(self) -> bool:
        return self.wanted == self.done

    @property
    def cause(self) -> str:
        """Why an errand went wrong, as far as its end shows."""
        names = {json.loads(write)["name"] for write in self.wanted}
        extra, missing = self.done - self.wanted, self.wanted - self.done
        if names & {"modify_user_address", "transfer_to_human_agents"}:
            return "a write that the desk does not offer"
        if extra and {json.loads(write)["name"] for write in extra} & {json.loads(write)["name"] for write in missing}:
            return "the right write with another detail"
        if extra:
            return "a write too many"
        if self.last.status is Status.HANDOFF:
            return "handed to a person"
        if self.last.status is Status.DECLINED:
            return "declined"
        if self.done:
            return "some of the writes"
        return f"asked back ({self.last.intent})" if self.last.status is Status.CLARIFY else "answered without a write"


def run(shop: Shop, task: Mapping[str, Any]) -> Errand:
    """Send the instruction, identify, say yes for as long as something is repeated back."""
    session, done = uuid4().hex, Counter[str]()
    first, later = told_later(task["instruction"])
    answer = _say(shop, session, first_person(first), done)
    details = _details(task)
    for _ in range(MOST_TURNS):
        if answer.choices == ("Yes", "No"):
            answer, later = _say(shop, session, first_person(later) or "Yes, please go ahead.", done), ""
        elif details and not shop.store.conversations.get(session).customer_id:  # type: ignore[union-attr]
            answer, details = _say(shop, session, details, done), ""
        else:
            break
    return Errand(str(task["id"]), task["instruction"], Counter(map(_canonical, task["writes"])), done, answer)


def told_later(instruction: str) -> tuple[str, str]:
    """An instruction without what it says to answer only when asked to confirm, and that answer; empty where there is none."""
    found = _AT_THE_YES.search(instruction)
    return (instruction, "") if found is None else (instruction.replace(found[0], " "), found["said"].strip())


def first_person(text: str) -> str:
    """An instruction to "you" as what "I" would write."""
    for pattern, mine in _FIRST_PERSON:
        text = re.sub(pattern, mine, text, flags=re.IGNORECASE)
    return text


def _say(shop: Shop, session: str, text: str, done: Counter[str]) -> Answer:
    answer = shop.answer(Message(uuid4().hex, session, text))
    done.update(_canonical({"name": action.name, "arguments": action.arguments}) for action in answer.actions)
    return answer


def _details(task: Mapping[str, Any]) -> str:
    text = task["instruction"]
    email, name, user, code = (
        _EMAIL.search(text),
        _NAME.search(text),
        _USER.search(f"{text} {task.get('user_id') or ''}"),
        _ZIP.search(text),
    )
    who = name[1] if name else f"{user[1].title()} {user[2].title()}" if user else ""
    if email:
        return f"My email is {email[0]}."
    return f"My name is {who} and my zip code is {code[1]}." if who and code else ""


def _canonical(write: Mapping[str, Any] | Action) -> str:
    """A write as text that is equal for equal writes, whatever the order of its items."""
    name, arguments = (write.name, write.arguments) if isinstance(write, Action) else (write["name"], write["arguments"])
    plain: dict[str, Any] = {
        key: str(value).strip().lower().lstrip("#") for key, value in arguments.items() if not isinstance(value, list | tuple)
    }
    items, new = arguments.get("item_ids"), arguments.get("new_item_ids")
    if items and new:
        plain["pairs"] = sorted(map(list, zip(items, new, strict=False)))
    elif items:
        plain["items"] = sorted(items)
    return json.dumps({"name": name, **plain}, sort_keys=True)


def restoring(shop: Shop, tasks: list[Mapping[str, Any]]) -> Iterator[Errand]:
    """Run the tasks, each on orders and customers as they were at first."""
    for task in tasks:
        errand = None
        try:
            with shop.store.transaction():
                errand = run(shop, task)
                raise _PutBack
        except _PutBack:
            pass
        if errand is not None:
            yield errand


class _PutBack(Exception):
    """Ends an errand's transaction without keeping it."""


def main() -> int:
    """Print the share of errands that went right, by number of writes, and the causes of the others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--tasks", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="take each Nth task only")
    parser.add_argument("--failures", action="store_true", help="show the errands that went wrong")
    args = parser.parse_args()
    tasks = [json.loads(line) for line in args.tasks.read_text(encoding="utf-8").splitlines() if line.strip()][:: args.every]
    shop = open_shop(args.store)
    try:
        errands = list(restoring(shop, tasks[: args.limit or None]))
    finally:
        shop.close()
    right = sum(errand.right for errand in errands)
    print(f"whole errands right: {right}/{len(errands)} = {right / len(errands):.3f}")
    for writes in sorted({sum(errand.wanted.values()) for errand in errands}):
        some = [errand for errand in errands if sum(errand.wanted.values()) == writes]
        print(f"  with {writes} writes: {sum(e.right for e in some)}/{len(some)}")
    wrong = sum(1 for errand in errands if errand.done - errand.wanted)
    print(f"with a write that was not wanted: {wrong}")
    for cause, count in Counter(errand.cause for errand in errands if not errand.right).most_common():
        print(f"  {count:4d}  {cause}")
    for errand in errands if args.failures else ():
        if not errand.right:
            print(
                f"\n{errand.id} [{errand.cause}] {errand.instruction}\n  wanted {dict(errand.wanted)}\n  done   {dict(errand.done)}"
                f"\n  last   {errand.last.text[:300]}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
