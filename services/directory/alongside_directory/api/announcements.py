"""`/directory/announcements`: what is listed is announced again, for readers whose stream is not whole."""

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, ServiceOnly, refuses_with
from alongside_directory.announcing import announce_as_they_are
from alongside_directory.api import refusals
from alongside_directory.api.queries import SourceName
from alongside_directory.store import listings, sources


class LastListing(BaseModel):
    """A listing, by the key of its source and its number there, after which announcing goes on."""

    model_config = ConfigDict(extra="forbid")

    source: SourceName
    number: int = Field(ge=1, le=2**31 - 1)


class AnnounceCommand(BaseModel):
    """The source whose listings are announced, or all; and after which listing to go on."""

    model_config = ConfigDict(extra="forbid")

    source: SourceName | None = None
    after: LastListing | None = None


class AnnouncedView(BaseModel):
    """How many listings were announced, and after which to go on; `next` is null after the last."""

    announced: int
    next: LastListing | None


def router() -> APIRouter:
    """Return the route that announces listings again, for the service token."""
    routes = APIRouter(prefix="/directory/announcements", tags=["directory"], dependencies=[ServiceOnly])

    @routes.post("", response_model=AnnouncedView, responses=refuses_with(404))
    async def announce_again(body: AnnounceCommand, command: Command) -> Response:
        """Announce up to 500 listings again as they are, withdrawn ones too; readers that have them change nothing."""

        async def work(tx: Tx) -> AnnouncedView:
            key = await _key_of(tx, body.source) if body.source else None
            after = (body.after.source, body.after.number) if body.after else listings.BEFORE_ALL
            page = await listings.page(tx.conn, key, after)
            announce_as_they_are(tx, page)
            is_last = len(page) < listings.ANNOUNCED_AT_ONCE_MAX
            last = page[-1].listing if page and not is_last else None
            return AnnouncedView(
                announced=len(page),
                next=LastListing(source=last.source, number=last.number) if last else None,
            )

        return await command.run(work)

    return routes


async def _key_of(tx: Tx, name: str) -> str:
    found = await sources.find(tx.conn, name)
    if found is None:
        raise refusals.no_source(name)
    return found[0]
