"""Builds the in-app inbox anew: what was told, as the causes and our own words of delivery on the journey say.

E-mail is no projection: an e-mail notice is work to be done, and to make one again would be to send it again. An in-app
notice is rebuilt only when its delivery was announced, under the id and with the time that were announced.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from alongside_chassis.consume import ReceivedEvent
from alongside_contracts import streams
from alongside_contracts.event import Event
from alongside_contracts.matching import MatchLapsed
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.referrals import ReferralOverdue, ReferralStatusChanged
from alongside_contracts.streams import Stream
from alongside_notifications.domain.audience import Channel
from alongside_notifications.domain.ladder import Ladders
from alongside_notifications.domain.notice import Notice
from alongside_notifications.journey_notices import notices_of
from alongside_notifications.rebuild import store as rebuilding_store
from alongside_notifications.rebuild.store import Told

HEARS: Final[frozenset[type[Event]]] = frozenset(
    {ReferralStatusChanged, MatchLapsed, ReferralOverdue, NoticeDelivered}
)


@dataclass(slots=True)
class InboxProjection:
    """The inbox while it is built anew. A cause stands before the words of its delivery, in the same partition."""

    ladders: Ladders
    streams: Sequence[Stream] = (streams.JOURNEY,)
    hears: frozenset[type[Event]] = HEARS
    _explained: dict[tuple[str, str], Notice] = field(default_factory=dict)
    """By cause and role; taken out when its delivery is heard of."""

    async def hear(self, heard: Sequence[ReceivedEvent], conn: asyncpg.Connection) -> int:
        """Write the notices whose delivery was announced, where they are missing or different."""
        told = [one for item in heard if (one := self._take_in(item)) is not None]
        return await rebuilding_store.keep(conn, told)

    async def settle(self, conn: asyncpg.Connection) -> int:  # noqa: ARG002  (what Projection asks for)
        """Nothing waits for the end."""
        return 0

    def _take_in(self, item: ReceivedEvent) -> Told | None:
        event = item.event
        if isinstance(event, NoticeDelivered):
            return self._as_announced(event)
        assert isinstance(event, ReferralStatusChanged | MatchLapsed | ReferralOverdue)  # noqa: S101  (what it hears)
        for notice in notices_of(event, item.envelope.id, ladders=self.ladders):
            if notice.channel is Channel.IN_APP:
                self._explained[notice.news.cause, notice.recipient.role] = notice
        return None

    def _as_announced(self, event: NoticeDelivered) -> Told | None:
        """None for e-mail, for a cause before the replay's beginning, and for what present rules would not tell."""
        place = (event.cause, event.role.value)
        if event.channel.value != Channel.IN_APP.value or place not in self._explained:
            return None
        return Told(event.notice_id, self._explained.pop(place), event.delivered_at)
