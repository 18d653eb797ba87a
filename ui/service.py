"""The manager's page: what the service did in a span of days, each figure with its receipt, and the questions that found no answer.

Owns the route /insights/service and its page; the figures are those that the analyst gives to anybody who asks in words. Only managers
and administrators get in; `Doors` has seen to the sign-in, the role is asked here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from assistant.analyst.question import Period
from assistant.analyst.service import Measure, measures, worded
from assistant.api import service_of, staff_account
from assistant.desk.gaps import Gap, gaps
from assistant.store.records import Account, AccountRole
from assistant.types import Answer
from ui import sheet
from ui.dashboard import picture
from ui.render import prose
from ui.theme import head

ROUTE = "/insights/service"
SPANS = {"today": ("Today", 1), "week": ("7 days", 7), "month": ("30 days", 30), "quarter": ("90 days", 90)}
UNANSWERED = 10
ORDER = ("conversations", "resolved_by_bot", "resolution_rate", "handed_off", "handoff_rate", "response_time", "satisfaction")
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<title>Service · {shop}</title>{head}</head><body class="sc-board"><div id="sc-top"><header class="sc-top">'
    '<a class="sc-brand" href="/insights/"><span class="sc-mark"></span><span>{shop}</span><span class="sc-room">Service</span></a>'
    '<nav><a class="sc-quiet" href="/insights/">Ask</a><a class="sc-quiet" href="/desk/">Desk</a>'
    '<a class="sc-quiet sc-wide" href="/account">Account</a>'
    '<form method="post" action="/signout"><button type="submit" class="sc-quiet">Sign out</button></form></nav></header></div>'
    '<main><section><h1>How we served our customers</h1><p class="sc-lead">{lead}</p></section>'
    '<nav class="sc-span" aria-label="Time">{spans}</nav>{figures}{unanswered}</main></body></html>'
)
_CARD = Markup(
    '<article class="sc-pin" data-figure="{name}"><header><h2>{title}</h2></header>{figure}<div class="sc-pin-body">{picture}{text}</div>'
    "{receipt}</article>"
)
router = APIRouter(include_in_schema=False)


def manager(account: Annotated[Account, Depends(staff_account)]) -> Account:
    """The signed-in manager or administrator.

    Raises:
        HTTPException: 403, the role is another.
    """
    if account.role not in (AccountRole.MANAGER, AccountRole.ADMIN):
        raise HTTPException(403, "This page is for managers.")
    return account


@router.get(ROUTE)
def page(request: Request, account: Annotated[Account, Depends(manager)], span: str = "today") -> Response:
    """The page, for the days up to today."""
    shop = service_of(request).shop
    span = span if span in SPANS else "today"
    days = SPANS[span][1]
    today = datetime.now().astimezone().date()
    period = Period(today - timedelta(days=days - 1), today)
    cards = [_card(measure.name, measure.title, shop.service.answer(measure, period, measure.by)) for measure in _ordered()]
    found = gaps(shop.store, shop.understander.encoder)[:UNANSWERED]
    lead = "Each figure says how it was counted. The analyst gives the same in words: “How many conversations were handed off today?”"
    body = _PAGE.format(
        shop=shop.settings.shop_name,
        head=head(),
        lead=lead,
        spans=Markup(" ").join(_span(key, span) for key in SPANS),
        figures=Markup('<section class="sc-figures">{}</section>').format(Markup("").join(cards)),
        unanswered=_unanswered(found),
    )
    return HTMLResponse(body, headers={"Cache-Control": "no-store"})


def _ordered() -> list[Measure]:
    """The figures as they are read: how many, who helped them, how well."""
    return sorted(measures(), key=lambda measure: ORDER.index(measure.name) if measure.name in ORDER else len(ORDER))


def _span(key: str, chosen: str) -> Markup:
    current = Markup(' aria-current="page"') if key == chosen else ""
    return Markup('<a class="sc-button" href="{}?span={}"{}>{}</a>').format(ROUTE, key, current, SPANS[key][0])


def _card(name: str, title: str, answer: Answer) -> Markup:
    measure = next(m for m in measures() if m.name == name)
    value = Markup("") if answer.value is None else Markup('<p class="sc-figure">{}</p>').format(worded(float(str(answer.value)), measure))
    return _CARD.format(
        name=name,
        title=title[:1].upper() + title[1:],
        figure=value,
        picture=picture(answer, ""),
        text=prose(answer.text),
        receipt=Markup(sheet.receipt(answer.to_record(name))),
    )


def _unanswered(found: list[Gap]) -> Markup:
    if not found:
        return Markup('<section class="sc-saved"><h2>Questions without an answer</h2><p class="sc-lead">There are none.</p></section>')
    rows = [
        Markup("<li><span>{}</span><small>asked {}</small></li>").format(gap.question, f"{gap.count} times" if gap.count > 1 else "once")
        for gap in found
    ]
    return Markup(
        '<section class="sc-saved"><h2>Questions without an answer</h2><ul>{}</ul>'
        '<p class="sc-lead"><a href="/desk/gaps">Answer them in the FAQ</a></p></section>'
    ).format(Markup("").join(rows))
