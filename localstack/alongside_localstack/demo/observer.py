"""Collects observations of a running network through the services' APIs and the span store."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import httpx2

from alongside_cli.network import Network
from alongside_cli.traces.client import referral_traces
from alongside_cli.traces.tree import edges, is_complete
from alongside_localstack.demo.evaluation import (
    Observations,
    SentRecord,
    admitted_referrals,
    answers_by_position,
)
from alongside_localstack.demo.partner_client import PartnerInbox


class Observer:
    """Collects the observations of one demonstration."""

    def __init__(
        self, network: Network, inboxes: Mapping[str, PartnerInbox], sent_records: Sequence[SentRecord]
    ) -> None:
        self._network, self._inboxes, self._sent_records = network, inboxes, sent_records
        self.edges: dict[str, frozenset[tuple[str, str]]] = {}
        """Direct calls between services, by referral id, for referrals with a complete trace."""

    async def collect_progress(self) -> Observations:
        """Collect answers, referrals and notices only, for the progress display."""
        referrals, notices = await asyncio.gather(
            self._network.list_all("referrals", "/referrals"),
            self._network.list_all("notifications", "/notices"),
        )
        return Observations(
            sent_records=tuple(self._sent_records),
            inboxes=self._inboxes,
            referrals=referrals,
            notices=notices,
        )

    async def collect_all(self, *, trace_seconds_max: float) -> Observations:
        """Collect everything, after the network has settled; wait up to `trace_seconds_max` for the last spans."""
        observations = await self.collect_progress()
        offers, dead_letters, crises = await asyncio.gather(
            self._network.list_all("matching", "/offers"),
            self._network.dead_letters(),
            self._network.list_all("notifications", "/crisis"),
        )
        admitted = admitted_referrals(answers_by_position(observations))
        await self._find_complete_traces(admitted, trace_seconds_max)
        return Observations(
            sent_records=observations.sent_records,
            inboxes=observations.inboxes,
            referrals=observations.referrals,
            notices=observations.notices,
            offers=offers,
            dead_letters=dead_letters,
            crises=crises,
            mails=await self._list_mails(),
            complete_traces=frozenset(self.edges),
        )

    async def _find_complete_traces(self, admitted: Collection[str], seconds_max: float) -> None:
        """Poll each admitted referral's traces until they are complete or `seconds_max` have passed."""
        clock = asyncio.get_running_loop()
        deadline = clock.time() + seconds_max
        while missing := [referral_id for referral_id in admitted if referral_id not in self.edges]:
            for referral_id in missing:
                spans = (await referral_traces(self._network.addresses["traces"], referral_id)).spans()
                if is_complete(spans):
                    self.edges[referral_id] = frozenset(edges(spans))
            if clock.time() > deadline:
                return
            await asyncio.sleep(0.2)

    async def _list_mails(self) -> list[dict[str, Any]]:
        async with httpx2.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{self._network.addresses['mail']}/messages")
        answer.raise_for_status()
        return list(answer.json())
