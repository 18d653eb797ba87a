"""The route by which a shopper takes their conversation along as an e-mail file. Only their own: the browser's cookie says which."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from assistant.api import service_of
from assistant.transcript import file_name, transcript
from ui.access import CHAT_COOKIE, Access

router = APIRouter(include_in_schema=False)


@router.get("/transcript")
def take_along(request: Request) -> Response:
    """The conversation of this browser as `message/rfc822`; 404 where nothing was said yet."""
    access: Access = request.app.state.access
    shop = service_of(request).shop
    conversation = access.tokens.conversation_in(request.cookies.get(CHAT_COOKIE), "web")
    if conversation is None or not shop.store.conversations.turns(conversation, 1):
        raise HTTPException(404, "Nothing has been said in this chat yet.")
    content = transcript(shop.store, conversation, shop.settings)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(shop.settings.shop_name)}"', "Cache-Control": "no-store"}
    return Response(content, media_type="message/rfc822", headers=headers)
