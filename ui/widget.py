"""The chat bubble for the shop's own pages: its script, what it shows first, its product cards, and which pages may have it.

Everything else it calls is the API. Owns the routes /widget.js and /widget/..., and `Corridor`, which lets pages of the origins in
`widget.origins` read the answers of those routes and of the shopper's part of the API, and of nothing else. No cookie takes part.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api import Service, service_of
from assistant.api.callers import address_of
from assistant.store.records import Product
from ui import cards
from ui.access import OPEN_TO_PAGES
from ui.pictures import drawing, photo
from ui.shopper import first_words, prompts
from ui.theme import asset, asset_tag

MOST_CARDS = 8
_DAY_S = 24 * 3600
router = APIRouter(include_in_schema=False)
Serving = Annotated[Service, Depends(service_of)]


class Greeting(BaseModel):
    """What the bubble shows before anything is said."""

    shop: str
    greeting: str
    prompts: list[str]
    notice: str


class Begun(BaseModel):
    """The token of a conversation that has not begun yet."""

    conversation: str


class Card(BaseModel):
    """A product as the bubble shows it: words ready to read, a drawing as a path of 48 by 48, and the address of a photograph, if any."""

    id: str
    name: str
    kind: str
    price: str
    stock: str
    tone: str
    rating: str
    hue: int
    path: str
    photo: str = ""


class Corridor:
    """ASGI middleware: cross-origin reading for the allowed pages, on the widget's paths only.

    Args:
        app: what lies behind.
        origins: the pages' origins, such as `https://www.example.com`.
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self._app = app
        self._crossed = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Content-Type", "X-Conversation"),
            expose_headers=("Retry-After",),
            max_age=_DAY_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through; with the allowed origins' headers where pages may call."""
        crossed = scope["type"] == "http" and scope["path"].startswith(OPEN_TO_PAGES)
        await (self._crossed if crossed else self._app)(scope, receive, send)


@router.get("/widget.js")
def script(request: Request) -> Response:
    """The script, for any page; whether it may talk to us is decided when it does."""
    tag = asset_tag("widget.js")
    headers = {"Cache-Control": "public, max-age=300", "ETag": tag, "Cross-Origin-Resource-Policy": "cross-origin"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    content, media_type = asset("widget.js")
    return Response(content, media_type=media_type, headers=headers)


@router.get("/widget/config")
def config(service: Serving) -> Greeting:
    """The shop's name, its first words, questions to click, the privacy notice."""
    settings = service.shop.settings
    notice = settings.privacy_notice.replace("{days}", str(settings.retention_days))
    return Greeting(shop=settings.shop_name, greeting=first_words(settings), prompts=prompts(service.shop.store), notice=notice)


@router.post("/widget/conversation")
def begin(request: Request, service: Serving) -> Begun:
    """A token for a new conversation; it is begun with its first message."""
    service.rates.count(f"widget {address_of(request)}", service.shop.settings.api.per_minute)
    return Begun(conversation=service.tokens.new_conversation("widget"))


@router.get("/widget/cards")
def product_cards(service: Serving, id: Annotated[list[str], Query(max_length=MOST_CARDS)]) -> list[Card]:
    """The products with these ids, in this order; those no longer in the catalogue are left out."""
    known = service.shop.store.catalogue.many(id)
    return [_card(service, known[one]) for one in dict.fromkeys(id) if one in known]


def _card(service: Service, product: Product) -> Card:
    stock, tone = cards.availability(product)
    mean, count = cards.rating(service.shop.store, product.id)
    hue, path = drawing(product)
    return Card(
        id=product.id,
        name=product.name,
        kind=product.style or product.category,
        price=cards.price(product, service.shop.settings.currency),
        stock=stock,
        tone=tone,
        rating=f"{mean:.1f} ({count})" if count else "",
        hue=hue,
        path=path,
        photo=photo(product, service.shop.settings.pictures),
    )
