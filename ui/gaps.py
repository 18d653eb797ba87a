"""The page on which agents close the gaps of the FAQ: groups of unanswered questions, each with a draft entry to change and approve.

Owns the routes below /desk/gaps and their page. `Doors` has seen to the sign-in and the role; the role is asked again here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from assistant.api import service_of
from assistant.desk.gaps import Gap, approve, bring_back, gaps, set_aside
from assistant.errors import BadQuestion
from assistant.indexing import update_index
from assistant.privacy import mask
from ui.live import Agent
from ui.theme import head

ROUTE = "/desk/gaps"
SHOWN = 30
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>FAQ gaps · {shop}</title>{head}</head><body class="sc-board"><div id="sc-top"><header class="sc-top">'
    '<a class="sc-brand" href="/desk/"><span class="sc-mark"></span><span>{shop}</span><span class="sc-room">FAQ gaps</span></a>'
    '<nav><a class="sc-quiet" href="/desk/">Desk</a>'
    '<a class="sc-quiet sc-wide" href="/account">Account</a>'
    '<form method="post" action="/signout"><button type="submit" class="sc-quiet">Sign out</button></form></nav></header></div>'
    '<main><section><h1>Questions that found nothing</h1><p class="sc-lead">What the assistant did not understand, gave up on, or got a '
    "thumb down for. Approve an answer, and the assistant gives it from the next question on.</p></section>"
    "{done}{groups}</main></body></html>"
)
_GAP = Markup(
    '<article class="sc-gap"><header><h2>{question}</h2><small>asked {count}</small></header>{wordings}'
    '<form method="post" action="{route}/approve"><input type="hidden" name="asked" value="{asked}">'
    '<label>Question<input name="question" required maxlength="300" value="{question}"></label>'
    '<label>Answer{hint}<textarea name="answer" required rows="4" maxlength="4000">{answer}</textarea></label>'
    '<div class="sc-gap-acts"><button type="submit" class="sc-button sc-strong">Put into the FAQ</button>'
    '<button type="submit" class="sc-quiet" formaction="{route}/aside" formnovalidate>Needs no entry</button></div></form></article>'
)
_EMPTY = Markup(
    '<section class="sc-nothing"><h1>No gaps</h1><p>Every question that was asked found an answer, or was dealt with.</p></section>'
)
router = APIRouter(prefix=ROUTE, include_in_schema=False)
Asked = Annotated[str, Form(max_length=200_000)]
Words = Annotated[str, Form(max_length=4000)]


@router.get("")
def page(request: Request, account: Agent, done: str = "", asked: str = "") -> Response:
    """The groups, the most asked first."""
    return _page(request, done, asked)


@router.post("/approve")
def approved(request: Request, account: Agent, asked: Asked, question: Words = "", answer: Words = "") -> Response:
    """Put an entry into the FAQ and into the index."""
    shop = service_of(request).shop
    try:
        approve(
            shop.store,
            _places(asked),
            mask(question),
            mask(answer),
            account.username,
            lambda: update_index(shop.store, shop.understander.encoder),
        )
    except BadQuestion as error:
        return _page(request, str(error), "", 422)
    return RedirectResponse(f"{ROUTE}?done=added", 303)


@router.post("/aside")
def put_aside(request: Request, account: Agent, asked: Asked) -> Response:
    """These need no entry."""
    set_aside(service_of(request).shop.store, _places(asked), account.username)
    return _page(request, "aside", asked)


@router.post("/back")
def brought_back(request: Request, account: Agent, asked: Asked) -> Response:
    """They need one after all."""
    bring_back(service_of(request).shop.store, _places(asked), account.username)
    return RedirectResponse(ROUTE, 303)


def _page(request: Request, done: str, asked: str, status: int = 200) -> Response:
    shop = service_of(request).shop
    found = gaps(shop.store, shop.understander.encoder)[:SHOWN]
    groups = Markup('<section class="sc-gaps">{}</section>').format(Markup("").join(map(_gap, found))) if found else _EMPTY
    body = _PAGE.format(shop=shop.settings.shop_name, head=head(), done=_done(done, asked), groups=groups)
    return HTMLResponse(body, status, headers={"Cache-Control": "no-store"})


def _gap(gap: Gap) -> Markup:
    wordings = Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(text) for text in gap.wordings))
    return _GAP.format(
        route=ROUTE,
        question=gap.question,
        count="once" if gap.count == 1 else f"{gap.count} times",
        wordings=wordings if gap.wordings else "",
        asked=json.dumps(gap.asked),
        answer=gap.answer,
        hint=" (what a colleague answered)" if gap.answer else "",
    )


def _done(done: str, asked: str) -> Markup:
    if done == "added":
        return Markup('<p class="sc-undo" role="status">The entry is in the FAQ; the assistant finds it from now on.</p>')
    if done == "aside":
        return Markup(
            '<form class="sc-undo" role="status" method="post" action="{}/back"><input type="hidden" name="asked" value="{}">'
            'Set aside. <button type="submit" class="sc-link">Undo</button></form>'
        ).format(ROUTE, asked)
    return Markup('<p class="sc-error" role="alert">{}</p>').format(done) if done else Markup("")


def _places(asked: str) -> Sequence[tuple[str, int]]:
    """(conversation, turn) of the questions that the form is about; what is no such list is none."""
    try:
        return [(str(key), int(turn)) for key, turn in json.loads(asked)]
    except (ValueError, TypeError):
        return []
