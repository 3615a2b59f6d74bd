"""The HTTP door of matching, split by noun: parse, call, answer; no rules."""

from fastapi import APIRouter

from alongside_matching.api import (
    contacts,
    decisions,
    directory,
    group_imports,
    groups,
    hsds,
    offer_imports,
    offers,
    proposals,
    workforce,
)
from alongside_matching.desk import Desk


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
