"""After a mail relay was down, nobody is asked what is long answered, and what is sent is true and in order."""

from datetime import timedelta
from typing import Any

from alongside_contracts.ids import OfferId, ProposalId, ReferralId, new_id
from alongside_contracts.matching import MatchLapsed
from alongside_contracts.vocabulary import Actor, BusinessStatus, Status
from tests.service.notifications.conftest import (
    OFFER,
    OFFER_MAIL,
    PERSON_MAIL,
    Network,
    a_transition,
    an_overdue_referral,
)

AN_HOUR = timedelta(hours=1)
QUESTION = "You are asked to answer a request."


class Referral:
    """A referral whose steps are heard, one after the other."""

    def __init__(self, network: Network) -> None:
        self._network, self._sequence = network, 0
        self.id = ReferralId(new_id())

    async def becomes(self, status: Status, **given: Any) -> None:
        """Let the referral make a transition."""
        self._sequence += 1
        step = a_transition(status, referral_id=self.id, sequence=self._sequence, **given)
        await self._network.bench.hear(step)

    async def asks(self, **given: Any) -> None:
        """Let the offer be asked."""
        await self.becomes(Status.REQUESTED, business_status=BusinessStatus.AWAITING_RESPONSE, **given)


def relay_goes_down(network: Network, *addresses: str, times: int = 1) -> None:
    """Let the next attempts to these mailboxes fail for now, of all if none is named."""
    for address in addresses or (OFFER_MAIL, PERSON_MAIL):
        network.mail.at_rcpt[address] = ["451 try again later"] * times


def texts_to(network: Network, address: str) -> list[str]:
    """Return what a mailbox received, in order: the first line of each mail."""
    return [mail.message.get_content().splitlines()[0] for mail in network.mail.mails_to(address)]


async def relay_is_back(network: Network) -> None:
    """Send what is due an hour later."""
    network.bench.clock.advance(AN_HOUR)
    await network.lane.deliver_due()


async def states(network: Network, **filters: Any) -> dict[str, str]:
    """Return the state of each e-mail by its template."""
    return {each["template"]: each["state"] for each in await network.deliveries(channel="email", **filters)}


async def test_a_target_that_answered_before_the_mail_was_sent_gets_none(network: Network) -> None:
    referral = Referral(network)
    relay_goes_down(network, OFFER_MAIL)
    await referral.asks()
    await network.lane.deliver_due()

    await referral.becomes(Status.ACCEPTED, actor=Actor.TARGET)
    await relay_is_back(network)

    assert texts_to(network, OFFER_MAIL) == []
    assert await states(network, role="target") == {"awaiting-response": "superseded"}
    assert texts_to(network, PERSON_MAIL) == ["Your request has been accepted."]


async def test_a_target_whose_answer_is_still_waited_for_is_asked(network: Network) -> None:
    referral = Referral(network)
    relay_goes_down(network)
    await referral.asks()
    await network.lane.deliver_due()

    await relay_is_back(network)

    assert texts_to(network, OFFER_MAIL) == [QUESTION]


async def test_a_target_is_not_asked_when_another_is_asked_by_now(network: Network) -> None:
    referral = Referral(network)
    relay_goes_down(network)
    await referral.asks()
    await network.lane.deliver_due()

    await referral.becomes(Status.REQUESTED, actor=Actor.TARGET, offer_id=None)
    await referral.asks(offer_id=OfferId(new_id()))
    await relay_is_back(network)

    assert texts_to(network, OFFER_MAIL) == []


async def test_a_reminder_is_not_sent_once_the_late_party_acted(network: Network) -> None:
    referral = Referral(network)
    await referral.becomes(Status.ACCEPTED, actor=Actor.TARGET)
    late = an_overdue_referral(Actor.TARGET).model_copy(update={"referral_id": referral.id})
    relay_goes_down(network)
    await network.bench.hear(late)
    await network.lane.deliver_due()

    await referral.becomes(Status.IN_PROGRESS, previous=Status.ACCEPTED, actor=Actor.TARGET)
    await relay_is_back(network)

    assert texts_to(network, OFFER_MAIL) == []
    assert await states(network, role="target") == {"overdue": "superseded"}


async def test_after_the_end_everybody_gets_one_notice_of_it(network: Network) -> None:
    referral = Referral(network)
    relay_goes_down(network, times=3)
    for status in (Status.REQUESTED, Status.ACCEPTED, Status.ON_HOLD, Status.COMPLETED):
        await referral.becomes(status, previous=None)
        await network.lane.deliver_due()
        network.bench.clock.advance(AN_HOUR)

    await relay_is_back(network)

    assert texts_to(network, PERSON_MAIL) == ["Your request has been completed."]
    assert texts_to(network, OFFER_MAIL) == ["A request you accepted has been completed."]
    inbox = (await network.bench.client.get(f"/inbox/target/{OFFER}")).json()["items"]
    assert [item["about_status"] for item in inbox] == ["completed", "on-hold", "accepted"]


async def test_what_is_still_true_arrives_in_the_order_in_which_it_happened(network: Network) -> None:
    """The first waits for its next attempt when the second is due: the second takes it along."""
    referral = Referral(network)
    network.mail.at_rcpt[PERSON_MAIL] = ["451 try again later"] * 4
    await referral.becomes(Status.REQUESTED, previous=None, offer_id=None)
    for _ in range(4):
        await network.lane.deliver_due()
        network.bench.clock.advance(timedelta(minutes=2))

    await referral.becomes(Status.ACCEPTED, actor=Actor.TARGET)
    await network.lane.deliver_due()

    assert texts_to(network, PERSON_MAIL) == [
        "A request for you has been received.",
        "Your request has been accepted.",
    ]


async def test_a_step_replayed_from_the_dead_letters_asks_nobody_what_is_long_answered(
    network: Network,
) -> None:
    referral = ReferralId(new_id())
    asked = a_transition(
        Status.REQUESTED, referral_id=referral, sequence=2, business_status=BusinessStatus.AWAITING_RESPONSE
    )
    await network.bench.hear(a_transition(Status.ACCEPTED, referral_id=referral, sequence=3))
    await network.lane.deliver_due()

    await network.bench.hear(asked)
    await network.lane.deliver_due()

    assert texts_to(network, OFFER_MAIL) == ["Your yes has been recorded."]


async def test_that_an_answer_is_not_needed_any_more_is_sent_all_the_same(network: Network) -> None:
    referral = Referral(network)
    await referral.asks()
    await network.lane.deliver_due()
    relay_goes_down(network)
    await network.bench.hear(
        MatchLapsed(referral_id=referral.id, proposal_id=ProposalId(new_id()), offer_id=OFFER)
    )
    await network.lane.deliver_due()

    await referral.becomes(Status.REQUESTED, actor=Actor.MATCHING, offer_id=None)
    await relay_is_back(network)

    assert texts_to(network, OFFER_MAIL) == [
        QUESTION,
        "The time to answer a request has passed; you need not do anything.",
    ]


async def test_a_failed_notice_that_no_longer_holds_is_not_sent_when_it_is_retried(network: Network) -> None:
    referral = Referral(network)
    network.mail.at_rcpt[OFFER_MAIL] = ["550 no such mailbox"]
    await referral.asks()
    await network.lane.deliver_due()
    (failed,) = await network.notices(state="failed")
    await referral.becomes(Status.CANCELLED, previous=Status.REQUESTED, offer_id=None)

    answer = await network.bench.client.post(f"/notices/{failed['id']}/retry")
    await network.lane.deliver_due()

    assert answer.status_code == 200
    assert texts_to(network, OFFER_MAIL) == []
    assert await states(network, role="target") == {"awaiting-response": "superseded"}
