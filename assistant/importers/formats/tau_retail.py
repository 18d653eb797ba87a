"""The shop of the tau-bench retail benchmark: products with variants, customers, orders, in one JSON document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from assistant.errors import BadRecord, ImportRefused
from assistant.importers import values
from assistant.importers.job import Job
from assistant.importers.reading import read_json
from assistant.importers.registry import importer
from assistant.store.records import Address, Customer, Order, OrderLine, Payment, PaymentMethod, Product, Shipment, Variant

Record = TypeVar("Record")


@importer("tau-retail", ".json")
def tau_retail(job: Job) -> None:
    """The shop of the tau-bench retail benchmark; orders then follow its service policy."""
    document = read_json(job.path, job.notices.append)
    missing = [
        name for name in ("products", "users", "orders") if not isinstance(document, dict) or not isinstance(document.get(name), dict)
    ]
    if missing:
        raise ImportRefused(f"{job.path.name} has no {' and no '.join(missing)}.", hint="Give the benchmark's database as one JSON object.")
    job.upsert("products", _each(job, document["products"], _product))
    job.upsert("customers", _each(job, document["users"], _customer))
    job.upsert("orders", _each(job, document["orders"], _order))
    job.settings["shopper.policy"] = "tau-retail"


def _each(job: Job, items: Mapping[str, Any], build: Callable[[Any], Record]) -> Iterator[Record]:
    for number, (key, item) in enumerate(items.items(), start=1):
        try:
            yield build(item)
        except (KeyError, TypeError, AttributeError) as error:
            job.reject(number, BadRecord(f"not in the benchmark's form: {error!r}", column=key, value=item))
        except BadRecord as error:
            job.reject(number, BadRecord(error.message, column=error.column or key, value=error.value))


def _product(item: Any) -> Product:
    variants = tuple(_variant(variant) for variant in item["variants"].values())
    prices = [v.price for v in variants if v.available and v.price is not None] or [v.price for v in variants if v.price is not None]
    return Product(item["product_id"], item["name"], price=min(prices, default=None), variants=variants)


def _variant(item: Any) -> Variant:
    price = values.money(item["price"])
    return Variant(
        item["item_id"], {name: str(option) for name, option in item["options"].items()}, price, available=bool(item["available"])
    )


def _customer(item: Any) -> Customer:
    methods = tuple(_method(method) for method in item["payment_methods"].values())
    name = item["name"]
    return Customer(
        item["user_id"], name["first_name"], name["last_name"], item["email"], address=Address(**item["address"]), payment_methods=methods
    )


def _method(item: Any) -> PaymentMethod:
    last_four = values.text(item.get("last_four"))[-4:]
    return PaymentMethod(item["id"], item["source"], item.get("brand", ""), last_four, values.money(item.get("balance")))


def _order(item: Any) -> Order:
    where = Address(**item["address"])
    return Order(
        item["order_id"],
        customer_id=item["user_id"],
        status=item["status"],
        country=where.country,
        address=where,
        lines=tuple(_line(line) for line in item["items"]),
        payments=tuple(_payment(payment) for payment in item["payment_history"]),
        shipments=tuple(Shipment(tuple(part["tracking_id"]), tuple(part["item_ids"])) for part in item["fulfillments"]),
        attributes=_action_results(item),
    )


def _line(item: Any) -> OrderLine:
    price = values.money(item["price"])
    if price is None:
        raise BadRecord("a line without a price", column="items", value=item)
    return OrderLine(item["product_id"], item["name"], 1, price, item["item_id"], dict(item["options"]))


def _payment(item: Any) -> Payment:
    return Payment(item["transaction_type"], abs(values.money(item["amount"]) or 0.0), item["payment_method_id"])


def _action_results(item: Any) -> dict[str, Any]:
    """What the benchmark's own actions leave on an order."""
    prefixes = ("cancel_", "return_", "exchange_")
    return {name: value for name, value in item.items() if name.startswith(prefixes) and value is not None}
