"""Checks stored contact routes by today's rule for addresses: the unusable ones are marked and reported, none is deleted.

Notifications sends nothing to an unusable address, marked or not; the mark says since when that is known.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from fastapi import Response
from pydantic import BaseModel

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, ServiceOnly, cursor_text, decode_cursor, encode_cursor
from alongside_contracts.fields.addresses import address_of
from alongside_intake.people import store as people_store
from alongside_intake.people.contacts import open_route
from alongside_intake.people.store import StoredRoute
from alongside_intake.people.vault import CannotOpen, Vault

ROUTES_MAX: Final = 200
"""Routes checked by one request: opening them takes a few milliseconds of processor time."""


class UnusableRouteView(BaseModel):
    """A contact route that cannot be used, by its owner's id; never the address.

    Unreadable: it cannot be opened, and a person must find out why.
    """

    kind: str
    id: str
    problem: Literal["address-unusable", "contact-route-unreadable"]
    stored_at: datetime
    unusable_since: datetime


class RoutesCheckedView(BaseModel):
    """One page of a check. `next_cursor` asks for the next; null on the last page."""

    checked: int
    unusable: Sequence[UnusableRouteView]
    next_cursor: str | None


def route_check_router(vault: Vault) -> APIRouter:
    """Return the route that checks contact routes."""
    router = APIRouter(prefix="/contact-routes", tags=["people"], dependencies=[ServiceOnly])

    @router.post("/check", response_model=RoutesCheckedView)
    async def check_contact_routes(command: Command, cursor: str | None = None) -> Response:
        """Check the next 200 contact routes, mark those that cannot be used, and unmark those that can."""
        after = decode_cursor(cursor, cursor_text, cursor_text) or ("", "")

        async def work(tx: Tx) -> RoutesCheckedView:
            return await _check(tx, vault, after)

        return await command.run(work)

    return router


async def _check(tx: Tx, vault: Vault, after: tuple[str, str]) -> RoutesCheckedView:
    routes = await people_store.lock_routes_after(tx, after, limit=ROUTES_MAX)
    problems = {route.owner: problem for route in routes if (problem := _problem_of(route, vault))}
    await people_store.mark_routes(tx, {route.owner: route.owner in problems for route in routes})
    last = routes[-1].owner if len(routes) == ROUTES_MAX else None
    return RoutesCheckedView(
        checked=len(routes),
        unusable=[
            UnusableRouteView(
                kind=route.owner.kind,
                id=route.owner.id,
                problem=problems[route.owner],
                stored_at=route.stored_at,
                unusable_since=route.unusable_since or tx.now,
            )
            for route in routes
            if route.owner in problems
        ],
        next_cursor=encode_cursor(last.kind, last.id) if last else None,
    )


def _problem_of(
    route: StoredRoute, vault: Vault
) -> Literal["address-unusable", "contact-route-unreadable"] | None:
    opened = open_route(vault, route.owner, route.wrapped_key, route.sealed)
    if isinstance(opened, CannotOpen):
        return "contact-route-unreadable"
    return None if address_of(opened.email) else "address-unusable"
