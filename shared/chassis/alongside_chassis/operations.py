"""What operators may ask of every service: what was put aside, and why; never the payloads."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from alongside_chassis import dead_letters
from alongside_chassis.http import PAGE_MAX, Page, Read, decode_id_cursor, encode_cursor


class DeadLetterView(BaseModel):
    """One refused record: where it stands, what is wrong with it, what to do. `bytes` is its payload's size."""

    id: UUID
    at: datetime
    topic: str
    partition: int
    offset: int
    event_id: str | None
    event_type: str | None
    reason: str
    where: str
    remedy: str
    bytes: int | None


def operations_router() -> APIRouter:
    """`/dead-letters`, newest first."""
    router = APIRouter(tags=["operations"])

    @router.get("/dead-letters")
    async def listing(
        read: Read, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50
    ) -> Page[DeadLetterView]:
        letters = await dead_letters.newest(read.conn, before=decode_id_cursor(cursor), limit=limit)
        items = [DeadLetterView.model_validate(letter, from_attributes=True) for letter in letters]
        return Page(
            items=items, next_cursor=encode_cursor(str(items[-1].id)) if len(items) == limit else None
        )

    return router
