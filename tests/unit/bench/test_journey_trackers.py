"""Only the first notice about the result of the search is counted: to the target, or of the waiting list; and a step once."""

import orjson
import pytest

from alongside_contracts.event import Event
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.matching import MatchProposed
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.referrals import LoopClosed, ReferralStatusChanged
from alongside_lab.bench.whole.journey_trackers import NoticeTracker, StepTracker


class Journey:
    """One referral's journey, record by record; `notified` lists (reference, time)."""

    def __init__(self) -> None:
        self.notified: list[tuple[str, float]] = []
        self.tracker = NoticeTracker(lambda reference, at: self.notified.append((reference, at)))

    def add_record(self, kind: str, event_id: str, at: float = 0.0, **body: str) -> None:
        """Add one record about referral r1."""
        self.tracker.add_record(kind, event_id, orjson.dumps({"referral_id": "r1", **body}), at)

    def admitted(self) -> None:
        """Add the admission."""
        self.add_record(SubmissionAdmitted.type, "e1", reference="smh-1")

    def searched(self, event_id: str, result: str) -> None:
        """Add the result of the search."""
        self.add_record(ReferralStatusChanged.type, event_id, status="requested", business_status=result)

    def notice(self, cause: str, at: float, *, role: str, channel: str = "in-app") -> None:
        """Add a delivered notice."""
        self.add_record(NoticeDelivered.type, "n", at, cause=cause, role=role, channel=channel)


def test_a_referral_counts_once_its_target_is_notified_of_the_proposal() -> None:
    journey = Journey()
    journey.admitted()
    journey.add_record(ReferralStatusChanged.type, "e2", status="requested")
    journey.notice("e2", at=1.0, role="person")
    journey.searched("e3", "awaiting-response")
    journey.notice("e3", at=2.0, role="target")

    assert journey.notified == [("smh-1", 2.0)]


def test_notices_of_the_proposal_to_others_or_by_mail_do_not_count() -> None:
    journey = Journey()
    journey.admitted()
    journey.searched("e3", "awaiting-response")
    journey.notice("e3", at=1.0, role="referrer")
    journey.notice("e3", at=1.0, role="coordinator")
    journey.notice("e3", at=1.0, role="target", channel="email")

    assert journey.notified == []


def test_a_waitlisted_referral_counts_once_its_person_is_notified() -> None:
    journey = Journey()
    journey.admitted()
    journey.searched("e2", "waitlisted")
    journey.notice("e2", at=2.0, role="referrer", channel="email")
    journey.notice("e2", at=3.0, role="person")

    assert journey.notified == [("smh-1", 3.0)]
    assert journey.tracker.waitlisted == 1


def test_a_waitlisted_person_who_referred_themselves_is_notified_as_the_referrer() -> None:
    journey = Journey()
    journey.admitted()
    journey.searched("e2", "waitlisted")
    journey.notice("e2", at=3.0, role="referrer")

    assert journey.notified == [("smh-1", 3.0)]


def test_an_older_revision_that_notifies_the_referrer_of_the_proposal_as_well_counts_its_target() -> None:
    journey = Journey()
    journey.admitted()
    journey.searched("e3", "awaiting-response")
    for at, (role, channel) in enumerate(
        [("referrer", "in-app"), ("referrer", "email"), ("target", "in-app"), ("target", "email")]
    ):
        journey.notice("e3", at=float(at), role=role, channel=channel)

    assert journey.notified == [("smh-1", 2.0)]


def test_a_record_delivered_again_notifies_nobody_twice() -> None:
    journey = Journey()
    journey.admitted()
    journey.searched("e3", "awaiting-response")
    journey.notice("e3", at=1.0, role="target")
    journey.notice("e3", at=2.0, role="target")

    assert journey.notified == [("smh-1", 1.0)]


@pytest.mark.parametrize("step", [MatchProposed, LoopClosed])
def test_a_referral_counts_at_its_first_proposal_or_once_its_loop_is_closed(step: type[Event]) -> None:
    seen: list[tuple[str, float]] = []
    tracker = StepTracker(step, lambda reference, at: seen.append((reference, at)))
    admitted = orjson.dumps({"referral_id": "r1", "reference": "smh-1"})
    tracker.add_record(SubmissionAdmitted.type, "e1", admitted, 0.0)

    for at in (1.0, 2.0):
        tracker.add_record(step.type, "e2", orjson.dumps({"referral_id": "r1"}), at)

    assert seen == [("smh-1", 1.0)]
