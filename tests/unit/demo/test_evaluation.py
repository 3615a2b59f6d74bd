"""What a demonstration says about the notices of its referrals, from observations built by hand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from rich.console import Console

from alongside_contracts.event import Event
from alongside_contracts.ids import PartnerId, ReferralId
from alongside_contracts.partner import Origin, ReferralUpdated, SubmissionAnswered
from alongside_contracts.vocabulary import Answer, BusinessStatus, Status
from alongside_localstack.demo.evaluation import Observations, SentRecord, evaluate
from alongside_localstack.demo.noise import EMAILS_MAX, NOTICES_MAX
from alongside_localstack.demo.partner_client import PartnerInbox, ReceivedAnswer, StreamPosition
from alongside_localstack.demo.show import print_summary

PARTNER = PartnerId("north-clinic")
FIRST, SECOND = ReferralId(UUID(int=1)), ReferralId(UUID(int=2))
Step = tuple[Status, BusinessStatus | None]
ASKED: Step = (Status.REQUESTED, BusinessStatus.AWAITING_RESPONSE)
SMOOTH: Sequence[Step] = (
    (Status.REQUESTED, None),
    ASKED,
    (Status.ACCEPTED, None),
    (Status.IN_PROGRESS, None),
    (Status.COMPLETED, None),
)


def a_referral(referral: ReferralId, steps: Sequence[Step] = SMOOTH) -> list[Event]:
    """Return a partner's answers about one referral: it was admitted, then its updates."""
    number, reference = referral.int, f"ref-{referral.int}"
    origin = Origin(topic=f"partner.{PARTNER}.referrals.v1", partition=0, offset=number)
    admitted = SubmissionAnswered(
        partner=PARTNER, reference=reference, referral_id=referral, answer=Answer.ADMITTED, origin=origin
    )
    updates = [
        ReferralUpdated(
            partner=PARTNER,
            reference=reference,
            referral_id=referral,
            sequence=sequence,
            status=status,
            business_status=business_status,
        )
        for sequence, (status, business_status) in enumerate(steps, start=1)
    ]
    return [admitted, *updates]


def a_notice(number: int, referral: ReferralId | None = FIRST, *, email: str | None = "delivered") -> Any:
    """Return a notice as `GET /notices` lists it, with an e-mail in this state, or without one."""
    deliveries = [{"channel": "in-app", "state": "delivered"}]
    if email is not None:
        deliveries.append({"channel": "email", "state": email})
    return {
        "id": f"notice-{number}",
        "cause": f"cause-{number}",
        "referral_id": None if referral is None else str(referral),
        "recipient_kind": "person",
        "recipient_id": "p-1",
        "reached_at": "2026-11-30T12:00:00Z",
        "deliveries": deliveries,
    }


def observed(*referrals: list[Event], notices: Sequence[Any] = ()) -> Observations:
    """Return the observations of a network in which every loop is closed and every trace complete."""
    inbox = PartnerInbox(PARTNER)
    for number, event in enumerate(event for answers in referrals for event in answers):
        inbox.add(ReceivedAnswer(f"event-{number}", event))
    ids = [str(admitted.model_dump()["referral_id"]) for admitted, *_ in referrals]
    positions = [StreamPosition(0, UUID(id_).int) for id_ in ids]
    return Observations(
        sent_records=[
            SentRecord(PARTNER, position, (Answer.ADMITTED,), "a record") for position in positions
        ],
        inboxes={PARTNER: inbox},
        referrals=[
            {"id": id_, "status": "completed", "excluded_offers": [], "loop": {"closed": True}} for id_ in ids
        ],
        notices=notices,
        complete_traces=frozenset(ids),
    )


def mailed(count: int, referral: ReferralId = FIRST) -> list[Any]:
    """Return notices that all went by e-mail as well."""
    return [a_notice(number, referral) for number in range(count)]


def silent(count: int, referral: ReferralId = FIRST) -> list[Any]:
    """Return notices that were stored in an inbox only."""
    return [a_notice(100 + number, referral, email=None) for number in range(count)]


def test_a_referral_that_goes_well_may_cause_as_many_notices_and_mails_as_the_limits_say() -> None:
    at_the_limit = [*mailed(EMAILS_MAX), *silent(NOTICES_MAX - EMAILS_MAX)]

    assert evaluate(observed(a_referral(FIRST), notices=at_the_limit)).broken == ()


@pytest.mark.parametrize("notices", [mailed(EMAILS_MAX + 1), silent(NOTICES_MAX + 1)])
def test_one_more_notice_or_mail_breaks_the_demonstration_and_the_referral_is_named(
    notices: list[Any],
) -> None:
    [broken] = evaluate(observed(a_referral(FIRST), notices=notices)).broken

    assert broken == f"1 referrals that went well caused more than 8 notices or 4 e-mails: {FIRST}"


@pytest.mark.parametrize("state", ["failed", "no-route", "superseded"])
def test_only_delivered_mails_count(state: str) -> None:
    notices = [a_notice(number, email=state) for number in range(EMAILS_MAX + 1)]

    summary = evaluate(observed(a_referral(FIRST), notices=notices))

    assert (summary.broken, summary.emails_per_referral) == ((), 0.0)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((SMOOTH[0], ASKED, SMOOTH[0], ASKED, *SMOOTH[2:]), id="declined once"),
        pytest.param(
            (SMOOTH[0], (Status.REQUESTED, BusinessStatus.WAITLISTED), *SMOOTH[1:]), id="waited for a place"
        ),
        pytest.param((*SMOOTH[:4], (Status.ON_HOLD, None), *SMOOTH[3:]), id="was on hold"),
        pytest.param((*SMOOTH[:4], (Status.FAILED, None)), id="failed"),
    ],
)
def test_a_referral_with_a_detour_may_cause_more(steps: Sequence[Step]) -> None:
    detour = a_referral(FIRST, steps)
    noisy = mailed(NOTICES_MAX + 1)

    assert evaluate(observed(detour, a_referral(SECOND), notices=noisy)).broken == ()


def test_a_demonstration_in_which_no_referral_goes_well_shows_nothing_and_is_broken() -> None:
    declined = a_referral(FIRST, (SMOOTH[0], ASKED, SMOOTH[0], ASKED, *SMOOTH[2:]))

    [broken] = evaluate(observed(declined)).broken

    assert broken.startswith("no referral went well")


def test_notices_and_mails_are_reported_as_means_over_the_admitted_referrals() -> None:
    """A notice about no referral, such as one about a stream, is in neither mean."""
    notices = [*mailed(2), *silent(1, SECOND), a_notice(50, None)]

    result = evaluate(observed(a_referral(FIRST), a_referral(SECOND), notices=notices)).as_json()

    assert (result["notices_per_referral"], result["emails_per_referral"]) == (1.5, 1.0)
    assert result["notified"] == 4


@pytest.mark.parametrize("state", ["pending", "sending"])
def test_a_notice_of_which_a_delivery_waits_is_not_delivered(state: str) -> None:
    [broken] = evaluate(observed(a_referral(FIRST), notices=[a_notice(1, email=state)])).broken

    assert broken == "1 notices were never delivered: notice-1"


def test_a_notice_that_reached_nobody_yet_is_not_counted_as_delivered() -> None:
    notices = [a_notice(1), a_notice(2) | {"reached_at": None}]

    assert evaluate(observed(a_referral(FIRST), notices=notices)).notified == 1


def test_two_notices_of_one_cause_to_one_recipient_are_a_duplicate() -> None:
    twice = [a_notice(1), a_notice(1) | {"id": "notice-2"}]

    assert evaluate(observed(a_referral(FIRST), notices=twice)).duplicated == 1


def test_a_mail_that_is_recorded_but_did_not_arrive_is_missed() -> None:
    arrived = replace(observed(a_referral(FIRST), notices=mailed(2)), mails=[{"deliveries": 1}])

    assert evaluate(arrived).broken == ("2 e-mails are recorded as delivered, but 1 arrived",)


def test_the_printed_summary_shows_both_means() -> None:
    console = Console(record=True, width=120)

    print_summary(
        console,
        evaluate(observed(a_referral(FIRST), notices=mailed(3))),
        seconds=1.0,
        broker="kafka",
        memory=None,
    )

    printed = console.export_text()
    assert "notices a referral" in printed
    assert "e-mails a referral" in printed
