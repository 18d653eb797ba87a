"""What watches over a server asks: does it run, is it ready, how does it do."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from assistant.api.callers import Allowed, Caller
from assistant.api.service import Service, service_of
from assistant.keys import Scope
from retrieval.errors import ShopclerkError

router = APIRouter(tags=["operation"])
Serving = Annotated[Service, Depends(service_of)]


class Health(BaseModel):
    """Whether the process runs, and which version it is."""

    status: Literal["ok", "ready", "not ready"]
    version: str
    problems: list[str] = []


@router.get("/health")
def health() -> Health:
    """The process runs."""
    return Health(status="ok", version=version("shopclerk"))


@router.get("/ready", response_model=Health, responses={503: {"model": Health, "description": "Something needed is not there."}})
def ready(service: Serving) -> Response:
    """The store answers and the search index is open. The server listens only once models and index are loaded."""
    problems = []
    for part, needed in (("store", service.shop.store.changed_at), ("search", lambda: service.shop.retriever)):
        try:
            needed()
        except ShopclerkError as error:
            problems.append(f"{part}: {error}")
    state = Health(status="not ready" if problems else "ready", version=version("shopclerk"), problems=problems)
    return JSONResponse(state.model_dump(), 503 if problems else 200)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(service: Serving, caller: Annotated[Caller, Depends(Allowed(Scope.METRICS))]) -> Response:
    """Turns, their times, handoffs, conversations, the queue and errors, for Prometheus."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)
