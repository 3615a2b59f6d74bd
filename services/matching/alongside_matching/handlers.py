"""What matching does when it hears of a referral, and when a timer is due."""

from uuid import UUID

from alongside_chassis.handlers import Handlers, Timer
from alongside_chassis.transaction import Tx
from alongside_contracts.intake import SubmissionAdmitted, SupportRequest
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_matching import answering, offering, waking
from alongside_matching.asking import PROPOSAL_EXPIRY, ask_next
from alongside_matching.domain.facts import Request
from alongside_matching.domain.policy import Policies
from alongside_matching.reviewing import OFFER_REVIEW
from alongside_matching.store import regions, requests


def handlers(policies: Policies) -> Handlers:
    """Everything matching hears."""
    heard = Handlers()

    @heard.on(SubmissionAdmitted)
    async def match_a_new_referral(event: SubmissionAdmitted, tx: Tx) -> None:
        await _match(tx, _request(event.referral_id, event.request), policies)

    @heard.on(ReferralSucceeded)
    async def match_a_successor(event: ReferralSucceeded, tx: Tx) -> None:
        refused = frozenset(event.excluded_offers)
        await _match(tx, _request(event.referral_id, event.request, asked=refused), policies)

    @heard.on(ReferralStatusChanged)
    async def give_back_what_an_ended_referral_held(event: ReferralStatusChanged, tx: Tx) -> None:
        await answering.hear_end(tx, event.referral_id, event.status.value, policies)

    @heard.on_timer(PROPOSAL_EXPIRY)
    async def lapse_an_unanswered_proposal(timer: Timer, tx: Tx) -> None:
        await answering.lapse(tx, UUID(timer.key), policies)

    @heard.on_timer(waking.WAITLIST_SWEEP)
    async def look_again_for_those_who_wait(timer: Timer, tx: Tx) -> None:
        await regions.lock(tx.conn, timer.key)
        await waking.sweep(tx, timer.key, timer.facts, policies)

    @heard.on_timer(offering.OFFER_RESUME)
    async def resume_an_offer_whose_pause_is_over(timer: Timer, tx: Tx) -> None:
        await offering.pause_is_over(tx, UUID(timer.key), policies)

    @heard.on_timer(OFFER_REVIEW)
    async def review_what_an_offer_can_do_now(timer: Timer, tx: Tx) -> None:
        await offering.look_again(tx, UUID(timer.key), policies)

    return heard


async def _match(tx: Tx, request: Request, policies: Policies) -> None:
    """Find somebody for a referral we hear of for the first time; one we know already is left as it stands."""
    await regions.lock(tx.conn, request.region)
    standing = await requests.add(tx.conn, request, tx.now)
    if standing is not None:
        await ask_next(tx, standing, policies)


def _request(referral_id: UUID, sought: SupportRequest, *, asked: frozenset[UUID] = frozenset()) -> Request:
    return Request(
        referral_id=referral_id,
        region=sought.region,
        needs=frozenset(need.value for need in sought.needs),
        languages=sought.languages,
        formats=frozenset(format_.value for format_ in sought.formats),
        modes=frozenset(mode.value for mode in sought.modes),
        urgency=sought.urgency.value,
        age_band=sought.age_band.value if sought.age_band else None,
        avoid_needs=frozenset(need.value for need in sought.avoid_needs),
        asked=asked,
    )
