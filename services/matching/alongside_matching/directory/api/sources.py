"""`/directory/sources`: whose packages are imported, and renaming one of them."""

from datetime import datetime

import asyncpg
from fastapi import Response
from pydantic import BaseModel, ConfigDict

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, Read, refuses_with
from alongside_contracts.ids import RegionId
from alongside_matching.directory.api import refusals
from alongside_matching.directory.api.queries import SourceName
from alongside_matching.directory.store import sources


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
    """Return the routes of sources."""
    routes = APIRouter(prefix="/directory/sources", tags=["directory"])

    @routes.get("")
    async def list_sources(read: Read, region: RegionId | None = None) -> SourceList:
        """List the sources of a region, or of all."""
        found = await sources.list_sources(read.conn, region)
        return SourceList(items=tuple(SourceView.model_validate(it, from_attributes=True) for it in found))

    @routes.post("/{name}/rename", response_model=SourceView, responses=refuses_with(409))
    async def rename_source(name: SourceName, body: NewName, command: Command) -> Response:
        """Rename a source. Ids of its records stay, and its next package is sent under the new name."""

        async def work(tx: Tx) -> SourceView:
            region = await sources.region_of(tx.conn, name)
            if region is None:
                raise refusals.no_source(name)
            if await sources.is_taken(tx.conn, body.name):
                raise refusals.source_name_taken(body.name)
            await sources.rename(tx.conn, name, body.name)
            known = await sources.list_sources(tx.conn, region)
            renamed = next(source for source in known if source.name == body.name)
            return SourceView.model_validate(renamed, from_attributes=True)

        return await command.run(work, about=[f"source {name}"])

    return routes


async def check_source(conn: asyncpg.Connection, name: str, region: str, *, new: bool) -> None:
    """Raise HttpProblem unless a package may come from this source: a known one of the region, or a new one that is said to
    be new where the region has others."""
    of_source = await sources.region_of(conn, name)
    if of_source == region:
        return
    if of_source is not None:
        raise refusals.source_elsewhere(name, of_source)
    if await sources.is_taken(conn, name):
        raise refusals.source_name_taken(name)
    known = [source.name for source in await sources.list_sources(conn, region)]
    if known and not new:
        raise refusals.new_source(region, known)
