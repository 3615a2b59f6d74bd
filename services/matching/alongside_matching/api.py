"""The HTTP API of matching, one module per noun. Routes parse, call and answer; they hold no rules."""

from typing import Final

from alongside_chassis.http import APIRouter
from alongside_matching import directory_moved
from alongside_matching.allocation.api import decisions, proposals
from alongside_matching.catalogue.api import contacts, offer_imports, offers, supporter_records
from alongside_matching.context import MatchingContext
from alongside_matching.groups.api import groups
from alongside_matching.groups.api import imports as group_imports

UPLOADS: Final = {
    "/offers/imports": offer_imports.CSV_BYTES_MAX,
    "/groups/imports": group_imports.LIST_BYTES_MAX,
}
"""The largest body of each upload, in bytes."""


def routers(context: MatchingContext) -> tuple[APIRouter, ...]:
    """Return every router of matching."""
    return (
        offer_imports.router(context.policies),
        offers.router(context.policies),
        supporter_records.router(context.policies),
        group_imports.router(context.policies),
        groups.router(context.policies),
        proposals.router(context),
        decisions.router(context),
        directory_moved.router(),
        contacts.router(),
    )
