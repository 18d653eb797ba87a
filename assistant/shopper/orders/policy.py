"""What the shop allows to be done with an order, read from a TOML file that the shop can write itself.

Owns the rules and their refusals; refuses to write anything. A shipped policy is chosen by name, the shop's own by the name of a
file in its store.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from assistant.errors import BadSettings, PolicyRefused
from assistant.store.records import Customer, Order, PaymentMethod

KINDS = ("cancel", "address", "payment", "modify", "return", "exchange")
_DOING = {
    "cancel": "cancelled",
    "address": "sent to another address",
    "payment": "moved to another payment method",
    "modify": "changed",
    "return": "returned",
    "exchange": "exchanged",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of write. `statuses`: the order's status must be one of these; `becomes`: what it is afterwards, empty for no change."""

    statuses: tuple[str, ...]
    becomes: str = ""
    reasons: tuple[str, ...] = ()
    refund_to: tuple[str, ...] = ()
    within_days: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """All rules of a shop. `at_once` are the payment sources that are refunded immediately."""

    name: str
    rules: Mapping[str, Rule] = field(default_factory=dict)
    at_once: tuple[str, ...] = ()
    otherwise: str = ""
    refund_text: str = ""

    def rule(self, kind: str) -> Rule:
        """The rule for a kind of write.

        Raises:
            PolicyRefused: the shop does not offer it.
        """
        if kind not in self.rules:
            raise PolicyRefused("I'm sorry, that is not something I can do for an order here.")
        return self.rules[kind]

    def check(self, kind: str, order: Order, now: datetime) -> Rule:
        """The rule, where the order's status and age allow it.

        Raises:
            PolicyRefused: they do not; the message says why.
        """
        rule = self.rule(kind)
        if order.status not in rule.statuses:
            raise PolicyRefused(
                f"I'm sorry, order {order.id} is {order.status}; only an order that is {' or '.join(rule.statuses)} can be "
                f"{_DOING[kind]}.{_instead(kind, order)}"
            )
        delivered = max((s.delivered_at for s in order.shipments if s.delivered_at), default=None)
        if rule.within_days and delivered and now.replace(tzinfo=None) - delivered.replace(tzinfo=None) > timedelta(days=rule.within_days):
            raise PolicyRefused(
                f"I'm sorry, order {order.id} was delivered on {delivered.date().isoformat()}; that is more than "
                f"{rule.within_days} days ago."
            )
        return rule

    def bars(self, kind: str, other: str, order: Order) -> bool:
        """Whether another kind of write, allowed now, is no longer once this kind is done."""
        first, second = self.rules.get(kind), self.rules.get(other)
        if first is None or second is None or not first.becomes or order.status not in second.statuses:
            return False
        return first.becomes not in second.statuses

    def refund_time(self, method: PaymentMethod) -> str:
        """When money arrives on a payment method."""
        return "immediately" if method.source in self.at_once else self.otherwise


def load_policy(name: str, store: Path) -> OrderPolicy:
    """The policy called `name`: a file in the store where it ends in ".toml", else one that is shipped.

    Raises:
        BadSettings: there is none, or it is malformed.
    """
    try:
        text = (
            (store / name).read_text(encoding="utf-8")
            if name.endswith(".toml")
            else files("assistant.shopper").joinpath(f"policies/{name}.toml").read_text(encoding="utf-8")
        )
        return _policy(tomllib.loads(text))
    except (OSError, tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise BadSettings(
            f"The order policy {name!r} cannot be read: {error}.",
            hint='Set [shopper] policy to "default", "tau-retail" or a TOML file in the store.',
        ) from error


def method_of(customer: Customer, id: str) -> PaymentMethod | None:
    """The customer's payment method with this id."""
    return next((method for method in customer.payment_methods if method.id == id), None)


def _policy(content: dict[str, Any]) -> OrderPolicy:
    rules = {kind: _rule(content[kind]) for kind in KINDS if kind in content}
    refund = content.get("refund", {})
    return OrderPolicy(content["name"], rules, tuple(refund.get("at_once", ())), refund.get("otherwise", ""), refund.get("text", ""))


def _rule(content: dict[str, Any]) -> Rule:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
    return Rule(**values)


def _instead(kind: str, order: Order) -> str:
    if kind == "cancel" and order.status == "delivered":
        return " Its items can be returned instead."
    if kind == "return" and order.status == "pending":
        return " It can be cancelled instead."
    return ""
