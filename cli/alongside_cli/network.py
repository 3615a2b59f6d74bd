"""The network's HTTP doors as its partners, targets and operators use them from the command line.

Every command carries an Idempotency-Key, so that it may be repeated while a service restarts and still count once.
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
PAUSE_SECONDS: Final = 0.2
PAGE: Final = 200
FILE_SECONDS_MAX: Final = 60.0
_UNAVAILABLE: Final = frozenset({502, 503, 504})


class ServiceRefused(Exception):
    """A service said no; `problem` is its problem+json."""

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
        """The problem's stable code."""
        return str(self.problem.get("code", ""))


class Network:
    """All doors of one running network. `addresses` maps a service's name to its base URL."""

    def __init__(self, client: httpx2.AsyncClient, addresses: Mapping[str, str]) -> None:
        self._client, self.addresses = client, addresses

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """Read one document."""
        return await self._request("GET", service, path, params=_without_none(params))

    async def list_all(self, service: str, path: str, **params: Any) -> list[dict[str, Any]]:
        """Read a whole list, page by page."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await self.get(service, path, cursor=cursor, limit=PAGE, **params)
            items += page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return items

    async def command(
        self, service: str, path: str, body: object = None, *, key: str, method: str = "POST"
    ) -> Any:
        """Give a command once, however often it has to be sent. Raises Refused."""
        return await self._request(method, service, path, json=body or {}, headers={"Idempotency-Key": key})

    async def put(self, service: str, path: str, body: Mapping[str, Any]) -> Any:
        """Write a document as it is now; doing it again changes nothing. Raises Refused."""
        return await self._request("PUT", service, path, json=dict(body))

    async def send(
        self, service: str, path: str, content: bytes, content_type: str, **params: Any
    ) -> dict[str, Any]:
        """Hand in a whole file and wait for what becomes of it. Raises Refused."""
        answer: dict[str, Any] = await self._request(
            "POST",
            service,
            path,
            content=content,
            params=params,
            headers={"content-type": content_type},
            timeout=FILE_SECONDS_MAX,
        )
        return answer

    async def register_partner(self, partner: str, body: Mapping[str, Any]) -> None:
        """Make a partner known at intake, or correct what is known."""
        await self._request("PUT", "intake", f"/partners/{partner}", json=dict(body))

    async def store_contact_route(
        self, namespace: str, person_reference: str, body: Mapping[str, Any]
    ) -> None:
        """Tell intake how a person can be reached."""
        await self._request(
            "PUT", "intake", f"/people/{namespace}/{person_reference}/contact-route", json=dict(body)
        )

    async def load_offers(self, offers: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
        """Add or refresh offers at matching; returns how many were created, changed, unchanged."""
        counts = {"created": 0, "changed": 0, "unchanged": 0}
        for start in range(0, len(offers), 500):
            batch = [dict(offer) for offer in offers[start : start + 500]]
            result = await self._request("POST", "matching", "/offers/batch", json={"offers": batch})
            counts = {name: counts[name] + int(result[name]) for name in counts}
        return counts

    async def open_proposals(self) -> list[dict[str, Any]]:
        """Proposals that wait for an answer."""
        return await self.list_all("matching", "/proposals", state="open")

    async def accept(self, proposal_id: str) -> None:
        """The target says yes."""
        await self.command("matching", f"/proposals/{proposal_id}/accept", key=f"accept-{proposal_id}")

    async def decline(self, proposal_id: str, reason: str) -> None:
        """The target says no."""
        body = {"reason": reason}
        await self.command(
            "matching", f"/proposals/{proposal_id}/decline", body, key=f"decline-{proposal_id}"
        )

    async def move_referral(self, referral_id: str | UUID, step: str, body: Mapping[str, Any]) -> None:
        """Move a referral: `start`, `complete`, …"""
        path = f"/referrals/{referral_id}/{step}"
        await self.command("referrals", path, dict(body), key=f"{step}-{referral_id}")

    async def dead_letters(
        self, *, service: str | None = None, state: str | None = None, reason: str | None = None
    ) -> list[dict[str, Any]]:
        """What services have put aside, each with its `service`; what is not given does not limit them."""
        return [
            {"service": name} | dead_letter
            for name in ((service,) if service else SERVICES)
            for dead_letter in await self.list_all(name, "/dead-letters", state=state, reason=reason)
        ]

    async def dead_letter(self, dead_letter_id: UUID) -> dict[str, Any]:
        """One record that was put aside, whoever has it, with its `service`. Raises Refused when nobody has."""
        for service in SERVICES:
            try:
                dead_letter: dict[str, Any] = await self.get(service, f"/dead-letters/{dead_letter_id}")
            except ServiceRefused as refused:
                if refused.code != "dead-letter-not-found":
                    raise
            else:
                return {"service": service} | dead_letter
        raise ServiceRefused(
            {"title": "No service has put aside a record under this id.", "code": "not-found"}
        )

    async def stream_lines(
        self, service: str, path: str, body: Mapping[str, Any]
    ) -> AsyncIterator[dict[str, Any]]:
        """Give a command whose answer is told line by line while it goes on. Raises Refused, also in the middle."""
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
        """Send a request, again and again while the service is away. Raises Refused, or TimeoutError in the end."""
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
    """The doors of the network at these addresses, opened with the token its services share."""
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
