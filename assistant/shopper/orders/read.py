"""What an order says of itself: status, tracking, contents, address, payment, refund. Reads only, and only what it is handed.

Refuses to look orders up: whoever calls has made sure whose they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.shopper.orders.policy import OrderPolicy, method_of
from assistant.shopper.reply import joined, money
from assistant.shopper.variants import described
from assistant.store.records import Address, Customer, Order, OrderLine, PaymentMethod
from assistant.types import Evidence, Scalar, Source


def status(order: Order) -> tuple[Evidence, Scalar]:
    """The order's status, with its tracking number where it has one."""
    tail = f" Tracking number: {joined(_tracking(order))}." if _tracking(order) else ""
    return _about(order, f"Order {order.id} is {order.status}.{tail}", tracking=", ".join(_tracking(order))), order.status


def arrival(order: Order) -> tuple[Evidence, Scalar]:
    """When an order was delivered, where its shipments tell."""
    days = [shipment.delivered_at.date().isoformat() for shipment in order.shipments if shipment.delivered_at]
    if days:
        return _about(order, f"Order {order.id} was delivered on {joined(days)}."), days[-1]
    if order.status == "delivered":
        return _about(order, f"Order {order.id} is delivered; on which day is not recorded."), None
    return _about(order, f"Order {order.id} has not arrived yet as far as I can see: it is {order.status}."), None


def tracking(order: Order) -> tuple[Evidence, Scalar]:
    """Tracking numbers, or that there are none yet."""
    numbers = _tracking(order)
    if not numbers:
        return _about(order, f"Order {order.id} is {order.status} and has no tracking number yet."), None
    carrier = next((s.carrier for s in order.shipments if s.carrier), "")
    by = f" with {carrier}" if carrier else ""
    return _about(
        order,
        f"The tracking number of order {order.id}{by} is {joined(numbers)}. The order is {order.status}.",
        tracking=", ".join(numbers),
    ), numbers[0]


def contents(order: Order, currency: str) -> tuple[Evidence, Scalar]:
    """All items with options and prices."""
    lines = "\n".join(f"- {line_text(line, currency)}" for line in order.lines)
    return _about(
        order, f"Order {order.id} ({order.status}) holds {len(order.lines)} item{'s' if len(order.lines) != 1 else ''}:\n{lines}"
    ), len(order.lines)


def line(order: Order, item: OrderLine, currency: str) -> tuple[Evidence, Scalar]:
    """One item of an order."""
    return _about(order, f"In order {order.id}: {line_text(item, currency)}."), item.unit_price


def some(order: Order, items: Sequence[OrderLine], currency: str) -> tuple[Evidence, Scalar]:
    """Some items of an order, and how many they are."""
    lines = "\n".join(f"- {line_text(item, currency)}" for item in items)
    return _about(order, f"In order {order.id}:\n{lines}"), sum(item.quantity for item in items)


def address(order: Order) -> tuple[Evidence, Scalar]:
    """Where an order goes."""
    if order.address is None:
        return _about(order, f"I have no address for order {order.id}."), None
    going = "went" if order.status == "delivered" else "goes"
    return _about(order, f"Order {order.id} {going} to {address_text(order.address)}."), address_text(order.address)


def paid_with(order: Order, customer: Customer, currency: str) -> tuple[Evidence, Scalar]:
    """How an order was paid, and how much."""
    paid = [p for p in order.payments if p.kind == "payment"]
    if not paid:
        return _about(order, f"I have no payment on record for order {order.id}."), None
    parts = [f"{money(p.amount, currency)} with {method_text(method_of(customer, p.method_id))}" for p in paid]
    return _about(order, f"Order {order.id} was paid: {joined(parts)}."), paid[-1].amount


def total(order: Order, currency: str) -> tuple[Evidence, Scalar]:
    """What an order came to: the payment on record, else the sum of its lines."""
    amount = _amount(order)
    return _about(order, f"The total of order {order.id} is {money(amount, currency)}."), amount


def _amount(order: Order) -> float:
    paid = [p.amount for p in order.payments if p.kind == "payment"]
    return paid[0] if paid else round(sum(item.unit_price * item.quantity for item in order.lines), 2)


def totals(orders: Sequence[Order], currency: str) -> tuple[Evidence, Scalar]:
    """What all orders came to, one by one and together; cancelled ones are listed but not counted."""
    if not orders:
        return overview(orders)
    amounts = {order.id: _amount(order) for order in orders}
    together = round(sum(amounts[o.id] for o in orders if not o.status.startswith("cancel")), 2)
    lines = "\n".join(f"- {o.id} ({o.status}): {money(amounts[o.id], currency)}" for o in orders)
    text = f"Your orders come to {money(together, currency)}, cancelled ones not counted:\n{lines}"
    return Evidence(Source("order", orders[0].id), text, {"total": together}), together


def refund(order: Order, customer: Customer, currency: str, policy: OrderPolicy) -> tuple[Evidence, Scalar]:
    """What was refunded for an order and where to."""
    refunds = [p for p in order.payments if p.kind == "refund"]
    if not refunds:
        return _about(
            order, f"Order {order.id} is {order.status}; no refund is on record for it.{_to_come(order, customer, currency, policy)}"
        ), None
    parts = []
    for payment in refunds:
        method = method_of(customer, payment.method_id)
        when = f" ({policy.refund_time(method)})" if method and policy.otherwise else ""
        parts.append(f"{money(payment.amount, currency)} to {method_text(method)}{when}")
    return _about(order, f"For order {order.id}, which is {order.status}, the refund is {joined(parts)}."), refunds[-1].amount


def _to_come(order: Order, customer: Customer, currency: str, policy: OrderPolicy) -> str:
    """When the money comes for what is being returned, and where it would go for an order that can still be cancelled."""
    back = policy.rules.get("return")
    if back is not None and order.status == back.becomes and policy.refund_text:
        return f" {policy.refund_text}"
    rule, paid = policy.rules.get("cancel"), [p for p in order.payments if p.kind == "payment"]
    method = method_of(customer, paid[-1].method_id) if paid else None
    if rule is None or order.status not in rule.statuses or method is None:
        return ""
    when = f" {policy.refund_time(method)}" if policy.refund_time(method) else ""
    return f" If it is cancelled, {money(_amount(order), currency)} goes back to {method_text(method)}{when}."


def overview(orders: Sequence[Order], what: str = "") -> tuple[Evidence, Scalar]:
    """A list of orders with their status and items."""
    if not orders:
        return Evidence(Source("order", ""), f"You have no {what + ' ' if what else ''}orders on your account."), 0
    lines = "\n".join(f"- {order.id}: {order.status} ({joined([item.name for item in order.lines])})" for order in orders)
    return Evidence(
        Source("order", orders[0].id),
        f"You have {len(orders)} {what + ' ' if what else ''}order{'s' if len(orders) != 1 else ''}:\n{lines}",
        {"count": len(orders)},
    ), len(orders)


def balance(customer: Customer, currency: str) -> tuple[Evidence, Scalar]:
    """What is left on the customer's gift cards."""
    cards = [m for m in customer.payment_methods if m.source == "gift_card" and m.balance is not None]
    if not cards:
        return _account("There is no gift card on your account."), None
    parts = [f"{money(card.balance or 0.0, currency)} on {method_text(card)}" for card in cards]
    return _account(f"You have {joined(parts)}."), cards[0].balance if len(cards) == 1 else None


def methods(customer: Customer) -> tuple[Evidence, Scalar]:
    """The payment methods on the account."""
    return _account(
        f"On your account: {joined([method_text(m) for m in customer.payment_methods])}."
        if customer.payment_methods
        else "There is no payment method on your account."
    ), len(customer.payment_methods)


def own_address(customer: Customer) -> tuple[Evidence, Scalar]:
    """The account's address."""
    return _account(f"The address on your account is {address_text(customer.address)}."), address_text(customer.address)


def profile(customer: Customer) -> tuple[Evidence, Scalar]:
    """Name, e-mail and address of the account."""
    return _account(
        f"Your account is in the name of {customer.first_name} {customer.last_name}, with the e-mail "
        f"{customer.email} and the address {address_text(customer.address)}."
    ), customer.email


def line_text(item: OrderLine, currency: str) -> str:
    """An item in words: name, options, price."""
    options = f" ({described(item.options)})" if item.options else ""
    count = f"{item.quantity} x " if item.quantity != 1 else ""
    return f"{count}{item.name}{options}, {money(item.unit_price, currency)}{' each' if count else ''}"


def address_text(value: Address) -> str:
    """A postal address on one line."""
    city = " ".join(part for part in (value.state, value.zip) if part)
    return ", ".join(part for part in (value.address1, value.address2, value.city, city, value.country) if part)


def method_text(method: PaymentMethod | None) -> str:
    """A payment method in words."""
    if method is None:
        return "a payment method that is no longer on your account"
    if method.source == "credit_card":
        return f"your {method.brand + ' ' if method.brand else ''}credit card{f' ending in {method.last_four}' if method.last_four else ''}"
    return {"paypal": "your PayPal account", "gift_card": "your gift card"}.get(method.source, f"your {method.source.replace('_', ' ')}")


def _tracking(order: Order) -> list[str]:
    return list(dict.fromkeys(number for shipment in order.shipments for number in shipment.tracking_ids))


def _about(order: Order, text: str, **facts: Scalar) -> Evidence:
    return Evidence(Source("order", order.id), text, {"order_id": order.id, "status": order.status, **facts})


def _account(text: str) -> Evidence:
    return Evidence(Source("policy", "account"), text)
