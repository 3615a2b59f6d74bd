"""Directory imports: upload a package, follow its progress, read the report on its lines."""

import tempfile
from collections.abc import AsyncIterator, Collection
from datetime import datetime
from secrets import token_bytes
from typing import IO, Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Header, Query, Request, Response
from pydantic import BaseModel

from alongside_chassis.announce import Tx
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import (
    APIRouter,
    CurrentRuntime,
    Page,
    Read,
    ServiceOnly,
    cursor_number,
    decode_cursor,
    encode_cursor,
    refuses_with,
)
from alongside_contracts.ids import new_id
from alongside_directory.api import refusals
from alongside_directory.api.queries import UploadQuery
from alongside_directory.api.sources import key_of_source
from alongside_directory.codes import ImportState, LineKind, QuestionCode
from alongside_directory.store import imports
from alongside_directory.store.imports import NewImport, StoredImport

PART_BYTES: Final = 1024 * 1024
LINES_MAX: Final = 5_000
DIGEST_KEY_BYTES: Final = 32
ZIP_MAGIC: Final = b"PK\x03\x04"


class QuestionView(BaseModel):
    """A doubt about a package: what it is `about` lacks `lost` of `before`. `remedy` says what to do."""

    code: QuestionCode
    about: tuple[str, ...]
    lost: int
    before: int
    remedy: str


class ImportView(BaseModel):
    """Progress of an import: `read` of `of` services are created, changed, unchanged or quarantined.

    A `held` import has changed nothing. Sending the same package with `confirm` set to this import's `confirmation` settles
    its `questions`. A dry run counts what the import would do.
    """

    id: UUID
    region: str
    source: str
    pause_vanished: bool
    dry_run: bool
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
    questions: tuple[QuestionView, ...]
    confirmation: str | None
    problem: str | None
    remedy: str | None
    created_at: datetime
    finished_at: datetime | None


class ReportLine(BaseModel):
    """One remark on one line of one file: not imported (`quarantined`) or imported with a remark (`flagged`).

    Nothing of the line's content: `path` and `line` say where it is in the package, `digest` is the BLAKE2b digest of its text
    (8 bytes; for JSON, of the document with sorted keys) with the key that came with the package.
    """

    number: int
    kind: LineKind
    file: str
    path: str
    line: int
    digest: str
    source_id: str
    column: str
    code: str
    remedy: str


def router(regions: Collection[str], bytes_max: int) -> APIRouter:
    """Return the routes below `/directory/imports`, for the service token; a package may have `bytes_max` bytes."""
    routes = APIRouter(prefix="/directory/imports", tags=["directory"], dependencies=[ServiceOnly])
    _add_upload(routes, regions, bytes_max)
    _add_reading(routes)
    return routes


def _add_upload(routes: APIRouter, regions: Collection[str], bytes_max: int) -> None:
    @routes.post("", status_code=202, responses={**_ACCEPTED, **refuses_with(409)}, openapi_extra=_ZIP_BODY)
    async def upload_directory(
        wanted: Annotated[UploadQuery, Query()],
        request: Request,
        response: Response,
        runtime: CurrentRuntime,
        digest_key: Annotated[str | None, Header(pattern="^(?:[0-9a-f]{2}){16,64}$")] = None,
    ) -> ImportView:
        """Accept an HSDS datapackage (zip) of a source; it is imported in the background.

        HSDS 1.x and 3.0, CSV or JSON. A source has one package for one region: records of this source that the package no
        longer lists get a tombstone in the read API, and nobody is referred there any more, unless `vanished=keep` is sent. A package
        that would retire too much is `held` until it is sent again with its confirmation. Sending a file again changes
        nothing. `Digest-Key` (hexadecimal) is the key of the report's digests; without it they cannot be compared.
        """
        if wanted.region not in regions:
            raise refusals.unknown_region(wanted.region, regions)
        import_id = new_id()
        with tempfile.SpooledTemporaryFile(max_size=PART_BYTES) as spool:
            await _receive(request.stream(), spool, bytes_max)
            async with runtime.transaction() as tx:
                await imports.add(tx.conn, await _new_import(tx, import_id, wanted, digest_key), tx.now)
                for number, part in enumerate(iter(lambda: spool.read(PART_BYTES), b"")):
                    await imports.add_part(tx.conn, import_id, number, part)
                stored = await imports.view(tx.conn, import_id)
        response.headers["Location"] = f"/directory/imports/{import_id}"
        return _view_or_not_found(import_id, stored)


async def _new_import(tx: Tx, import_id: UUID, wanted: UploadQuery, digest_key: str | None) -> NewImport:
    source_key = await key_of_source(
        tx, wanted.source, wanted.region, new=wanted.new_source, dry_run=wanted.dry_run
    )
    return NewImport(
        id=import_id,
        region=wanted.region,
        source=wanted.source,
        source_key=source_key,
        digest_key=bytes.fromhex(digest_key) if digest_key else token_bytes(DIGEST_KEY_BYTES),
        pause_vanished=wanted.vanished == "pause",
        dry_run=wanted.dry_run,
        confirm=wanted.confirm,
    )


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
