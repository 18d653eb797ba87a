"""A shop's own list of customers."""

from __future__ import annotations

from assistant.errors import BadRecord
from assistant.importers.columns import fields
from assistant.importers.job import Job, Row, text_attributes
from assistant.importers.registry import importer
from assistant.store.records import Address, Customer

FIELDS = fields(
    id="customer id, user id, customer number, customer no, client id, account id, account number, customer",
    first_name="first, given name, forename, vorname, firstname",
    last_name="last, surname, family name, nachname, lastname",
    name="full name, customer name, client name",
    email="e-mail, email address, mail",
    address1="address, street, address line 1, street address, default address address1, shipping address",
    address2="address line 2, default address address2, apartment, suite",
    city="town, default address city, place",
    state="province, region, county, default address province code, state province",
    country="country code, default address country code, nation",
    zip="postcode, postal code, zip code, zipcode, default address zip, plz",
    created_at="created, registered, registered at, signup date, join date, customer since, date joined",
)


@importer("customers", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet")
def customers(job: Job) -> None:
    """Your customers; columns that are no known field become attributes, card numbers and passwords are dropped."""
    rows = job.rows(FIELDS)
    job.upsert("customers", job.records(rows, customer))


def customer(row: Row) -> Customer:
    """A customer from a row; the e-mail address stands in for a missing id.

    Raises:
        BadRecord: neither id nor e-mail address, an address without `@`, a bad date.
    """
    email = row.text("email")
    if email and "@" not in email:
        raise BadRecord(f"{email!r} is no e-mail address", column=row.columns.by_field["email"], value=email)
    first, last = row.text("first_name"), row.text("last_name")
    if not first and not last:
        first, _, last = row.text("name").rpartition(" ")
        first, last = (first, last) if first else (last, "")
    return Customer(
        id=row.key("id") or email.casefold() or row.must("id"),
        first_name=first,
        last_name=last,
        email=email,
        address=address(row),
        created_at=row.time("created_at"),
        attributes=text_attributes(row),
    )


def address(row: Row) -> Address:
    """The address fields of a row."""
    return Address(*(row.text(part) for part in ("address1", "address2", "city", "state", "country", "zip")))
