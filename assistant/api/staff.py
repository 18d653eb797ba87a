"""What the shop's own programs and signed-in staff call: questions about figures, suggested replies, imports."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, UploadFile, status

from assistant.api.callers import Allowed, Caller
from assistant.api.forms import Imported, Question, Reply, Suggestion
from assistant.api.service import Service, service_of
from assistant.importers import run_import
from assistant.keys import Scope
from assistant.types import Message, Role

_CHUNK = 1 << 20
router = APIRouter(tags=["staff"], responses={401: {"description": "No key and nobody signed in."}, 403: {"description": "Scope or role."}})
Serving = Annotated[Service, Depends(service_of)]


@router.post("/staff/ask")
async def ask(question: Question, service: Serving, caller: Annotated[Caller, Depends(Allowed(Scope.STAFF))]) -> Reply:
    """A question about the shop's figures; the answer comes with its receipt."""
    kind = f"insights-api:{caller.name}"
    token = question.conversation or service.tokens.new_conversation(kind)
    session = service.tokens.conversation_in(token, kind)
    if session is None:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "The conversation token is not one of yours; leave it out to begin anew.")
    message = Message(question.id, session, question.text, Role.STAFF, account_role=caller.role)
    answer = await service.lanes.run(service.shop.answer, message)
    return Reply(conversation=token, **answer.to_record(question.id))


@router.get("/suggestions")
async def suggestions(
    service: Serving,
    caller: Annotated[Caller, Depends(Allowed(Scope.SUGGEST))],
    conversation: Annotated[str, Query(max_length=200, description="the conversation's id, as the desk shows it")],
) -> list[Suggestion]:
    """Replies that an agent might send next in a shopper's conversation."""
    store = service.shop.store
    found = store.conversations.get(conversation)
    if found is None or found.channel != Role.SHOPPER.value:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such conversation with a shopper.")
    if found.customer_id:
        store.audit.append(caller.name, "customer_viewed", found.customer_id, conversation=found.id)
    proposed = await service.lanes.run(lambda: service.shop.desk.suggest(found, store.conversations.turns(found.id)))
    return [Suggestion(text=s.text, source=s.source, confidence=round(s.confidence, 4)) for s in proposed]


@router.post("/import/{format}", responses={413: {"description": "Larger than `api.max_upload_mb`."}})
async def import_file(
    format: str, file: UploadFile, service: Serving, caller: Annotated[Caller, Depends(Allowed(Scope.IMPORT))]
) -> Imported:
    """Bring a file into the store, whole or not at all; a second time changes nothing. Search and figures follow within the minute."""
    with tempfile.TemporaryDirectory(dir=service.shop.store.folder, prefix=".upload-") as folder:
        path = Path(folder) / (Path((file.filename or "").replace("\\", "/")).name or f"upload.{format}")
        await _save(file, path, service.shop.settings.api.max_upload_mb << 20)
        report = await service.lanes.run(lambda: run_import(service.shop.store, format, path))
    service.shop.store.audit.append(caller.name, "file_imported", format, file=report.file, rejected=report.rejected)
    kinds = {kind: {"added": c.added, "changed": c.changed, "unchanged": c.unchanged} for kind, c in report.kinds}
    return Imported(
        format=report.format,
        file=report.file,
        kinds=kinds,
        rejected=report.rejected,
        skipped=report.skipped,
        notices=list(report.notices),
    )


async def _save(file: UploadFile, path: Path, most: int) -> None:
    size = 0
    with path.open("wb") as out:
        while chunk := await file.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, f"The file is larger than {most >> 20} MB (api.max_upload_mb).")
            out.write(chunk)
