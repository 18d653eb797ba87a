"""Product cards and the sources under an answer, as HTML read from the store.

Owns how a product, a help entry or an order is shown; every word from people or imports is escaped by `Markup`. Refuses to
know about turns and widgets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from markupsafe import Markup

from assistant.analyst.wording import money
from assistant.shopper.amounts import in_words
from assistant.store import Store
from assistant.store.records import Order, Product
from ui.pictures import picture

LOW_STOCK = 5
MAX_CARDS = 8


def product_cards(store: Store, ids: Iterable[str], currency: str, photos: Collection[str] = ()) -> Markup:
    """The products as a row of cards, in the order of `ids`; those no longer in the catalogue are left out.

    `photos`: from which origins photographs may come.
    """
    wanted = list(dict.fromkeys(ids))[:MAX_CARDS]
    known = store.catalogue.many(wanted)
    cards = [product_card(store, known[key], currency, photos) for key in wanted if key in known]
    return Markup('<ul class="sc-cards">{}</ul>').format(Markup("").join(cards)) if cards else Markup("")


def product_card(store: Store, product: Product, currency: str, photos: Collection[str] = ()) -> Markup:
    """One product: picture, name, rating, price, and whether it can be had. Its one button asks about it."""
    words, tone = availability(product)
    return Markup(
        '<li class="sc-card" data-product="{id}"><button type="button" data-say="{ask}">{picture}<span class="sc-card-body">'
        '<span class="sc-card-kind">{kind}</span><span class="sc-card-name">{name}</span>{rating}'
        '<span class="sc-card-foot"><span class="sc-price">{price}</span><span class="sc-stock sc-{tone}">{stock}</span></span>'
        "</span></button></li>"
    ).format(
        id=product.id,
        ask=f"Tell me more about {product.name}",
        picture=picture(product, photos),
        kind=product.style or product.category,
        name=product.name,
        rating=stars(store, product.id),
        price=price(product, currency),
        stock=words,
        tone=tone,
    )


def comparison(table: Mapping[str, Any] | None) -> Markup:
    """Products beside one another; what differs is marked, what a product does not state is said to be so."""
    if not table:
        return Markup("")
    names = Markup("").join(
        Markup('<th scope="col"><button type="button" data-say="Tell me more about {0}">{0}</button></th>').format(name)
        for name in table["columns"]
    )
    rows = Markup("").join(
        Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
            Markup(' class="sc-differs"') if name in table["differing"] else "", name, Markup("").join(map(_stated, values))
        )
        for name, values in table["rows"]
    )
    return Markup(
        '<div class="sc-compared" tabindex="0" role="region" aria-label="Comparison"><table><thead><tr><td></td>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(names, rows)


def _stated(value: str) -> Markup:
    return Markup("<td>{}</td>").format(value) if value else Markup('<td class="sc-silent">not stated</td>')


def availability(product: Product) -> tuple[str, str]:
    """Whether a product can be had: the words, and their tone (`good`, `low`, `out`, `quiet`)."""
    variants = [v for v in product.variants if v.available]
    if not product.active or (product.variants and not variants):
        return "Not available", "out"
    stocks = [v.stock for v in variants] if variants else [product.stock]
    if any(stock is None for stock in stocks):
        return ("In stock", "good") if variants else ("", "quiet")
    left = sum(stock or 0 for stock in stocks)
    if left == 0:
        return "Out of stock", "out"
    return (f"Only {left} left", "low") if left <= LOW_STOCK else ("In stock", "good")


def price(product: Product, currency: str) -> str:
    """The price in words, "from ..." where its variants differ; empty where the shop does not say."""
    if product.price is None:
        return ""
    prices = {v.price for v in product.variants if v.price is not None}
    return ("from " if len(prices) > 1 else "") + money(product.price, currency)


def rating(store: Store, product_id: str) -> tuple[float, int]:
    """The mean of the reviews' stars, and how many there are; (0, 0) without any."""
    return store.reviews.stars([product_id]).get(product_id, (0.0, 0))


def sources(store: Store, found: Iterable[Mapping[str, Any]], currency: str) -> Markup:
    """What an answer rests on, folded; empty where nothing of it can be shown."""
    shown = [item for source in found if (item := _source(store, str(source["kind"]), str(source["id"]), currency))]
    if not shown:
        return Markup("")
    title = "1 source" if len(shown) == 1 else f"{len(shown)} sources"
    return Markup('<details class="sc-sources" data-key="sources"><summary>{}</summary><ul>{}</ul></details>').format(
        title, Markup("").join(shown)
    )


def _source(store: Store, kind: str, id: str, currency: str) -> Markup:
    if kind in ("faq", "policy"):
        entry = store.faq.get(id)
        return _item("Shop policy" if kind == "policy" else "Help page", entry.question, entry.answer) if entry else Markup("")
    if kind == "product":
        product = store.catalogue.get(id)
        return _item("Product", product.name, _fields(product, currency)) if product else Markup("")
    if kind == "order":
        order = store.orders.get(id)
        return _item("Order", order.id, _order_line(order)) if order else Markup("")
    return _item("Review" if kind == "review" else kind.title(), id, "")


def _item(kind: str, title: str, body: str) -> Markup:
    return Markup('<li><span class="sc-source-kind">{}</span><strong>{}</strong><p>{}</p></li>').format(kind, title, body)


def _fields(product: Product, currency: str) -> str:
    facts = {"price": price(product, currency), "stock": availability(product)[0], "brand": product.brand, **in_words(product.attributes)}
    return " · ".join(f"{name}: {value}" for name, value in facts.items() if value)


def _order_line(order: Order) -> str:
    placed = f"{order.placed_at:%d %b %Y}" if order.placed_at else ""
    return " · ".join(part for part in (order.status, placed) if part)


def stars(store: Store, product_id: str) -> Markup:
    """The reviews' mean as a star and a figure; nothing where there are none."""
    mean, count = rating(store, product_id)
    if not count:
        return Markup("")
    return Markup(
        '<span class="sc-rating" role="img" aria-label="{0} out of 5 stars, {1} reviews"><span aria-hidden="true">'
        '<span class="sc-star">★</span> {0} <small>({1})</small></span></span>'
    ).format(f"{mean:.1f}", count)
