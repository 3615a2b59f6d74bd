"""`/groups/imports`: imports a published list of online meetings; the answer lists quarantined and flagged entries."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import Body, Query, Response
from pydantic import BaseModel

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, refuses_with
from alongside_contracts.codes.fields import ListedNeed
from alongside_contracts.fields.lists import AtMost
from alongside_contracts.ids import RegionId
from alongside_matching.catalogue.api import refusals
from alongside_matching.engine.policy import Policies
from alongside_matching.groups import importing as group_importing
from alongside_matching.groups.importing import ImportCounts, Vanished
from alongside_matching.groups.published_meetings import PublishedMeetings, RemarkKind, read_meetings
from alongside_matching.region_codes import require_codes_of

ENTRIES_MAX: Final = 5_000
LIST_BYTES_MAX: Final = 4 * 2**20
"""The published lists we know have 600 bytes an entry."""


class GroupLine(BaseModel):
    """A remark on one entry: not imported (`quarantined`), or imported with a remark (`flagged`)."""

    entry: int
    """Position in the list, from 1; 0 for what is missing from it."""
    slug: str
    kind: Literal["quarantined", "flagged"]
    code: str
    detail: str
    remedy: str


class GroupImportView(BaseModel):
    """Result of an import. `agree` and `differ` count entries whose published UTC start matches their wall-clock time
    or not."""

    read: int
    created: int
    changed: int
    unchanged: int
    quarantined: int
    flagged: int
    agree: int
    differ: int
    withdrawn: int = 0
    """Groups that were paused because the list withdraws or no longer has them."""
    lines: tuple[GroupLine, ...]


def router(policies: Policies) -> APIRouter:
    """Return the route for importing published meetings."""
    routes = APIRouter(tags=["groups"])

    @routes.post("/groups/imports", response_model=GroupImportView, responses=refuses_with(409))
    async def import_groups(
        entries: Annotated[tuple[Any, ...], AtMost(ENTRIES_MAX), Body()],
        region: Annotated[RegionId, Query()],
        need: Annotated[tuple[ListedNeed, ...], AtMost(30, least=1), Query()],
        command: Command,
        vanished: Annotated[Vanished, Query()] = Vanished.PAUSE,
    ) -> Response:
        """Import a list of online meetings as groups for these needs; sending the same list again changes nothing.

        A meeting for families and friends is quarantined in a list for the needs of the person they care about, and its group
        is paused. Groups that the list withdraws are paused, and those for the same needs that it no longer has: with
        `vanished=pause` none of these when they are more than half, with `pause-all` in any case, with `keep` never.
        """

        require_codes_of(region, {"need": need}, {})

        published = await asyncio.to_thread(read_meetings, entries, need)

        async def work(tx: Tx) -> GroupImportView:
            match await group_importing.import_meetings(
                tx, published, region=region, needs=need, vanished=vanished, policies=policies
            ):
                case ImportCounts() as counts:
                    return _view(published, counts)
                case conflicts:
                    raise refusals.batch_refused(conflicts)

        return await command.run(work, about=[f"groups of {region}"])

    return routes


def _view(published: PublishedMeetings, counts: ImportCounts) -> GroupImportView:
    remarks = sorted((*published.remarks, *counts.remarks), key=lambda remark: remark.entry)
    quarantined = sum(remark.kind is RemarkKind.QUARANTINED for remark in remarks)
    return GroupImportView(
        read=published.read,
        created=counts.created,
        changed=counts.changed,
        unchanged=counts.unchanged,
        quarantined=quarantined,
        flagged=len(remarks) - quarantined,
        agree=published.agree,
        differ=published.differ,
        withdrawn=counts.withdrawn,
        lines=tuple(GroupLine.model_validate(remark, from_attributes=True) for remark in remarks),
    )
