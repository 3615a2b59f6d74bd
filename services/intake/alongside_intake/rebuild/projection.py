"""Rebuilds the list of open referrals from the journey: which referrals began, were replaced and ended.

Decisions read this list ("is this person's need referred already?"), so nothing is written before the end of the
replay: a referral that ended long ago must not be open again while a replay runs. Submissions, people and decisions
are intake's own data and no projection.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from alongside_chassis.consume import ReceivedEvent
from alongside_contracts import streams
from alongside_contracts.event import Event
from alongside_contracts.ids import ReferralId, SubmissionId
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.streams import Stream
from alongside_contracts.vocabulary import TERMINAL
from alongside_intake.rebuild import store as rebuilding_store
from alongside_intake.rebuild.store import OpenedReferral

HEARS: Final[frozenset[type[Event]]] = frozenset(
    {SubmissionAdmitted, ReferralSucceeded, ReferralStatusChanged}
)


@dataclass(slots=True)
class OpenReferralsProjection:
    """The open referrals during a rebuild. An end is final and kept apart, because partitions are read in any order."""

    streams: Sequence[Stream] = (streams.JOURNEY,)
    hears: frozenset[type[Event]] = HEARS
    _opened: dict[ReferralId, OpenedReferral] = field(default_factory=dict)
    _ended: set[ReferralId] = field(default_factory=set)

    async def hear(self, received: Sequence[ReceivedEvent], conn: asyncpg.Connection) -> int:  # noqa: ARG002  (see settle)
        """Note which referrals began and which ended."""
        for item in received:
            self._note(item.event)
        return 0

    async def settle(self, conn: asyncpg.Connection) -> int:
        """Write the differences and return how many rows changed; referrals without a replayed event stay unchanged."""
        still_open = [opened for id_, opened in self._opened.items() if id_ not in self._ended]
        return await rebuilding_store.write_open_referrals(conn, still_open, ended=self._ended)

    def _note(self, event: Event) -> None:
        match event:
            case SubmissionAdmitted():
                self._opened[event.referral_id] = _opened_referral(event, event.submission_id)
            case ReferralSucceeded():
                self._opened[event.referral_id] = _opened_referral(event, None)
                self._ended.add(event.replaces)
            case ReferralStatusChanged(status=status) if status in TERMINAL:
                self._ended.add(event.referral_id)
            case _:
                pass  # a status that is not terminal


def _opened_referral(
    event: SubmissionAdmitted | ReferralSucceeded, submission_id: SubmissionId | None
) -> OpenedReferral:
    needs = list(event.request.needs)
    return OpenedReferral(event.referral_id, event.person_id, submission_id, needs)
