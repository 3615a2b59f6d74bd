"""Notifications on the bench, with a real mail server and a fake contact provider around it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, PersonId, ReferralId, SubmissionId, new_id
from alongside_contracts.intake import PartnerStreamPaused, PartnerStreamResumed, SubmissionEscalated
from alongside_contracts.notifications import NoticeDelivered, NoticeFailed
from alongside_contracts.referrals import ReferralOverdue, ReferralStatusChanged
from alongside_contracts.vocabulary import Actor, OfferKind, PauseReason, Risk, Status
from alongside_notifications.app import delivery
from alongside_notifications.sending.contact_lookup import ContactLookup, open_client
from alongside_notifications.sending.delivery import DeliveryLane
from alongside_notifications.sending.metrics import MailMetrics
from alongside_notifications.settings import OnCall, Settings
from tests.conftest import SERVICE_TOKEN, SUNDAY_NOON
from tests.service.notifications.fake_servers import (
    FakeContactProvider,
    FakeMailServer,
    fake_contact_provider,
    fake_mail_server,
)

PARTNER, PERSON, OFFER = "st-mary-hospital", PersonId(UUID(int=1)), OfferId(UUID(int=2))
PARTNER_MAIL, PERSON_MAIL, OFFER_MAIL = "desk@hospital.test", "person@home.test", "supporter@home.test"
ADDRESSES = {
    ("partner", PARTNER): PARTNER_MAIL,
    ("person", str(PERSON)): PERSON_MAIL,
    ("offer", str(OFFER)): OFFER_MAIL,
}
ON_CALL = {
    "us-fl-miami": (OnCall(coordinator="ana", email="ana@network.test"), OnCall(coordinator="ben")),
    "*": (OnCall(coordinator="on-call"),),
}


@dataclass
class Network:
    """The service, its mail lanes and the servers around it."""

    bench: ServiceBench
    mail: FakeMailServer
    contacts: FakeContactProvider
    lane: DeliveryLane
    urgent_lane: DeliveryLane
    metrics: MailMetrics

    async def notices(self, **filters: Any) -> list[dict[str, Any]]:
        """Return notices as the API shows them, newest first."""
        answer = await self.bench.client.get("/notices", params={"limit": 200} | filters)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def deliveries(
        self, *, channel: str | None = None, state: str | None = None, **filters: Any
    ) -> list[dict[str, Any]]:
        """Return the deliveries by that channel in that state, each with the fields of its notice, newest first."""
        wanted = {"channel": channel, "state": state}
        asked = {name: value for name, value in wanted.items() if value is not None}
        return [
            notice | delivery
            for notice in await self.notices(**filters, **asked)
            for delivery in notice["deliveries"]
            if all(delivery[name] == value for name, value in asked.items())
        ]

    async def announced_events(self) -> list[Event]:
        """Return the events announced since the last call."""
        return [row.event for row in await self.bench.announced(clear=True)]

    async def delivered(self) -> list[NoticeDelivered]:
        """Return the deliveries announced since the last call."""
        return [event for event in await self.announced_events() if isinstance(event, NoticeDelivered)]

    async def failed(self) -> list[NoticeFailed]:
        """Return the failures announced since the last call."""
        return [event for event in await self.announced_events() if isinstance(event, NoticeFailed)]


async def choose_channels(bench: ServiceBench, *partners: str) -> None:
    """Let these partners have said that they want their stream and e-mail."""
    await bench.pool.executemany(
        "insert into partner_channels values ($1, '{stream,email}', '2026-10-01T00:00:00Z') on conflict do nothing",
        [(partner,) for partner in partners],
    )


Networks = Callable[..., AbstractAsyncContextManager[Network]]


@pytest.fixture
def network_with(bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]]) -> Networks:
    """Return a function that opens a network whose service has the given settings."""

    @asynccontextmanager
    async def open_network(**settings: Any) -> AsyncIterator[Network]:
        async with fake_mail_server() as box, fake_contact_provider(SERVICE_TOKEN, ADDRESSES) as contacts:
            outside = {
                "smtp_port": box.port,
                "intake_url": contacts.url,
                "matching_url": contacts.url,
                "on_call": ON_CALL,
                "send_seconds_max": 5.0,
            }
            async with (
                bench_of("notifications", **outside | settings) as bench,
                open_client(service_token=SERVICE_TOKEN, seconds_max=5) as client,
            ):
                await choose_channels(bench, PARTNER)
                yield _network(bench, box, contacts, client)

    return open_network


@pytest.fixture
async def network(network_with: Networks) -> AsyncIterator[Network]:
    """Open a network with the usual settings."""
    async with network_with() as opened:
        yield opened


def _network(
    bench: ServiceBench, box: FakeMailServer, contacts: FakeContactProvider, client: httpx2.AsyncClient
) -> Network:
    settings = bench.service.settings
    assert isinstance(settings, Settings)
    metrics = MailMetrics()
    lookup = ContactLookup(
        client,
        intake_url=settings.intake_url,
        matching_url=settings.matching_url,
        coordinators=settings.coordinator_addresses,
        seconds_max=5,
    )
    return Network(
        bench,
        box,
        contacts,
        lane=delivery(bench.runtime, settings, metrics, lookup, urgent=False),
        urgent_lane=delivery(bench.runtime, settings, metrics, lookup, urgent=True),
        metrics=metrics,
    )


def a_transition(status: Status = Status.ACCEPTED, **given: Any) -> ReferralStatusChanged:
    """Return a transition of a partner's referral, with a supporter as target, that no recipient made."""
    defaults: dict[str, Any] = {
        "referral_id": ReferralId(new_id()),
        "sequence": 2,
        "person_id": PERSON,
        "partner": PARTNER,
        "previous": Status.REQUESTED,
        "status": status,
        "actor": Actor.MATCHING,
        "offer_id": OFFER,
        "offer_kind": OfferKind.SUPPORTER,
    }
    return ReferralStatusChanged(**defaults | given)


def an_overdue_referral(next_actor: Actor, region: str | None = None) -> ReferralOverdue:
    """Return an overdue referral of a partner; without a region, as older records are."""
    return ReferralOverdue(
        referral_id=ReferralId(new_id()),
        person_id=PERSON,
        partner=PARTNER,
        offer_id=OFFER,
        offer_kind=OfferKind.SUPPORTER,
        late_actor=Actor.TARGET,
        next_actor=next_actor,
        due_at=SUNDAY_NOON,
        region=region,
    )


def an_escalation(**given: Any) -> SubmissionEscalated:
    """Return a crisis in Miami that must be acknowledged within a quarter of an hour."""
    defaults: dict[str, Any] = {
        "submission_id": SubmissionId(new_id()),
        "person_id": PERSON,
        "partner": PARTNER,
        "region": "us-fl-miami",
        "risks": (Risk.DANGER_TO_SELF,),
        "acknowledge_by": SUNDAY_NOON + timedelta(minutes=15),
    }
    return SubmissionEscalated(**defaults | given)


def an_unread_stream(**given: Any) -> PartnerStreamPaused:
    """Return the pause of the hospital's stream in Miami, at noon."""
    defaults: dict[str, Any] = {
        "partner": PARTNER,
        "region": "us-fl-miami",
        "because": PauseReason.REFUSED_IN_A_ROW,
        "paused_at": SUNDAY_NOON,
    }
    return PartnerStreamPaused(**defaults | given)


def a_stream_read_again(**given: Any) -> PartnerStreamResumed:
    """Return the end of that pause, two hours later."""
    defaults: dict[str, Any] = {
        "partner": PARTNER,
        "region": "us-fl-miami",
        "paused_at": SUNDAY_NOON,
        "resumed_at": SUNDAY_NOON + timedelta(hours=2),
    }
    return PartnerStreamResumed(**defaults | given)
