"""Products and their variants."""

from __future__ import annotations

from assistant.store.codec import from_json, to_json
from assistant.store.database import Row
from assistant.store.records import Product, ProductKind, Variant
from assistant.store.repository import Child, Children, Repository, Table

SPREAD_UP_TO = 20_000
"""So many products can be put in another order for one page."""


class Catalogue(Repository[Product]):
    """The products of the shop."""

    table = Table(
        "products",
        ("id", "name", "category", "style", "brand", "description", "price", "stock", "image", "kind", "active", "attributes"),
        (Child("variants", "product_id", ("id", "options", "price", "stock", "available")),),
    )

    def categories(self) -> list[str]:
        """The categories of active goods, in alphabetical order."""
        rows = self._db.rows("SELECT DISTINCT category FROM products WHERE category <> '' AND active AND kind = 'goods' ORDER BY category")
        return [str(row[0]) for row in rows]

    def shelf(self, category: str = "", *, limit: int, offset: int = 0) -> list[Product]:
        """Active goods of a category, or of all: `limit` of them from `offset` on.

        One of each style first, then the second of each, so that a page shows what there is; a very large catalogue comes as it was added.
        """
        turn = "row_number() OVER (PARTITION BY category, style ORDER BY rowid)" if self.count() <= SPREAD_UP_TO else "id IS NULL"
        sql = (
            f"SELECT id FROM products WHERE active AND kind = 'goods' AND (? = '' OR category = ?) ORDER BY {turn}, rowid LIMIT ? OFFSET ?"
        )
        return list(self.many(str(row[0]) for row in self._db.rows(sql, (category, category, limit, offset))).values())

    def of_variant(self, variant_id: str) -> Product | None:
        """The product that has this variant."""
        found = self._read("id IN (SELECT product_id FROM variants WHERE id = ? LIMIT 1)", (variant_id,))
        return next(iter(found.values()), None)

    def _encode(self, record: Product) -> tuple[Row, Children]:
        p = record
        price = None if p.price is None else float(p.price)
        texts = (p.id, p.name, p.category, p.style, p.brand, p.description)
        row = (*texts, price, p.stock, p.image, p.kind.value, int(p.active), to_json(p.attributes))
        return row, (tuple(_variant_row(variant) for variant in p.variants),)

    def _decode(self, row: Row, children: Children) -> Product:
        key, name, category, style, brand, description, price, stock, image, kind, active, attributes = row
        return Product(
            key,
            name,
            category=category,
            style=style,
            brand=brand,
            description=description,
            price=price,
            stock=stock,
            image=image,
            kind=ProductKind(kind),
            active=bool(active),
            attributes=from_json(attributes),
            variants=tuple(_variant(variant) for variant in children[0]),
        )


def _variant(row: Row) -> Variant:
    key, options, price, stock, available = row
    return Variant(key, from_json(options), price, stock, bool(available))


def _variant_row(variant: Variant) -> Row:
    price = None if variant.price is None else float(variant.price)
    return (variant.id, to_json(variant.options), price, variant.stock, int(variant.available))
