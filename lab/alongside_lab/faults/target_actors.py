"""Simulated targets during the storm: they answer concurrently, and record every acknowledged command.

The effect of a command that was answered with success must be in the stores at the end: `acknowledged` lists them. A
target's decision depends on ids alone.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import httpx2

from alongside_cli.network import PAGE_ITEMS, Network, ServiceRefused
from alongside_localstack.demo.targets import OUTCOMES

COMMANDS_AT_ONCE_MAX: Final = 12
PAUSE_SECONDS: Final = 0.25
DECLINE_ONE_IN: Final = 5


@dataclass(frozen=True, slots=True)
class AcknowledgedCommand:
    """A command a service answered with success: `accept` and `decline` of a proposal, `start`, `complete`."""

    command: str
    subject: str


class TargetActors:
    """All targets. One first proposal in DECLINE_ONE_IN is declined."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._slots = asyncio.Semaphore(COMMANDS_AT_ONCE_MAX)
        self.acknowledged: list[AcknowledgedCommand] = []
        self.refusals: Counter[str] = Counter()
        """Refusals and errors, by command and code: caused by faults and by concurrent answers."""

    async def run(self) -> None:
        """Answer proposals and move referrals until cancelled."""
        while True:
            moved = await self.run_round()
            await asyncio.sleep(0 if moved else PAUSE_SECONDS)

    async def run_round(self) -> int:
        """Handle one page each of open proposals, accepted and started referrals; return how many were found."""
        counts = await asyncio.gather(
            self._handle_page("matching", "/proposals", self._answer, state="open"),
            self._handle_page("referrals", "/referrals", self._start, status="accepted"),
            self._handle_page("referrals", "/referrals", self._complete, status="in-progress"),
        )
        return sum(counts)

    async def _handle_page(
        self, service: str, path: str, act: Callable[[dict[str, Any]], Awaitable[None]], **filters: str
    ) -> int:
        items: Sequence[dict[str, Any]] = ()

        async def fetch() -> None:
            nonlocal items
            items = (await self._network.get(service, path, limit=PAGE_ITEMS, **filters))["items"]

        await self._succeeded(f"list {path}", fetch())
        await asyncio.gather(*(act(item) for item in items))
        return len(items)

    async def _answer(self, proposal: dict[str, Any]) -> None:
        declines = proposal["attempt"] == 1 and not crc32(proposal["referral_id"].encode()) % DECLINE_ONE_IN
        async with self._slots:
            if declines:
                await self._command(
                    "decline", proposal["id"], self._network.decline(proposal["id"], "no-capacity")
                )
            else:
                await self._command("accept", proposal["id"], self._network.accept(proposal["id"]))

    async def _start(self, referral: dict[str, Any]) -> None:
        async with self._slots:
            step = self._network.move_referral(referral["id"], "start", {"actor": "target"})
            await self._command("start", referral["id"], step)

    async def _complete(self, referral: dict[str, Any]) -> None:
        outcome = OUTCOMES[crc32(referral["id"].encode()) % len(OUTCOMES)]
        async with self._slots:
            step = self._network.move_referral(
                referral["id"], "complete", {"actor": "target", "outcome": outcome}
            )
            await self._command("complete", referral["id"], step)

    async def _command(self, command: str, subject: str, request: Awaitable[None]) -> None:
        if await self._succeeded(command, request):
            self.acknowledged.append(AcknowledgedCommand(command, subject))

    async def _succeeded(self, name: str, request: Awaitable[None]) -> bool:
        """Send and return whether it succeeded; a later round repeats a failed one with the same key."""
        try:
            await request
        except ServiceRefused as refused:
            self.refusals[f"{name}: {refused.code}"] += 1
        except (TimeoutError, httpx2.HTTPError) as error:
            self.refusals[f"{name}: {type(error).__name__}"] += 1
        else:
            return True
        return False
