"""For every handler of every service: the state before, and the event it then hears.

A new handler needs a scenario here; `test_every_handler.py` fails until it has one, and then checks the five
promises that every handler makes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from alongside_chassis.testing import ServiceBench
from alongside_contracts.directory import ListingChanged, ListingPublished, ListingWithdrawn
from alongside_contracts.event import Event
from alongside_contracts.ids import NoticeId, OfferId, new_id
from alongside_contracts.intake import (
    ConsentChanged,
    PartnerStreamPaused,
    PartnerStreamResumed,
    PersonErased,
    SubmissionAdmitted,
    SubmissionAmended,
    SubmissionEscalated,
    SubmissionReceived,
    SubmissionWithdrawn,
)
from alongside_contracts.matching import (
    MatchAccepted,
    MatchDeclined,
    MatchLapsed,
    MatchProposed,
    MatchWaitlisted,
    MatchWithdrawn,
)
from alongside_contracts.notifications import NoticeDelivered, NoticeFailed
from alongside_contracts.partner import ConsentStated, PartnerRegistered, SubmissionWithdrawalRequested
from alongside_contracts.referrals import (
    FeedbackGiven,
    ReferralOverdue,
    ReferralStatusChanged,
    ReferralSucceeded,
)
from alongside_contracts.vocabulary import (
    Actor,
    Channel,
    Fit,
    OfferKind,
    RecipientRole,
)
from tests.builders import (
    REGION,
    SUNDAY_NOON,
    a_consent_change,
    a_decline,
    a_proposal,
    a_request,
    a_waitlisting,
    a_withdrawal,
    an_acceptance,
    an_admission,
    an_amendment,
    an_erasure,
    taken_back,
)
from tests.service.intake_scenarios import (
    PARTNER,
    brought_back_at_intake,
    consent_stated_at_intake,
    referral_ended_at_intake,
    referral_replaced_at_intake,
    with_partner,
    withdrawal_requested_at_intake,
)
from tests.service.journey_events import ended, succeeded
from tests.service.listing_events import changed_at_matching, published_at_matching, withdrawn_at_matching
from tests.service.notification_scenarios import (
    a_choice_of_channels,
    a_crisis,
    a_lapsed_proposal,
    a_proposal_taken_back,
    a_status,
    a_stream_read_again,
    an_overdue_referral,
    an_unread_stream,
    notified_and_erased,
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """`prepare` sets up the service and returns the event to hear; `partner` is set when a partner sends it.

    `announces` says whether the service must announce something because of the event.
    """

    service: str
    contract: type[Event]
    prepare: Callable[[ServiceBench], Awaitable[Event]]
    announces: bool
    partner: str | None = None

    def __str__(self) -> str:
        """Return the name for the test's id."""
        return f"{self.service}-{self.contract.__name__}"


async def with_a_free_supporter(bench: ServiceBench) -> Event:
    """A supporter is free."""
    offer = {"kind": "supporter", "region": REGION, "needs": ["grief"], "languages": ["en"], "capacity": 3}
    answer = await bench.client.post("/offers", json=offer)
    assert answer.is_success, answer.text
    return an_admission()


async def returned_to_matching(bench: ServiceBench) -> Event:
    """A successor is matched like any other referral."""
    await with_a_free_supporter(bench)
    return succeeded(an_admission())


async def with_a_rematch_request(_bench: ServiceBench) -> Event:
    """A person asked for another offer."""
    admission = an_admission()
    return FeedbackGiven(
        referral_id=admission.referral_id,
        person_id=admission.person_id,
        offer_id=OfferId(new_id()),
        offer_kind=OfferKind.SUPPORTER,
        actor=Actor.PERSON,
        fit=Fit.POOR,
        rematch=True,
    )


async def proposed_and_ended(bench: ServiceBench) -> Event:
    """A referral with a proposal ends."""
    admission = await with_a_free_supporter(bench)
    assert isinstance(admission, SubmissionAdmitted)
    await bench.hear(admission)
    return ended(admission)


async def waiting_and_amended(bench: ServiceBench) -> Event:
    """A request that waits is amended, and suits a supporter who is free."""
    await with_a_free_supporter(bench)
    admission = an_admission(request=a_request(needs=("anxiety",)))
    await bench.hear(admission)
    return an_amendment(admission, needs=("grief",))


async def proposed_and_consent_taken_back(bench: ServiceBench) -> Event:
    """The consent of a referral with a proposal is taken back."""
    admission = await with_a_free_supporter(bench)
    assert isinstance(admission, SubmissionAdmitted)
    await bench.hear(admission)
    return a_consent_change(admission, covers=False)


async def proposed_and_withdrawn(bench: ServiceBench) -> Event:
    """The submission of a referral with a proposal is withdrawn."""
    admission = await with_a_free_supporter(bench)
    assert isinstance(admission, SubmissionAdmitted)
    await bench.hear(admission)
    return a_withdrawal(admission)


async def matched_and_erased(bench: ServiceBench) -> Event:
    """The person of a referral with a proposal is erased."""
    admission = await with_a_free_supporter(bench)
    assert isinstance(admission, SubmissionAdmitted)
    await bench.hear(admission)
    return an_erasure(admission.person_id)


async def newly_admitted(_bench: ServiceBench) -> Event:
    """A referral is admitted; nothing happened before."""
    return an_admission(partner=PARTNER)


async def proposed(bench: ServiceBench) -> MatchProposed:
    """A referral gets its first proposal."""
    admission = an_admission(partner=PARTNER)
    await bench.hear(admission)
    return a_proposal(admission.referral_id)


async def accepted(bench: ServiceBench) -> Event:
    """The target accepts."""
    proposal = await proposed(bench)
    await bench.hear(proposal)
    return an_acceptance(proposal)


async def declined(bench: ServiceBench) -> Event:
    """The target declines."""
    proposal = await proposed(bench)
    await bench.hear(proposal)
    return a_decline(proposal)


async def lapsed(bench: ServiceBench) -> Event:
    """The target does not answer in time."""
    proposal = await proposed(bench)
    await bench.hear(proposal)
    return MatchLapsed(
        referral_id=proposal.referral_id, proposal_id=proposal.proposal_id, offer_id=proposal.offer_id
    )


async def waitlisted(bench: ServiceBench) -> Event:
    """No offer has a free place."""
    admission = an_admission(partner=PARTNER)
    await bench.hear(admission)
    return a_waitlisting(admission.referral_id)


async def proposal_taken_back(bench: ServiceBench) -> Event:
    """Matching takes its proposal back."""
    proposal = await proposed(bench)
    await bench.hear(proposal)
    return taken_back(proposal)


async def accepted_referral(bench: ServiceBench) -> SubmissionAdmitted:
    """A target accepted."""
    admission = an_admission(partner=PARTNER)
    proposal = a_proposal(admission.referral_id)
    await bench.hear(admission, proposal, an_acceptance(proposal))
    return admission


async def amended(bench: ServiceBench) -> Event:
    """An accepted referral's request is amended."""
    return an_amendment(await accepted_referral(bench), needs=("anxiety",))


async def consent_taken_back(bench: ServiceBench) -> Event:
    """The consent of an accepted referral is taken back."""
    return a_consent_change(await accepted_referral(bench), covers=False)


async def submission_withdrawn(bench: ServiceBench) -> Event:
    """The submission of an accepted referral is withdrawn."""
    return a_withdrawal(await accepted_referral(bench))


async def accepted_and_erased(bench: ServiceBench) -> Event:
    """The person of an accepted referral is erased."""
    return an_erasure((await accepted_referral(bench)).person_id)


async def completed(bench: ServiceBench) -> ReferralStatusChanged:
    """Return the last status of a referral that was completed."""
    admission = an_admission(partner=PARTNER)
    proposal = a_proposal(admission.referral_id)
    await bench.hear(admission, proposal, an_acceptance(proposal))
    for step, body in (("start", {}), ("complete", {"outcome": "engaged"})):
        answer = await bench.client.post(
            f"/referrals/{admission.referral_id}/{step}", json={"actor": "target", **body}
        )
        assert answer.is_success, answer.text
    changes = [a.event for a in await bench.announced() if isinstance(a.event, ReferralStatusChanged)]
    return changes[-1]


async def delivered_closing_notice(bench: ServiceBench) -> Event:
    """The notice that closes the loop."""
    change = await completed(bench)
    return NoticeDelivered(
        referral_id=change.referral_id,
        notice_id=NoticeId(new_id()),
        cause=str(new_id()),
        about_status=change.status,
        role=RecipientRole.REFERRER,
        channel=Channel.IN_APP,
        delivered_at=SUNDAY_NOON,
    )


async def failed_closing_notice(bench: ServiceBench) -> Event:
    """A notice that failed."""
    change = await completed(bench)
    return NoticeFailed(
        referral_id=change.referral_id,
        notice_id=NoticeId(new_id()),
        cause=str(new_id()),
        role=RecipientRole.REFERRER,
        channel=Channel.EMAIL,
        why="refused-by-recipient",
    )


SCENARIOS = (
    Scenario("intake", SubmissionReceived, with_partner, announces=True, partner=PARTNER),
    Scenario("intake", ConsentStated, consent_stated_at_intake, announces=True, partner=PARTNER),
    Scenario(
        "intake",
        SubmissionWithdrawalRequested,
        withdrawal_requested_at_intake,
        announces=True,
        partner=PARTNER,
    ),
    Scenario("intake", ReferralStatusChanged, referral_ended_at_intake, announces=False),
    Scenario("intake", ReferralSucceeded, referral_replaced_at_intake, announces=False),
    Scenario("intake", PersonErased, brought_back_at_intake, announces=False),
    Scenario("matching", SubmissionAdmitted, with_a_free_supporter, announces=True),
    Scenario("matching", ReferralSucceeded, returned_to_matching, announces=True),
    Scenario("matching", SubmissionAmended, waiting_and_amended, announces=True),
    Scenario("matching", ConsentChanged, proposed_and_consent_taken_back, announces=False),
    Scenario("matching", SubmissionWithdrawn, proposed_and_withdrawn, announces=False),
    Scenario("matching", FeedbackGiven, with_a_rematch_request, announces=False),
    Scenario("matching", ReferralStatusChanged, proposed_and_ended, announces=False),
    Scenario("matching", PersonErased, matched_and_erased, announces=False),
    Scenario("matching", ListingPublished, published_at_matching, announces=False),
    Scenario("matching", ListingChanged, changed_at_matching, announces=False),
    Scenario("matching", ListingWithdrawn, withdrawn_at_matching, announces=False),
    Scenario("referrals", SubmissionAdmitted, newly_admitted, announces=True),
    Scenario("referrals", SubmissionAmended, amended, announces=True),
    Scenario("referrals", ConsentChanged, consent_taken_back, announces=True),
    Scenario("referrals", SubmissionWithdrawn, submission_withdrawn, announces=True),
    Scenario("referrals", MatchProposed, proposed, announces=True),
    Scenario("referrals", MatchAccepted, accepted, announces=True),
    Scenario("referrals", MatchDeclined, declined, announces=True),
    Scenario("referrals", MatchLapsed, lapsed, announces=True),
    Scenario("referrals", MatchWithdrawn, proposal_taken_back, announces=True),
    Scenario("referrals", MatchWaitlisted, waitlisted, announces=True),
    Scenario("referrals", NoticeDelivered, delivered_closing_notice, announces=True),
    Scenario("referrals", NoticeFailed, failed_closing_notice, announces=False),
    Scenario("referrals", PersonErased, accepted_and_erased, announces=True),
    Scenario("referrals", PartnerRegistered, a_choice_of_channels, announces=False),
    Scenario("notifications", ReferralStatusChanged, a_status, announces=True),
    Scenario("notifications", MatchLapsed, a_lapsed_proposal, announces=True),
    Scenario("notifications", MatchWithdrawn, a_proposal_taken_back, announces=True),
    Scenario("notifications", ReferralOverdue, an_overdue_referral, announces=True),
    Scenario("notifications", PersonErased, notified_and_erased, announces=False),
    Scenario("notifications", PartnerRegistered, a_choice_of_channels, announces=False),
    Scenario("notifications", SubmissionEscalated, a_crisis, announces=False),
    Scenario("notifications", PartnerStreamPaused, an_unread_stream, announces=False),
    Scenario("notifications", PartnerStreamResumed, a_stream_read_again, announces=False),
)
