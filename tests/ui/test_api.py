"""The HTTP API: chat whole and as it is said, the conversation live, search, opinions, staff questions, imports, keys, limits, figures."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import HTTPException
from served import Site, make_shop, serve

from assistant.accounts import Accounts
from assistant.api import QUEUE_PER_LANE, Lanes
from assistant.api.callers import OPEN_SCOPES
from assistant.config import ApiSettings
from assistant.desk import handoff
from assistant.keys import Keys, Scope
from assistant.store.records import AccountRole
from assistant.tokens import Tokens

KeyFor = Callable[..., dict[str, str]]


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{site.url}/api/v1") as client:
        yield client


@pytest.fixture
def key_for(site: Site) -> KeyFor:
    """The header of a new key with these scopes."""

    def make(*scopes: Scope, role: AccountRole = AccountRole.ANALYST) -> dict[str, str]:
        return {"Authorization": f"Bearer {Keys(site.shop.store).create('test', scopes, role).text}"}

    return make


def told(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    """The server-sent events of a response, as (name, data)."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            yield name, json.loads(line[6:])


def id_of(site: Site, token: str) -> str:
    id = Tokens(site.shop.store).shopper_conversation(token)
    assert id is not None
    return id


def test_it_says_that_it_lives_and_is_ready(client: httpx.Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/ready").json() == {"status": "ready", "version": client.get("/health").json()["version"], "problems": []}


def test_a_conversation_goes_on_with_its_token_and_only_with_it(client: httpx.Client, site: Site) -> None:
    first = client.post("/chat", json={"text": "a tent", "id": "m1"}).json()
    assert (first["id"], first["status"], first["products"][0]) == ("m1", "answered", "p1")
    assert first["choices"] == ["Only tents", "Under £100"]
    again = client.post("/chat", json={"text": "the second", "conversation": first["conversation"]}).json()
    assert again["conversation"] == first["conversation"]
    assert client.post("/chat", json={"text": "hi", "conversation": "api:guessed"}).status_code == 400
    web = Tokens(site.shop.store).new_conversation("web")
    assert client.post("/chat", json={"text": "hi", "conversation": web}).status_code == 400, "the page's cookie is no API token"
    other = client.post("/chat", json={"text": "a tent"}).json()
    assert other["conversation"] != first["conversation"]


def test_messages_out_of_form_are_refused(client: httpx.Client) -> None:
    for path in ("/chat", "/chat/stream"):
        assert client.post(path, json={"text": ""}).status_code == 422
        assert client.post(path, json={"text": "x" * 5000}).status_code == 422
        assert client.post(path, content=b"not json").status_code == 422


def test_an_answer_comes_as_it_is_said_and_then_whole(client: httpx.Client) -> None:
    with client.stream("POST", "/chat/stream", json={"text": "what about returns?", "id": "m2"}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = list(told(response))
    assert [name for name, _ in events[:2]] == ["start", "words"]
    answer = events[-1][1]
    assert (events[-1][0], answer["id"], answer["conversation"]) == ("answer", "m2", events[0][1]["conversation"])
    words = [data["text"] for name, data in events if name == "words"]
    assert len(words) == len(answer["text"].split())
    assert "".join(words) == answer["text"]


def test_an_answer_that_fails_is_said_in_words_and_counted(client: httpx.Client, key_for: KeyFor) -> None:
    with client.stream("POST", "/chat/stream", json={"text": "explode"}) as response:
        events = list(told(response))
    assert [name for name, _ in events] == ["start", "failed"]
    assert "send it again" in events[1][1]["detail"]
    metrics = client.get("/metrics", headers=key_for(Scope.METRICS)).text
    assert 'shopclerk_errors_total{kind="RuntimeError"}' in metrics


def test_a_conversation_can_be_read_again_and_a_person_asked_for(client: httpx.Client, site: Site) -> None:
    token = client.post("/chat", json={"text": "a tent"}).json()["conversation"]
    talk = client.get("/chat/messages", headers={"X-Conversation": token}).json()
    assert [said["author"] for said in talk["said"]] == ["customer", "assistant"]
    assert talk["said"][1]["products"][0] == "p1"
    asked = client.post("/chat/person", headers={"X-Conversation": token}).json()
    assert asked["mode"] == "waiting"
    assert asked["said"][-1]["author"] == "note"
    silent = client.post("/chat", json={"text": "hello?", "conversation": token}).json()
    assert silent["status"] == "handoff"
    later = client.get("/chat/messages", params={"after": 3}, headers={"X-Conversation": token}).json()
    assert [(said["author"], said["text"]) for said in later["said"]] == [("customer", "hello?")]
    assert client.get("/chat/messages", headers={"X-Conversation": "made up"}).status_code == 400


def test_a_persons_words_arrive_while_the_stream_is_open(client: httpx.Client, site: Site) -> None:
    token = client.post("/chat", json={"text": "a tent"}).json()["conversation"]
    client.post("/chat/person", headers={"X-Conversation": token})
    Accounts(site.shop.store).call("agent", "Mara")
    id, came = id_of(site, token), []
    with client.stream("GET", "/chat/events", params={"after": 3}, headers={"X-Conversation": token}, timeout=30) as response:
        events = told(response)
        assert next(events)[1]["mode"] == "waiting"
        handoff.take_over(site.shop.store, id, "agent")
        assert next(events)[1]["person"] == "Mara"
        for text in ("Good morning.", "Which tent?"):
            said = time.perf_counter()
            handoff.say(site.shop.store, id, "agent", text)
            talk = next(events)[1]
            came.append(time.perf_counter() - said)
            assert [(s["author"], s["name"], s["text"]) for s in talk["said"]] == [("person", "Mara", text)]
        site.shop.hub.typing(id, "agent")
        assert next(events) == ("typing", {"who": "Mara"})
    assert min(came) < 2
    Accounts(site.shop.store).call("agent", "")


def test_search_finds_products(client: httpx.Client) -> None:
    found = client.get("/search", params={"q": "tent", "k": 2}).json()
    assert found[0]["id"] == "product:p1"
    assert client.get("/search", params={"q": "tent", "kind": "faq"}).json() == []
    assert client.get("/search", params={"q": ""}).status_code == 422


def test_a_thumb_and_a_verdict_are_kept_and_nobody_elses_answers_can_be_rated(client: httpx.Client, site: Site) -> None:
    token = client.post("/chat", json={"text": "a tent", "id": "a1"}).json()["conversation"]
    client.post("/chat", json={"text": "what about returns?", "id": "a2", "conversation": token})
    down = {"conversation": token, "answer": "a1", "rating": -1, "reason": "my card is 4111 1111 1111 1111"}
    assert client.post("/feedback", json=down).status_code == 204
    assert client.post("/feedback", json={"conversation": token, "rating": 1}).status_code == 204
    assert client.post("/feedback", json={"conversation": token, "score": 5, "words": "quick"}).status_code == 204
    kept = site.shop.store.feedback.of_conversation(id_of(site, token))
    assert [(f.turn, f.rating) for f in kept] == [(2, -1), (4, 1)]
    assert "4111 1111" not in kept[0].reason
    verdict = site.shop.store.satisfaction.get(id_of(site, token))
    assert verdict is not None
    assert (verdict.score, verdict.words) == (5, "quick")
    for bad in ({"answer": "other", "rating": 1}, {"turn": 1, "rating": 1}, {}):
        assert client.post("/feedback", json={"conversation": token, **bad}).status_code == 404
    assert client.post("/feedback", json={"conversation": token, "rating": 2}).status_code == 422


def test_a_key_opens_what_its_scopes_say_and_nothing_else(client: httpx.Client, key_for: KeyFor) -> None:
    calls: dict[Scope, Callable[[dict[str, str]], httpx.Response]] = {
        Scope.CHAT: lambda headers: client.post("/chat", json={"text": "a tent"}, headers=headers),
        Scope.SEARCH: lambda headers: client.get("/search", params={"q": "tent"}, headers=headers),
        Scope.FEEDBACK: lambda headers: client.post("/feedback", json={"conversation": "none"}, headers=headers),
        Scope.SUGGEST: lambda headers: client.get("/suggestions", params={"conversation": "none"}, headers=headers),
        Scope.STAFF: lambda headers: client.post("/staff/ask", json={"text": "sales"}, headers=headers),
        Scope.IMPORT: lambda headers: client.post("/import/none", files={"file": b"x"}, headers=headers),
        Scope.METRICS: lambda headers: client.get("/metrics", headers=headers),
    }
    assert set(calls) == set(Scope)
    for held in Scope:
        headers = key_for(held)
        for scope, call in calls.items():
            refused = call(headers).status_code
            assert (refused == 403) == (scope is not held), (held, scope, refused)
            assert refused != 401
    for scope, call in calls.items():
        assert call({"Authorization": "Bearer sck_00000000_wrong"}).status_code == 401
        assert (call({}).status_code == 401) == (scope not in OPEN_SCOPES)


def test_a_revoked_key_opens_nothing_and_the_store_holds_no_secret(client: httpx.Client, site: Site) -> None:
    keys = Keys(site.shop.store)
    made = keys.create("web site", (Scope.STAFF,))
    headers = {"Authorization": f"Bearer {made.text}"}
    assert client.post("/staff/ask", json={"text": "sales"}, headers=headers).json()["receipt"]["metric"] == "net_sales"
    keys.revoke(made.key.id)
    assert client.post("/staff/ask", json={"text": "sales"}, headers=headers).status_code == 401
    secret = made.text.split("_", 2)[2]
    written = b"".join(path.read_bytes() for path in site.shop.store.folder.glob("shop.db*"))
    assert made.key.id.encode() in written
    assert secret.encode() not in written


def test_two_keys_do_not_share_a_staff_conversation(client: httpx.Client, key_for: KeyFor) -> None:
    first, second = key_for(Scope.STAFF), key_for(Scope.STAFF)
    token = client.post("/staff/ask", json={"text": "sales"}, headers=first).json()["conversation"]
    assert client.post("/staff/ask", json={"text": "and before?", "conversation": token}, headers=first).status_code == 200
    assert client.post("/staff/ask", json={"text": "and before?", "conversation": token}, headers=second).status_code == 400


def test_suggestions_are_for_the_desk_and_a_look_at_a_customer_is_written_down(client: httpx.Client, site: Site, key_for: KeyFor) -> None:
    token = client.post("/chat", json={"text": "a tent"}).json()["conversation"]
    store, id = site.shop.store, id_of(site, token)
    headers = key_for(Scope.SUGGEST)
    found = client.get("/suggestions", params={"conversation": id}, headers=headers).json()
    assert found[0]["source"] == "macro"
    assert client.get("/suggestions", params={"conversation": "none"}, headers=headers).status_code == 404
    conversation = store.conversations.get(id)
    assert conversation is not None
    store.conversations.save(replace(conversation, customer_id="c1"))
    client.get("/suggestions", params={"conversation": id}, headers=headers)
    entry = store.audit.recent(1)[0]
    assert (entry.action, entry.subject, entry.actor[:4]) == ("customer_viewed", "c1", "key-")


def test_a_file_comes_in_whole_or_not_at_all(client: httpx.Client, site: Site, key_for: KeyFor) -> None:
    headers = key_for(Scope.IMPORT)
    good = ("../../faq.csv", b"id,question,answer\nmars,Do you ship to Mars?,Not yet.\nvenus,,no question\n", "text/csv")
    report = client.post("/import/faq", files={"file": good}, headers=headers).json()
    assert (report["file"], report["kinds"]["faq"]["added"], report["rejected"]) == ("faq.csv", 1, 1)
    assert any(entry.question == "Do you ship to Mars?" for entry in site.shop.store.faq.all())
    assert client.post("/import/faq", files={"file": good}, headers=headers).json()["skipped"] is True
    bad = client.post("/import/faq", files={"file": ("faq.csv", b"\x00\x01", "text/csv")}, headers=headers)
    assert bad.status_code == 422
    assert bad.json()["detail"]
    assert client.post("/import/nothing", files={"file": good}, headers=headers).status_code == 422
    assert not list(site.shop.store.folder.glob(".upload-*"))


def test_the_figures_count_turns_of_every_screen_and_name_nobody(client: httpx.Client, site: Site, key_for: KeyFor) -> None:
    headers = key_for(Scope.METRICS)

    def count(name: str) -> float:
        lines = client.get("/metrics", headers=headers).text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)), 0.0)

    answered, timed = 'shopclerk_turns_total{role="shopper",status="answered"}', 'shopclerk_turn_seconds_count{role="shopper"}'
    before = count(answered), count(timed), count("shopclerk_handoffs_total")
    token = client.post("/chat", json={"text": "a tent for Zeltmuster"}).json()["conversation"]
    client.post("/chat/person", headers={"X-Conversation": token})
    assert (count(answered), count(timed), count("shopclerk_handoffs_total")) == (before[0] + 1, before[1] + 1, before[2] + 1)
    text = client.get("/metrics", headers=headers).text
    assert 'shopclerk_conversations{mode="waiting"}' in text
    assert "shopclerk_api_queued 0" in text
    assert "Zeltmuster" not in text


def test_the_api_describes_itself(site: Site) -> None:
    document = httpx.get(f"{site.url}/api/openapi.json").json()
    described = {(method, path.removeprefix("/api/v1")) for path, item in document["paths"].items() for method in item}
    assert described == {
        *(
            ("post", path)
            for path in ("/chat", "/chat/stream", "/chat/person", "/chat/typing", "/feedback", "/staff/ask", "/import/{format}")
        ),
        *(("get", path) for path in ("/chat/messages", "/chat/events", "/search", "/suggestions", "/health", "/ready", "/metrics")),
    }
    for item in document["paths"].values():
        for operation in item.values():
            assert operation["description"], operation["operationId"]


@pytest.mark.parametrize("open_to_all", [True, False])
def test_limits_hold_for_an_address_and_a_closed_api_wants_a_key(tmp_path: Path, open_to_all: bool) -> None:
    shop = make_shop(tmp_path / "shop")
    shop.settings = shop.settings.model_copy(update={"api": ApiSettings(public=open_to_all, per_minute=3, key_per_minute=2)})
    with serve(shop) as site, httpx.Client(base_url=f"{site.url}/api/v1") as client:
        codes = [client.get("/search", params={"q": "tent"}).status_code for _ in range(5)]
        assert codes == ([200] * 3 + [429] * 2 if open_to_all else [401] * 5)
        headers = {"Authorization": f"Bearer {Keys(shop.store).create('k', (Scope.SEARCH,)).text}"}
        answers = [client.get("/search", params={"q": "tent"}, headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert client.get("/health").status_code == 200
    shop.close()


def test_work_is_bounded_and_the_queue_too() -> None:
    async def crowd() -> tuple[int, list[int]]:
        lanes, running, most = Lanes(2), 0, 0
        lock, go = threading.Lock(), threading.Event()

        def work() -> None:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            go.wait(5)
            with lock:
                running -= 1

        tasks = []
        for _ in range(2 + 2 * QUEUE_PER_LANE):
            tasks.append(asyncio.create_task(lanes.run(work)))
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        refused = []
        try:
            await lanes.run(work)
        except HTTPException as error:
            refused.append(error.status_code)
        go.set()
        await asyncio.gather(*tasks)
        return most, refused

    assert asyncio.run(crowd()) == (2, [503])
