"""Looks up contact details when a round of sending begins, for its recipients only.

`POST /contact-routes/query` with the service token: at intake for people and partners, at matching for offers. The
answer has one entry for each recipient: an address, or a problem code. A recipient whose entry is missing, or whose
code is not listed below, waits: it is unknown whether there is an address. Nothing is stored beyond the round, and no
address is logged. Coordinators' addresses are settings of this service.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import httpx2
import orjson
from pydantic import BaseModel, ValidationError

from alongside_contracts.fields.addresses import address_of
from alongside_notifications.domain.audience import Destination
from alongside_notifications.domain.retry import TemporaryFailure, Unaddressable
from alongside_notifications.domain.rounds import ContactProvider, EmailAddress, NoRoute, Route

RECIPIENTS_MAX: Final = 200
"""How many recipients one query may name."""
_JSON: Final = {"Content-Type": "application/json"}
_UNAVAILABLE: Final = TemporaryFailure("routes-away")
_NOT_REGISTERED: Final = frozenset({"contact-route-missing", "no-contact-route"})
_RETRY_IN_HALVES: Final = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.INTERNAL_SERVER_ERROR})


class _Entry(BaseModel):
    kind: str
    id: str
    email: str | None = None
    problem: str | None = None


class _Answer(BaseModel):
    routes: Sequence[_Entry]


class ContactLookup:
    """Looks up where recipients can be reached."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        intake_url: str,
        matching_url: str,
        coordinators: Mapping[str, str],
        seconds_max: float,
    ) -> None:
        self._client, self._coordinators, self._seconds_max = client, coordinators, seconds_max
        self._urls = {ContactProvider.INTAKE: intake_url, ContactProvider.MATCHING: matching_url}

    async def find_routes(
        self, provider: ContactProvider, destinations: Sequence[Destination]
    ) -> dict[Destination, Route]:
        """Return for each of a provider's destinations its address, NoRoute, or the failure of the lookup.

        At most RECIPIENTS_MAX destinations.
        """
        if provider is ContactProvider.SETTINGS:
            return {
                destination: EmailAddress(address)
                if (address := self._coordinators.get(destination.id))
                else NoRoute()
                for destination in destinations
            }
        routes: dict[Destination, Route] = dict.fromkeys(destinations, _UNAVAILABLE)
        url = f"{self._urls[provider].rstrip('/')}/contact-routes/query"
        with contextlib.suppress(httpx2.TransportError, TimeoutError):
            async with asyncio.timeout(self._seconds_max):
                await self._query(url, destinations, routes)
        return routes

    async def _query(
        self, url: str, destinations: Sequence[Destination], routes: dict[Destination, Route]
    ) -> None:
        """Add the answers to `routes`; a query that fails, perhaps because of one recipient, is repeated in halves."""
        answer = await self._client.post(url, content=_query_body(destinations), headers=_JSON)
        if answer.status_code == HTTPStatus.OK:
            routes.update(_parse_answer(answer.content, destinations))
        elif answer.status_code in _RETRY_IN_HALVES and len(destinations) > 1:
            half = len(destinations) // 2
            await self._query(url, destinations[:half], routes)
            await self._query(url, destinations[half:], routes)


def open_client(*, service_token: str, seconds_max: float) -> httpx2.AsyncClient:
    """Return the HTTP client for lookups; the caller closes it."""
    return httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {service_token}"},
        timeout=httpx2.Timeout(seconds_max),
        follow_redirects=False,  # the token must reach no other host
        trust_env=False,
    )


def _query_body(destinations: Sequence[Destination]) -> bytes:
    return orjson.dumps(
        {"recipients": [{"kind": kind, "id": recipient_id} for kind, recipient_id in destinations]}
    )


def _parse_answer(body: bytes, destinations: Sequence[Destination]) -> dict[Destination, Route]:
    """Return the routes of the destinations that were asked for; none when the answer cannot be read."""
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError:
        return {}
    routes = {(entry.kind, entry.id): _route_of(entry) for entry in answer.routes}
    return {destination: routes[destination] for destination in destinations if destination in routes}


def _route_of(entry: _Entry) -> Route:
    if entry.problem is None:
        return _usable_route(entry.email)
    return NoRoute() if entry.problem in _NOT_REGISTERED else _UNAVAILABLE


def _usable_route(stored: str | None) -> Route:
    """Return the address as it is sent to; NoRoute when there is none, Unaddressable for one that is none."""
    if not stored:
        return NoRoute()
    address = address_of(stored)
    return EmailAddress(address) if address else Unaddressable()
