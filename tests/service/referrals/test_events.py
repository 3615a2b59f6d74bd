"""Events of other services move a referral, once and in order; late events change nothing."""

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.matching import MatchLapsed
from alongside_contracts.partner import ReferralUpdated
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_contracts.vocabulary import Actor, BusinessStatus, Reason, Status
from tests.builders import a_decline, a_proposal, a_waitlisting, an_acceptance, an_admission
from tests.service.referrals.conftest import PARTNER, Journey, a_delivery, only


async def test_an_admission_begins_a_referral_that_waits_for_matching(admitted: Journey) -> None:
    announced = await admitted.announced_events()

    updated, changed = announced
    assert isinstance(changed.event, ReferralStatusChanged)
    assert (changed.event.sequence, changed.event.previous, changed.event.status) == (
        1,
        Status.DRAFT,
        Status.REQUESTED,
    )
    assert (changed.event.next_actor, changed.event.due_at is not None) == (Actor.MATCHING, True)
    assert (changed.topic, changed.key) == ("referrals.journey.v1", str(admitted.id))
    assert isinstance(updated.event, ReferralUpdated)
    assert (updated.topic, updated.key) == (f"partner.{PARTNER}.status.v1", admitted.admission.reference)


async def test_an_admission_heard_under_two_ids_begins_one_referral(admitted: Journey) -> None:
    await admitted.announced_events()

    await admitted.bench.hear(admitted.admission, admitted.admission)

    assert await admitted.announced_events() == []
    assert len(await admitted.timeline()) == 1


async def test_a_self_referral_is_announced_on_no_partners_stream(
    referrals_bench: ServiceBench,
) -> None:
    await referrals_bench.hear(an_admission(partner=None))

    announced = await referrals_bench.announced()

    assert [type(item.event) for item in announced] == [ReferralStatusChanged]


async def test_a_proposal_asks_the_target(admitted: Journey) -> None:
    await admitted.announced_events()

    await admitted.proposed()

    (changed,) = only(await admitted.announced_events(), ReferralStatusChanged)
    assert (changed.status, changed.business_status) == (Status.REQUESTED, BusinessStatus.AWAITING_RESPONSE)
    assert (changed.sequence, changed.next_actor) == (2, Actor.TARGET)
    assert admitted.proposal is not None
    assert changed.offer_id == admitted.proposal.offer_id


async def test_an_acceptance_gives_the_target_time_for_first_contact(asked: Journey) -> None:
    await asked.announced_events()

    await asked.accepted()

    (changed,) = only(await asked.announced_events(), ReferralStatusChanged)
    assert (changed.status, changed.next_actor) == (Status.ACCEPTED, Actor.TARGET)
    # Accepted on a Sunday noon in UTC: Monday and Tuesday count.
    assert changed.due_at is not None
    assert changed.due_at.isoformat() == "2026-11-24T12:00:00+00:00"


async def test_a_declined_referral_stays_requested_and_waits_for_matching(asked: Journey) -> None:
    assert asked.proposal is not None
    await asked.announced_events()

    await asked.bench.hear(a_decline(asked.proposal, Reason.NO_CAPACITY))

    (changed,) = only(await asked.announced_events(), ReferralStatusChanged)
    assert (changed.status, changed.reason, changed.next_actor) == (
        Status.REQUESTED,
        Reason.NO_CAPACITY,
        Actor.MATCHING,
    )
    state = await asked.state()
    assert (state["offer_id"], state["excluded_offers"]) == (None, [str(asked.proposal.offer_id)])


async def test_a_lapse_is_announced_as_no_response(asked: Journey) -> None:
    await asked.announced_events()

    await asked.bench.hear(lapse_of(asked))

    (changed,) = only(await asked.announced_events(), ReferralStatusChanged)
    assert (changed.business_status, changed.reason) == (BusinessStatus.NO_RESPONSE, Reason.NO_RESPONSE)


async def test_a_waitlisted_referral_waits_for_the_coordinator(admitted: Journey) -> None:
    await admitted.announced_events()

    await admitted.bench.hear(a_waitlisting(admitted.id))

    (changed,) = only(await admitted.announced_events(), ReferralStatusChanged)
    assert (changed.business_status, changed.next_actor) == (BusinessStatus.WAITLISTED, Actor.COORDINATOR)


async def test_the_events_of_a_batch_are_applied_in_order(referrals_bench: ServiceBench) -> None:
    admissions = [an_admission() for _ in range(20)]
    proposals = [a_proposal(admission.referral_id) for admission in admissions]

    await referrals_bench.hear(*admissions, *proposals, *map(an_acceptance, proposals))

    changes = only(await referrals_bench.announced(), ReferralStatusChanged)
    for admission in admissions:
        mine = [change for change in changes if change.referral_id == admission.referral_id]
        assert [change.sequence for change in mine] == [1, 2, 3]
        assert mine[-1].status is Status.ACCEPTED
    assert await referrals_bench.dead_letters() == []


async def test_each_line_of_the_timeline_names_its_cause(admitted: Journey) -> None:
    (cause,) = await admitted.bench.hear(a_proposal(admitted.id))

    entries = await admitted.timeline()

    assert [entry["what"] for entry in entries] == ["requested", "proposed"]
    assert entries[-1]["cause"] == cause
    assert (entries[0]["previous"], entries[0]["status"]) == ("draft", "requested")


async def test_a_late_event_changes_nothing(accepted: Journey) -> None:
    assert accepted.proposal is not None
    before = await accepted.state()
    late: list[Event] = [
        accepted.proposal,
        an_acceptance(accepted.proposal),
        a_decline(accepted.proposal),
        a_waitlisting(accepted.id),
    ]

    await accepted.bench.hear(*late)

    assert await accepted.state() == before
    assert await accepted.announced_events() == []
    assert await accepted.bench.dead_letters() == []


@pytest.mark.parametrize("what", ["proposal", "waitlisting", "closing notice"])
async def test_an_event_of_an_unknown_referral_is_dead_lettered_and_its_neighbours_are_not(
    referrals_bench: ServiceBench, what: str
) -> None:
    stranger = an_admission().referral_id
    unknown = {
        "proposal": a_proposal(stranger),
        "waitlisting": a_waitlisting(stranger),
        "closing notice": a_delivery(stranger),
    }[what]
    known = an_admission()

    await referrals_bench.hear(known, unknown, a_proposal(known.referral_id))

    (dead_letter,) = await referrals_bench.dead_letters()
    assert (dead_letter.where, dead_letter.event_type) == ("referral_id", unknown.type)
    assert len(only(await referrals_bench.announced(), ReferralStatusChanged)) == 2


def lapse_of(journey: Journey) -> MatchLapsed:
    assert journey.proposal is not None
    return MatchLapsed(
        referral_id=journey.id, proposal_id=journey.proposal.proposal_id, offer_id=journey.proposal.offer_id
    )
