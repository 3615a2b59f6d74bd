"""A submission is withdrawn: matching stops at once, and leaves an accepted offer to the referral's status."""

from alongside_chassis.testing import ServiceBench
from tests.builders import a_withdrawal, an_admission, an_amendment
from tests.service.matching.bench import (
    accept,
    admission_of,
    an_offer,
    answer_too_late,
    last_proposal,
    places,
    story,
)


async def test_the_proposal_of_a_withdrawn_submission_cannot_be_accepted(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)

    await matching_bench.hear(a_withdrawal(admission))

    asked = await last_proposal(matching_bench, admission.referral_id)
    assert await answer_too_late(matching_bench, asked) == (409, "proposal-already-answered")
    assert await story(matching_bench, admission.referral_id) == ["MatchProposed"]
    assert await places(matching_bench, supporter) == (0, 0)


async def test_a_withdrawn_submission_is_not_matched_however_it_is_amended(
    matching_bench: ServiceBench,
) -> None:
    admission = await admission_of(matching_bench)

    await matching_bench.hear(a_withdrawal(admission), an_amendment(admission, needs=("anxiety",)))
    await an_offer(matching_bench, needs=["anxiety", "grief"])

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted"]


async def test_an_accepted_offer_of_a_withdrawn_submission_keeps_its_place_until_the_status_comes(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, admission.referral_id))

    await matching_bench.hear(a_withdrawal(admission))

    assert await places(matching_bench, supporter) == (0, 1)


async def test_a_submission_withdrawn_before_its_admission_arrives_is_not_matched(
    matching_bench: ServiceBench,
) -> None:
    await an_offer(matching_bench)
    admission = an_admission()

    await matching_bench.hear(a_withdrawal(admission), admission)

    assert await story(matching_bench, admission.referral_id) == []
