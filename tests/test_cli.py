"""The command line as its user meets it: what works, and what bad input gets. Every command runs in a process of its own."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PRODUCTS = """id,name,category,style,price,stock,description
p1,Tarn Waxed Jacket,clothing,jacket,129.00,8,A waxed cotton jacket with a corduroy collar.
p2,Fell Enamel Mug,kitchen,mug,14.50,40,A blue enamel mug that holds 350 ml.
p3,Crag Wool Socks,clothing,socks,18.00,0,Merino socks for cold feet.
"""


@pytest.fixture
def run(shopclerk: str) -> Run:
    def call(*words: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run([shopclerk, *map(str, words)], input=stdin, capture_output=True, text=True, timeout=120, check=False)

    return call


@pytest.fixture(scope="module")
def made_store(shopclerk: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "products.csv").write_text(PRODUCTS)
    for words in (["init", folder / "shop"], ["import", "products", folder / "products.csv", "--store", folder / "shop"]):
        subprocess.run([shopclerk, *map(str, words)], check=True, capture_output=True, timeout=120)
    return folder / "shop"


@pytest.fixture
def store(made_store: Path, tmp_path: Path) -> Path:
    shutil.copytree(made_store, tmp_path / "shop")
    return tmp_path / "shop"


def snapshot(store: Path) -> dict[str, int]:
    with sqlite3.connect(store / "shop.db") as db:
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("products", "faq", "orders", "customers")}


def refused(done: subprocess.CompletedProcess[str], *says: str) -> None:
    """One line, exit status 2, no traceback, and the words that matter."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("shopclerk: ")]
    assert len(errors) == 1, done.stderr
    for word in says:
        assert word.lower() in errors[0].lower(), errors[0]


def test_help_is_quick_and_lists_the_commands(run: Run) -> None:
    run("--help")
    began = time.monotonic()
    done = run("--help")
    assert time.monotonic() - began < 3
    for command in ("demo", "init", "import", "index", "serve", "ask", "status", "finetune", "evaluate"):
        assert command in done.stdout


def test_help_loads_no_heavy_library(shopclerk: str) -> None:
    python = Path(shopclerk).with_name("python")
    heavy = "torch", "gradio", "transformers", "ibis", "faiss"
    code = f"import sys; from assistant.cli import build_app; build_app(); print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_one_question_and_its_json(run: Run, store: Path) -> None:
    done = run("ask", "how much is the enamel mug?", "--store", store, "--json")
    answer = json.loads(done.stdout)
    assert answer["status"] == "answered"
    assert answer["value"] == 14.5
    assert answer["products"][0] == "p2"


def test_a_conversation_in_a_file(run: Run, store: Path) -> None:
    lines = [{"id": "1", "session": "s", "text": "do you have a waxed jacket?"}, {"id": "2", "session": "s", "text": "how many are left?"}]
    done = run("ask", "--as", "shopper", "--store", store, "--jsonl", stdin="\n".join(map(json.dumps, lines)))
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"]) == ("1", "2")
    assert first["products"][0] == "p1"
    assert second["value"] == 8


def test_a_conversation_at_the_prompt(run: Run, store: Path) -> None:
    done = run("ask", "--store", store, stdin="what does the mug cost?\n\n")
    assert done.returncode == 0
    assert "14.50" in done.stdout


def test_status_counts_and_says_what_is_missing(run: Run, store: Path) -> None:
    facts = json.loads(run("status", "--store", store, "--json").stdout)
    assert facts["products"] == 3
    assert "orders" in facts["missing"]


def test_a_second_import_changes_nothing(run: Run, store: Path, made_store: Path) -> None:
    before = snapshot(store)
    done = run("import", "products", made_store.parent / "products.csv", "--store", store)
    assert done.returncode == 0, done.stderr
    assert snapshot(store) == before


def test_no_store(run: Run, tmp_path: Path) -> None:
    refused(run("ask", "hello", "--store", tmp_path / "nowhere"), "nowhere", "shopclerk init")


def test_init_on_a_store(run: Run, store: Path) -> None:
    refused(run("init", store), str(store))


def test_unknown_format(run: Run, store: Path, made_store: Path) -> None:
    refused(run("import", "prodcts", made_store.parent / "products.csv", "--store", store), "prodcts", "products")


def test_missing_file(run: Run, store: Path, tmp_path: Path) -> None:
    refused(run("import", "products", tmp_path / "gone.csv", "--store", store), "gone.csv")


def test_truncated_parquet(run: Run, store: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    pq.write_table(pa.table({"id": ["x"], "name": ["Thing"], "price": [1.0]}), whole)
    cut.write_bytes(whole.read_bytes()[:-20])
    before = snapshot(store)
    refused(run("import", "products", cut, "--store", store), "cut.parquet")
    assert snapshot(store) == before


def test_latin_1_comes_in_readable_or_not_at_all(run: Run, store: Path, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("id,name,price\nl1,Café crème cup,9.00\n".encode("latin-1"))
    done = run("import", "products", path, "--store", store)
    if done.returncode:
        refused(done, "latin.csv", "utf-8")
    else:
        with sqlite3.connect(store / "shop.db") as db:
            assert db.execute("SELECT name FROM products WHERE id = 'l1'").fetchone() == ("Café crème cup",)


def test_bad_rows_are_rejected_with_their_reasons_and_the_rest_comes_in(run: Run, store: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text("id,name,price\nn1,Lamp,20.00\nn2,Freebie,free\nn1,Lamp again,21.00\n")
    done = run("import", "products", path, "--store", store)
    assert done.returncode == 0, done.stderr
    assert snapshot(store)["products"] == 4
    (rejects,) = (store / "rejects").glob("*.csv")
    text = rejects.read_text()
    assert "free" in text
    assert "n1" in text
    assert len(text.strip().splitlines()) == 3


def test_a_store_of_a_newer_version(run: Run, store: Path) -> None:
    with sqlite3.connect(store / "shop.db") as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        assert version > 0
        db.execute(f"PRAGMA user_version = {version + 1}")
    refused(run("status", "--store", store), "newer")


def test_a_full_disk_leaves_the_store_as_it_was(run: Run, store: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("id,name,price\n" + "".join(f"q{n},Product number {n} with a rather long name,{n + 1}.00\n" for n in range(20_000)))
    before = snapshot(store)
    refused(run_limited(store, path), "disk")
    assert snapshot(store) == before


def run_limited(store: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """The import in a process that may write no file beyond 256 KiB, as on a full disk."""
    shopclerk = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "shopclerk"
    words = ["bash", "-c", 'trap "" XFSZ; ulimit -f 256; exec "$@"', "bash", shopclerk, "import", "products", path, "--store", store]
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=120, check=False)


def test_a_port_in_use(run: Run, store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(run("serve", "--store", store, "--port", port), str(port), "--port")


@pytest.mark.parametrize("line", ["{nope", '{"id": "1"}'])
def test_a_bad_message_line(run: Run, store: Path, line: str) -> None:
    refused(run("ask", "--store", store, "--jsonl", stdin=line), "line 1")


def test_an_unknown_role(run: Run, store: Path) -> None:
    refused(run("ask", "hello", "--as", "boss", "--store", store), "boss", "shopper")
