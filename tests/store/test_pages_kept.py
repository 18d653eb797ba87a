"""What a server's threads keep of the file in memory: each a little, however large the file grows."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.store.database import Database

THREADS = 6
FILE_MB = 40


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of a process from Linux's /proc")
def test_threads_that_have_read_all_of_a_large_file_keep_little_of_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "large.db")
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
    with database.transaction():
        database.execute_many("INSERT INTO t (text) VALUES (?)", (("x" * 1000,) for _ in range(FILE_MB * 1000)))
    all_here = threading.Barrier(THREADS)

    def read_all() -> int:
        all_here.wait(60)
        row = database.row("SELECT sum(length(text)) FROM t")
        all_here.wait(60)
        return row[0] if row else 0

    before = _resident_mb()
    with ThreadPoolExecutor(THREADS) as threads:
        read = list(threads.map(lambda _: read_all(), range(THREADS)))
        grown = _resident_mb() - before
    database.close()
    assert read == [FILE_MB * 1_000_000] * THREADS
    assert grown < THREADS * FILE_MB / 2


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("RssAnon"))) / 1024
