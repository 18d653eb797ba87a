"""A shop whose settings name Milvus (its Lite form here): the same commands fill it, the same conversation is had over it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from assistant.build import open_shop
from assistant.errors import BadSettings
from assistant.indexing import index_state, open_index, update_index
from assistant.store import Store
from assistant.store.records import FaqEntry, Product
from assistant.types import Message
from retrieval.errors import IndexUnreachable
from retrieval.testing import HashEncoder

pytest.importorskip("milvus_lite", reason="needs the extra milvus")

KETTLE = Product("k1", "Bramble Kettle", "kitchen", "kettle", "Saltline", "Boils two litres in four minutes.", 45.0, 3)
TENT = Product("t1", "Otter Tent", "camping", "tent", "Fernway", "Sleeps four.", 210.0, 5)
RETURNS = FaqEntry("faq-1", "Can I send something back?", "Yes, within sixty days of delivery.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    with Store.create(folder) as store:
        store.catalogue.upsert([KETTLE, TENT])
        store.faq.upsert([RETURNS])
    settings(folder, str(tmp_path / "vectors.db"))
    return folder


def settings(folder: Path, address: str) -> None:
    (folder / "settings.toml").write_text(f'[index]\nmilvus_url = "{address}"\n', encoding="utf-8")


def test_a_shop_is_indexed_and_served_over_milvus(folder: Path) -> None:
    command = [str(Path(sys.executable).with_name("shopclerk")), "index", "--store", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "3 passages, 3 of them encoded" in made.stdout
    assert not (folder / "index" / "manifest.json").exists()
    shop = open_shop(folder)
    found = shop.answer(Message(uuid4().hex, "s", "do you have a kettle?"))
    assert found.products == ("k1",)
    assert "sixty days" in shop.answer(Message(uuid4().hex, "s2", "can I send something back?")).text
    shop.close()


def test_only_what_changed_is_encoded_again(folder: Path) -> None:
    with Store.open(folder) as store:
        assert index_state(store).startswith("none: run shopclerk index")
        assert update_index(store, HashEncoder()).encoded == 3
        assert not update_index(store, HashEncoder()).changed
        store.catalogue.upsert([Product("l1", "Fern Lamp", "home", "lamp", price=20.0, stock=1)])
        report = update_index(store, HashEncoder())
        assert (report.passages, report.encoded) == (4, 1)
        assert open_index(folder, HashEncoder()).search("fern lamp", 1)[0].passage.id == "product:l1"


def test_a_server_that_is_gone_is_said(folder: Path) -> None:
    settings(folder, "http://127.0.0.1:1")
    with Store.open(folder) as store:
        assert index_state(store).startswith("unusable: Milvus at http://127.0.0.1:1 does not answer")
        with pytest.raises(IndexUnreachable):
            update_index(store, HashEncoder())
    settings(folder, "")
    with Store.open(folder) as store:
        assert index_state(store).startswith("none")


def test_the_collections_name_is_checked(folder: Path) -> None:
    (folder / "settings.toml").write_text('[index]\ncollection = "my shop"\n', encoding="utf-8")
    with Store.open(folder) as store, pytest.raises(BadSettings, match="collection"):
        index_state(store)
