"""What holds for every format: idempotent, whole or not at all, bad rows kept with their reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ImportRefused, StoreFull, StoreNewer
from assistant.importers import all_formats, run_import
from assistant.importers.rejects import Rejects
from assistant.store import Store
from assistant.store.records import Changes

PRODUCTS = [{"sku": str(n), "name": f"Mug {n}", "price": f"{n}.50", "stock": n} for n in range(1, 6)]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json", "parquet"])
def test_a_second_run_changes_nothing(shop: Any, suffix: str, everything: Callable[[], list[object]]) -> None:
    first = shop.bring("products", f"p.{suffix}", PRODUCTS)
    assert first.changes == Changes(added=5)
    before, token = everything(), shop.store.changed_at()
    again = shop.bring("products", f"p.{suffix}", PRODUCTS)
    assert again.skipped
    assert "unchanged" in str(again)
    assert (everything(), shop.store.changed_at()) == (before, token)


def test_a_file_seen_before_is_compared_in_full_once_the_shop_has_changed(shop: Any) -> None:
    shop.bring("products", "p.csv", PRODUCTS)
    shop.bring("products", "other.csv", [{"sku": "1", "name": "Mug one", "price": 9}])
    report = shop.bring("products", "p.csv", PRODUCTS)
    assert not report.skipped
    assert report.changes == Changes(changed=1, unchanged=4)
    assert shop.store.catalogue.get("1").name == "Mug 1"


def test_a_changed_file_writes_only_what_differs(shop: Any) -> None:
    shop.bring("products", "p.csv", PRODUCTS)
    changed = [{**PRODUCTS[0], "price": "99"}, *PRODUCTS[1:], {"sku": "9", "name": "Mug 9", "price": 1, "stock": 1}]
    assert shop.bring("products", "p.csv", changed).changes == Changes(added=1, changed=1, unchanged=4)


def test_the_formats_of_a_file_hold_the_same(shop: Any, tmp_path: Path) -> None:
    shop.bring("products", "p.csv", PRODUCTS)
    found = list(shop.store.catalogue.all())
    for suffix in ("jsonl", "json", "parquet"):
        with Store.create(tmp_path / suffix) as other:
            run_import(other, "products", shop.file(f"p.{suffix}", PRODUCTS))
            assert list(other.catalogue.all()) == found


def test_bad_rows_are_kept_with_row_reason_column_and_value(shop: Any) -> None:
    rows = [
        {"SKU": "1", "Title": "Mug", "Unit Price": "3.50", "Stock": "4"},
        {"SKU": "2", "Title": "Cup", "Unit Price": "free", "Stock": "4"},
        {"SKU": "3", "Title": "Pot", "Unit Price": "3", "Stock": "-2"},
        {"SKU": "1", "Title": "Mug again", "Unit Price": "4", "Stock": "1"},
        {"SKU": "4", "Title": "", "Unit Price": "4", "Stock": "1"},
        {"SKU": "5", "Title": "Jug", "Unit Price": "-4", "Stock": "1"},
        {"SKU": "6", "Title": "Jar", "Unit Price": "4", "Stock": "1.5"},
    ]
    report = shop.bring("products", "p.csv", rows)
    assert (report.changes, report.rejected) == (Changes(added=1), 6)
    assert [(bad["row"], bad["reason"], bad["column"], bad["value"]) for bad in shop.rejects(report)] == [
        ("3", "'free' is not an amount.", "Unit Price", "free"),
        ("4", "stock -2 is below zero", "Stock", "-2"),
        ("5", "an earlier row of the file has this id", "SKU", "1"),
        ("6", "no name", "Title", ""),
        ("7", "price -4 is below zero", "Unit Price", "-4"),
        ("8", "'1.5' is not a whole number.", "Stock", "1.5"),
    ]
    assert report.rejects_path.parent == shop.store.folder / "rejects"
    assert str(report.rejects_path) in str(report)
    assert shop.store.catalogue.get("1").name == "Mug"


def test_a_card_number_never_lands_in_the_store_or_the_rejects(shop: Any) -> None:
    card = "4111 1111 1111 1111"
    rows = [
        {"id": "1", "email": "a@example.com", "card_number": card, "CVV": "123", "Password": "hunter2", "note": f"paid with {card}"},
        {"id": "2", "email": f"no address {card}", "card_number": card, "CVV": "123", "Password": "hunter2", "note": ""},
    ]
    report = shop.bring("customers", "c.csv", rows)
    shop.bring("reviews", "r.csv", [{"id": "1", "text": f"charged {card.replace(' ', '')} twice", "rating": 1}])
    assert report.rejected == 1
    shop.store.close()
    kept = b"".join(path.read_bytes() for path in shop.store.folder.rglob("*") if path.is_file())
    for secret in (card, card.replace(" ", ""), "hunter2"):
        assert secret.encode() not in kept
    assert b"1111" in kept


@pytest.mark.parametrize(
    ("format", "name", "content", "says"),
    [
        ("prodcuts", "p.csv", "id,name\n", r"no format 'prodcuts'\. Formats: .*online-retail.*shopify"),
        ("products", "p.csv", "", r"p\.csv is empty"),
        ("products", "p.xlsx", "PK", r"does not read files ending in '\.xlsx'\. Give one of \.csv"),
        ("products", "p.parquet", b"PAR1 cut", "cut short"),
        ("products", "p.csv", "Artikel;Preis\nTasse;3\n", r"no column for 'name'\. Columns seen: Artikel, Preis\. .*--map name=COLUMN"),
        ("tau-retail", "t.json", '{"products": {}}', "no users and no orders"),
        ("tau-retail", "t.json", "[]", "no products and no users"),
        ("online-retail", "o.csv", "Invoice,StockCode\n1,2\n", "'quantity' and 'booked_at' and 'price'"),
        ("retail-demo", "d.yaml", "a: 1", "no list"),
        ("shopify", "s.csv", "id,name\n1,2\n", "neither Shopify's product export nor its order export"),
        ("faq", "f.md", "just words", "no heading"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_and_changes_nothing(
    shop: Any, everything: Callable[[], list[object]], format: str, name: str, content: str | bytes, says: str
) -> None:
    shop.bring("products", "before.csv", PRODUCTS)
    before = everything()
    with pytest.raises(ImportRefused, match=says):
        shop.bring(format, name, content)
    assert everything() == before
    assert not (shop.store.folder / "rejects").exists()


def test_a_missing_file_is_refused(shop: Any, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="There is no file"):
        run_import(shop.store, "products", tmp_path / "nowhere.csv")


def test_a_file_that_breaks_half_way_leaves_neither_rows_nor_rejects(shop: Any) -> None:
    content = "id,name,price\n1,Mug,free\n" + "".join(f"{n},Cup,2\n" for n in range(2, 3000)) + '9999,"never closed,3\n'
    with pytest.raises(ImportRefused, match="never closes"):
        shop.bring("products", "p.csv", content)
    assert shop.store.catalogue.count() == 0
    assert list((shop.store.folder / "rejects").iterdir()) == []


def test_a_full_disk_leaves_the_store_as_it_was(shop: Any, everything: Callable[[], list[object]]) -> None:
    shop.bring("products", "p.csv", PRODUCTS)
    before = everything()
    pages = shop.store._db.row("PRAGMA page_count")[0]
    shop.store._db.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(StoreFull):
        shop.bring("products", "big.csv", [{"id": f"n{n}", "name": "x" * 200} for n in range(500)])
    assert everything() == before


def test_rejects_that_find_no_room_are_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(StoreFull, match="No room left"):
        Rejects(tmp_path, "p.csv").add(1, "bad")


def test_a_store_of_a_newer_version_takes_no_import(shop: Any) -> None:
    shop.store._db.execute("PRAGMA user_version = 99")
    shop.store.close()
    with pytest.raises(StoreNewer):
        Store.open(shop.store.folder)


def test_latin_1_is_taken_with_a_notice(shop: Any) -> None:
    report = shop.bring("products", "p.csv", "id,name,price\n1,Café crème,3\n".encode("latin-1"))
    assert shop.store.catalogue.get("1").name == "Café crème"
    assert "Windows-1252" in str(report)


def test_a_run_is_recorded(shop: Any) -> None:
    shop.bring("products", "p.csv", [*PRODUCTS, {"sku": "9", "name": "", "price": 1}])
    (run,) = shop.store.imports.all()
    assert (run.format, run.path, run.added, run.rejected) == ("products", "p.csv", 5, 1)
    assert len(run.sha256) == 64


def test_progress_is_told(shop: Any) -> None:
    path = shop.file("p.csv", [{"sku": str(n), "name": "Mug"} for n in range(2500)])
    told: list[tuple[str, int, int | None]] = []
    run_import(shop.store, "products", path, progress=lambda *what: told.append(what))
    assert [done for _, done, _ in told] == [1000, 2000]


def test_every_format_says_what_it_is() -> None:
    known = all_formats()
    assert {"customers", "faq", "online-retail", "orders", "products", "retail-demo", "reviews", "shopify", "tau-retail"} <= known.keys()
    for one in known.values():
        assert one.help.endswith(".")
        assert all(suffix.startswith(".") for suffix in one.suffixes)
