"""An acceptance and a revocation of consent pass each other between the services: both agree, and no place stays taken."""

import pytest

from alongside_chassis.testing import ServiceBench
from tests.builders import a_consent_change
from tests.service.matching.bench import an_offer, places
from tests.service.pair import Pair


@pytest.fixture
def pair(referrals_bench: ServiceBench, matching_bench: ServiceBench) -> Pair:
    """Return the two services and a referral that neither has heard of yet."""
    return Pair(referrals_bench, matching_bench)


@pytest.mark.parametrize("first", ["the acceptance", "the revocation"])
async def test_whichever_the_journey_shows_first_both_services_agree(pair: Pair, first: str) -> None:
    supporter = await an_offer(pair.matching)
    for bench in (pair.referrals, pair.matching):
        await bench.hear(pair.admission)
    await pair.forward()
    revocation = a_consent_change(pair.admission, covers=False)
    assert await pair.accept() == 200

    if first == "the acceptance":
        await pair.forward()
    await pair.referrals.hear(revocation)
    await pair.matching.hear(revocation)
    await pair.forward()

    referral, request = await pair.referral(), await pair.request()
    assert referral["business_status"] == "consent-revoked"
    assert (referral["status"], request["state"], await places(pair.matching, supporter)) == (
        ("on-hold", "matched", (0, 1)) if first == "the acceptance" else ("cancelled", "closed", (0, 0))
    )
    assert (await pair.referrals.dead_letters(), await pair.matching.dead_letters()) == ([], [])
