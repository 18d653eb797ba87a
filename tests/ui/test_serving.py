"""The commands `serve` and `demo`, from the outside."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import ServeError
from assistant.store import Store
from ui.commands import _listen


def test_a_taken_port_is_one_line_and_status_2(tmp_path: Path, shopclerk: str) -> None:
    Store.create(tmp_path / "shop").close()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = subprocess.run([shopclerk, "serve", "--store", str(tmp_path / "shop"), "--port", str(port)], capture_output=True, text=True)
    assert ran.returncode == 2
    assert ran.stderr.strip() == f"shopclerk: Port {port} on 127.0.0.1 is taken. Choose another with --port, for example --port {port + 1}."


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ServeError, match="cannot be used"):
        _listen("192.0.2.1", 7860)


def test_a_body_does_not_wait_for_its_headers_to_be_acknowledged() -> None:
    with _listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_store_that_is_not_there_is_one_line(tmp_path: Path, shopclerk: str) -> None:
    ran = subprocess.run([shopclerk, "serve", "--store", str(tmp_path / "none")], capture_output=True, text=True)
    assert ran.returncode == 2
    assert "There is no store" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_commands_are_light_to_import() -> None:
    code = "import sys, ui.commands; print(sorted({'gradio', 'torch', 'fastapi', 'uvicorn', 'plotly'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_small_demo_is_built_once(tmp_path: Path, shopclerk: str) -> None:
    folder = tmp_path / "demo"
    command = [shopclerk, "demo", "--store", str(folder), "--products", "60", "--days", "60", "--customers", "40", "--build-only"]
    first = subprocess.run(command, capture_output=True, text=True)
    assert first.returncode == 0, first.stderr
    with Store.open(folder) as store:
        before = (store.catalogue.count(), store.orders.count(), store.changed_at())
    assert before[0] >= 60
    assert subprocess.run(command, capture_output=True, text=True).returncode == 0
    with Store.open(folder) as store:
        assert (store.catalogue.count(), store.orders.count(), store.changed_at()) == before
