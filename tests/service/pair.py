"""Referrals and matching, which hear each other without a broker between them, and one referral of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alongside_chassis.testing import ServiceBench
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.matching import MatchProposed
from tests.builders import an_admission


@dataclass
class Pair:
    """Referrals and matching, which hear each other, and one referral."""

    referrals: ServiceBench
    matching: ServiceBench
    admission: SubmissionAdmitted = field(default_factory=an_admission)
    proposals: list[MatchProposed] = field(default_factory=list)

    async def forward(self) -> None:
        """Let both services hear what the other announces, until neither says anything more."""
        news: list[Any] = [True]
        while news:
            news = [*await self.referrals.announced(clear=True), *await self.matching.announced(clear=True)]
            for item in news:
                if isinstance(item.event, MatchProposed):
                    self.proposals.append(item.event)
                if not item.event.stream.per_partner:
                    for bench in (self.referrals, self.matching):
                        await bench.hear(item.event, event_id=item.id)

    async def accept(self) -> int:
        """Accept the latest proposal, and return the HTTP status."""
        answer = await self.matching.client.post(f"/proposals/{self.proposals[-1].proposal_id}/accept")
        return answer.status_code

    async def command(self, step: str, body: Mapping[str, str]) -> None:
        """Give a command of the target."""
        path = f"/referrals/{self.admission.referral_id}/{step}"
        answer = await self.referrals.client.post(path, json={"actor": "target", **body})
        assert answer.status_code == 200, answer.text

    async def referral(self) -> dict[str, Any]:
        """Return the referral as referrals shows it."""
        answer = await self.referrals.client.get(f"/referrals/{self.admission.referral_id}")
        state: dict[str, Any] = answer.json()
        return state

    async def last_entry(self) -> dict[str, Any]:
        """Return the newest entry of its timeline."""
        answer = await self.referrals.client.get(f"/referrals/{self.admission.referral_id}/timeline")
        entry: dict[str, Any] = answer.json()["items"][-1]
        return entry

    async def request(self) -> dict[str, Any]:
        """Return its request as matching stores it; empty when matching does not know it."""
        query = "select state, needs, amendment from request where referral_id = $1"
        row = await self.matching.pool.fetchrow(query, self.admission.referral_id)
        return dict(row) if row else {}
