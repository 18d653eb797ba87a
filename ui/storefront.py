"""A plain storefront over the catalogue at /store: the demo shop's pages, and a place to try the chat bubble as a shopper meets it.

Owns the pages and their addresses. Their content policy is as strict as a careful shop's: what works here works there. Off by the
setting `widget.storefront`.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from assistant.api import Service, service_of
from assistant.shopper.amounts import in_words
from assistant.store.records import Product
from retrieval.types import Condition
from ui import cards
from ui.pages import policy
from ui.pictures import picture
from ui.theme import head

A_PAGE = 24
REVIEWS_SHOWN = 6
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>{title}</title>{head}<script src="/widget.js" data-product-url="/store/{{id}}" defer></script></head><body class="sc-store">'
    '<a class="sc-skip" href="#goods">Skip to the products</a><header class="sc-store-top"><a class="sc-brand" href="/store">'
    '<span class="sc-mark"></span><span>{shop}</span></a><form role="search" action="/store"><label class="sc-unseen" for="q">Search'
    '</label><input id="q" name="q" type="search" placeholder="Search" maxlength="200" value="{q}"><button type="submit">Search</button>'
    '</form></header><nav class="sc-shelves" aria-label="Categories">{shelves}</nav><main id="goods">{body}</main>'
    '<footer class="sc-store-foot"><p>{shop} is served by Shopclerk. Ask the assistant in the corner, or on its <a href="/">own page</a>.'
    "</p></footer></body></html>"
)
_GOODS = Markup(
    '<li><a href="/store/{id}">{picture}<span class="sc-card-body"><span class="sc-card-kind">{kind}</span>'
    '<span class="sc-card-name">{name}</span>{stars}<span class="sc-card-foot"><span class="sc-price">{price}</span>'
    '<span class="sc-stock sc-{tone}">{stock}</span></span></span></a></li>'
)
_PRODUCT = Markup(
    '<article class="sc-product">{picture}<div><p class="sc-card-kind">{kind}</p><h1>{name}</h1>{stars}<p class="sc-price">{price}</p>'
    '<p class="sc-stock sc-{tone}">{stock}</p><p class="sc-lead">{description}</p><p><button type="button" class="sc-button sc-strong" '
    'data-shopclerk-ask="Tell me more about {name}">Ask about it</button></p>{facts}</div></article>{reviews}'
)
_NOTHING = Markup(
    '<section class="sc-nothing"><h1>Nothing found</h1><p>Try other words, or ask the assistant: it knows every product.</p></section>'
)
_REVIEW = Markup(
    '<li><p class="sc-rating"><span class="sc-star" aria-hidden="true">★</span> {stars} of 5 <strong>{title}</strong></p><p>{text}</p></li>'
)


async def goods_open(request: Request) -> Service:
    """The service, where the shop has its storefront open.

    Raises:
        HTTPException: 404, it has not.
    """
    service = service_of(request)
    if not service.shop.settings.widget.storefront:
        raise HTTPException(404, "This shop has no storefront here.")
    return service


router = APIRouter(include_in_schema=False)
Open = Annotated[Service, Depends(goods_open)]


@router.get("/store")
async def goods(
    service: Open,
    q: Annotated[str, Query(max_length=200)] = "",
    category: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The catalogue, a category of it, or what a search finds."""
    if q.strip():
        hits = await service.lanes.run(lambda: service.shop.retriever.search(q, A_PAGE, (Condition("kind", "eq", "product"),)))
        found = list(service.shop.store.catalogue.many(hit.passage.id.partition(":")[2] for hit in hits).values())
        title = f"Found for “{q.strip()}”"
        return _page(service, title, _shelf(service, title, found, ""), q=q.strip())
    shown = await to_thread.run_sync(
        lambda: service.shop.store.catalogue.shelf(category, limit=A_PAGE + 1, offset=(page - 1) * A_PAGE),
    )
    more = urlencode({**({"category": category} if category else {}), "page": page + 1}) if len(shown) > A_PAGE else ""
    title = category or "Everything we have"
    return _page(service, title, _shelf(service, title, shown[:A_PAGE], more), category=category)


@router.get("/store/{id:path}")
def product(id: str, service: Open) -> Response:
    """One product."""
    found = service.shop.store.catalogue.get(id)
    if found is None or not found.active:
        words = Markup('<section class="sc-nothing"><h1>This product is not here</h1><p>It may be sold out for good.</p></section>')
        return _page(service, "Not here", words, status=404)
    return _page(service, found.name, _whole(service, found), category=found.category)


def _page(service: Service, title: str, body: Markup, *, q: str = "", category: str = "", status: int = 200) -> Response:
    shop = service.shop
    shelves = Markup("").join(
        Markup('<a href="/store?{}"{}>{}</a>').format(
            urlencode({"category": name}), Markup(' aria-current="page"') if name == category else "", name
        )
        for name in shop.store.catalogue.categories()
    )
    name = shop.settings.shop_name
    page = _PAGE.format(title=f"{title} · {name}", head=head(), shop=name, q=q, shelves=shelves, body=body)
    return HTMLResponse(page, status, headers={"Content-Security-Policy": policy(shop.settings.pictures)})


def _shelf(service: Service, title: str, products: list[Product], more: str) -> Markup:
    if not products:
        return _NOTHING
    listed = Markup("").join(_goods(service, one) for one in products)
    further = Markup('<p class="sc-more"><a class="sc-button" href="/store?{}">More</a></p>').format(more) if more else ""
    return Markup('<h1>{}</h1><ul class="sc-goods">{}</ul>{}').format(title, listed, further)


def _goods(service: Service, one: Product) -> Markup:
    return _GOODS.format(id=one.id, picture=picture(one, service.shop.settings.pictures), name=one.name, **_said(service, one))


def _said(service: Service, one: Product) -> dict[str, str | Markup]:
    stock, tone = cards.availability(one)
    price, stars = cards.price(one, service.shop.settings.currency), cards.stars(service.shop.store, one.id)
    return {"kind": one.style or one.category, "stars": stars, "price": price, "stock": stock, "tone": tone}


def _whole(service: Service, one: Product) -> Markup:
    facts = {**({"Brand": one.brand} if one.brand else {}), **in_words(one.attributes)}
    listed = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(f"{name[:1].upper()}{name[1:]}".replace("_", " "), value)
        for name, value in facts.items()
    )
    told = Markup("").join(
        _REVIEW.format(stars=f"{review.rating:g}", title=review.title, text=review.text)
        for review in service.shop.store.reviews.of_product(one.id, REVIEWS_SHOWN)
        if review.rating is not None
    )
    return _PRODUCT.format(
        picture=picture(one, service.shop.settings.pictures),
        name=one.name,
        description=one.description,
        facts=Markup("<dl>{}</dl>").format(listed) if listed else "",
        reviews=Markup('<section class="sc-told"><h2>What customers say</h2><ul>{}</ul></section>').format(told) if told else "",
        **_said(service, one),
    )
