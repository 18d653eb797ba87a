"""One FastAPI app with everything people see: the API, the sign-in page, and three Gradio apps behind one wall.

Owns the order in which they are put together. The shopper's page is mounted last, at the root, because a root mount takes
every path that nobody before it took.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from assistant.accounts import Accounts
from assistant.api import QUEUE_PER_LANE, Service, known_error, service_of
from assistant.api import router as api_router
from retrieval.errors import ShopclerkError
from ui import theme
from ui.access import ASK_COOKIE, ROOMS, Access, Doors
from ui.account import router as account_router
from ui.apidocs import router as docs_router
from ui.dashboard import router as board_router
from ui.gaps import router as gaps_router
from ui.gradio_import import apps_made_once, import_gradio, serve_by
from ui.live import router as live_router
from ui.oidc import Elsewhere
from ui.people import router as people_router
from ui.service import router as service_router
from ui.sheet import to_csv
from ui.signin import router as sign_in_router
from ui.storefront import router as storefront_router
from ui.transcripts import router as transcript_router
from ui.widget import Corridor
from ui.widget import router as widget_router

if TYPE_CHECKING:
    import gradio as gr

    from assistant.build import Shop


def create_app(shop: Shop, accounts: Accounts | None = None) -> FastAPI:
    """The whole site over an open shop, which should be warm: the first person would wait for models and index otherwise.

    Args:
        shop: answers, store and settings.
        accounts: who may sign in; the store's by default.
    """
    # Gradio reads these when it is used, and reports home or writes caches without them.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    service = Service.of(shop)
    access = Access(service.tokens)
    # FastAPI's own page of the API loads its scripts from another host; ours is `ui.apidocs`
    app = FastAPI(title=f"{shop.settings.shop_name}: Shopclerk", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.service = service
    app.state.accounts = accounts or Accounts(shop.store, settings=shop.settings.accounts)
    app.state.access = access
    app.state.elsewhere = Elsewhere(shop.settings.oidc) if shop.settings.oidc.issuer else None
    app.include_router(api_router)
    app.include_router(docs_router)
    app.include_router(sign_in_router)
    app.include_router(account_router)
    app.include_router(people_router)
    app.include_router(board_router)
    app.include_router(live_router)
    app.include_router(gaps_router)
    app.include_router(service_router)
    app.include_router(transcript_router)
    app.include_router(widget_router)
    app.include_router(storefront_router)
    app.add_api_route(f"{theme.ASSETS_PATH}/{{digest}}/{{name}}", _asset, include_in_schema=False)
    app.add_api_route("/insights/csv/{turn}", _csv, include_in_schema=False)
    app.add_exception_handler(ShopclerkError, known_error)
    _mount_rooms(app, shop, access)
    settings = shop.settings
    app.add_middleware(
        Doors, access=access, origins=settings.widget.origins, public_url=settings.serve.public_url, shop_name=settings.shop_name
    )
    app.add_middleware(Corridor, origins=settings.widget.origins)
    return app


def _mount_rooms(app: FastAPI, shop: Shop, access: Access) -> None:
    import_gradio()
    from ui.desk import DeskPage
    from ui.insights import InsightsPage
    from ui.shopper import ShopperPage

    with apps_made_once():
        for path, blocks in (
            ("/desk", DeskPage(shop, access).build()),
            ("/insights", InsightsPage(shop, access).build()),
            ("/", ShopperPage(shop, access).build()),
        ):
            _mount(app, blocks, path, access, shop.settings.serve.concurrency)
            serve_by(blocks, app)


def _mount(app: FastAPI, blocks: gr.Blocks, path: str, access: Access, concurrency: int) -> None:
    import gradio as gr

    def signed_in(request: Request) -> str | None:
        account = access.account(request)
        return account.username if account and account.role in ROOMS[path] else None

    blocks.queue(default_concurrency_limit=concurrency, max_size=QUEUE_PER_LANE * concurrency, api_open=False)
    gr.mount_gradio_app(
        app,
        blocks,
        path,
        footer_links=[],
        run_history=False,
        auth_dependency=signed_in if path in ROOMS else None,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        theme=theme.Calm(),
        head=str(theme.head()),
    )


def _asset(name: str) -> Response:
    try:
        content, media_type = theme.asset(name)
    except KeyError as error:
        raise HTTPException(404) from error
    return Response(content, media_type=media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _csv(turn: int, request: Request) -> Response:
    """The table of one answer of the caller's own conversation. `Doors` has seen to the role."""
    access: Access = request.app.state.access
    account = access.account(request)
    kind = f"insights:{account.username}" if account else ""
    conversation = access.tokens.conversation_in(request.cookies.get(ASK_COOKIE), kind) if account else None
    turns = service_of(request).shop.store.conversations.turns(conversation) if conversation else []
    answer = next((t.answer for t in turns if t.number == turn and t.answer), None)
    if answer is None:
        raise HTTPException(404, "There is no such table in this conversation.")
    name = f"{answer.get('tool') or 'table'}-{turn}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + to_csv(answer), media_type="text/csv; charset=utf-8", headers=headers)
