"""What counts is the notice about the offer that was asked, not the one before it, and nobody else's."""

import orjson

from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_lab.bench.whole.arrivals import Arrivals


class Journey:
    """One referral's journey, heard record by record; `told` lists (reference, when)."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []
        self.arrivals = Arrivals(lambda reference, at: self.told.append((reference, at)))

    def hear(self, kind: str, event_id: str, at: float = 0.0, **body: str) -> None:
        """Hear one record about referral r1."""
        self.arrivals.hear(kind, event_id, orjson.dumps({"referral_id": "r1", **body}), at)

    def notice(self, cause: str, at: float, *, role: str = "referrer", channel: str = "in-app") -> None:
        """Hear that somebody was told."""
        self.hear(NoticeDelivered.type, "n", at, cause=cause, role=role, channel=channel)


def test_a_referrer_is_told_once_the_proposal_is() -> None:
    journey = Journey()
    journey.hear(SubmissionAdmitted.type, "e1", reference="smh-1")
    journey.hear(ReferralStatusChanged.type, "e2", status="requested")
    journey.notice("e2", at=1.0)
    journey.hear(ReferralStatusChanged.type, "e3", status="requested", business_status="awaiting-response")
    journey.notice("e3", at=2.0)

    assert journey.told == [("smh-1", 2.0)]


def test_notices_to_others_or_by_mail_do_not_count() -> None:
    journey = Journey()
    journey.hear(SubmissionAdmitted.type, "e1", reference="smh-1")
    journey.hear(ReferralStatusChanged.type, "e3", status="requested", business_status="awaiting-response")
    journey.notice("e3", at=1.0, role="target")
    journey.notice("e3", at=1.0, channel="email")

    assert journey.told == []


def test_who_waits_for_a_place_is_told_that_and_counted() -> None:
    journey = Journey()
    journey.hear(SubmissionAdmitted.type, "e1", reference="smh-1")
    journey.hear(ReferralStatusChanged.type, "e2", status="requested", business_status="waitlisted")
    journey.notice("e2", at=3.0)

    assert journey.told == [("smh-1", 3.0)]
    assert journey.arrivals.waitlisted == 1


def test_a_record_delivered_again_tells_nobody_twice() -> None:
    journey = Journey()
    journey.hear(SubmissionAdmitted.type, "e1", reference="smh-1")
    journey.hear(ReferralStatusChanged.type, "e3", status="requested", business_status="awaiting-response")
    journey.notice("e3", at=1.0)
    journey.notice("e3", at=2.0)

    assert journey.told == [("smh-1", 1.0)]
