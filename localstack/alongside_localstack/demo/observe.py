"""Looks at a running network from outside: what the services show, and which traces are whole."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from alongside_cli.network import Network
from alongside_cli.traces.client import referral_traces
from alongside_cli.traces.tree import edges, is_complete
from alongside_contracts.vocabulary import Answer
from alongside_localstack.demo.desk import Desk
from alongside_localstack.demo.verdict import Facts, Sent, answers_by_place


class Observer:
    """Gathers facts about one demonstration."""

    def __init__(self, network: Network, desks: Mapping[str, Desk], sent: Sequence[Sent]) -> None:
        self._network, self._desks, self._sent = network, desks, sent
        self.edges: dict[str, frozenset[tuple[str, str]]] = {}
        """Direct steps between services, by referral, of those whose trace is whole."""

    async def progress(self) -> Facts:
        """The facts that change all the time: answers, referrals and notices."""
        referrals, notices = await asyncio.gather(
            self._network.every("referrals", "/referrals"), self._network.every("notifications", "/notices")
        )
        return Facts(sent=tuple(self._sent), desks=self._desks, referrals=referrals, notices=notices)

    async def everything(self, *, trace_seconds_max: float) -> Facts:
        """All facts, once things have settled; waits a little for the last spans to arrive."""
        facts = await self.progress()
        offers, letters, crises = await asyncio.gather(
            self._network.every("matching", "/offers"),
            self._network.dead_letters(),
            self._network.every("notifications", "/crisis"),
        )
        await self._find_complete_traces(_admitted(facts), trace_seconds_max)
        return Facts(
            sent=facts.sent,
            desks=facts.desks,
            referrals=facts.referrals,
            notices=facts.notices,
            offers=offers,
            letters=letters,
            crises=crises,
            mails=await self._mails(),
            complete_traces=frozenset(self.edges),
        )

    async def _find_complete_traces(self, admitted: Sequence[str], seconds_max: float) -> None:
        """Look at each admitted referral's trace until it is whole or the time is up."""
        clock = asyncio.get_running_loop()
        deadline = clock.time() + seconds_max
        while missing := [each for each in admitted if each not in self.edges]:
            for each in missing:
                spans = (await referral_traces(self._network.addresses["traces"], each)).spans()
                if is_complete(spans):
                    self.edges[each] = frozenset(edges(spans))
            if clock.time() > deadline:
                return
            await asyncio.sleep(0.2)

    async def _mails(self) -> list[dict[str, Any]]:
        async with httpx2.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{self._network.addresses['mail']}/messages")
        answer.raise_for_status()
        return list(answer.json())


def _admitted(facts: Facts) -> list[str]:
    return [
        str(answer.referral_id)
        for found in answers_by_place(facts).values()
        for answer in found
        if answer.answer is Answer.ADMITTED
    ]
