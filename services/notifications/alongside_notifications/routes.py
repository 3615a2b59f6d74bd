"""The door to whoever keeps contact details: asked at sending time, for one recipient, and forgotten at once.

`GET /contact-routes/{kind}/{id}` with the service token: at intake for `person` and `partner`, at matching for
`offer`. It answers 200 `{"email": "…", …}`, or 404 with a problem's code when nobody has registered a route or it was erased. A
404 for the address itself (`not-found`) means that we ask in the wrong place: that is our trouble, and notices wait.
Coordinators are settings of this service.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx2
from pydantic import BaseModel, ValidationError

from alongside_notifications.domain.audience import Kind, Recipient
from alongside_notifications.domain.retry import NoRoute, NotNow
from alongside_notifications.settings import ADDRESS

_AWAY: Final = NotNow("routes-away")
_NO_SUCH_DOOR: Final = "not-found"


@dataclass(frozen=True, slots=True)
class Email:
    """An address to send to now, and to keep nowhere."""

    address: str


class _Answer(BaseModel):
    email: str | None = None


class _Refusal(BaseModel):
    code: str


class ContactRoutes:
    """Looks up where one recipient can be reached."""

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
        self._keepers = {Kind.PERSON: intake_url, Kind.PARTNER: intake_url, Kind.OFFER: matching_url}

    async def email_of(self, recipient: Recipient) -> Email | NoRoute | NotNow:
        """The recipient's e-mail address; that there is none; or that nobody can say at present."""
        if recipient.kind is Kind.COORDINATOR:
            return _usable(self._coordinators.get(recipient.id))
        url = f"{self._keepers[recipient.kind].rstrip('/')}/contact-routes/{recipient.kind}/{recipient.id}"
        try:
            async with asyncio.timeout(self._seconds_max):
                answer = await self._client.get(url)
        except (httpx2.TransportError, TimeoutError):
            return _AWAY
        match answer.status_code:
            case 200:
                return _read(answer.content)
            case 404 if _code(answer.content) not in (None, _NO_SUCH_DOOR):
                return NoRoute()
            case _:
                return _AWAY


def open_client(*, service_token: str, seconds_max: float) -> httpx2.AsyncClient:
    """The HTTP client of the door; to be closed by whoever opens it."""
    return httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {service_token}"},
        timeout=httpx2.Timeout(seconds_max),
        follow_redirects=False,  # the token goes to nobody else
        trust_env=False,
    )


def _read(body: bytes) -> Email | NoRoute | NotNow:
    try:
        return _usable(_Answer.model_validate_json(body).email)
    except ValidationError:
        return _AWAY


def _code(body: bytes) -> str | None:
    try:
        return _Refusal.model_validate_json(body).code
    except ValidationError:
        return None


def _usable(address: str | None) -> Email | NoRoute:
    """An address that could forge a header is no address."""
    return Email(address) if address and re.fullmatch(ADDRESS, address) else NoRoute()
