"""Whoever looks after a partner whose stream was paused: sees others go on meanwhile, then lets it be read again."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import httpx2

from alongside_chassis.database import UNANSWERED
from alongside_cli.network import Network, Refused
from alongside_lab.faults.checks.pauses import GOES_ON
from alongside_lab.faults.evidence import collect
from alongside_lab.faults.evidence.evidence import Pause
from alongside_lab.faults.sending import Sender
from alongside_localstack.stack import LocalStack

LOOK_SECONDS: Final = 0.5
HELD_UP_SECONDS_MAX: Final = 120.0
"""After how long without answers others count as held up: longer than several faults in a row last."""
_PAUSED: Final = "select id, partner, topic from quarantine where resumed_at is null"
_ANSWERED: Final = "select source, count(*) from submission group by source"


class Resumer:
    """Ends every pause, one after the other. `pauses` says what it saw while it waited."""

    def __init__(
        self, stack: LocalStack, doors: Network, sender: Sender, tell: Callable[[str], None]
    ) -> None:
        self._stack, self._doors, self._sender, self._tell = stack, doors, sender, tell
        self.pauses: list[Pause] = []

    async def run(self) -> None:
        """Look after paused streams until cancelled."""
        while True:
            for row in await self._ask(_PAUSED):
                await self._look_after(row["partner"], str(row["id"]))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_after(self, partner: str, pause_id: str) -> None:
        """1 wait until others were answered, or are held up; 2 note it; 3 let the stream be read again."""
        self._tell(f"{partner} is paused")
        sent, answered = self._sent_by_others(partner), await self._answers_to_others(partner)
        seen = Pause(partner, 0, 0)
        deadline = time.monotonic() + HELD_UP_SECONDS_MAX
        while not self._went_on(seen) and time.monotonic() < deadline:  # 1
            await asyncio.sleep(LOOK_SECONDS)
            others_sent = self._sent_by_others(partner) - sent
            seen = Pause(partner, others_sent, await self._answers_to_others(partner) - answered)
        self.pauses.append(seen)  # 2
        await self._resume(partner, pause_id)  # 3
        self._tell(
            f"{partner} is read again; meanwhile {seen.others_answered} records of others were answered"
        )

    def _went_on(self, seen: Pause) -> bool:
        enough = min(GOES_ON, seen.others_sent) if self._sender.done else GOES_ON
        return seen.others_answered >= enough

    async def _resume(self, partner: str, pause_id: str) -> None:
        path, body = f"/quarantine/{partner}/resume", {"by": "the fault suite"}
        while True:
            try:
                await self._doors.command("intake", path, body, key=f"resume-{pause_id}")
            except (Refused, TimeoutError, httpx2.HTTPError):
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return

    def _sent_by_others(self, partner: str) -> int:
        return self._sender.sent.total() - self._sender.sent[partner]

    async def _answers_to_others(self, partner: str) -> int:
        rows = await self._ask(_ANSWERED)
        return sum(row["count"] for row in rows if not row["source"].endswith(f":{partner}"))

    async def _ask(self, question: str) -> list[dict[str, Any]]:
        """Ask intake's database, as often as it takes."""
        while True:
            try:
                return await collect.rows(self._stack, "intake", question)
            except UNANSWERED:
                await asyncio.sleep(LOOK_SECONDS)
