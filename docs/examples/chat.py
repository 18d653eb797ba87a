"""Talk to a shop's clerk over HTTP, with nothing but Python's own library.

python docs/examples/chat.py http://localhost:7860 "do you have a warm jacket?" "and a cheaper one?"
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

KEY = os.environ.get("SHOPCLERK_KEY", "")


def post(url: str, body: dict[str, Any]) -> Iterator[str]:
    """Send JSON; yields the lines of the answer as they come."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {KEY}"} if KEY else {})}
    with urlopen(Request(url, json.dumps(body).encode(), headers)) as answer:
        for line in answer:
            yield line.decode().rstrip("\n")


def ask(shop: str, text: str, conversation: str | None) -> str:
    """Print the answer while it is being said, then its products; the token that goes on with the conversation."""
    event = ""
    for line in post(f"{shop}/api/v1/chat/stream", {"text": text, "conversation": conversation}):
        if line.startswith("event: "):
            event = line[7:]
        elif line.startswith("data: "):
            data = json.loads(line[6:])
            if event == "words":
                print(data["text"], end="", flush=True)
            elif event == "failed":
                raise SystemExit(data["detail"])
            elif event == "answer":
                print(f"\n  [{data['status']}; products: {', '.join(data['products']) or 'none'}]")
                conversation = data["conversation"]
    return conversation or ""


def main() -> None:
    """Hold the conversation given on the command line."""
    shop, *messages = sys.argv[1:]
    conversation = None
    for text in messages:
        print(f"> {text}")
        conversation = ask(shop.rstrip("/"), text, conversation)


if __name__ == "__main__":
    main()
