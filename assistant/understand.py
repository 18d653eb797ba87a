"""Text to `Understanding`: intent, calibrated confidence, entities and the embedding, in one pass of one encoder.

Owns who may mean what (roles) and how the catalogue's words get to the entity rules; refuses to know the conversation before it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.config import Settings
from assistant.intents import OUT_OF_SCOPE, Catalogue, load_catalogue
from assistant.models.encoder import SHIPPED, SHIPPED_FOLDER, OnnxEncoder, load_encoder
from assistant.models.entities import EntityExtractor
from assistant.models.gazetteer import CatalogueItem, Gazetteer
from assistant.models.identity import order_shapes
from assistant.models.intent import INTENT_HEAD, IntentReader, NearestExamples, TrainedIntents, WithNewIntents
from assistant.models.registry import find_model
from assistant.store.records import Product, ProductKind
from assistant.types import Role, Understanding
from retrieval.types import Encoder, Vector

if TYPE_CHECKING:
    from assistant.store import Store

MAX_CHARACTERS = 4_000
"""What the encoder reads of one message; it sees some hundred tokens of it."""

LAST_LATIN = 0x24F
"""The last letter of the extended Latin blocks."""

CANDIDATES = 5
REFRESH_SECONDS = 30.0
"""How old the catalogue's words may grow while orders come in."""


class CatalogueWords:
    """The entity rules of one store, rebuilt when its catalogue has changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._token = ""
        self._looked_at = float("-inf")
        self._extractor = EntityExtractor()

    def extractor(self) -> EntityExtractor:
        """The rules for the catalogue as it is now, or was up to `REFRESH_SECONDS` ago."""
        now = time.monotonic()
        if now - self._looked_at > REFRESH_SECONDS:
            token = self._store.changed_at("catalogue")
            if token != self._token:
                self._extractor = _extractor(self._store)
            self._token, self._looked_at = token, now
        return self._extractor


class Understander:
    """Understands messages. Cheap to make; `warm_up()` loads the model and the catalogue's words, else the first message does."""

    def __init__(self, reader: IntentReader, catalogue: Catalogue, words: CatalogueWords | None = None) -> None:
        self._reader = reader
        self._catalogue = catalogue
        self._words = words
        self._plain = EntityExtractor()

    @property
    def encoder(self) -> Encoder:
        """The encoder whose vectors `Understanding.embedding` holds."""
        return self._reader.encoder

    @property
    def catalogue(self) -> Catalogue:
        """The intents that messages are read as."""
        return self._catalogue

    def warm_up(self) -> None:
        """Load everything that the first message would load."""
        self.understand("hello", Role.SHOPPER)

    def understand(self, text: str, role: Role = Role.SHOPPER, today: date | None = None) -> Understanding:
        """What `text` means, said by somebody in `role`."""
        return self.understand_batch([text], role, today)[0]

    def understand_batch(self, texts: Sequence[str], role: Role = Role.SHOPPER, today: date | None = None) -> list[Understanding]:
        """Several messages in one pass, in order."""
        if not texts:
            return []
        reading = self._reader.read([text[:MAX_CHARACTERS] for text in texts])
        allowed = self._allowed(role)
        extractor = self._words.extractor() if self._words else self._plain
        return [
            _understanding(text, row, embedding, allowed, self._reader.labels, extractor, today)
            for text, row, embedding in zip(texts, reading.probabilities, reading.embeddings, strict=True)
        ]

    def _allowed(self, role: Role) -> frozenset[str]:
        known = frozenset(self._catalogue.names)
        spoken = frozenset(intent.name for intent in self._catalogue.of_role(role))
        return frozenset(label for label in self._reader.labels if label in spoken or label not in known)


def load_understander(store: Store, settings: Settings) -> Understander:
    """The understander of a store: its own trained model where it has one, else the shipped one, else nearest examples.

    Raises:
        ModelMissing, ModelCorrupt: the encoder that the settings name cannot be loaded.
        BadSettings: the store's `intents.toml` is malformed.
    """
    catalogue = load_catalogue(store.folder)
    return Understander(load_reader(store.folder, settings, catalogue), catalogue, CatalogueWords(store))


def load_reader(folder: Path, settings: Settings, catalogue: Catalogue) -> IntentReader:
    """The best reader of intents that the store in `folder` has; intents that its model does not know are read by examples.

    Raises:
        ModelMissing: the encoder that the settings name is not there.
    """
    return reader_over(_encoder(folder, settings), catalogue)


def reader_over(encoder: Encoder, catalogue: Catalogue) -> IntentReader:
    """The reader of the intents of `catalogue` over this encoder: its trained head where it has one, examples for the rest."""
    if not isinstance(encoder, OnnxEncoder) or INTENT_HEAD not in encoder.card.labels:
        return NearestExamples(encoder, catalogue.intents)
    trained = TrainedIntents(encoder)
    new = [intent for intent in catalogue if intent.name not in trained.labels]
    return WithNewIntents(trained, NearestExamples(encoder, new)) if new else trained


def _encoder(folder: Path, settings: Settings) -> Encoder:
    if settings.encoder == SHIPPED:
        return OnnxEncoder(find_model(SHIPPED_FOLDER, folder))
    return load_encoder(settings.encoder)


def catalogue_item(product: Product) -> CatalogueItem:
    """The words of a product that a shopper may use."""
    options = [*product.attributes.items(), *(pair for variant in product.variants for pair in variant.options.items())]
    categories = tuple(name for name in (product.category, product.style) if name)
    return CatalogueItem(product.id, product.name, categories, product.brand, tuple(dict.fromkeys(options)))


def _extractor(store: Store) -> EntityExtractor:
    goods = (product for product in store.catalogue.all() if product.kind is ProductKind.GOODS and product.active)
    shapes = order_shapes(order.id for order in islice(store.orders.all(), 2_000))
    return EntityExtractor(Gazetteer(catalogue_item(product) for product in goods), shapes)


def _understanding(
    text: str,
    row: Vector,
    embedding: Vector,
    allowed: frozenset[str],
    labels: tuple[str, ...],
    extractor: EntityExtractor,
    today: date | None,
) -> Understanding:
    if not _readable(text):
        return Understanding(text, OUT_OF_SCOPE, 1.0, ((OUT_OF_SCOPE, 1.0),), extractor.extract(text, today), embedding)
    masked = np.array([p if label in allowed else 0.0 for label, p in zip(labels, row, strict=True)], dtype=np.float64)
    masked /= masked.sum() or 1.0
    best = np.argsort(-masked)[:CANDIDATES]
    candidates = tuple((labels[i], round(float(masked[i]), 4)) for i in best if masked[i] > 0)
    intent, confidence = candidates[0]
    return Understanding(text, intent, confidence, candidates, extractor.extract(text, today), embedding)


def _readable(text: str) -> bool:
    """Whether there is anything to read, mostly in the Latin script, which is all that the encoder knows."""
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return any(character.isdigit() for character in text)
    return sum(ord(character) <= LAST_LATIN for character in letters) * 2 >= len(letters)
