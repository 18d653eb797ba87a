"""Customers and their payment methods."""

from __future__ import annotations

from dataclasses import asdict

from assistant.store.codec import from_json, from_time, to_json, to_time
from assistant.store.database import Row
from assistant.store.records import Address, Customer, PaymentMethod
from assistant.store.repository import Child, Children, Repository, Table

_NO_ADDRESS = Address()


class Customers(Repository[Customer]):
    """The shop's customers.

    The two lookups serve to identify somebody, so they answer only where one customer fits: None for two as for none.
    """

    table = Table(
        "customers",
        ("id", "first_name", "last_name", "email", "address", "created_at", "attributes", "email_key", "name_zip_key"),
        (Child("payment_methods", "customer_id", ("id", "source", "brand", "last_four", "balance")),),
    )

    def by_email(self, email: str) -> Customer | None:
        """The one customer with this address, upper and lower case alike."""
        return self._only("email_key", email_key(email))

    def by_name_zip(self, first_name: str, last_name: str, zip: str) -> Customer | None:
        """The one customer of this name and postal code; case and spaces do not count."""
        return self._only("name_zip_key", name_zip_key(first_name, last_name, zip))

    def _only(self, column: str, key: str | None) -> Customer | None:
        if key is None:
            return None
        found = list(self._read(f"{column} = ?", (key,)).values())
        return found[0] if len(found) == 1 else None

    def _encode(self, record: Customer) -> tuple[Row, Children]:
        c = record
        row = (
            *(c.id, c.first_name, c.last_name, c.email, address_to_json(c.address), to_time(c.created_at), to_json(c.attributes)),
            email_key(c.email),
            name_zip_key(c.first_name, c.last_name, c.address.zip),
        )
        return row, (tuple(_method_row(method) for method in c.payment_methods),)

    def _decode(self, row: Row, children: Children) -> Customer:
        key, first_name, last_name, email, address, created_at, attributes, *_ = row
        return Customer(
            key,
            first_name=first_name,
            last_name=last_name,
            email=email,
            address=Address(**from_json(address)),
            created_at=from_time(created_at),
            payment_methods=tuple(PaymentMethod(*method) for method in children[0]),
            attributes=from_json(attributes),
        )


def address_to_json(address: Address) -> str:
    """The parts of an address that are filled in."""
    if address == _NO_ADDRESS:
        return "{}"
    return to_json({name: part for name, part in asdict(address).items() if part})


def email_key(email: str) -> str | None:
    """What two spellings of one e-mail address have in common; None for an empty one."""
    return email.strip().casefold() or None


def name_zip_key(first_name: str, last_name: str, zip: str) -> str | None:
    """What two spellings of one name and postal code have in common; None where a part is missing."""
    parts = [" ".join(first_name.split()), " ".join(last_name.split()), "".join(zip.split())]
    return "\x1f".join(parts).casefold() if all(parts) else None


def _method_row(method: PaymentMethod) -> Row:
    balance = None if method.balance is None else float(method.balance)
    return (method.id, method.source, method.brand, method.last_four, balance)
