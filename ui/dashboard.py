"""The staff's dashboard: the pinned questions as cards, asked anew on opening, and the list of all saved ones.

Owns the routes below /insights/board and their page. Saved questions are shared by the shop's staff; what one may see of the
answers is judged for the account that looks. Every handler asks for the account again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from assistant.analyst.saved import SavedQuestion, SavedQuestions
from assistant.analyst.wording import figure
from assistant.api import service_of, staff_account
from assistant.errors import BadQuestion
from assistant.store.records import Account, AccountRole
from assistant.types import Answer, Row
from retrieval.errors import ShopclerkError
from ui.render import prose
from ui.theme import head

BOARD = "/insights/board"
LEADERS = 5
BARS = 60
"""So many bars can be told apart on a card; a longer series shows its end."""
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>Dashboard · {shop}</title>{head}</head><body class="sc-board"><div id="sc-top"><header class="sc-top">'
    '<a class="sc-brand" href="/insights/"><span class="sc-mark"></span><span>{shop}</span><span class="sc-room">Dashboard</span></a>'
    '<nav>{service}<a class="sc-quiet" href="/insights/">Ask</a>'
    '<a class="sc-quiet sc-wide" href="/account">Account</a>'
    '<form method="post" action="/signout"><button type="submit" class="sc-quiet">Sign out</button></form></nav></header></div>'
    "<main>{cards}{saved}</main></body></html>"
)
_EMPTY = Markup(
    '<section class="sc-nothing"><h1>Nothing is pinned yet</h1><p>Ask a question, then choose “Pin to dashboard” under its figure. '
    "Pinned questions are asked anew whenever this page opens.</p>"
    '<p><a class="sc-button" href="/insights/">Ask a question</a></p></section>'
)
_CARD = Markup(
    '<article class="sc-pin"><header><h2>{name}</h2>{act}</header>{figure}<div class="sc-pin-body">{picture}{text}</div>'
    "<footer>{footer}</footer></article>"
)
_ACT = Markup(
    '<form method="post" action="{}"><input type="hidden" name="name" value="{}">'
    '<button type="submit" class="sc-quiet" aria-label="{}: {}">{}</button></form>'
)
_SERVICE = Markup('<a class="sc-quiet" href="/insights/service">Service</a>')
router = APIRouter(prefix=BOARD, include_in_schema=False)
Staff = Annotated[Account, Depends(staff_account)]
Name = Annotated[str, Form(max_length=4000)]


@router.get("")
def board(request: Request, account: Staff, show: str = "") -> Response:
    """The page; `show` names a saved question to look at once without pinning it."""
    shop = service_of(request).shop
    kept = SavedQuestions(shop.store.folder).all()
    shown = [saved for saved in kept if saved.pinned or saved.name == show]
    shown.sort(key=lambda saved: saved.name != show)
    cards = Markup("").join(_card(saved, _asked(saved, shop.analyst, account), shop.settings.currency) for saved in shown)
    body = Markup('<section class="sc-pins">{}</section>').format(cards) if shown else _EMPTY
    service = _SERVICE if account.role in (AccountRole.MANAGER, AccountRole.ADMIN) else ""
    page = _PAGE.format(service=service, shop=shop.settings.shop_name, head=head(), cards=body, saved=_list(kept))
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


@router.post("/pin")
def pin(request: Request, account: Staff, name: Name) -> Response:
    """Put a saved question on the dashboard."""
    return _changed(request, lambda kept: kept.pin(name))


@router.post("/unpin")
def unpin(request: Request, account: Staff, name: Name) -> Response:
    """Take one off; it stays saved."""
    return _changed(request, lambda kept: kept.pin(name, pinned=False))


@router.post("/remove")
def remove(request: Request, account: Staff, name: Name) -> Response:
    """Forget a saved question."""
    return _changed(request, lambda kept: kept.remove(name))


def saved_choices(kept: Sequence[SavedQuestion]) -> Markup:
    """Saved questions to click where a conversation begins; those kept in typed form only are on the dashboard."""
    buttons = [Markup('<button type="button" data-say="{}">{}</button>').format(saved.text, saved.name) for saved in kept if saved.text]
    if not buttons:
        return Markup("")
    return Markup('<h2 class="sc-saved-head">Saved questions</h2><div class="sc-choices">{}</div>').format(Markup("").join(buttons))


def _changed(request: Request, change: Callable[[SavedQuestions], None]) -> Response:
    # where somebody else removed it meanwhile, the page shows how things are now
    with suppress(BadQuestion):
        change(SavedQuestions(service_of(request).shop.store.folder))
    return RedirectResponse(BOARD, 303)


def _asked(saved: SavedQuestion, analyst: Any, account: Account) -> Answer | str:
    try:
        answer: Answer = saved.ask(analyst, account.role.value)
    except ShopclerkError as error:
        return str(error)
    return answer


def _card(saved: SavedQuestion, answer: Answer | str, currency: str) -> Markup:
    act = _act("unpin", saved, "Unpin") if saved.pinned else _act("pin", saved, "Pin")
    if isinstance(answer, str):
        return _CARD.format(name=saved.name, act=act, figure="", picture="", text=prose(answer), footer=_by(saved))
    value = (
        Markup("") if answer.value is None else Markup('<p class="sc-figure">{}</p>').format(figure(answer.value, answer.unit, currency))
    )
    fresh = f"data to {answer.receipt.as_of:%-d %b %Y, %H:%M}" if answer.receipt and answer.receipt.as_of else ""
    footer = " · ".join(part for part in (_by(saved), fresh) if part)
    return _CARD.format(name=saved.name, act=act, figure=value, picture=picture(answer, currency), text=prose(answer.text), footer=footer)


def picture(answer: Answer, currency: str) -> Markup:
    """The rows of an answer, small: bars along time, or the first few groups with their figures."""
    if len(answer.rows) < 2:
        return Markup("")
    return _along(answer.rows[-BARS:], answer, currency) if answer.tool == "series" else _leaders(answer, currency)


def _along(rows: Sequence[Row], answer: Answer, currency: str) -> Markup:
    low, high = min(0.0, *(row.value for row in rows)), max(0.0, *(row.value for row in rows))
    scale, step = 100 / ((high - low) or 1.0), 100 / len(rows)
    bars = [
        Markup('<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"><title>{}: {}</title></rect>').format(
            n * step + step * 0.12,
            (high - max(row.value, 0.0)) * scale,
            step * 0.76,
            max(abs(row.value) * scale, 0.6),
            row.name or row.label,
            figure(row.value, row.unit or answer.row_unit or answer.unit, currency),
        )
        for n, row in enumerate(rows)
    ]
    return Markup(
        '<figure class="sc-bars"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{} bars from {} to {}">'
        "{}</svg><figcaption><span>{}</span><span>{}</span></figcaption></figure>"
    ).format(len(rows), rows[0].label, rows[-1].label, Markup("").join(bars), rows[0].label, rows[-1].label)


def _leaders(answer: Answer, currency: str) -> Markup:
    top = max(abs(row.value) for row in answer.rows[:LEADERS]) or 1.0
    lines = [
        Markup('<li><span>{}</span><b>{}</b><i class="{}" style="width:{:.1f}%"></i></li>').format(
            row.name or row.label,
            figure(row.value, row.unit or answer.row_unit or answer.unit, currency),
            "sc-below" if row.value < 0 else "",
            100 * abs(row.value) / top,
        )
        for row in answer.rows[:LEADERS]
    ]
    return Markup('<ol class="sc-leaders">{}</ol>').format(Markup("").join(lines))


def _list(kept: Sequence[SavedQuestion]) -> Markup:
    """All saved questions, with what can be done with each."""
    if not kept:
        return Markup("")
    lines = [
        Markup('<li><a href="{}?{}">{}</a><small>{}</small>{}{}</li>').format(
            BOARD,
            urlencode({"show": saved.name}),
            saved.name,
            _by(saved),
            _act("unpin", saved, "Unpin") if saved.pinned else _act("pin", saved, "Pin"),
            _act("remove", saved, "Remove"),
        )
        for saved in kept
    ]
    return Markup('<section class="sc-saved"><h2>Saved questions</h2><ul>{}</ul></section>').format(Markup("").join(lines))


def _act(route: str, saved: SavedQuestion, label: str) -> Markup:
    return _ACT.format(f"{BOARD}/{route}", saved.name, label, saved.name, label)


def _by(saved: SavedQuestion) -> str:
    return f"saved by {saved.saved_by}" if saved.saved_by else ""
