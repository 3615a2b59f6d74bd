"""`/directory/sources`: whose packages are imported, and renaming one of them."""

from datetime import datetime

from fastapi import Response
from pydantic import BaseModel, ConfigDict

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, Read, ServiceOnly, refuses_with
from alongside_contracts.ids import RegionId
from alongside_directory.api import refusals
from alongside_directory.api.queries import SourceName
from alongside_directory.store import sources


class SourceView(BaseModel):
    """A publisher whose packages are imported, and how many of its services are listed."""

    name: str
    region: str
    services: int
    created_at: datetime
    changed_at: datetime | None


class SourceList(BaseModel):
    """Every source, by region and name."""

    items: tuple[SourceView, ...]


class NewName(BaseModel):
    """A source's new name."""

    model_config = ConfigDict(extra="forbid")

    name: SourceName


def router() -> APIRouter:
    """Return the routes of sources, for the service token."""
    routes = APIRouter(prefix="/directory/sources", tags=["directory"], dependencies=[ServiceOnly])

    @routes.get("")
    async def list_sources(read: Read, region: RegionId | None = None) -> SourceList:
        """List the sources of a region, or of all."""
        found = await sources.list_sources(read.conn, region)
        return SourceList(items=tuple(SourceView.model_validate(it, from_attributes=True) for it in found))

    @routes.post("/{name}/rename", response_model=SourceView, responses=refuses_with(409))
    async def rename_source(name: SourceName, body: NewName, command: Command) -> Response:
        """Rename a source. Ids of its records stay, and its next package is sent under the new name."""

        async def work(tx: Tx) -> SourceView:
            await sources.lock_all(tx.conn)
            found = await sources.find(tx.conn, name)
            if found is None:
                raise refusals.no_source(name)
            if await sources.is_taken(tx.conn, body.name, by_other_than=name):
                raise refusals.source_name_taken(body.name)
            await sources.rename(tx.conn, name, body.name)
            known = await sources.list_sources(tx.conn, found[1])
            renamed = next(source for source in known if source.name == body.name)
            return SourceView.model_validate(renamed, from_attributes=True)

        return await command.run(work, about=[f"source {name}"])

    return routes


async def key_of_source(tx: Tx, name: str, region: str, *, new: bool, dry_run: bool) -> str:
    """Return the key of the source a package comes from; a new source is added, except for a dry run.

    Raises HttpProblem unless it is a known one of the region, or a new one that is said to be new where the region has others.
    """
    found = await sources.find(tx.conn, name)
    if found is not None:
        key, of_region = found
        if of_region != region:
            raise refusals.source_elsewhere(name, of_region)
        return key
    await sources.lock_all(tx.conn)
    if await sources.is_taken(tx.conn, name):
        raise refusals.source_name_taken(name)
    known = [source.name for source in await sources.list_sources(tx.conn, region)]
    if known and not new:
        raise refusals.new_source(region, known)
    if not dry_run:
        await sources.add(tx.conn, name, region, tx.now)
    return name
