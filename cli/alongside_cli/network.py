"""HTTP client of the services' APIs, for the command line and for simulated partners and targets.

Every command carries an Idempotency-Key, so that a repeated request, for example during a restart, takes effect once.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import httpx2

from alongside_contracts.services import SERVICES

RETRY_SECONDS_MAX: Final = 60.0
"""How long a request is retried while its service is unavailable."""
PAUSE_SECONDS: Final = 0.2
"""The pause before each retry."""
PAGE_ITEMS: Final = 200
FILE_SECONDS_MAX: Final = 60.0
"""How long the upload of a file may take."""
_UNAVAILABLE: Final = frozenset({502, 503, 504})


class ServiceRefused(Exception):
    """A service refused a request; `problem` is its problem+json."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        fields = [f"{error['where']}: {error['remedy']}" for error in problem.get("errors", ())]
        parts = [
            problem.get("title", "refused"),
            problem.get("detail"),
            *(fields or [problem.get("remedy", "")]),
        ]
        super().__init__(". ".join(str(part).rstrip(".") for part in parts if part) + ".")
        self.problem = dict(problem)

    @property
    def code(self) -> str:
        """The problem's stable code; empty if it has none."""
        return str(self.problem.get("code", ""))


class Network:
    """A client of all services of one running network. `addresses` maps a service's name to its base URL."""

    def __init__(self, client: httpx2.AsyncClient, addresses: Mapping[str, str]) -> None:
        self._client, self.addresses = client, addresses

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """GET one document. Raises ServiceRefused."""
        return await self._request("GET", service, path, params=_without_none(params))

    async def list_all(self, service: str, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return all items of a list, read page by page."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await self.get(service, path, cursor=cursor, limit=PAGE_ITEMS, **params)
            items += page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return items

    async def command(
        self, service: str, path: str, body: object = None, *, key: str, method: str = "POST"
    ) -> Any:
        """Send a command with an Idempotency-Key, so that it takes effect once. Raises ServiceRefused."""
        return await self._request(method, service, path, json=body or {}, headers={"Idempotency-Key": key})

    async def put(self, service: str, path: str, body: Mapping[str, Any]) -> Any:
        """PUT a whole document; repeating it changes nothing. Raises ServiceRefused."""
        return await self._request("PUT", service, path, json=dict(body))

    async def send(
        self,
        service: str,
        path: str,
        content: bytes,
        content_type: str,
        *,
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> dict[str, Any]:
        """Upload a file and return the result, within FILE_SECONDS_MAX. Raises ServiceRefused."""
        answer: dict[str, Any] = await self._request(
            "POST",
            service,
            path,
            content=content,
            params=params,
            headers={"content-type": content_type, **(headers or {})},
            timeout=FILE_SECONDS_MAX,
        )
        return answer

    async def register_partner(self, partner: str, body: Mapping[str, Any]) -> None:
        """Register a partner at intake, or update its registration."""
        await self._request("PUT", "intake", f"/partners/{partner}", json=dict(body))

    async def store_contact_route(
        self, namespace: str, person_reference: str, body: Mapping[str, Any]
    ) -> None:
        """Store a person's contact route at intake."""
        await self._request(
            "PUT", "intake", f"/people/{namespace}/{person_reference}/contact-route", json=dict(body)
        )

    async def load_offers(self, offers: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
        """Add or update offers at matching; return the numbers of created, changed and unchanged offers."""
        counts = {"created": 0, "changed": 0, "unchanged": 0}
        for start in range(0, len(offers), 500):
            batch = [dict(offer) for offer in offers[start : start + 500]]
            result = await self._request("POST", "matching", "/offers/batch", json={"offers": batch})
            counts = {name: counts[name] + int(result[name]) for name in counts}
        return counts

    async def open_proposals(self) -> list[dict[str, Any]]:
        """Return the proposals that wait for an answer."""
        return await self.list_all("matching", "/proposals", state="open")

    async def accept(self, proposal_id: str) -> None:
        """Accept a proposal, as its target."""
        await self.command("matching", f"/proposals/{proposal_id}/accept", key=f"accept-{proposal_id}")

    async def decline(self, proposal_id: str, reason: str) -> None:
        """Decline a proposal, as its target."""
        body = {"reason": reason}
        await self.command(
            "matching", f"/proposals/{proposal_id}/decline", body, key=f"decline-{proposal_id}"
        )

    async def move_referral(self, referral_id: str | UUID, step: str, body: Mapping[str, Any]) -> None:
        """Send a step of a referral, such as `start` or `complete`."""
        path = f"/referrals/{referral_id}/{step}"
        await self.command("referrals", path, dict(body), key=f"{step}-{referral_id}")

    async def dead_letters(
        self, *, service: str | None = None, state: str | None = None, reason: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the dead letters of all services, each with its `service`; a filter of None does not apply."""
        return [
            {"service": name} | dead_letter
            for name in ((service,) if service else SERVICES)
            for dead_letter in await self.list_all(name, "/dead-letters", state=state, reason=reason)
        ]

    async def dead_letter(self, dead_letter_id: UUID) -> dict[str, Any]:
        """Return one dead letter, from any service, with its `service`. Raises ServiceRefused if none has it."""
        for service in SERVICES:
            try:
                dead_letter: dict[str, Any] = await self.get(service, f"/dead-letters/{dead_letter_id}")
            except ServiceRefused as refused:
                if refused.code != "dead-letter-not-found":
                    raise
            else:
                return {"service": service} | dead_letter
        raise ServiceRefused({"title": "No service has a dead letter with this id.", "code": "not-found"})

    async def stream_lines(
        self, service: str, path: str, body: Mapping[str, Any]
    ) -> AsyncIterator[dict[str, Any]]:
        """Send a command and yield the JSON lines of its answer as they arrive.

        Raises ServiceRefused, perhaps after some lines.
        """
        url = f"{self.addresses[service]}{path}"
        async with self._client.stream("POST", url, json=dict(body), timeout=None) as answer:
            if not answer.is_success:
                await answer.aread()
                _parse_answer(answer)
            async for line in answer.aiter_lines():
                document: dict[str, Any] = json.loads(line)
                if "problem" in document:
                    raise ServiceRefused(document["problem"])
                yield document

    async def _request(self, method: str, service: str, path: str, **options: Any) -> Any:
        """Send a request, with retries while the service is unavailable.

        Raises ServiceRefused, or TimeoutError after RETRY_SECONDS_MAX.
        """
        async with asyncio.timeout(RETRY_SECONDS_MAX):
            while True:
                try:
                    answer = await self._client.request(method, f"{self.addresses[service]}{path}", **options)
                except httpx2.TransportError:
                    await asyncio.sleep(PAUSE_SECONDS)
                    continue
                if answer.status_code not in _UNAVAILABLE:
                    return _parse_answer(answer)
                await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def open_network(addresses: Mapping[str, str], *, service_token: str) -> AsyncIterator[Network]:
    """Open a client of the services at these addresses, with the bearer token that they share."""
    headers = {"Authorization": f"Bearer {service_token}"}
    async with httpx2.AsyncClient(timeout=10, headers=headers, trust_env=False) as client:
        yield Network(client, addresses)


def _parse_answer(answer: httpx2.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    if "json" in answer.headers.get("content-type", ""):
        raise ServiceRefused(answer.json())
    raise ServiceRefused({"title": f"HTTP {answer.status_code}", "detail": answer.text[:200]})


def _without_none(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}
