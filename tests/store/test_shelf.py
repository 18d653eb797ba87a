"""The order in which a storefront shows goods."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.store import Store, catalogue
from assistant.store.records import Product, ProductKind


def test_a_page_shows_one_of_each_style_before_the_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.create(tmp_path / "shop") as store:
        tents = [Product(f"t{n}", f"Tent {n}", "camping", "tents") for n in (1, 2, 3)]
        others = [Product("s1", "Stove", "camping", "stoves"), Product("b1", "Boot", "footwear", "boots")]
        hidden = [Product("old", "Old", "camping", "lamps", active=False), Product("post", "Post", kind=ProductKind.SERVICE)]
        store.catalogue.upsert([*tents, *others, *hidden])
        assert [p.id for p in store.catalogue.shelf(limit=10)] == ["t1", "s1", "b1", "t2", "t3"]
        assert [p.id for p in store.catalogue.shelf("camping", limit=2, offset=1)] == ["s1", "t2"]
        monkeypatch.setattr(catalogue, "SPREAD_UP_TO", 3)
        assert [p.id for p in store.catalogue.shelf(limit=10)] == ["t1", "t2", "t3", "s1", "b1"]
