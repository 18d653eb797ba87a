"""Known errors as HTTP answers: the status, and the error's own words under `detail`."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from assistant.api.service import service_of
from assistant.errors import BadQuestion, BadSettings, ImportRefused, NotAllowed, PolicyRefused

_STATUS = {NotAllowed: 403, PolicyRefused: 403, BadQuestion: 400, BadSettings: 400, ImportRefused: 422}


async def known_error(request: Request, error: Exception) -> Response:
    """The answer to a `ShopclerkError`: 403, 400 or 422 where the caller can mend it, else 503."""
    service_of(request).metrics.error(error)
    return JSONResponse({"detail": str(error)}, next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 503))
