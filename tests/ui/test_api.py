"""The HTTP API: health, chat, search, staff questions."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest
from fastapi import HTTPException
from served import Site

from assistant.api import QUEUE_PER_LANE, Lanes


@pytest.fixture
def client(site: Site) -> httpx.Client:
    return httpx.Client(base_url=f"{site.url}/api/v1")


def test_it_says_that_it_lives_and_is_ready(client: httpx.Client) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/ready").json()["status"] == "ready"


def test_a_conversation_goes_on_with_its_token_and_only_with_it(client: httpx.Client, site: Site) -> None:
    first = client.post("/chat", json={"text": "a tent", "id": "m1"}).json()
    assert (first["id"], first["status"], first["products"][0]) == ("m1", "answered", "p1")
    assert first["choices"] == ["Only tents", "Under £100"]
    again = client.post("/chat", json={"text": "the second", "conversation": first["conversation"]}).json()
    assert again["conversation"] == first["conversation"]
    assert client.post("/chat", json={"text": "hi", "conversation": "api:guessed"}).status_code == 400
    other = client.post("/chat", json={"text": "a tent"}).json()
    assert other["conversation"] != first["conversation"]


def test_messages_out_of_form_are_refused(client: httpx.Client) -> None:
    assert client.post("/chat", json={"text": ""}).status_code == 422
    assert client.post("/chat", json={"text": "x" * 5000}).status_code == 422
    assert client.post("/chat", content=b"not json").status_code == 422


def test_search_finds_products(client: httpx.Client) -> None:
    found = client.get("/search", params={"q": "tent", "k": 2}).json()
    assert found[0]["id"] == "product:p1"
    assert client.get("/search", params={"q": "tent", "kind": "faq"}).json() == []
    assert client.get("/search", params={"q": ""}).status_code == 422


def test_the_api_describes_itself(site: Site) -> None:
    paths = httpx.get(f"{site.url}/api/openapi.json").json()["paths"]
    assert {"/api/v1/health", "/api/v1/ready", "/api/v1/chat", "/api/v1/search", "/api/v1/staff/ask"} == set(paths)


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
