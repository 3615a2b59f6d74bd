"""Referrals on the bench, and the first steps of every journey."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import httpx2
import pytest

from alongside_chassis.testing import Announced, ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import NoticeId, ReferralId, new_id
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.matching import MatchProposed
from alongside_contracts.notifications import NoticeDelivered, NoticeFailed
from alongside_contracts.vocabulary import Channel, RecipientRole, Status
from tests.builders import a_proposal, an_acceptance, an_admission

PARTNER = "st-mary-hospital"
FAR = datetime(2027, 2, 1, tzinfo=UTC)
E = TypeVar("E", bound=Event)


@dataclass
class Journey:
    """One referral of a partner, moved step by step; `proposal` is the latest."""

    bench: ServiceBench
    admission: SubmissionAdmitted = field(default_factory=lambda: an_admission(partner=PARTNER))
    proposal: MatchProposed | None = None

    @property
    def id(self) -> ReferralId:
        return self.admission.referral_id

    async def admitted(self) -> "Journey":
        await self.bench.hear(self.admission)
        return self

    async def proposed(self, **given: Any) -> "Journey":
        self.proposal = a_proposal(self.id, **({"expires_at": FAR} | given))
        await self.bench.hear(self.proposal)
        return self

    async def accepted(self) -> "Journey":
        assert self.proposal is not None
        await self.bench.hear(an_acceptance(self.proposal))
        return self

    async def post(self, command: str, *, key: str | None = None, **body: Any) -> httpx2.Response:
        """Send a command; the actor is the target unless given."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self.bench.client.post(
            f"/referrals/{self.id}/{command}", json={"actor": "target"} | body, headers=headers
        )

    async def done(self, command: str, **body: Any) -> dict[str, Any]:
        """Send a command that must succeed; return the state after it."""
        answer = await self.post(command, **body)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    async def state(self, referral_id: UUID | None = None) -> dict[str, Any]:
        answer = await self.bench.client.get(f"/referrals/{referral_id or self.id}")
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    async def timeline(self) -> list[dict[str, Any]]:
        answer = await self.bench.client.get(f"/referrals/{self.id}/timeline")
        entries: list[dict[str, Any]] = answer.json()["items"]
        return entries

    async def announced_events(self) -> list[Announced]:
        """Return the events announced since the last call."""
        return await self.bench.announced(clear=True)


@pytest.fixture
async def admitted(referrals_bench: ServiceBench) -> Journey:
    """Return a partner's referral that waits for matching."""
    return await Journey(referrals_bench).admitted()


@pytest.fixture
async def asked(admitted: Journey) -> Journey:
    """Return a referral for which an offer is asked."""
    return await admitted.proposed()


@pytest.fixture
async def accepted(asked: Journey) -> Journey:
    """Return an accepted referral; earlier announcements are cleared."""
    await asked.accepted()
    await asked.announced_events()
    return asked


def only(announced: list[Announced], contract: type[E]) -> list[E]:
    """Return the events of one type, in order."""
    return [item.event for item in announced if isinstance(item.event, contract)]


def a_delivery(
    referral_id: UUID,
    about: Status | None = Status.COMPLETED,
    role: RecipientRole = RecipientRole.REFERRER,
    cause: str = "some-event",
) -> NoticeDelivered:
    return NoticeDelivered(
        referral_id=ReferralId(referral_id),
        notice_id=NoticeId(new_id()),
        cause=cause,
        about_status=about,
        role=role,
        channel=Channel.EMAIL,
        delivered_at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    )


def a_failed_notice(referral_id: UUID, cause: str) -> NoticeFailed:
    return NoticeFailed(
        referral_id=ReferralId(referral_id),
        notice_id=NoticeId(new_id()),
        cause=cause,
        role=RecipientRole.REFERRER,
        channel=Channel.EMAIL,
        why="attempts-exhausted",
    )
