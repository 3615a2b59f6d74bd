"""Services of this release beside one of the next: records with codes nobody here knows are handled like all others.

Nothing is dead-lettered, a crisis of an unknown risk pages, a loop with an unknown channel closes, and a rule that depends on
what the lists say about a code says so by name.
"""

import json
from typing import Any
from uuid import UUID

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import NoticeId, OfferId, PersonId, ReferralId, SubmissionId, new_id
from alongside_contracts.intake import SubmissionEscalated
from alongside_contracts.matching import MatchProposed, MatchWaitlisted
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.partner import ReferralUpdated
from alongside_contracts.referrals import (
    LoopClosed,
    ReferralOverdue,
    ReferralStatusChanged,
    ReferralSucceeded,
)
from alongside_contracts.vocabulary import OfferKind, Status
from tests.builders import (
    REGION,
    SUNDAY_NOON,
    a_decline,
    a_proposal,
    a_request,
    an_acceptance,
    an_admission,
)
from tests.service.intake.intake_client import IntakeClient
from tests.service.matching.bench import announced

NEED, RISK, REASON = "a-need-of-tomorrow", "a-risk-of-tomorrow", "a-reason-of-tomorrow"
CHANNEL, ROLE, ACTOR = "a-channel-of-tomorrow", "a-role-of-tomorrow", "an-actor-of-tomorrow"


async def test_a_crisis_of_an_unknown_risk_pages(notifications_bench: ServiceBench) -> None:
    await notifications_bench.hear(
        SubmissionEscalated(
            submission_id=SubmissionId(new_id()),
            person_id=PersonId(new_id()),
            region=REGION,
            risks=(RISK,),
            acknowledge_by=SUNDAY_NOON,
        )
    )

    [page] = await notices(notifications_bench)
    assert (page["template"], page["role"], page["urgent"]) == ("crisis", "coordinator", True)
    assert await unknown(notifications_bench) == {"risks"}


@pytest.mark.parametrize(
    ("previous", "template"), [(Status.IN_PROGRESS, "on-hold"), (Status.ON_HOLD, "news")]
)
async def test_a_transition_with_unknown_codes_is_notified_as_its_status_or_as_news_about_it(
    notifications_bench: ServiceBench, previous: Status, template: str
) -> None:
    await notifications_bench.hear(
        a_transition(
            Status.ON_HOLD,
            previous=previous,
            business_status="a-business-status-of-tomorrow",
            reason=REASON,
            actor=ACTOR,
        )
    )

    stored = await notices(notifications_bench)
    assert {each["template"] for each in stored} == {template}
    assert {each["role"] for each in stored} == {"referrer", "target"}
    assert await unknown(notifications_bench) == {"actors", "business-statuses", "reasons"}


async def test_an_overdue_referral_of_an_unknown_actor_is_given_to_the_coordinator(
    notifications_bench: ServiceBench,
) -> None:
    await notifications_bench.hear(
        ReferralOverdue(
            referral_id=ReferralId(new_id()),
            person_id=PersonId(new_id()),
            late_actor=ACTOR,
            next_actor=ACTOR,
            due_at=SUNDAY_NOON,
            region=REGION,
        )
    )

    assert {each["role"] for each in await notices(notifications_bench)} == {"coordinator"}
    assert await notifications_bench.dead_letters() == []


async def test_a_stored_notice_of_an_unknown_role_and_template_is_listed_and_read(
    notifications_bench: ServiceBench,
) -> None:
    await notifications_bench.hear(a_transition(Status.ACCEPTED))
    await notifications_bench.pool.execute("update notice set role = $1, template = 'tomorrow'", ROLE)

    recipients = {each["recipient_kind"]: each["recipient_id"] for each in await notices(notifications_bench)}
    inbox = await notifications_bench.client.get(f"/inbox/person/{recipients['person']}")

    assert {each["role"] for each in await notices(notifications_bench)} == {ROLE}
    assert [each["text"].splitlines()[0] for each in inbox.json()["items"]] == [
        "There is news about a request."
    ]


async def test_a_referral_with_an_unknown_need_goes_its_way_and_keeps_the_code(
    referrals_bench: ServiceBench,
) -> None:
    referral = an_admission(setting="a-setting-of-tomorrow", request=a_request(needs=(NEED,)))
    proposal = a_proposal(referral.referral_id, reasons=("a-match-reason-of-tomorrow",))

    await referrals_bench.hear(referral, proposal, a_decline(proposal, REASON))

    changes = await announced(referrals_bench, ReferralStatusChanged)
    assert [change.reason for change in changes] == [None, None, REASON]
    assert [update.reason for update in await announced(referrals_bench, ReferralUpdated)][-1] == REASON
    stored = await referrals_bench.pool.fetchval("select request->'needs' from referral")
    assert NEED in str(stored)
    assert await unknown(referrals_bench) == {"match-reasons", "needs", "reasons", "settings"}


async def test_a_loop_with_an_unknown_channel_closes_and_an_unknown_role_never_stops_it(
    referrals_bench: ServiceBench,
) -> None:
    referral = an_admission()
    proposal = a_proposal(referral.referral_id)
    await referrals_bench.hear(referral, proposal, an_acceptance(proposal))
    completed = await referrals_bench.client.post(
        f"/referrals/{referral.referral_id}/complete", json={"actor": "target", "outcome": "engaged"}
    )
    assert completed.status_code == 200, completed.text

    await referrals_bench.hear(
        a_delivery(referral.referral_id, role=ROLE, channel="in-app"),
        a_delivery(referral.referral_id, role="referrer", channel=CHANNEL),
    )

    assert len(await announced(referrals_bench, LoopClosed)) == 1
    assert await unknown(referrals_bench) == {"channels", "recipient-roles"}


async def test_a_row_with_codes_of_the_next_release_is_read_shown_and_moved_on(
    referrals_bench: ServiceBench,
) -> None:
    referral = an_admission()
    proposal = a_proposal(referral.referral_id)
    await referrals_bench.hear(referral)
    await referrals_bench.pool.execute(
        "update referral set next_actor = $1, business_status = $2, reason = $3", ACTOR, "tomorrow", REASON
    )

    shown = (await referrals_bench.client.get(f"/referrals/{referral.referral_id}")).json()
    await referrals_bench.hear(proposal, an_acceptance(proposal))

    assert (shown["next_actor"], shown["business_status"], shown["reason"]) == (ACTOR, "tomorrow", REASON)
    assert (await announced(referrals_bench, ReferralStatusChanged))[-1].status is Status.ACCEPTED
    assert await referrals_bench.dead_letters() == []


async def test_a_person_with_an_unknown_need_waits_and_the_rule_that_could_not_decide_is_named(
    matching_bench: ServiceBench,
) -> None:
    for number in range(6):
        await an_offer(matching_bench, number)

    await matching_bench.hear(an_admission(request=a_request(needs=(NEED,), hopes=("a-hope-of-tomorrow",))))

    [waitlisted] = await announced(matching_bench, MatchWaitlisted)
    assert waitlisted.excluded == {"unknown-need": 6}
    assert await unknown(matching_bench) == {"hopes", "needs"}


async def test_a_known_need_beside_an_unknown_one_is_matched(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench, 1)

    await matching_bench.hear(an_admission(request=a_request(needs=("grief", NEED))))

    assert len(await announced(matching_bench, MatchProposed)) == 1
    assert await matching_bench.dead_letters() == []


async def test_a_successor_with_an_unknown_need_replaces_its_referral(intake_bench: ServiceBench) -> None:
    intake = IntakeClient(intake_bench)
    await intake.register()
    admitted = await intake.hear()
    assert admitted.referral_id is not None

    await intake_bench.hear(
        ReferralSucceeded(
            referral_id=ReferralId(new_id()),
            replaces=admitted.referral_id,
            person_id=PersonId(new_id()),
            reference="ref-1",
            request=a_request(needs=(NEED,)),
            excluded_offers=(),
        )
    )

    assert await intake_bench.pool.fetchval("select needs from open_referral") == [NEED]
    assert await intake_bench.dead_letters() == []


@pytest.mark.parametrize("change", [{"needs": [NEED]}, {"formats": ["a-format-of-tomorrow"]}])
async def test_a_held_submission_that_a_newer_instance_took_is_completed_here(
    intake_bench: ServiceBench, change: dict[str, Any]
) -> None:
    intake = IntakeClient(intake_bench)
    await intake.register()
    held = await intake.hear(consent=None)
    await intake_bench.pool.execute("update submission set facts = facts || $1::jsonb", json.dumps(change))

    given = {
        "decision": "given",
        "categories": ["needs", "contact", "substance-use"],
        "signed_at": "2026-11-01T10:00:00Z",
    }
    completed = await intake.http.post(f"/submissions/{held.submission_id}/consent", json={"consent": given})

    assert (completed.status_code, completed.json()["decision"]) == (200, "admitted")


async def notices(bench: ServiceBench) -> list[dict[str, Any]]:
    """Return all notices, and check that nothing was dead-lettered."""
    assert await bench.dead_letters() == []
    items: list[dict[str, Any]] = (await bench.client.get("/notices", params={"limit": 200})).json()["items"]
    return items


async def unknown(bench: ServiceBench) -> set[str]:
    """Return the lists of which unknown codes were counted, and check that nothing was dead-lettered."""
    assert await bench.dead_letters() == []
    [counted] = bench.dependencies.metrics.unknown_codes.collect()
    return {sample.labels["list"] for sample in counted.samples if sample.name.endswith("_total")}


async def an_offer(bench: ServiceBench, number: int) -> None:
    """Add a supporter with the need grief."""
    form = {"kind": "supporter", "region": REGION, "needs": ["grief"], "capacity": number + 1}
    assert (await bench.client.post("/offers", json=form)).status_code == 201


def a_transition(status: Status, **given: Any) -> Event:
    """Return a transition of a self-referred person's referral."""
    defaults: dict[str, Any] = {
        "referral_id": ReferralId(new_id()),
        "sequence": 2,
        "person_id": PersonId(new_id()),
        "previous": Status.ACCEPTED,
        "status": status,
        "actor": "target",
        "offer_id": OfferId(new_id()),
        "offer_kind": OfferKind.SUPPORTER,
    }
    return ReferralStatusChanged(**defaults | given)


def a_delivery(referral_id: UUID, *, role: str, channel: str) -> NoticeDelivered:
    """Return the delivery of a notice about the end of a referral."""
    return NoticeDelivered(
        referral_id=ReferralId(referral_id),
        notice_id=NoticeId(new_id()),
        cause="some-event",
        about_status=Status.COMPLETED,
        role=role,
        channel=channel,
        delivered_at=SUNDAY_NOON,
    )
