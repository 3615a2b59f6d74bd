"""Resumes paused partner streams, after checking that other partners are handled during the pause."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import httpx2

from alongside_chassis.database import UNANSWERED
from alongside_cli.network import Network, ServiceRefused
from alongside_lab.faults.checks.pauses import ANSWERS_MIN
from alongside_lab.faults.evidence import collect
from alongside_lab.faults.evidence.evidence import ObservedPause
from alongside_lab.faults.record_sender import RecordSender
from alongside_localstack.stack import LocalStack

POLL_SECONDS: Final = 0.5
HELD_UP_SECONDS_MAX: Final = 120.0
"""The wait for answers to others before the pause is resumed anyway: longer than several faults in a row."""
_PAUSED: Final = "select id, partner, topic from quarantine where resumed_at is null"
_ANSWERED: Final = "select source, count(*) from submission group by source"


class PauseResumer:
    """Resumes every pause, one after the other. `pauses` records what was observed before each resume."""

    def __init__(
        self,
        stack: LocalStack,
        network: Network,
        sender: RecordSender,
        report_progress: Callable[[str], None],
    ) -> None:
        self._stack, self._network = stack, network
        self._sender, self._report_progress = sender, report_progress
        self.pauses: list[ObservedPause] = []

    async def run(self) -> None:
        """Resume paused streams until cancelled."""
        while True:
            for row in await self._query(_PAUSED):
                await self._resume_after_answers(row["partner"], str(row["id"]))
            await asyncio.sleep(POLL_SECONDS)

    async def _resume_after_answers(self, partner: str, pause_id: str) -> None:
        """1 wait until others were answered, at most HELD_UP_SECONDS_MAX; 2 record it; 3 resume the stream."""
        self._report_progress(f"{partner} is paused")
        sent, answered = self._sent_by_others(partner), await self._answers_to_others(partner)
        observed = ObservedPause(partner, 0, 0)
        deadline = time.monotonic() + HELD_UP_SECONDS_MAX
        while not self._others_were_answered(observed) and time.monotonic() < deadline:  # 1
            await asyncio.sleep(POLL_SECONDS)
            others_sent = self._sent_by_others(partner) - sent
            observed = ObservedPause(partner, others_sent, await self._answers_to_others(partner) - answered)
        self.pauses.append(observed)  # 2
        await self._resume(partner, pause_id)  # 3
        self._report_progress(
            f"{partner} is resumed; {observed.others_answered} records of others were answered during the pause"
        )

    def _others_were_answered(self, observed: ObservedPause) -> bool:
        enough = min(ANSWERS_MIN, observed.others_sent) if self._sender.done else ANSWERS_MIN
        return observed.others_answered >= enough

    async def _resume(self, partner: str, pause_id: str) -> None:
        path, body = f"/quarantine/{partner}/resume", {"by": "the fault suite"}
        while True:
            try:
                await self._network.command("intake", path, body, key=f"resume-{pause_id}")
            except (ServiceRefused, TimeoutError, httpx2.HTTPError):
                await asyncio.sleep(POLL_SECONDS)
            else:
                return

    def _sent_by_others(self, partner: str) -> int:
        return self._sender.sent_counts.total() - self._sender.sent_counts[partner]

    async def _answers_to_others(self, partner: str) -> int:
        rows = await self._query(_ANSWERED)
        return sum(row["count"] for row in rows if not row["source"].endswith(f":{partner}"))

    async def _query(self, query: str) -> list[dict[str, Any]]:
        """Query intake's database; retry until it answers."""
        while True:
            try:
                return await collect.rows(self._stack, "intake", query)
            except UNANSWERED:
                await asyncio.sleep(POLL_SECONDS)
