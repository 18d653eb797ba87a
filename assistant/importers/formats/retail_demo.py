"""The catalogue of the AWS retail demo store: a YAML list of products."""

from __future__ import annotations

from dataclasses import replace

from assistant.importers.columns import fields
from assistant.importers.formats.products import product
from assistant.importers.job import Job, Row
from assistant.importers.registry import importer
from assistant.store.records import Product

FIELDS = fields(
    required="id name category price",
    **dict.fromkeys(("id", "name", "category", "style", "description", "price", "image"), ""),
    stock="current_stock",
)
_ABOUT_THE_DEMO = ("where_visible", "image_license", "link")


@importer("retail-demo", ".yaml", ".yml")
def retail_demo(job: Job) -> None:
    """The YAML catalogue of the AWS retail demo store."""
    job.upsert("products", job.records(job.rows(FIELDS), _product))


def _product(row: Row) -> Product:
    made = product(row)
    return replace(made, attributes={name: value for name, value in made.attributes.items() if name not in _ABOUT_THE_DEMO})
