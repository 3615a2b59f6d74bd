"""The HTTP door of matching, split by noun: parse, call, answer; no rules."""

from fastapi import APIRouter

from alongside_matching.api import contacts, directory, offers, proposals, workforce
from alongside_matching.domain.policy import Policies


def routers(policies: Policies, *, directory_bytes_max: int) -> tuple[APIRouter, ...]:
    """Every route matching answers."""
    return (
        offers.router(policies),
        workforce.router(policies),
        proposals.router(policies),
        directory.router(directory_bytes_max),
        contacts.router(),
    )
