"""Erased stays erased: nothing more is sent to an erased person, and those who were asked about them learn that it ended."""

from typing import Any

from alongside_contracts.referrals import ReferralStatusChanged
from alongside_contracts.vocabulary import Actor, Reason, Status
from tests.builders import an_erasure
from tests.service.notifications.conftest import (
    OFFER,
    OFFER_MAIL,
    PARTNER_MAIL,
    PERSON,
    PERSON_MAIL,
    Network,
    a_transition,
)


def cancelled(**given: Any) -> ReferralStatusChanged:
    """Return the status that follows an erasure."""
    return a_transition(
        Status.CANCELLED, actor=Actor.COORDINATOR, reason=Reason.PERSON_ERASED, sequence=3, **given
    )


async def test_notices_to_the_person_are_superseded_and_their_inbox_is_emptied(network: Network) -> None:
    await network.bench.hear(a_transition())

    await network.bench.hear(an_erasure(PERSON))
    await network.lane.deliver_due()

    assert {
        (notice["channel"], notice["state"]) for notice in await network.deliveries(recipient_id=str(PERSON))
    } == {("email", "superseded")}
    mails = {
        address: len(network.mail.mails_to(address)) for address in (PARTNER_MAIL, OFFER_MAIL, PERSON_MAIL)
    }
    assert mails == {PARTNER_MAIL: 1, OFFER_MAIL: 1, PERSON_MAIL: 0}
    inbox = await network.bench.client.get(f"/inbox/person/{PERSON}")
    assert inbox.json()["items"] == []


async def test_a_notice_caused_after_the_erasure_is_not_made(network: Network) -> None:
    await network.bench.hear(an_erasure(PERSON))

    await network.bench.hear(a_transition())

    assert {notice["role"] for notice in await network.notices()} == {"referrer", "target"}


async def test_a_notice_to_an_erased_person_is_not_retried(network: Network) -> None:
    await network.bench.hear(a_transition())
    failed = "update delivery set state = 'failed', next_attempt_at = null"
    await network.bench.pool.execute(failed)
    await network.bench.hear(an_erasure(PERSON))
    (notice,) = await network.notices(recipient_id=str(PERSON))

    answer = await network.bench.client.post(f"/notices/{notice['id']}/retry")

    assert (answer.status_code, answer.json()["code"]) == (409, "notice-not-failed")


async def test_what_was_not_sent_yet_about_the_referral_is_superseded_by_its_end(network: Network) -> None:
    asked = a_transition(Status.REQUESTED, business_status="awaiting-response", actor=Actor.MATCHING)
    await network.bench.hear(asked)

    await network.bench.hear(cancelled(referral_id=asked.referral_id, previous=Status.REQUESTED))
    await network.lane.deliver_due()

    states = {
        (notice["template"], notice["role"]): notice["state"]
        for notice in await network.deliveries(channel="email")
        if notice["role"] != "person"
    }
    assert states == {
        ("awaiting-response", "target"): "superseded",
        ("cancelled", "referrer"): "delivered",
        ("cancelled", "target"): "delivered",
    }


async def test_the_target_is_told_that_it_ended_and_nothing_of_an_erasure(network: Network) -> None:
    await network.bench.hear(an_erasure(PERSON), cancelled())

    (item,) = (await network.bench.client.get(f"/inbox/target/{OFFER}")).json()["items"]
    assert "has ended; you need not do anything" in item["text"]
    assert "eras" not in item["text"].lower() + item["title"].lower()
