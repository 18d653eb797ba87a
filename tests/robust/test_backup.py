"""A backup made while the shop is used answers as the shop did; one that is damaged changes nothing."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.backup import MANIFEST, backup, restore
from assistant.build import open_shop
from assistant.errors import BackupCorrupt, StoreError, StoreExists, StoreMissing
from assistant.store import Store
from assistant.types import Message, Role

SHOPPER = ("do you have a warm hat?", "how long does delivery take?", "what goes with a tent?")
STAFF = ("net sales by month", "top 5 products by net sales", "how many orders")


def answers(folder: Path) -> list[tuple[Any, ...]]:
    """What the shop says to a few questions, with where it comes from."""
    with closing(open_shop(folder)) as shop:
        said = [shop.answer(Message("1", f"s{n}", text)) for n, text in enumerate(SHOPPER)]
        said += [shop.answer(Message("1", f"t{n}", text, Role.STAFF, account_role="manager")) for n, text in enumerate(STAFF)]
    return [(answer.text, answer.value, answer.rows, answer.products, answer.sources) for answer in said]


def test_a_backup_made_in_use_answers_alike(shop_folder: Path, tmp_path: Path) -> None:
    before = answers(shop_folder)
    stop = threading.Event()
    kept: list[str] = []

    def chat() -> None:
        with Store.open(shop_folder) as store:
            while not stop.is_set():
                id = f"c{len(kept)}"
                store.conversations.start(id, "shopper")
                store.conversations.append(id, "customer", "hello")
                kept.append(id)

    talking = threading.Thread(target=chat)
    talking.start()
    try:
        while len(kept) < 5:
            stop.wait(0.01)
        acknowledged = list(kept)
        made = backup(shop_folder, tmp_path / "shop.tar")
    finally:
        stop.set()
        talking.join()
    assert restore(tmp_path / "shop.tar", tmp_path / "again") == made
    assert answers(tmp_path / "again") == before
    with Store.open(tmp_path / "again") as store:
        assert all(len(store.conversations.turns(id)) == 1 for id in acknowledged)
    assert (tmp_path / "shop.tar").stat().st_mode & 0o077 == 0
    assert (tmp_path / "again").stat().st_mode & 0o077 == 0


def test_the_old_store_is_kept_beside(shop_folder: Path, tmp_path: Path) -> None:
    backup(shop_folder, tmp_path / "shop.tar")
    with pytest.raises(StoreExists, match="--replace"):
        restore(tmp_path / "shop.tar", shop_folder)
    restore(tmp_path / "shop.tar", shop_folder, replace=True)
    (old,) = tmp_path.glob("shop.before-*")
    for folder in (old, shop_folder):
        with Store.open(folder) as store:
            assert store.catalogue.count() >= 40


def test_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        backup(tmp_path / "none", tmp_path / "shop.tar")
    with pytest.raises(StoreError, match="no file"):
        restore(tmp_path / "none.tar", tmp_path / "shop")
    assert not list(tmp_path.iterdir())


def rewritten(file: Path, target: Path, manifest: Any = None, members: Any = None) -> Path:
    """The backup with another manifest, or other members."""
    with tarfile.open(file) as tar, tarfile.open(target, "w") as out:
        for member in tar:
            content = tar.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == MANIFEST and manifest:
                content = json.dumps(manifest(json.loads(content))).encode()
            if members:
                changed = members(member.name, content)
                if changed is None:
                    continue
                content = changed
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    return target


def outside(manifest: dict[str, Any]) -> dict[str, Any]:
    return {**manifest, "files": {**manifest["files"], "../../owned": [1, "0"]}}


def flipped(name: str, content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:] if name.endswith("shop.db") else content


def without_database(name: str, content: bytes) -> bytes | None:
    return None if name.endswith("shop.db") else content


@pytest.mark.parametrize(
    ("manifest", "members", "message"),
    [
        (outside, None, "no path inside a store"),
        (lambda m: {**m, "files": 3}, None, "malformed"),
        (lambda m: {**m, "files": {}}, None, "holds no shop.db"),
        (None, flipped, "differs from its sum"),
        (None, without_database, "is missing"),
        (None, lambda name, content: content + b"x" if name.endswith("shop.db") else content, "bytes where the manifest says"),
        (None, lambda name, content: None if name == MANIFEST else content, "does not begin with a manifest"),
    ],
)
def test_a_damaged_backup_changes_nothing(built: Path, tmp_path: Path, manifest: Any, members: Any, message: str) -> None:
    backup(built, tmp_path / "good.tar")
    bad = rewritten(tmp_path / "good.tar", tmp_path / "bad.tar", manifest, members)
    with pytest.raises(BackupCorrupt, match=message):
        restore(bad, tmp_path / "shop")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar", "good.tar"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_backup_cut_off_changes_nothing(built: Path, tmp_path: Path, share: float) -> None:
    backup(built, tmp_path / "shop.tar")
    os.truncate(tmp_path / "shop.tar", int(share * (tmp_path / "shop.tar").stat().st_size))
    with pytest.raises(BackupCorrupt, match="Take an earlier backup"):
        restore(tmp_path / "shop.tar", tmp_path / "shop")
    assert not (tmp_path / "shop").exists()


def test_a_full_disk_leaves_nothing_behind(built: Path, tmp_path: Path) -> None:
    backup(built, tmp_path / "shop.tar")
    for code in (
        f"from assistant.backup import backup as do; do(Path({str(built)!r}), Path({str(tmp_path / 'other.tar')!r}))",
        f"from assistant.backup import restore as do; do(Path({str(tmp_path / 'shop.tar')!r}), Path({str(tmp_path / 'shop')!r}))",
    ):
        ran = subprocess.run(
            [sys.executable, "-c", f"from pathlib import Path; {code}"],
            capture_output=True, text=True, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        )  # fmt: skip
        assert "StoreFull" in ran.stderr, ran.stderr[-500:]
        assert "Free some space" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["shop.tar"]


def test_the_commands(built: Path, tmp_path: Path, shopclerk: str) -> None:
    made = subprocess.run([shopclerk, "backup", str(tmp_path / "b.tar"), "--store", str(built)], capture_output=True, text=True, check=True)
    assert "keep it as you keep those" in made.stdout
    again = [shopclerk, "restore", str(tmp_path / "b.tar"), "--store", str(tmp_path / "shop")]
    assert "Restored" in subprocess.run(again, capture_output=True, text=True, check=True).stdout
    refused = subprocess.run(again, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "--replace" in refused.stderr
