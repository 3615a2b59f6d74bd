"""The rebuilt inbox knows every event that causes notices, and judges each by the rules of its time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest

from alongside_chassis.consume import ReceivedEvent
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.event import Event
from alongside_contracts.ids import NoticeId, new_id
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.streams import JOURNEY
from alongside_contracts.vocabulary import Status
from alongside_notifications.journey_notices import JourneyEvent
from alongside_notifications.rebuild.projection import ANNOUNCED_WITHIN, HEARS, InboxProjection
from alongside_notifications.rebuild.store import AnnouncedNotice
from tests.service.notifications.conftest import a_transition

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def received(event: Event, *, at: datetime = AT, id_: str = "cause-1") -> ReceivedEvent:
    """Return an event as a replay reads it."""
    envelope = CloudEvent(id=id_, source="urn:alongside:service:test", type=event.type, data=b"{}", time=at)
    nothing: Any = None  # a projection looks at the envelope and the event alone
    return ReceivedEvent(nothing, JOURNEY, nothing, envelope, event, UUID(int=0))


def delivered(role: str, *, channel: str = "in-app", rules: int | None = None) -> NoticeDelivered:
    """Return the announcement that a notice of the cause reached this role."""
    return NoticeDelivered(
        referral_id=a_transition().referral_id,
        notice_id=NoticeId(UUID(int=7)),
        cause="cause-1",
        role=role,
        channel=channel,
        channels=None if rules is None else ("in-app", "email"),
        rules=rules,
        delivered_at=AT,
    )


def rebuilt(events: Sequence[ReceivedEvent]) -> list[AnnouncedNotice]:
    """Return the notices that these events rebuild."""
    projection = InboxProjection({"*": ("on-call",)})
    return [notice for event in events if (notice := projection._apply(event)) is not None]


def test_a_rebuild_hears_every_cause_of_a_notice_and_its_delivery() -> None:
    assert {*get_args(JourneyEvent), NoticeDelivered} == HEARS


@pytest.mark.parametrize(("rules", "version"), [(None, 1), (1, 1), (2, 2)])
def test_a_notice_is_rebuilt_by_the_rules_of_its_time(rules: int | None, version: int) -> None:
    [notice] = rebuilt([received(a_transition()), received(delivered("person", rules=rules), id_="n")])

    assert notice.notice.rules == version


def test_a_recipient_of_the_rules_of_before_is_rebuilt_though_nobody_would_notify_them_today() -> None:
    contacted = a_transition(previous=Status.ACCEPTED, business_status="contacted")

    [notice] = rebuilt([received(contacted), received(delivered("referrer"), id_="n")])

    assert (notice.notice.news.template, notice.notice.recipient.id) == ("contacted", "st-mary-hospital")
    assert rebuilt([received(contacted), received(delivered("referrer", rules=2), id_="n")]) == []


def test_a_later_channel_of_the_rules_of_before_is_no_second_notice() -> None:
    events = [a_transition(), delivered("person"), delivered("person", channel="email")]

    assert len(rebuilt([received(event, id_="cause-1") for event in events])) == 1


def test_a_partners_mail_that_reached_it_first_is_its_notice() -> None:
    events = [a_transition(), delivered("referrer", channel="email", rules=2)]

    assert len(rebuilt([received(event, id_="cause-1") for event in events])) == 1


def test_causes_whose_notices_were_never_announced_are_dropped_after_a_while() -> None:
    projection = InboxProjection({"*": ("on-call",)})
    for day in range(20):
        projection._apply(received(a_transition(), at=AT + timedelta(days=day), id_=str(new_id())))

    days = {expected.at for expected in projection._expected.values()}
    assert max(days) - min(days) <= ANNOUNCED_WITHIN
