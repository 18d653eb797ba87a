"""The stars of products, added up by the database."""

from __future__ import annotations

from pathlib import Path

from assistant.store import Store
from assistant.store.records import Product, Review


def test_stars_are_averaged_over_the_reviews_that_give_any(tmp_path: Path) -> None:
    with Store.create(tmp_path / "shop") as store:
        store.catalogue.upsert([Product(id, id) for id in ("a", "b", "c")])
        given = [("a", 5.0), ("a", 2.0), ("a", None), ("b", None)]
        store.reviews.upsert([Review(f"r{n}", id, rating=stars) for n, (id, stars) in enumerate(given)])
        assert store.reviews.stars(["a", "b", "c", "unknown"]) == {"a": (3.5, 2)}
        assert store.reviews.stars([]) == {}
