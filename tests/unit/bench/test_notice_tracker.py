"""Only the referrer's notice about the proposal is counted, not an earlier one, nor those of others."""

import orjson

from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_lab.bench.whole.notice_tracker import NoticeTracker


class Journey:
    """One referral's journey, record by record; `notified` lists (reference, time)."""

    def __init__(self) -> None:
        self.notified: list[tuple[str, float]] = []
        self.tracker = NoticeTracker(lambda reference, at: self.notified.append((reference, at)))

    def add_record(self, kind: str, event_id: str, at: float = 0.0, **body: str) -> None:
        """Add one record about referral r1."""
        self.tracker.add_record(kind, event_id, orjson.dumps({"referral_id": "r1", **body}), at)

    def notice(self, cause: str, at: float, *, role: str = "referrer", channel: str = "in-app") -> None:
        """Add a delivered notice."""
        self.add_record(NoticeDelivered.type, "n", at, cause=cause, role=role, channel=channel)


def test_a_referrer_counts_once_notified_of_the_proposal() -> None:
    journey = Journey()
    journey.add_record(SubmissionAdmitted.type, "e1", reference="smh-1")
    journey.add_record(ReferralStatusChanged.type, "e2", status="requested")
    journey.notice("e2", at=1.0)
    journey.add_record(
        ReferralStatusChanged.type, "e3", status="requested", business_status="awaiting-response"
    )
    journey.notice("e3", at=2.0)

    assert journey.notified == [("smh-1", 2.0)]


def test_notices_to_others_or_by_mail_do_not_count() -> None:
    journey = Journey()
    journey.add_record(SubmissionAdmitted.type, "e1", reference="smh-1")
    journey.add_record(
        ReferralStatusChanged.type, "e3", status="requested", business_status="awaiting-response"
    )
    journey.notice("e3", at=1.0, role="target")
    journey.notice("e3", at=1.0, channel="email")

    assert journey.notified == []


def test_a_waitlisted_referral_is_notified_and_counted() -> None:
    journey = Journey()
    journey.add_record(SubmissionAdmitted.type, "e1", reference="smh-1")
    journey.add_record(ReferralStatusChanged.type, "e2", status="requested", business_status="waitlisted")
    journey.notice("e2", at=3.0)

    assert journey.notified == [("smh-1", 3.0)]
    assert journey.tracker.waitlisted == 1


def test_a_record_delivered_again_notifies_nobody_twice() -> None:
    journey = Journey()
    journey.add_record(SubmissionAdmitted.type, "e1", reference="smh-1")
    journey.add_record(
        ReferralStatusChanged.type, "e3", status="requested", business_status="awaiting-response"
    )
    journey.notice("e3", at=1.0)
    journey.notice("e3", at=2.0)

    assert journey.notified == [("smh-1", 1.0)]
