"""Rebuilds the inbox from the journey: from the causes of notices and from their announced deliveries.

E-mail is no projection: a delivery by e-mail is work to be done, and storing it again would send it again. A notice is rebuilt
only when its delivery was announced, with the announced id and time, and by the rules of its time: the announcement names their
version. A channel that the same notice reached later, as was announced before there were versions, is no second notice.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

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
from alongside_notifications.domain.rules import RULES
from alongside_notifications.journey_notices import Circumstances, JourneyEvent, notices_for
from alongside_notifications.rebuild import store as rebuilding_store
from alongside_notifications.rebuild.store import AnnouncedNotice

HEARS: Final[frozenset[type[Event]]] = frozenset(
    {ReferralStatusChanged, MatchLapsed, MatchWithdrawn, ReferralOverdue, NoticeDelivered}
)
ANNOUNCED_WITHIN: Final = timedelta(days=7)
"""How long after its cause a delivery is announced at the latest: mail is tried for two days. Causes are dropped after it."""
UNKNOWN_TIME: Final = datetime(1970, 1, 8, tzinfo=UTC)
"""The time of a record without one; every event of ours has one."""
_BEFORE_VERSIONS: Final = 1


class _Expected(NamedTuple):
    """A notice that a cause may have had, by version of the rules, and when the cause was announced."""

    at: datetime
    by_version: dict[int, Notice]


@dataclass(slots=True)
class InboxProjection:
    """The inbox during a rebuild. A cause precedes the announcement of its delivery, in the same partition."""

    ladders: Ladders
    streams: Sequence[Stream] = (streams.JOURNEY,)
    hears: frozenset[type[Event]] = HEARS
    _expected: OrderedDict[tuple[str, str], _Expected] = field(default_factory=OrderedDict)
    """By cause and role, the oldest first; each is removed when the announcement of its delivery is read."""

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
        at = item.envelope.time or UNKNOWN_TIME
        self._purge(before=at - ANNOUNCED_WITHIN)
        for rules in RULES.values():
            for notice in notices_for(event, item.envelope.id, Circumstances(self.ladders, rules=rules)):
                key = (notice.news.cause, notice.recipient.role)
                expected = self._expected.setdefault(key, _Expected(at, {}))
                expected.by_version[rules.version] = notice
        return None

    def _as_announced(self, event: NoticeDelivered) -> AnnouncedNotice | None:
        """Return the notice as announced; None for a later channel of the same one, or a cause before the replay began."""
        is_later_channel = event.rules is None and event.channel != Channel.IN_APP
        expected = None if is_later_channel else self._expected.pop((event.cause, event.role), None)
        notice = expected and expected.by_version.get(event.rules or _BEFORE_VERSIONS)
        if notice is None:
            return None
        return AnnouncedNotice(event.notice_id, notice, event.channels, event.delivered_at)

    def _purge(self, *, before: datetime) -> None:
        """Drop the oldest causes: what a rebuild holds is bounded by what happens in that time."""
        while self._expected and next(iter(self._expected.values())).at < before:
            self._expected.popitem(last=False)
