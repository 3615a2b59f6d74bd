"""Directory imports: upload a package, follow its progress, read the report on its lines."""

import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from typing import IO, Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import (
    APIRouter,
    CurrentRuntime,
    Page,
    Read,
    cursor_number,
    decode_cursor,
    encode_cursor,
)
from alongside_contracts.ids import RegionId, new_id
from alongside_matching.directory.api import refusals
from alongside_matching.directory.codes import ImportState, LineKind
from alongside_matching.directory.store import imports
from alongside_matching.directory.store.imports import StoredImport

PART_BYTES: Final = 1024 * 1024
LINES_MAX: Final = 5_000
ZIP_MAGIC: Final = b"PK\x03\x04"


class ImportView(BaseModel):
    """Progress of an import: `read` of `of` services are created, changed, unchanged or quarantined."""

    id: UUID
    region: str
    pause_vanished: bool
    state: ImportState
    of: int | None
    read: int
    created: int
    changed: int
    unchanged: int
    quarantined: int
    lines_quarantined: int
    """Rows of any table that were quarantined; `quarantined` counts only services."""
    flagged: int
    vanished: int
    problem: str | None
    remedy: str | None
    created_at: datetime
    finished_at: datetime | None


class ReportLine(BaseModel):
    """One remark on one line of one file: not imported (`quarantined`) or imported with a remark (`flagged`)."""

    number: int
    kind: LineKind
    file: str
    line: int
    source_id: str
    column: str
    code: str
    detail: str
    remedy: str


def router(bytes_max: int) -> APIRouter:
    """Return the routes below `/directory/imports`; a package may have `bytes_max` bytes."""
    routes = APIRouter(prefix="/directory/imports", tags=["directory"])
    _add_upload(routes, bytes_max)
    _add_reading(routes)
    return routes


def _add_upload(routes: APIRouter, bytes_max: int) -> None:
    @routes.post("", status_code=202, responses=_ACCEPTED, openapi_extra=_ZIP_BODY)
    async def upload_directory(
        region: RegionId,
        request: Request,
        response: Response,
        runtime: CurrentRuntime,
        vanished: Literal["keep", "pause"] = "pause",
    ) -> ImportView:
        """Accept an HSDS datapackage (zip); it is imported in the background.

        HSDS 1.x and 3.0, CSV or JSON. A region has one directory: records that this file no longer lists get a tombstone
        in the read API, and their offers are paused, unless they are more than half of all or `vanished=keep` is sent.
        Sending a file again changes nothing.
        """
        import_id = new_id()
        with tempfile.SpooledTemporaryFile(max_size=PART_BYTES) as spool:
            await _receive(request.stream(), spool, bytes_max)
            async with runtime.transaction() as tx:
                await imports.add(
                    tx.conn, import_id, region=region, pause_vanished=vanished == "pause", now=tx.now
                )
                for number, part in enumerate(iter(lambda: spool.read(PART_BYTES), b"")):
                    await imports.add_part(tx.conn, import_id, number, part)
                stored = await imports.view(tx.conn, import_id)
        response.headers["Location"] = f"/directory/imports/{import_id}"
        return _view_or_not_found(import_id, stored)


def _add_reading(routes: APIRouter) -> None:
    @routes.get("/{import_id}")
    async def get_directory_import(import_id: UUID, read: Read) -> ImportView:
        """Return the progress of an import."""
        return _view_or_not_found(import_id, await imports.view(read.conn, import_id))

    @routes.get("/{import_id}/report")
    async def get_import_report(
        import_id: UUID,
        read: Read,
        kind: Literal["quarantined", "flagged"] | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=LINES_MAX)] = 500,
    ) -> Page[ReportLine]:
        """List the remarks on the lines of the file: quarantined lines first, then flagged ones."""
        _view_or_not_found(import_id, await imports.view(read.conn, import_id))
        last = decode_cursor(cursor, cursor_number)
        after = last[0] if last else 0
        wanted = LineKind(kind) if kind else None
        found = await imports.remarks(read.conn, import_id, after=after, kind=wanted, limit=limit)
        items = [ReportLine.model_validate(line, from_attributes=True) for line in found]
        return Page(
            items=items, next_cursor=encode_cursor(str(items[-1].number)) if len(items) == limit else None
        )


def _view_or_not_found(import_id: UUID, stored: StoredImport | None) -> ImportView:
    if stored is None:
        raise refusals.no_import(import_id)
    return ImportView.model_validate(stored, from_attributes=True)


async def _receive(body: AsyncIterator[bytes], spool: IO[bytes], bytes_max: int) -> None:
    """Spool the body. Raises HttpProblem when it is too large or not a zip; the reader checks the content."""
    received = 0
    async for chunk in body:
        received += len(chunk)
        if received > bytes_max:
            raise _too_large(bytes_max)
        spool.write(chunk)
    spool.seek(0)
    if spool.read(len(ZIP_MAGIC)) != ZIP_MAGIC:
        raise _not_a_zip()
    spool.seek(0)


def _too_large(bytes_max: int) -> HttpProblem:
    return HttpProblem(
        status=413,
        code="too-large",
        title="The datapackage is too large",
        remedy=f"Split the directory by region: send at most {bytes_max} bytes.",
        field="body",
    )


def _not_a_zip() -> HttpProblem:
    return HttpProblem(
        status=422,
        code="not-a-zip",
        title="The body is not a zip file",
        remedy="Send the HSDS datapackage as the raw body, with content type application/zip.",
        field="body",
    )


_ACCEPTED: Final[dict[int | str, dict[str, Any]]] = {
    202: {"headers": {"Location": {"description": "Where to follow it.", "schema": {"type": "string"}}}}
}
_ZIP_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
