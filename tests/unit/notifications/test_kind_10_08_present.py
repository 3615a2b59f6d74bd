"""Whether a notice still holds when it is about to be sent: a question that is answered is not asked, and old news is not sent."""

from dataclasses import replace
from uuid import UUID

import pytest

from alongside_contracts.vocabulary import RecipientRole
from alongside_notifications.domain.audience import Recipient, RecipientKind
from alongside_notifications.domain.present import ReferralState, still_holds

OFFER, OTHER = UUID(int=2), UUID(int=3)
TARGET = Recipient(RecipientRole.TARGET, RecipientKind.OFFER, str(OFFER))
PERSON = Recipient(RecipientRole.PERSON, RecipientKind.PERSON, "person-1")
COORDINATOR = Recipient(RecipientRole.COORDINATOR, RecipientKind.COORDINATOR, "ana")
REQUESTED = ReferralState(UUID(int=1), 2, "requested", "awaiting-response", OFFER, "target")


def holds(
    template: str,
    present: ReferralState,
    *,
    to: Recipient = PERSON,
    status: str | None = None,
    sequence: int | None = None,
) -> bool:
    """Return whether a notice to the person, or `to` another, still holds."""
    return still_holds(template, to, status=status, sequence=sequence, present=present)


def a_state(
    status: str, business_status: str | None = None, next_actor: str | None = "target"
) -> ReferralState:
    return replace(
        REQUESTED, sequence=5, status=status, business_status=business_status, next_actor=next_actor
    )


def test_a_target_is_asked_while_its_answer_is_waited_for() -> None:
    assert holds("awaiting-response", REQUESTED, to=TARGET, status="requested")


@pytest.mark.parametrize(
    "present",
    [
        a_state("accepted"),
        a_state("requested"),
        a_state("requested", "waitlisted"),
        a_state("cancelled"),
        replace(REQUESTED, offer_id=OTHER),
    ],
    ids=["accepted", "declined", "waitlisted", "cancelled", "another is asked"],
)
def test_a_target_is_not_asked_what_it_need_not_answer_any_more(present: ReferralState) -> None:
    assert not holds("awaiting-response", present, to=TARGET, status="requested")


def test_that_no_answer_is_needed_holds_whatever_happens() -> None:
    assert holds("lapsed", a_state("cancelled"), to=TARGET)
    assert holds("withdrawn", a_state("accepted"), to=TARGET)


def test_after_the_end_only_its_notice_is_sent() -> None:
    ended = a_state("completed", next_actor=None)

    sent = [
        status
        for status in ("requested", "accepted", "on-hold", "completed")
        if holds(status, ended, status=status)
    ]

    assert sent == ["completed"]
    assert not holds("completed", a_state("entered-in-error"), status="completed")


def test_a_reminder_holds_until_anybody_does_anything() -> None:
    late = a_state("accepted")

    assert holds("overdue", late, sequence=5)
    assert holds("overdue", late, sequence=None)
    assert not holds("overdue", replace(late, sequence=6), sequence=5)
    assert not holds("overdue", a_state("cancelled"), sequence=5)


@pytest.mark.parametrize(
    ("next_actor", "expected"),
    [("coordinator", True), ("supervisor", True), ("an-actor-of-tomorrow", True), ("target", False)],
)
def test_a_coordinator_is_notified_while_it_is_up_to_them(next_actor: str, expected: bool) -> None:
    present = a_state("on-hold", "consent-revoked", next_actor)

    assert holds("consent-revoked", present, to=COORDINATOR, status="on-hold") is expected
    assert holds("next-actor", present, to=COORDINATOR, status="on-hold") is expected


@pytest.mark.parametrize(
    ("template", "status", "present", "expected"),
    [
        ("waitlisted", "requested", a_state("requested", "waitlisted"), True),
        ("waitlisted", "requested", a_state("requested", "awaiting-response"), False),
        ("waitlisted", "requested", a_state("accepted"), False),
        ("on-hold", "on-hold", a_state("on-hold", "paused"), True),
        ("on-hold", "on-hold", a_state("in-progress"), False),
        ("consent-revoked", "on-hold", a_state("on-hold", "consent-revoked"), True),
        ("consent-revoked", "on-hold", a_state("in-progress"), False),
    ],
)
def test_news_of_the_present_hold_while_it_is_the_present(
    template: str,
    status: str,
    present: ReferralState,
    expected: bool,
) -> None:
    assert holds(template, present, status=status) is expected


@pytest.mark.parametrize("status", ["accepted", "in-progress", "on-hold", "a-status-of-tomorrow"])
def test_news_of_how_far_it_came_hold_while_it_is_as_far(status: str) -> None:
    assert holds("requested", a_state(status), status="requested")
    assert holds("accepted", a_state(status), status="accepted")


def test_an_acceptance_does_not_hold_once_somebody_is_looked_for_again() -> None:
    assert not holds("accepted", a_state("requested"), status="accepted")
    assert not holds("in-progress", a_state("on-hold"), status="in-progress")
