"""Rebuilds the in-app inbox from the journey: from the causes of notices and from their announced deliveries.

E-mail is no projection: an e-mail notice is work to be done, and storing it again would send it again. An in-app
notice is rebuilt only when its delivery was announced, with the announced id and time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from alongside_chassis.consume import ReceivedEvent
from alongside_contracts import streams
from alongside_contracts.event import Event
from alongside_contracts.matching import MatchLapsed, MatchWithdrawn
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.referrals import ReferralOverdue, ReferralStatusChanged
from alongside_contracts.streams import Stream
from alongside_contracts.vocabulary import Channel
from alongside_notifications.domain.ladder import Ladders
from alongside_notifications.domain.notice import Notice
from alongside_notifications.journey_notices import JourneyEvent, notices_for
from alongside_notifications.rebuild import store as rebuilding_store
from alongside_notifications.rebuild.store import AnnouncedNotice

HEARS: Final[frozenset[type[Event]]] = frozenset(
    {ReferralStatusChanged, MatchLapsed, MatchWithdrawn, ReferralOverdue, NoticeDelivered}
)


@dataclass(slots=True)
class InboxProjection:
    """The inbox during a rebuild. A cause precedes the announcement of its delivery, in the same partition."""

    ladders: Ladders
    streams: Sequence[Stream] = (streams.JOURNEY,)
    hears: frozenset[type[Event]] = HEARS
    _expected: dict[tuple[str, str], Notice] = field(default_factory=dict)
    """In-app notices by cause and role; each is removed when the announcement of its delivery is read."""

    async def hear(self, received: Sequence[ReceivedEvent], conn: asyncpg.Connection) -> int:
        """Write the notices whose delivery was announced, where they are missing or different."""
        announced = [notice for item in received if (notice := self._apply(item)) is not None]
        return await rebuilding_store.write_inbox(conn, announced)

    async def settle(self, conn: asyncpg.Connection) -> int:  # noqa: ARG002  (the signature of Projection)
        """Write nothing: no notice waits for the end of the replay."""
        return 0

    def _apply(self, item: ReceivedEvent) -> AnnouncedNotice | None:
        event = item.event
        if isinstance(event, NoticeDelivered):
            return self._as_announced(event)
        assert isinstance(event, JourneyEvent)  # noqa: S101  (see HEARS)
        for notice in notices_for(event, item.envelope.id, ladders=self.ladders):
            if notice.channel == Channel.IN_APP:
                self._expected[notice.news.cause, notice.recipient.role] = notice
        return None

    def _as_announced(self, event: NoticeDelivered) -> AnnouncedNotice | None:
        """Return the notice as announced; None for e-mail, a cause before the replay began, or a notice of earlier rules."""
        key = (event.cause, event.role)
        if event.channel != Channel.IN_APP or key not in self._expected:
            return None
        return AnnouncedNotice(event.notice_id, self._expected.pop(key), event.delivered_at)
