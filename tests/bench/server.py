"""A real `shopclerk serve` in a process of its own: started, waited for, looked at, stopped. What start, load and fault tests stand on."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHOPCLERK = Path(sys.executable).with_name("shopclerk")
PATIENCE_S = 240


@dataclass(frozen=True, slots=True)
class Server:
    """A served store. `started_s` is from the command to the first answer of `/api/v1/ready`; `log` what it printed."""

    url: str
    process: subprocess.Popen[bytes]
    started_s: float
    log: Path

    def ask(self, text: str, conversation: str | None = None) -> dict[str, Any]:
        """One shopper's message to the API."""
        body = {"text": text} | ({"conversation": conversation} if conversation else {})
        return post(f"{self.url}/api/v1/chat", body)

    def memory_mb(self) -> float:
        """Resident memory of the process, in megabytes."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


@contextlib.contextmanager
def serving(store: Path, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """`shopclerk serve` over `store` on a free port, until the block ends.

    Raises:
        RuntimeError: it ended before it answered; the message is what it printed.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "serve.log"
        began = time.perf_counter()
        with log.open("wb") as written:
            process = subprocess.Popen(
                [str(SHOPCLERK), "serve", "--store", str(store), "--port", str(port)],
                stdout=written, stderr=subprocess.STDOUT, env={**os.environ, "SHOPCLERK_API__PER_MINUTE": "0", **(environment or {})},
            )  # fmt: skip
        try:
            _wait(process, url, log)
            yield Server(url, process, time.perf_counter() - began, log)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def post(url: str, body: Mapping[str, Any], timeout: float = 120) -> dict[str, Any]:
    """The JSON that `url` answers to `body`."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"`shopclerk serve` ended: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/api/v1/ready", timeout=PATIENCE_S):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(f"`shopclerk serve` did not answer within {PATIENCE_S} s.")
