"""The rebuilt inbox knows every event that causes notices."""

from typing import get_args

from alongside_contracts.notifications import NoticeDelivered
from alongside_notifications.journey_notices import JourneyEvent
from alongside_notifications.rebuild.projection import HEARS


def test_a_rebuild_hears_every_cause_of_a_notice_and_its_delivery() -> None:
    assert {*get_args(JourneyEvent), NoticeDelivered} == HEARS
