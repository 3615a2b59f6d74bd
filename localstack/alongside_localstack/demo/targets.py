"""Simulated targets: supporters, groups and services that answer proposals and complete accepted referrals.

A target repeats its first decision about a proposal, so that a repeated request, also after a crash, is the same.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from zlib import crc32

from alongside_cli.network import Network, ServiceRefused

PAUSE_SECONDS: Final = 0.25
OUTCOMES: Final = ("connected", "engaged", "goals-met", "partially-helped")
_OUTDATED_CODES: Final = frozenset(
    {
        "proposal-already-answered",
        "proposal-expired",
        "wrong-status",
        "referral-ended",
        "referral-moved",
        "already-answered",
    }
)


class Targets:
    """All targets. One first proposal in `decline_one_in` is declined."""

    def __init__(
        self, network: Network, *, decline_one_in: int, on_move: Callable[[str], None] | None = None
    ) -> None:
        self._network, self._decline_one_in = network, decline_one_in
        self._on_move = on_move or (lambda _text: None)
        self._declines: dict[str, bool] = {}
        self.declined = 0

    async def run(self) -> None:
        """Answer proposals and move referrals until cancelled."""
        while True:
            moved = await self.run_round()
            await asyncio.sleep(0 if moved else PAUSE_SECONDS)

    async def run_round(self) -> int:
        """Answer every open proposal and move every accepted referral one step; return how many were found."""
        proposals = await self._network.open_proposals()
        for proposal in proposals:
            await self._answer(proposal)
        accepted = await self._network.list_all("referrals", "/referrals", status="accepted")
        for referral in accepted:
            await self._move(referral, "start", {"actor": "target"})
        in_progress = await self._network.list_all("referrals", "/referrals", status="in-progress")
        for referral in in_progress:
            outcome = OUTCOMES[crc32(referral["id"].encode()) % len(OUTCOMES)]
            await self._move(referral, "complete", {"actor": "target", "outcome": outcome})
        return len(proposals) + len(accepted) + len(in_progress)

    async def _answer(self, proposal: dict[str, Any]) -> None:
        declines = self._will_decline(proposal)
        try:
            if declines:
                await self._network.decline(proposal["id"], "no-capacity")
                self.declined += 1
            else:
                await self._network.accept(proposal["id"])
        except ServiceRefused as refused:
            self._ignore_if_outdated(refused)
        else:
            self._on_move(f"{'declined' if declines else 'accepted'} by a {proposal['offer_kind']}")

    def _will_decline(self, proposal: dict[str, Any]) -> bool:
        """Return whether to decline: of first proposals the second, then every `decline_one_in`-th; a later proposal never."""
        if proposal["attempt"] > 1:
            return False
        decided_before = len(self._declines)
        return self._declines.setdefault(proposal["id"], decided_before % self._decline_one_in == 1)

    async def _move(self, referral: dict[str, Any], command: str, body: dict[str, Any]) -> None:
        try:
            await self._network.move_referral(referral["id"], command, body)
        except ServiceRefused as refused:
            self._ignore_if_outdated(refused)

    def _ignore_if_outdated(self, refused: ServiceRefused) -> None:
        """Ignore a refusal because the item has changed since it was listed; raise any other."""
        if refused.code not in _OUTDATED_CODES:
            raise refused
