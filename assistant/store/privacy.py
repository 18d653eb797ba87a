"""A customer's right to be forgotten, and what the books must keep."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.store.database import Database
from assistant.store.repository import touch


@dataclass(frozen=True, slots=True)
class Erased:
    """What `erase_customer` removed or made anonymous."""

    customers: int = 0
    conversations: int = 0
    orders_anonymised: int = 0
    reviews_anonymised: int = 0

    def __bool__(self) -> bool:
        return bool(self.customers or self.conversations or self.orders_anonymised or self.reviews_anonymised)


def erase_customer(database: Database, id: str) -> Erased:
    """Remove a customer and their conversations; take name and address off their orders and reviews, whose figures stay.

    One transaction. Order attributes, payment method ids and tracking ids go as well; amounts and dates remain.
    """
    with database.transaction():
        database.execute("DELETE FROM shipments WHERE order_id IN (SELECT id FROM orders WHERE customer_id = ?)", (id,))
        database.execute("UPDATE payments SET method_id = '' WHERE order_id IN (SELECT id FROM orders WHERE customer_id = ?)", (id,))
        database.execute("UPDATE status_changes SET note = '' WHERE order_id IN (SELECT id FROM orders WHERE customer_id = ?)", (id,))
        # An empty digest equals none, so that a later import of the same order is seen as a change.
        orders = database.execute(
            "UPDATE orders SET customer_id = NULL, address = NULL, attributes = '{}', digest = x'' WHERE customer_id = ?", (id,)
        )
        reviews = database.execute("UPDATE reviews SET customer_id = NULL, digest = x'' WHERE customer_id = ?", (id,))
        talks = database.execute("DELETE FROM conversations WHERE customer_id = ?", (id,))
        customers = database.execute("DELETE FROM customers WHERE id = ?", (id,))
        touch(database, "orders", "reviews", "customers")
        return Erased(customers.rowcount, talks.rowcount, orders.rowcount, reviews.rowcount)
