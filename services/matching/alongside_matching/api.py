"""The HTTP API of matching, one module per noun. Routes parse, call and answer; they hold no rules."""

from collections.abc import Collection
from typing import Final

from alongside_chassis.http import APIRouter
from alongside_matching.allocation.api import decisions, proposals
from alongside_matching.catalogue.api import contacts, offer_imports, offers, supporter_records
from alongside_matching.context import MatchingContext
from alongside_matching.directory.api import hsds, sources
from alongside_matching.directory.api import imports as directory
from alongside_matching.groups.api import groups
from alongside_matching.groups.api import imports as group_imports

UPLOADS: Final = {
    "/offers/imports": offer_imports.CSV_BYTES_MAX,
    "/groups/imports": group_imports.LIST_BYTES_MAX,
    "/directory/imports": None,
}
"""The largest body of each upload, in bytes; the directory's is read piece by piece."""


def routers(
    context: MatchingContext, *, directory_regions: Collection[str], directory_bytes_max: int
) -> tuple[APIRouter, ...]:
    """Return every router of matching."""
    return (
        offer_imports.router(context.policies),
        offers.router(context.policies),
        supporter_records.router(context.policies),
        group_imports.router(context.policies),
        groups.router(context.policies),
        proposals.router(context),
        decisions.router(context),
        directory.router(directory_regions, directory_bytes_max),
        sources.router(),
        hsds.router(),
        contacts.router(),
    )
