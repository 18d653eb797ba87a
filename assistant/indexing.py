"""What of a store can be found, and the index over it: products, FAQ entries and policies become passages.

Owns the wording and the fields of passages, where the index is (the store's folder, or a Milvus server that the settings name), and when
it is out of date. Knows nothing of how search works.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.config import load_settings
from assistant.errors import BadSettings
from assistant.store import Store
from assistant.store.records import FaqEntry, Product, ProductKind
from assistant.synonyms import read_synonyms
from assistant.types import Progress
from retrieval.building import build_index
from retrieval.errors import IndexMissing, IndexUnreachable, RetrievalError
from retrieval.index import Manifest, read_manifest, writing
from retrieval.live import LiveRetriever
from retrieval.tokens import synonym_table
from retrieval.types import Encoder, FieldValue, Passage

if TYPE_CHECKING:
    from retrieval.milvus import MilvusRetriever

INDEX_FOLDER = "index"
PASSAGES_FORM = 1
"""Raised with every change to the wording or the fields below, so that older indexes count as out of date."""
LONGEST_ATTRIBUTE = 60
"""Longer attributes are prose: they are in the text, and are no field."""
_PRODUCT_FIELDS = ("name", "price", "stock", "category", "style", "brand", "active", "available", "rating")


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What `update_index` did; `str` of it is fit to print."""

    passages: int
    encoded: int
    removed: int
    changed: bool
    seconds: float

    def __str__(self) -> str:
        if not self.changed:
            return f"Index: {self.passages:,} passages, up to date."
        removed = f", {self.removed:,} removed" if self.removed else ""
        return f"Index: {self.passages:,} passages, {self.encoded:,} of them encoded{removed}, in {self.seconds:.1f} s."


def update_index(store: Store, encoder: Encoder, progress: Progress | None = None, *, rebuild: bool = False) -> IndexReport:
    """Brings the store's index up to date; passages whose words did not change are not encoded again.

    An index by another encoder, or one that is damaged, is replaced. `rebuild` encodes everything anew.

    Raises:
        BadSettings: the settings name a Milvus server, and the extra `milvus` is not installed.
        IndexUnreachable: that server does not answer.
    """
    folder, stamp = store.folder / INDEX_FOLDER, _stamp(store)
    if (server := _server(store.folder, encoder)) is not None:
        with closing(server), writing(folder):
            if not rebuild and server.stamp == stamp:
                return IndexReport(server.count, 0, 0, False, 0.0)
            filled = server.fill(passages_of(store), stamp=stamp, rebuild=rebuild, progress=progress)
        return IndexReport(filled.total, filled.encoded, filled.removed, True, filled.seconds)
    current = _manifest(folder)
    if not rebuild and current is not None and (current.stamp, current.encoder) == (stamp, encoder.id):
        return IndexReport(current.count, 0, 0, False, 0.0)
    report = build_index(folder, passages_of(store), encoder, stamp=stamp, rebuild=rebuild, progress=progress)
    return IndexReport(report.total, report.encoded, report.removed, report.written, report.seconds)


def open_index(store_folder: Path, encoder: Encoder) -> LiveRetriever | MilvusRetriever:
    """The retriever over the store's index; it follows later updates by itself.

    Raises:
        IndexMissing, IndexMismatch, IndexCorrupt: the hint names the command that helps.
        BadSettings, IndexUnreachable: see `update_index`.
    """
    remedy = _remedy(store_folder)
    if (server := _server(store_folder, encoder)) is not None:
        server.check()
        return server
    return LiveRetriever(store_folder / INDEX_FOLDER, encoder, synonyms=synonyms_of(store_folder), remedy=remedy)


def _server(store_folder: Path, encoder: Encoder) -> MilvusRetriever | None:
    """The Milvus server that the settings name, if they do."""
    settings = load_settings(store_folder).index
    if not settings.milvus_url:
        return None
    try:
        from retrieval.milvus import MilvusRetriever

        return MilvusRetriever(
            settings.milvus_url, encoder, collection=settings.collection, token=settings.milvus_token, remedy=_remedy(store_folder)
        )
    except ImportError as error:
        raise BadSettings(
            f"`index.milvus_url` is {settings.milvus_url!r}, and {error.name} is not installed.", hint="pip install 'shopclerk[milvus]'"
        ) from error


def _remedy(store_folder: Path) -> str:
    return f"Run `shopclerk index --rebuild --store {store_folder}`."


def synonyms_of(store_folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The shipped synonyms and those that the shop added in `synonyms.txt` of its store."""
    return synonym_table(read_synonyms(store_folder).lines())


def index_state(store: Store) -> str:
    """One line for `shopclerk status`."""
    from assistant.models.encoder import load_encoder

    command = f"shopclerk index --store {store.folder}"
    try:
        settings = load_settings(store.folder)
        if settings.index.milvus_url and (server := _server(store.folder, load_encoder(settings.encoder))) is not None:
            with closing(server):
                server.check()
                count, encoder, stamp = server.count, f"{server.encoder.id} in Milvus at {server.address}", server.stamp
        else:
            manifest = read_manifest(store.folder / INDEX_FOLDER)
            count, encoder, stamp = manifest.count, manifest.encoder, manifest.stamp
    except IndexMissing:
        return f"none: run {command}"
    except IndexUnreachable as error:
        return f"unusable: {error}"
    except RetrievalError as error:
        return f"unusable ({error.message}): run {command} --rebuild"
    fresh = "up to date" if stamp == _stamp(store) else f"out of date: run {command}"
    return f"{count:,} passages, encoder {encoder}, {fresh}"


def passages_of(store: Store) -> Iterator[Passage]:
    """Every passage that the store gives: its goods, then its FAQ and policies."""
    ratings = _ratings(store)
    for product in store.catalogue.all():
        if product.kind is ProductKind.GOODS:
            yield product_passage(product, ratings.get(product.id))
    for entry in store.faq.all():
        yield faq_passage(entry)


def product_passage(product: Product, rating: float | None = None) -> Passage:
    """A product as a passage: its first line is name, brand and kind of thing, which count most; then options and description."""
    title = ", ".join(dict.fromkeys(_plain(part) for part in (product.name, product.brand, product.style, product.category) if part))
    lines = [title, _details(product), product.description]
    return Passage(f"product:{product.id}", "\n".join(line for line in lines if line), "product", _fields(product, rating))


def faq_passage(entry: FaqEntry) -> Passage:
    """A FAQ entry or a policy as a passage: the question is the first line.

    It has a product's fields, all null, so that a filter on the price is no error in a shop without products.
    """
    return Passage(f"faq:{entry.id}", f"{entry.question}\n{entry.answer}", entry.kind, dict.fromkeys(_PRODUCT_FIELDS))


def _fields(product: Product, rating: float | None) -> dict[str, FieldValue]:
    named = (product.category or None, product.style or None, product.brand or None)
    values = (product.name, product.price, _stock(product), *named, product.active, _available(product), rating)
    fields: dict[str, FieldValue] = dict(zip(_PRODUCT_FIELDS, values, strict=True))
    short = {name: value for name, value in product.attributes.items() if value and len(value) <= LONGEST_ATTRIBUTE}
    return {**fields, **{f"attr.{name}": value for name, value in short.items()}}


def _stock(product: Product) -> int | None:
    """The product's own stock, else that of its variants together, where any is known."""
    if product.stock is not None:
        return product.stock
    known = [variant.stock for variant in product.variants if variant.stock is not None]
    return sum(known) if known else None


def _available(product: Product) -> bool:
    """Whether it can be had now, in some variant; an unknown stock counts as enough."""
    if not product.active:
        return False
    if product.variants:
        return any(variant.available and variant.stock != 0 for variant in product.variants)
    return product.stock != 0


def _details(product: Product) -> str:
    """Attributes, and the options that variants offer, as `name: values`."""
    offered: dict[str, dict[str, None]] = {name: {value: None} for name, value in product.attributes.items() if value}
    for variant in product.variants:
        for name, value in variant.options.items():
            offered.setdefault(name, {})[value] = None
    return "; ".join(f"{_plain(name)}: {', '.join(values)}" for name, values in offered.items())


def _plain(name: str) -> str:
    """`home_decor` as `home decor`."""
    return name.replace("_", " ")


def _ratings(store: Store) -> dict[str, float]:
    """The mean rating of each product that has one, to two decimals."""
    sums: dict[str, tuple[float, int]] = {}
    for review in store.reviews.all():
        if review.rating is not None and review.product_id:
            total, count = sums.get(review.product_id, (0.0, 0))
            sums[review.product_id] = (total + review.rating, count + 1)
    return {product_id: round(total / count, 2) for product_id, (total, count) in sums.items()}


def _stamp(store: Store) -> str:
    return hashlib.sha256(f"{PASSAGES_FORM}:{store.changed_at('catalogue', 'faq', 'reviews')}".encode()).hexdigest()[:16]


def _manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except RetrievalError:
        return None
