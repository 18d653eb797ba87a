"""Product reviews."""

from __future__ import annotations

import json
from collections.abc import Sequence

from assistant.store.codec import from_json, from_time, to_json, to_time
from assistant.store.database import Row
from assistant.store.records import Review
from assistant.store.repository import Children, Repository, Table


class Reviews(Repository[Review]):
    """What customers wrote about products."""

    table = Table("reviews", ("id", "product_id", "customer_id", "rating", "title", "text", "created_at", "attributes"))

    def of_product(self, product_id: str, limit: int = 100) -> list[Review]:
        """Reviews of one product: the latest first, undated ones after them."""
        rows = self._db.rows("SELECT id FROM reviews WHERE product_id = ? ORDER BY created_at DESC, rowid LIMIT ?", (product_id, limit))
        return list(self.many(str(row[0]) for row in rows).values())

    def stars(self, product_ids: Sequence[str]) -> dict[str, tuple[float, int]]:
        """Mean of the stars and number of the reviews that give any, by product id; products without such reviews are left out."""
        query = (
            "SELECT product_id, avg(rating), count(rating) FROM reviews "
            "WHERE product_id IN (SELECT value FROM json_each(?)) AND rating IS NOT NULL GROUP BY product_id"
        )
        return {str(id): (float(mean), int(count)) for id, mean, count in self._db.rows(query, (json.dumps(list(product_ids)),))}

    def _encode(self, record: Review) -> tuple[Row, Children]:
        r = record
        rating = None if r.rating is None else float(r.rating)
        return (r.id, r.product_id, r.customer_id, rating, r.title, r.text, to_time(r.created_at), to_json(r.attributes)), ()

    def _decode(self, row: Row, children: Children) -> Review:
        key, product_id, customer_id, rating, title, text, created_at, attributes = row
        return Review(key, product_id, customer_id, rating, title, text, from_time(created_at), from_json(attributes))
