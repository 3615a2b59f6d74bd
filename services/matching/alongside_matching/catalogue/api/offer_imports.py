"""`/offers/imports`: imports a CSV of offers and answers with every quarantined line."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated, Final, Literal, TypeAlias

from fastapi import Query, Request, Response
from pydantic import BaseModel

from alongside_chassis.announce import Tx
from alongside_chassis.errors import HttpProblem, unprocessable
from alongside_chassis.http import APIRouter, Command, refuses_with
from alongside_contracts.ids import RegionId
from alongside_matching.catalogue import offer_updates
from alongside_matching.catalogue.api import refusals
from alongside_matching.catalogue.api.offer_csv import (
    ParsedLine,
    RefusedLine,
    TooManyLines,
    UnreadableTable,
    read_offers,
)
from alongside_matching.catalogue.api.offer_fields import SourceName
from alongside_matching.catalogue.rules.pauses import KEPT_BY_STAFF, KEPT_REMEDY
from alongside_matching.catalogue.store.kept import Kept
from alongside_matching.catalogue.store.offer_batches import Added
from alongside_matching.engine.policy import Policies

CSV_BYTES_MAX: Final = 16 * 2**20
LINES_MAX: Final = 20_000
BATCH_MAX: Final = 500
"""Offers stored by one statement."""
LINES_SHOWN_MAX: Final = 2_000
"""Problems listed in an answer; when these are mended, the same file shows the next ones."""
Line: TypeAlias = ParsedLine | RefusedLine


class OfferLine(BaseModel):
    """One problem of one line: not imported (`quarantined`), or imported without what staff have set (`flagged`)."""

    kind: Literal["quarantined", "flagged"] = "quarantined"
    line: int
    source_id: str
    field: str
    code: str
    remedy: str


class OfferImportView(BaseModel):
    """Result of an import. `read` is the sum of the lines created, changed, unchanged and quarantined."""

    read: int
    created: int
    changed: int
    unchanged: int
    quarantined: int
    flagged: int = 0
    """Lines imported without the fields that staff have set."""
    lines: tuple[OfferLine, ...]
    lines_more: int
    """Problems beyond those that `lines` lists."""


def router(policies: Policies) -> APIRouter:
    """Return the route for importing offers."""
    routes = APIRouter(tags=["offers"])

    @routes.post(
        "/offers/imports",
        response_model=OfferImportView,
        openapi_extra=_CSV_BODY,
        responses=refuses_with(409),
    )
    async def import_offers(
        region: Annotated[RegionId, Query()],
        source: Annotated[SourceName, Query()],
        request: Request,
        command: Command,
    ) -> Response:
        """Add or change offers from a CSV, identified by `source` and each line's source_id.

        An invalid line is quarantined with its reasons, and the others are imported. Sending the same file again
        changes nothing; offers that the file does not name stay unchanged. What staff have set stays, and is flagged.
        """
        body = await request.body()

        async def work(tx: Tx) -> OfferImportView:
            return await _import(tx, _lines(body, region, source), policies)

        return await command.run(work, about=[f"offers of {region} from {source}"])

    return routes


def _lines(body: bytes, region: str, source: str) -> Iterator[Line]:
    """Yield the file's lines. Raises HttpProblem, after some of them, when the file cannot be read to its end."""
    try:
        yield from read_offers(body.decode("utf-8-sig"), region=region, source=source, lines_max=LINES_MAX)
    except UnicodeDecodeError as error:
        raise _not_a_table("Save the file as CSV in UTF-8.") from error
    except TooManyLines as error:
        raise _too_large() from error
    except UnreadableTable as error:
        raise _not_a_table(str(error)) from error


@dataclass(slots=True)
class _Problems:
    """The problems of an import by line: all are counted, the first ones are kept to be shown."""

    shown: list[OfferLine] = field(default_factory=list)
    count: int = 0
    lines: int = 0

    def add(self, found: Sequence[OfferLine | RefusedLine]) -> None:
        """Add the problems of a batch; no line is in two batches."""
        self.count, self.lines = self.count + len(found), self.lines + len({each.line for each in found})
        first = sorted(found, key=lambda each: each.line)[: LINES_SHOWN_MAX - len(self.shown)]
        self.shown += [OfferLine.model_validate(each, from_attributes=True) for each in first]


async def _import(tx: Tx, lines: Iterator[Line], policies: Policies) -> OfferImportView:
    """Import batch by batch; lines are read beside the event loop, which they would occupy for seconds."""
    created = changed = imported = 0
    refused, kept = _Problems(), _Problems()
    while batch := await asyncio.to_thread(lambda: list(islice(lines, BATCH_MAX))):
        parsed = [line for line in batch if isinstance(line, ParsedLine)]
        added, conflicting = await _import_batch(tx, parsed, policies)
        refused.add([*(line for line in batch if isinstance(line, RefusedLine)), *conflicting])
        kept.add(list(_kept_lines(parsed, added.kept)))
        created, changed = created + len(added.created), changed + len(added.changed)
        imported += len(parsed) - len({line.line for line in conflicting})
    shown = [*refused.shown, *kept.shown][:LINES_SHOWN_MAX]
    return OfferImportView(
        read=imported + refused.lines,
        created=created,
        changed=changed,
        unchanged=imported - created - changed,
        quarantined=refused.lines,
        flagged=kept.lines,
        lines=tuple(shown),
        lines_more=refused.count + kept.count - len(shown),
    )


async def _import_batch(
    tx: Tx, parsed: list[ParsedLine], policies: Policies
) -> tuple[Added, list[RefusedLine]]:
    """Add or change the offers of some lines; return what was done, and the lines that conflict with what is stored."""
    new = [line.form.as_listed() for line in parsed]
    conflicts = await offer_updates.find_conflicts(tx, new, policies)
    conflicting = {conflict.index for conflict in conflicts}
    valid = [offer for index, offer in enumerate(new) if index not in conflicting]
    match await offer_updates.add_many(tx, valid, policies):
        case Added() as added:
            return added, [_conflicting(parsed[conflict.index], conflict) for conflict in conflicts]
        case new_conflicts:
            raise refusals.batch_refused(new_conflicts)


def _kept_lines(parsed: Sequence[ParsedLine], kept: Sequence[Kept]) -> Iterator[OfferLine]:
    """Yield a remark on each field that stays as staff set it."""
    numbers = {line.form.source_id: line.line for line in parsed}
    for each in kept:
        for name in each.fields:
            yield OfferLine(
                kind="flagged",
                line=numbers[each.source_id],
                source_id=each.source_id,
                field=name,
                code=KEPT_BY_STAFF,
                remedy=KEPT_REMEDY,
            )


def _conflicting(line: ParsedLine, conflict: offer_updates.Conflict) -> RefusedLine:
    return RefusedLine(line.line, line.form.source_id, conflict.field, conflict.code, conflict.remedy)


def _too_large() -> HttpProblem:
    return HttpProblem(
        status=413,
        code="too-large",
        title="The file is too large",
        remedy=f"Split the file: send at most {LINES_MAX} lines and {CSV_BYTES_MAX} bytes at once.",
        field="body",
    )


def _not_a_table(remedy: str) -> HttpProblem:
    return unprocessable("not-a-table", "The file cannot be read as offers", remedy=remedy, field="body")


_CSV_BODY: Final = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
}
