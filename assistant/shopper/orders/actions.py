"""The writes of the order desk: checked, carried out in one transaction, audited; or refused, or undone.

Owns what an action does to order and customer. `check` is asked when a write is proposed and again when it is carried out, since
the order may have changed in between. Refuses to talk: refusals are `PolicyRefused`, fit to be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assistant.errors import PolicyRefused
from assistant.shopper.orders.policy import OrderPolicy, Rule, method_of
from assistant.shopper.reply import money
from assistant.store.records import Address, Customer, Order, OrderLine, Payment, PaymentMethod, Product, StatusChange, Variant
from assistant.types import Action

if TYPE_CHECKING:
    from assistant.store import Store

NAMES = {
    "cancel": "cancel_pending_order",
    "address": "modify_pending_order_address",
    "payment": "modify_pending_order_payment",
    "modify": "modify_pending_order_items",
    "return": "return_delivered_order_items",
    "exchange": "exchange_delivered_order_items",
}
KIND_OF = {name: kind for kind, name in NAMES.items()}
NOT_YOURS = "I'm sorry, I can't find that order on your account."


@dataclass(frozen=True, slots=True)
class Swap:
    """One line of an order and the variant that takes its place."""

    line: OrderLine
    product: Product
    variant: Variant

    @property
    def difference(self) -> float:
        """What the new one costs more."""
        return round((self.variant.price or 0.0) - self.line.unit_price, 2)


@dataclass(frozen=True, slots=True)
class Change:
    """What a checked write makes of order and customer, and the facts to say about it."""

    order: Order
    customer: Customer
    refund: float | None = None
    method: PaymentMethod | None = None
    lines: tuple[OrderLine, ...] = ()
    swaps: tuple[Swap, ...] = ()


class Actions:
    """Carries out writes on one store under one policy."""

    def __init__(self, store: Store, policy: OrderPolicy, currency: str = "USD") -> None:
        self._store = store
        self._currency = currency
        self._policy = policy

    def check(self, kind: str, customer_id: str, arguments: Mapping[str, Any]) -> Change:
        """What the write would do.

        Raises:
            PolicyRefused: the order is not this customer's, or the policy forbids it.
        """
        order, customer = self._store.orders.get(str(arguments["order_id"])), self._store.customers.get(customer_id)
        if order is None or customer is None or order.customer_id != customer.id:
            raise PolicyRefused(NOT_YOURS)
        rule = self._policy.check(kind, order, datetime.now(UTC))
        changes = {
            "cancel": self._cancel,
            "address": self._address,
            "payment": self._payment,
            "return": self._return,
            "modify": self._modify,
        }
        return changes.get(kind, self._exchange)(order, customer, arguments, rule)

    def perform(self, kind: str, customer_id: str, arguments: Mapping[str, Any]) -> Action:
        """Carry out the write; all of it or nothing.

        Raises:
            PolicyRefused: it is no longer allowed.
            StoreError: the store could not be written; nothing was changed.
        """
        with self._store.transaction():
            change = self.check(kind, customer_id, arguments)
            self._store.orders.upsert([change.order])
            self._store.customers.upsert([change.customer])
            self._store.audit.append(
                f"customer:{customer_id}", NAMES[kind], change.order.id, **{k: v for k, v in arguments.items() if k != "order_id"}
            )
        return Action(NAMES[kind], dict(arguments))

    def _cancel(self, order: Order, customer: Customer, arguments: Mapping[str, Any], rule: Rule) -> Change:
        if rule.reasons and arguments["reason"] not in rule.reasons:
            raise PolicyRefused(f"I'm sorry, an order can only be cancelled because it is {' or was '.join(rule.reasons)}.")
        paid = [payment for payment in order.payments if payment.kind == "payment"]
        refunds = tuple(Payment("refund", p.amount, p.method_id) for p in paid)
        for payment in refunds:
            customer = _credited(customer, payment.method_id, payment.amount)
        order = _moved(
            replace(order, payments=order.payments + refunds, attributes={**order.attributes, "cancel_reason": arguments["reason"]}),
            rule,
            str(arguments["reason"]),
        )
        return Change(order, customer, round(sum(p.amount for p in refunds), 2), method_of(customer, paid[0].method_id) if paid else None)

    def _address(self, order: Order, customer: Customer, arguments: Mapping[str, Any], rule: Rule) -> Change:
        address = Address(**{name: str(arguments[name]) for name in ("address1", "address2", "city", "state", "country", "zip")})
        return Change(_moved(replace(order, address=address), rule), customer)

    def _payment(self, order: Order, customer: Customer, arguments: Mapping[str, Any], rule: Rule) -> Change:
        method, paid = _own_method(customer, str(arguments["payment_method_id"])), _single_payment(order)
        if method.id == paid.method_id:
            raise PolicyRefused(f"I'm sorry, order {order.id} is already paid with that; please choose another payment method.")
        _must_cover(method, paid.amount, self._currency)
        customer = _credited(_credited(customer, paid.method_id, paid.amount), method.id, -paid.amount)
        payments = (*order.payments, Payment("payment", paid.amount, method.id), Payment("refund", paid.amount, paid.method_id))
        return Change(_moved(replace(order, payments=payments), rule), customer, paid.amount, method)

    def _return(self, order: Order, customer: Customer, arguments: Mapping[str, Any], rule: Rule) -> Change:
        method, lines = _own_method(customer, str(arguments["payment_method_id"])), _lines(order, arguments["item_ids"])
        allowed = ("original" in rule.refund_to and method.id in {p.method_id for p in order.payments}) or method.source in rule.refund_to
        if rule.refund_to and not allowed:
            raise PolicyRefused(
                "I'm sorry, the refund can only go to the payment method that the order was paid with, or to a gift card of yours."
            )
        kept = {**order.attributes, "return_items": sorted(arguments["item_ids"]), "return_payment_method_id": method.id}
        return Change(
            _moved(replace(order, attributes=kept), rule), customer, round(sum(line.unit_price for line in lines), 2), method, lines
        )

    def _modify(self, order: Order, customer: Customer, arguments: Mapping[str, Any], rule: Rule) -> Change:
        method, swaps = self._swapped(order, customer, arguments)
        difference = round(sum(swap.difference for swap in swaps), 2)
        payments = (
            order.payments
            if not difference
            else (*order.payments, Payment("payment" if difference > 0 else "refund", abs(difference), method.id))
        )
        new = {
            id(swap.line): replace(
                swap.line, variant_id=swap.variant.id, unit_price=swap.variant.price or 0.0, options=dict(swap.variant.options)
            )
            for swap in swaps
        }
        order = _moved(replace(order, lines=tuple(new.get(id(line), line) for line in order.lines), payments=payments), rule)
        return Change(order, _credited(customer, method.id, -difference), difference, method, swaps=swaps)

    def _exchange(self, order: Order, customer: Customer, arguments: Mapping[str, Any], rule: Rule) -> Change:
        method, swaps = self._swapped(order, customer, arguments, same=True)
        difference = round(sum(swap.difference for swap in swaps), 2)
        kept = {
            **order.attributes,
            "exchange_items": sorted(arguments["item_ids"]),
            "exchange_new_items": sorted(arguments["new_item_ids"]),
            "exchange_payment_method_id": method.id,
            "exchange_price_difference": difference,
        }
        return Change(_moved(replace(order, attributes=kept), rule), customer, difference, method, swaps=swaps)

    def _swapped(
        self, order: Order, customer: Customer, arguments: Mapping[str, Any], *, same: bool = False
    ) -> tuple[PaymentMethod, tuple[Swap, ...]]:
        """The new items and how they are paid. `same`: the very same variant will do, for something that came broken."""
        lines = _lines(order, arguments["item_ids"])
        if len(arguments["new_item_ids"]) != len(lines):
            raise PolicyRefused("I'm sorry, each item needs exactly one new item.")
        swaps = tuple(self._swap(line, str(new), same=same) for line, new in zip(lines, arguments["new_item_ids"], strict=True))
        method = _own_method(customer, str(arguments["payment_method_id"]))
        _must_cover(method, sum(swap.difference for swap in swaps), self._currency)
        return method, swaps

    def _swap(self, line: OrderLine, new: str, *, same: bool) -> Swap:
        product = self._store.catalogue.get(line.product_id)
        variant = next((v for v in product.variants if v.id == new), None) if product else None
        if product is None or variant is None:
            raise PolicyRefused(f"I'm sorry, the {line.name} can only be changed to another variant of the same product.")
        if variant.id == line.variant_id and not same:
            raise PolicyRefused(f"I'm sorry, that is the same {line.name} as you have now.")
        if not variant.available or variant.stock == 0:
            raise PolicyRefused(f"I'm sorry, that variant of the {line.name} is not available at the moment.")
        return Swap(line, product, variant)


def _moved(order: Order, rule: Rule, note: str = "") -> Order:
    if not rule.becomes:
        return order
    return replace(order, status=rule.becomes, history=(*order.history, StatusChange(rule.becomes, datetime.now(UTC), note)))


def _lines(order: Order, item_ids: Sequence[str]) -> tuple[OrderLine, ...]:
    """The order's lines with these item ids, one for each id, in the order of the ids."""
    left = list(order.lines)
    found = []
    for id in item_ids:
        line = next((line for line in left if id in (line.variant_id, line.product_id)), None)
        if line is None:
            raise PolicyRefused(f"I'm sorry, order {order.id} does not hold all of these items.")
        left.remove(line)
        found.append(line)
    if not found:
        raise PolicyRefused("Please tell me which items it is about.")
    return tuple(found)


def _own_method(customer: Customer, id: str) -> PaymentMethod:
    method = method_of(customer, id)
    if method is None:
        raise PolicyRefused("I'm sorry, that payment method is not on your account.")
    return method


def _single_payment(order: Order) -> Payment:
    paid = [payment for payment in order.payments if payment.kind == "payment"]
    if len(paid) != 1 or len(order.payments) != 1:
        raise PolicyRefused(f"I'm sorry, the payment of order {order.id} can't be changed any more.")
    return paid[0]


def _must_cover(method: PaymentMethod, amount: float, currency: str) -> None:
    if method.source == "gift_card" and (method.balance or 0.0) < amount:
        raise PolicyRefused(
            f"I'm sorry, the balance of that gift card, {money(method.balance or 0.0, currency)}, does not cover the amount of "
            f"{money(amount, currency)}."
        )


def _credited(customer: Customer, method_id: str, amount: float) -> Customer:
    """The customer with `amount` more on a gift card; other payment methods carry no balance."""
    methods = tuple(
        replace(m, balance=round((m.balance or 0.0) + amount, 2)) if m.id == method_id and m.source == "gift_card" else m
        for m in customer.payment_methods
    )
    return replace(customer, payment_methods=methods)
