"""The HTTP door of matching, split by noun: parse, call, answer; no rules."""

from fastapi import APIRouter

from alongside_matching.allocation.api import decisions, proposals
from alongside_matching.catalogue.api import contacts, offer_imports, offers, workforce
from alongside_matching.desk import Desk
from alongside_matching.directory.api import hsds
from alongside_matching.directory.api import imports as directory
from alongside_matching.groups.api import groups
from alongside_matching.groups.api import imports as group_imports


def routers(desk: Desk, *, directory_bytes_max: int) -> tuple[APIRouter, ...]:
    """Every route matching answers."""
    return (
        offer_imports.router(desk.policies),
        offers.router(desk.policies),
        workforce.router(desk.policies),
        group_imports.router(desk.policies),
        groups.router(desk.policies),
        proposals.router(desk),
        decisions.router(desk),
        directory.router(directory_bytes_max),
        hsds.router(),
        contacts.router(),
    )
