"""Fifty shoppers and five agents at once against a real server: is anything lost, doubled or mixed, and does one only speak at a time?

    python tests/bench/together.py [--store STORE] [--shoppers 50] [--agents 5] [--seconds 300] [--out build/together.json]

Starts `shopclerk serve` over a copy of the store. Shoppers are clients of the API: each writes a message every few seconds, listens to
its conversation over server-sent events, and asks for a person now and then. Agents work the desk as the page does, signed in, by its own
events: they open whoever waits, take over (two may want the same), say a few things, and close, hand back or put back. Every message says
who sent it and for whom. In the end each conversation, as the server tells it, is held against what was sent and what was heard. Prints
and writes the figures; ends with 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
from server import Server, serving

from assistant.accounts import Accounts
from assistant.desk import handoff
from assistant.store import Store
from assistant.store.records import AccountRole, Mode
from assistant.tokens import Tokens

MESSAGES = (
    "do you have something for cold feet?", "what is it made of?", "anything cheaper?", "how long does delivery take?",
    "can I send it back?", "is it waterproof?", "what goes with it?", "thanks", "a tent for two, please", "do you ship to Norway?",
)  # fmt: skip
WORDS = ("Let me look that up for you.", "It is here on my desk.", "You can have it by Friday.", "Is there anything else?")
THINKS_S = (2.0, 8.0)
ASKS_FOR_A_PERSON = 0.12
BUSY = 503
LINE_S = 60.0
"""So long may a line take at most to bring the last of a conversation, once everybody has stopped: what comes later is lost."""
AFRESH = httpx.Limits(max_keepalive_connections=0)
"""A connection for each call: one that lay idle may be shut by the server just as it is used again, and then what was sent is in doubt."""
Said = Mapping[str, Any]


@dataclass
class Shopper:
    """What one shopper sent and heard. `sent` are the texts that the server took, in order; `heard` the turns that came over the line."""

    token: str
    sent: list[str] = field(default_factory=list)
    heard: list[Said] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)
    busy: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Agent:
    """What one agent did. `said` are (conversation, text) that the server took."""

    name: str
    said: list[tuple[str, str]] = field(default_factory=list)
    held: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Afternoon:
    """Everybody, and when agents pressed the key, by text."""

    shoppers: list[Shopper] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    pressed: dict[str, float] = field(default_factory=dict)
    reached_s: list[float] = field(default_factory=list)
    desk_closed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Report:
    """The figures. Times in milliseconds; `wrong` says in words what should not have been."""

    shoppers: int
    agents: int
    seconds: float
    messages: int
    told_to_come_back: int
    answer_p50: float
    answer_p95: float
    conversations_held: int
    refused_to_second_agent: int
    agent_words: int
    words_to_shopper_p50: float
    words_to_shopper_p95: float
    memory_mb: float
    wrong: tuple[str, ...]


Over = Callable[[Afternoon], bool]


def check(said: Sequence[Said], sent: Sequence[str], heard: Sequence[Said], told: Sequence[tuple[str, str]], of: str = "") -> list[str]:
    """What is wrong with one conversation.

    Args:
        said: its turns as the server tells them in the end.
        sent: the customer's texts that the server took.
        heard: the turns that came over the line.
        told: (agent's name, text) that agents said there.
    """
    wrong: list[str] = []
    own = [turn["text"] for turn in said if turn["author"] == "customer"]
    for text, times in (Counter(sent) - Counter(own)).items():
        wrong.append(f"lost {times}x: {text}")
    for text, times in (Counter(own) - Counter(sent)).items():
        wrong.append(f"doubled or another's {times}x: {text}")
    if not wrong and own != list(sent):
        wrong.append("the customer's messages stand in another order")
    agents = Counter((turn["name"], turn["text"]) for turn in said if turn["author"] == "person")
    wrong += [f"an agent's words were lost: {words}" for words in (Counter(told) - agents)]
    wrong += [f"an agent's words are doubled or another's: {words}" for words in (agents - Counter(told))]
    numbers = [turn["number"] for turn in said]
    if numbers != sorted(set(numbers)):
        wrong.append(f"turns are out of order: {numbers}")
    if [turn["number"] for turn in heard] != numbers or [turn["text"] for turn in heard] != [turn["text"] for turn in said]:
        wrong.append(f"heard {[turn['number'] for turn in heard]} of {numbers}")
    return [f"{of}: {words}" for words in (*wrong, *speakers(said))]


def speakers(said: Iterable[Said]) -> list[str]:
    """Where somebody speaks whose turn it is not: told from the notes in the transcript alone."""
    joined = re.compile(re.escape(handoff.JOINED).replace(r"\{name\}", "(.+)"))
    back = [re.compile(re.escape(words).replace(r"\{name\}", ".+")) for words in (handoff.RETURNED, handoff.CLOSED)]
    nobody = [re.compile(re.escape(words).replace(r"\{name\}", ".+")) for words in (handoff.ASKED, handoff.PUT_BACK)]
    speaker, wrong = "assistant", []
    for turn in said:
        if turn["author"] == "note":
            if match := joined.fullmatch(turn["text"]):
                speaker = match[1]
            elif any(pattern.fullmatch(turn["text"]) for pattern in back):
                speaker = "assistant"
            elif any(pattern.fullmatch(turn["text"]) for pattern in nobody):
                speaker = ""
        elif turn["author"] == "assistant" and speaker != "assistant":
            wrong.append(f"the assistant speaks while {speaker or 'nobody'} has the conversation: turn {turn['number']}")
        elif turn["author"] == "person" and turn["name"] != speaker:
            wrong.append(f"{turn['name']} speaks while {speaker or 'nobody'} has the conversation: turn {turn['number']}")
    return wrong


async def shop(url: str, number: int, day: Afternoon, over: Over) -> None:
    """One shopper's afternoon."""
    chooser = random.Random(number)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=AFRESH) as client:
        me: Shopper | None = None
        count = 0
        while not over(day):
            count += 1
            text = f"{chooser.choice(MESSAGES)} (shopper {number}, message {count})"
            body = {"id": f"s{number}m{count}", "text": text} | ({"conversation": me.token} if me else {})
            began = time.perf_counter()
            answer = await client.post("/api/v1/chat", json=body)
            if answer.status_code == BUSY:
                if me:
                    me.busy += 1
                await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
                continue
            found = answer.raise_for_status().json()
            if me is None:
                me = Shopper(found["conversation"])
                day.shoppers.append(me)
                listening = asyncio.create_task(listen(url, me, day))
            me.sent.append(text)
            me.waited_s.append(time.perf_counter() - began)
            if found["id"] != body["id"] or found["conversation"] != me.token:
                me.wrong.append(f"the answer to {body['id']} is another's: {found['id']}")
            await asyncio.sleep(chooser.uniform(*THINKS_S))
            if chooser.random() < ASKS_FOR_A_PERSON:
                (await client.post("/api/v1/chat/person", headers={"X-Conversation": me.token})).raise_for_status()
        if me is not None:
            await day.desk_closed.wait()  # an agent who is at it still says the last words
            await _heard_all(client, me)
            listening.cancel()


async def _heard_all(client: httpx.AsyncClient, me: Shopper) -> None:
    """Waits until the line has brought all there is, or for long enough."""
    talk = await client.get("/api/v1/chat/messages", headers={"X-Conversation": me.token})
    there = len(talk.raise_for_status().json()["said"])
    until = time.monotonic() + LINE_S
    while len(me.heard) < there and time.monotonic() < until:
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)  # what came twice is heard as well


async def listen(url: str, me: Shopper, day: Afternoon) -> None:
    """Everything that the conversation's line brings; after a break it goes on where it was."""
    async with httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(30, read=60)) as client:
        while True:
            after = me.heard[-1]["number"] if me.heard else 0
            with suppress(httpx.TransportError):
                async for name, data in events(client, f"/api/v1/chat/events?after={after}", {"X-Conversation": me.token}):
                    if name != "talk":
                        continue
                    for turn in data["said"]:
                        me.heard.append(turn)
                        if turn["text"] in day.pressed:
                            day.reached_s.append(time.perf_counter() - day.pressed[turn["text"]])


async def events(client: httpx.AsyncClient, path: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[tuple[str, Any]]:
    """(name, data) of a stream of server-sent events."""
    name = ""
    async with client.stream("GET", path, headers=headers) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                yield name, json.loads(value)


class Desk:
    """The desk's page without a browser: its own events, asked for as the page does it, in a session of its own."""

    def __init__(self, client: httpx.AsyncClient, name: str) -> None:
        self._client = client
        self._session = f"{name}{random.getrandbits(40):x}"
        self._events: dict[str, Mapping[str, Any]] = {}

    async def enter(self, name: str, password: str) -> None:
        """Sign in and read which events the page has."""
        page = (await self._client.get("/signin")).text
        form = re.search(r'name="form" value="([^"]+)"', page)
        assert form is not None, "the sign-in page has no form"
        body = {"username": name, "password": password, "form": form[1]}
        answer = await self._client.post("/signin", data=body)
        assert answer.status_code == 303, f"{name} was not let in: {answer.status_code}"
        config = (await self._client.get("/desk/config")).raise_for_status().json()
        for event in config["dependencies"]:
            self._events.setdefault(event["api_name"].partition("_1")[0], event)

    async def do(self, event_name: str, text: str = "", /, **data: Any) -> list[Any]:
        """Run one of the page's events; what it puts into the page.

        Raises:
            RuntimeError: the page would show this error.
        """
        event = self._events[event_name]
        filled = [text if place == 2 and event_name in ("act", "send") else None for place in range(len(event["inputs"]))]
        body = {
            "data": filled, "fn_index": event["id"], "session_hash": self._session, "event_data": data or None,
            "trigger_id": event["targets"][0][0],
        }  # fmt: skip
        asked = (await self._client.post("/desk/gradio_api/queue/join", json=body)).raise_for_status().json()["event_id"]
        async for _, message in events(self._client, f"/desk/gradio_api/queue/data?session_hash={self._session}"):
            if message.get("msg") == "process_completed" and message.get("event_id") == asked:
                if not message["success"]:
                    raise RuntimeError(str(message["output"].get("error")))
                found: list[Any] = message["output"]["data"]
                return found
        raise RuntimeError(f"the desk ended the line before {event_name} was done")


async def serve(url: str, agent: Agent, password: str, day: Afternoon, over: Over) -> None:
    """One agent's afternoon."""
    chooser = random.Random(agent.name)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=AFRESH) as client:
        desk = Desk(client, agent.name)
        await desk.enter(agent.name, password)
        while not over(day):
            queue = (await desk.do("filter", name="waiting"))[1]
            waiting = re.findall(r'data-open="([^"]+)"', str(queue))
            if not waiting:
                await asyncio.sleep(chooser.uniform(0.3, 1.0))
                continue
            key = chooser.choice(waiting[:3])
            await desk.do("open", id=key)
            try:
                await desk.do("act", do="take")
            except RuntimeError as error:
                agent.refused += 1
                if "held by" not in str(error):
                    agent.wrong.append(str(error))
                continue
            agent.held += 1
            for word in range(chooser.randint(1, 4)):
                text = f"{chooser.choice(WORDS)} ({agent.name}, {agent.held}.{word + 1}, for {key})"
                day.pressed[text] = time.perf_counter()
                await desk.do("send", text)
                agent.said.append((key, text))
                await asyncio.sleep(chooser.uniform(0.5, 2.0))
            await desk.do("act", do=chooser.choices(("close", "back", "queue"), (6, 2, 1))[0])


async def afternoon(url: str, passwords: Mapping[str, str], shoppers: int, over: Over) -> Afternoon:
    """Everybody at once until it is over."""
    day = Afternoon(agents=[Agent(name) for name in passwords])

    async def desk() -> None:
        try:
            await asyncio.gather(*(serve(url, agent, passwords[agent.name], day, over) for agent in day.agents))
        finally:
            day.desk_closed.set()

    await asyncio.gather(desk(), *(shop(url, number, day, over) for number in range(1, shoppers + 1)))
    return day


def after(seconds: float) -> Over:
    """Over when so many seconds have gone by."""
    until = time.monotonic() + seconds
    return lambda day: time.monotonic() >= until


def said_enough(messages: int, words: int) -> Over:
    """Over when shoppers have sent and agents have said so much, however long that takes a busy machine."""
    return lambda day: sum(len(s.sent) for s in day.shoppers) >= messages and sum(len(a.said) for a in day.agents) >= words


def judged(day: Afternoon, server: Server, store: Store, began: float) -> Report:
    """Holds every conversation against what was sent and heard."""
    tokens, names = Tokens(store), {agent.name: store.accounts.shown(agent.name) for agent in day.agents}
    told: dict[str, list[tuple[str, str]]] = {}
    for agent in day.agents:
        for key, text in agent.said:
            told.setdefault(key, []).append((names[agent.name], text))
    seconds = round(time.monotonic() - began)
    wrong = [words for person in (*day.shoppers, *day.agents) for words in person.wrong]
    for shopper in day.shoppers:
        id = tokens.shopper_conversation(shopper.token) or ""
        talk = httpx.get(f"{server.url}/api/v1/chat/messages", headers={"X-Conversation": shopper.token}, timeout=60).json()
        wrong += check(talk["said"], shopper.sent, shopper.heard, told.pop(id, []), id)
    wrong += [f"words for {key}, which is no shopper's: {texts}" for key, texts in told.items()]
    waited = [1000 * second for shopper in day.shoppers for second in shopper.waited_s]
    reached = [1000 * second for second in day.reached_s]
    return Report(
        len(day.shoppers), len(day.agents), seconds, len(waited), sum(s.busy for s in day.shoppers), *_points(waited),
        sum(a.held for a in day.agents), sum(a.refused for a in day.agents), len(reached), *_points(reached), round(server.memory_mb()),
        tuple(wrong),
    )  # fmt: skip


def _points(times: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    if len(times) < 2:
        return (round(times[0]), round(times[0])) if times else (0.0, 0.0)
    parts = statistics.quantiles(times, n=20, method="inclusive")
    return round(statistics.median(times)), round(parts[18])


def run(folder: Path, shoppers: int, agents: int, ends: Callable[[], Over]) -> Report:
    """The whole of it over the store in `folder`, to which accounts and conversations are added; `ends` is asked once it is served."""
    with Store.open(folder) as store:
        accounts = Accounts(store)
        passwords = {name: accounts.create(name, AccountRole.AGENT).password for name in (f"agent{n}" for n in range(1, agents + 1))}
        for name in passwords:
            accounts.call(name, f"Person {name.removeprefix('agent')}")
        for left in store.conversations.recent(Mode.WAITING, 10_000):  # who waited before is none of today's shoppers
            handoff.close(store, left.id, "agent1")
    with serving(folder) as server:
        began = time.monotonic()
        day = asyncio.run(afternoon(server.url, passwords, shoppers, ends()))
        with Store.open(folder) as store:
            return judged(day, server, store, began)


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--shoppers", type=int, default=50)
    parser.add_argument("--agents", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--out", type=Path, default=Path("build/together.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "shop"
        shutil.copytree(options.store or _demo(), folder)
        report = run(folder, options.shoppers, options.agents, lambda: after(options.seconds))
    for name, value in asdict(report).items():
        print(f"{name.replace('_', ' ')}: {value if name != 'wrong' else len(value)}")
    print("\n".join(report.wrong[:40]))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")
    return 1 if report.wrong else 0


def _demo() -> Path:
    from demo import demo_store

    return demo_store()


if __name__ == "__main__":
    sys.exit(main())
