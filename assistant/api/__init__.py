"""The HTTP API under /api/v1, described at /api/docs: one router over one `Service`.

Shoppers' calls (`shopper`), the shop's own programs' and staff's (`staff`), and what watches over a server (`operation`). Answers have
the form of `Answer.to_record`. Refuses to know about pages and sign-in forms.
"""

from fastapi import APIRouter

from assistant.api.callers import SESSION_COOKIE, staff_account
from assistant.api.errors import known_error
from assistant.api.forms import MAX_TEXT
from assistant.api.operation import router as _operation
from assistant.api.service import QUEUE_PER_LANE, Lanes, Service, service_of
from assistant.api.shopper import router as _shopper
from assistant.api.staff import router as _staff

router = APIRouter(prefix="/api/v1")
for _part in (_shopper, _staff, _operation):
    router.include_router(_part)

__all__ = ["MAX_TEXT", "QUEUE_PER_LANE", "SESSION_COOKIE", "Lanes", "Service", "known_error", "router", "service_of", "staff_account"]
