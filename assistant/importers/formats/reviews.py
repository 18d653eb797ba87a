"""Product reviews of any shop."""

from __future__ import annotations

from assistant.errors import BadRecord
from assistant.importers.columns import fields, plain
from assistant.importers.formats.products import slug
from assistant.importers.job import Job, Row
from assistant.importers.registry import importer
from assistant.privacy import mask_cards
from assistant.store.records import Review

FIELDS = fields(
    id="review id, reviewid, key",
    product_id="clothing id, item id, asin, sku, product, item, product code, parent asin, stockcode, handle, product handle",
    customer_id="user id, reviewer id, customer, author id, reviewerid, reviewer, user",
    rating="stars, star rating, score, overall, review rating, overall rating, rate, points",
    title="summary, headline, review title, review headline, review summary, subject",
    text="review text, review body, review, content, comment, comments, body, review content, reviewtext, message, opinion",
    created_at="date, review date, review time, reviewed at, timestamp, created, unixreviewtime, submitted at, reviewtime",
)

_KNOWN = {
    "age": ("age", "customerage", "reviewerage"),
    "recommended": ("recommendedind", "recommended", "recommend", "isrecommended", "wouldrecommend"),
    "positive_feedback": ("positivefeedbackcount", "positivefeedback", "helpfulvotes", "helpful", "helpfulvote", "helpfulcount"),
    "division": ("divisionname", "division"),
    "department": ("departmentname", "department"),
    "class": ("classname", "class"),
}
_NAMES = {column: name for name, columns in _KNOWN.items() for column in columns}


@importer("reviews", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet")
def reviews(job: Job) -> None:
    """Product reviews; columns that are no known field (age, department, ...) become attributes to filter by."""
    file = slug(job.path.stem)
    rows = job.rows(FIELDS)
    job.upsert("reviews", job.records(rows, lambda row: _review(row, file)))


def _review(row: Row, file: str) -> Review:
    """A review from a row; without an id it is known by its file and line."""
    rating, title, text = row.money("rating"), row.prose("title"), row.prose("text")
    if rating is None and not title and not text:
        raise BadRecord("neither rating nor text")
    return Review(
        id=row.text("id") or f"{file}-{row.number}",
        product_id=row.text("product_id"),
        customer_id=row.key("customer_id") or None,
        rating=rating,
        title=mask_cards(title),
        text=mask_cards(text),
        created_at=row.time("created_at"),
        attributes={_name(name): _plain(value) for name, value in row.attributes().items()},
    )


def _name(attribute: str) -> str:
    return _NAMES.get(plain(attribute), attribute)


def _plain(value: str | int | float | bool) -> str | int | float | bool:
    """Yes and no as 1 and 0, so that a mean of them is a share."""
    return int(value) if isinstance(value, bool) else value
