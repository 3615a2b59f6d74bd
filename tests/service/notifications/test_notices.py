"""Everybody who should know is notified, once, and no text or row identifies a person."""

from uuid import UUID

import pytest

from alongside_contracts.ids import ProposalId, ReferralId, new_id
from alongside_contracts.matching import MatchLapsed
from alongside_contracts.notifications import NoticeDelivered, NoticeFailed
from alongside_contracts.vocabulary import Actor, BusinessStatus, Channel, Reason, RecipientRole, Status
from tests.builders import SUNDAY_NOON, a_proposal, taken_back
from tests.conftest import SERVICE_TOKEN
from tests.service.notifications.conftest import (
    OFFER,
    OFFER_MAIL,
    PARTNER,
    PARTNER_MAIL,
    PERSON,
    PERSON_MAIL,
    Network,
    Networks,
    a_transition,
    an_overdue_referral,
)

WITH_INBOX = (("target", str(OFFER)), ("person", str(PERSON)))
"""The recipients who have an inbox in the app."""


async def test_an_acceptance_is_reported_to_both_sides_and_the_person_by_both_channels(
    network: Network,
) -> None:
    await network.bench.hear(a_transition())

    assert len(await network.notices()) == 3
    stored = {
        (notice["role"], notice["recipient_id"], notice["channel"]) for notice in await network.deliveries()
    }
    assert stored == {
        ("referrer", PARTNER, "email"),  # a partner chooses its channels, and an inbox is not among them
        *((role, recipient, channel) for role, recipient in WITH_INBOX for channel in ("in-app", "email")),
    }


async def test_an_in_app_notice_is_delivered_when_it_is_stored(network: Network) -> None:
    event = a_transition()

    [cause] = await network.bench.hear(event)

    delivered = await network.delivered()
    assert {notice.role for notice in delivered} == {RecipientRole.TARGET, RecipientRole.PERSON}
    assert all(notice.referral_id == event.referral_id for notice in delivered)
    assert all(notice.cause == cause for notice in delivered)
    assert all(notice.about_status is Status.ACCEPTED for notice in delivered)
    assert all(notice.channel == Channel.IN_APP for notice in delivered)
    assert all(notice.delivered_at == network.bench.clock.now() for notice in delivered)


async def test_nobody_is_notified_twice_of_the_same_event_however_often_it_is_delivered(
    network: Network,
) -> None:
    event, event_id = a_transition(), str(new_id())

    await network.bench.hear(event, event_id=event_id)
    await network.bench.hear(event, event_id=event_id)
    await network.bench.pool.execute("delete from inbox")  # and even without the inbox row
    await network.bench.hear(event, event, event_id=event_id)
    await network.lane.deliver_due()

    assert len(await network.notices()) == 3
    assert sorted(n.role for n in await network.delivered()) == ["person", "referrer", "target"]
    assert len(network.mail.received) == 3


async def test_a_batch_of_transitions_is_reported_in_order_each_under_its_own_cause(network: Network) -> None:
    referral_id = ReferralId(new_id())
    moves = [
        a_transition(Status.REQUESTED, referral_id=referral_id, sequence=1, previous=None, offer_id=None),
        a_transition(Status.ACCEPTED, referral_id=referral_id, sequence=2),
        a_transition(Status.IN_PROGRESS, referral_id=referral_id, sequence=3),
        a_transition(Status.COMPLETED, referral_id=referral_id, sequence=4),
    ]

    causes = await network.bench.hear(*moves)

    to_person = [n for n in await network.delivered() if n.role == RecipientRole.PERSON]
    assert [n.about_status for n in to_person] == [moves[0].status, moves[1].status, moves[3].status]
    assert [n.cause for n in to_person] == [causes[0], causes[1], causes[3]]


async def test_a_self_referred_person_is_notified_once_as_the_referrer(network: Network) -> None:
    await network.bench.hear(a_transition(Status.COMPLETED, partner=None))

    delivered = await network.delivered()
    assert sorted(notice.role for notice in delivered) == [RecipientRole.REFERRER, RecipientRole.TARGET]
    inbox = (await network.bench.client.get(f"/inbox/person/{PERSON}")).json()["items"]
    assert [item["about_status"] for item in inbox] == ["completed"]


async def test_the_party_that_lets_a_referral_wait_is_reminded(network: Network) -> None:
    await network.bench.hear(an_overdue_referral(Actor.TARGET), an_overdue_referral(Actor.SUPERVISOR))

    stored = {(notice["role"], notice["recipient_id"]) for notice in await network.notices()}
    assert stored == {("target", str(OFFER)), ("coordinator", "on-call")}


@pytest.mark.parametrize(
    ("region", "on_call"),
    [("us-fl-miami", "miami-desk"), ("us-oh-scioto", "common-desk"), (None, "common-desk")],
)
async def test_an_overdue_referral_is_reported_to_the_coordinator_of_its_region(
    network_with: Networks, region: str | None, on_call: str
) -> None:
    ladders = {"us-fl-miami": [{"coordinator": "miami-desk"}], "*": [{"coordinator": "common-desk"}]}
    async with network_with(on_call=ladders) as network:
        await network.bench.hear(an_overdue_referral(Actor.COORDINATOR, region))

        assert {notice["recipient_id"] for notice in await network.notices()} == {on_call}


async def test_a_target_that_did_not_answer_is_notified_that_the_time_has_passed(network: Network) -> None:
    lapsed = MatchLapsed(referral_id=ReferralId(new_id()), proposal_id=ProposalId(new_id()), offer_id=OFFER)

    await network.bench.hear(lapsed)

    stored = {
        (n["role"], n["channel"], n["template"]) for n in await network.deliveries(recipient_id=str(OFFER))
    }
    assert stored == {("target", "in-app", "lapsed"), ("target", "email", "lapsed")}


async def test_a_target_whose_proposal_was_taken_back_is_notified_once(network: Network) -> None:
    withdrawn = taken_back(a_proposal(new_id(), offer_id=OFFER))

    await network.bench.hear(withdrawn, event_id="one-and-the-same")
    await network.bench.hear(withdrawn, event_id="one-and-the-same")

    stored = [(n["role"], n["channel"], n["template"]) for n in await network.deliveries()]
    assert sorted(stored) == [("target", "email", "withdrawn"), ("target", "in-app", "withdrawn")]
    await network.lane.deliver_due()
    [mail] = network.mail.received
    assert mail.to == OFFER_MAIL
    assert "no longer needs you" in mail.message.get_content()


async def test_a_stop_without_consent_is_worded_the_same_for_everybody_who_knows_of_it(
    network: Network,
) -> None:
    await network.bench.hear(
        a_transition(
            Status.CANCELLED,
            business_status=BusinessStatus.CONSENT_REVOKED,
            reason=Reason.PERSON_DECLINED,
            actor=Actor.PERSON,
        )
    )

    stored = {(n["role"], n["template"], n["about_status"]) for n in await network.notices()}
    assert stored == {(role, "consent-revoked", "cancelled") for role in ("referrer", "target")}


async def test_only_the_coordinator_of_the_region_is_notified_when_only_they_are_next(
    network: Network,
) -> None:
    await network.bench.hear(
        a_transition(
            Status.ACCEPTED,
            previous=Status.ACCEPTED,
            actor=Actor.REQUESTER,
            next_actor=Actor.COORDINATOR,
            due_at=SUNDAY_NOON,
            region="us-fl-miami",
        )
    )

    assert [(n["role"], n["recipient_id"]) for n in await network.notices()] == [("coordinator", "ana")]


async def test_events_about_notices_cause_no_notices(network: Network) -> None:
    handlers = network.bench.service.handlers

    assert NoticeDelivered not in handlers.events
    assert NoticeFailed not in handlers.events


async def test_the_mail_has_the_message_id_of_its_notice_and_names_nobody(network: Network) -> None:
    event = a_transition(Status.REQUESTED, business_status=BusinessStatus.AWAITING_RESPONSE)
    await network.bench.hear(event)
    await network.announced_events()

    await network.lane.deliver_due()

    by_address = {mail.to: mail for mail in network.mail.received}
    assert set(by_address) == {OFFER_MAIL}
    mail = by_address[OFFER_MAIL]
    [notice] = await network.deliveries(role="target", channel="email")
    assert mail.message_id == notice["message_id"] == f"<{notice['id']}@alongside>"
    assert mail.message["From"] == "notices@alongside.invalid"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    body = mail.message.get_content()
    assert f"/referrals/{event.referral_id}" in body
    for secret in (PARTNER, str(PERSON), str(OFFER), "supporter", "grief", "hospital"):
        assert secret not in f"{mail.message['Subject']}{body}".lower()


async def test_a_mail_is_announced_once_and_only_where_it_is_the_first_to_reach_its_recipient(
    network: Network,
) -> None:
    event = a_transition()
    [cause] = await network.bench.hear(event)
    await network.announced_events()

    await network.lane.deliver_due()
    await network.lane.deliver_due()

    delivered = await network.delivered()
    assert [(n.role, n.channel, n.channels) for n in delivered] == [
        (RecipientRole.REFERRER, Channel.EMAIL, ("email",))
    ]
    assert {n.cause for n in delivered} == {cause}
    assert {n["state"] for n in await network.deliveries()} == {"delivered"}


async def test_a_later_mail_continues_the_trace_of_its_cause(network: Network) -> None:
    sender = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    await network.bench.hear(a_transition(), trace=sender)
    await network.announced_events()

    await network.lane.deliver_due()

    announced = await network.bench.announced()
    assert {row.trace["traceparent"].split("-")[1] for row in announced} == {
        "0af7651916cd43dd8448eb211c80319c"
    }


async def test_without_an_address_the_in_app_notice_remains_and_nothing_failed(network: Network) -> None:
    del network.contacts.addresses["partner", PARTNER]
    network.contacts.addresses["person", str(PERSON)] = None
    await network.bench.hear(a_transition())
    await network.announced_events()

    await network.lane.deliver_due()

    states = {(n["role"], n["channel"]): n["state"] for n in await network.deliveries()}
    assert states["referrer", "email"] == states["person", "email"] == "no-route"
    assert states["person", "in-app"] == "delivered"
    assert await network.announced_events() == []


async def test_an_address_that_could_forge_a_header_is_no_address(network: Network) -> None:
    network.contacts.addresses["partner", PARTNER] = "a@b.test\r\nBcc: spy@evil.test"
    await network.bench.hear(a_transition())

    await network.lane.deliver_due()

    assert [n["state"] for n in await network.deliveries(role="referrer", channel="email")] == ["failed"]
    assert {mail.to for mail in network.mail.received} == {PERSON_MAIL, OFFER_MAIL}


async def test_no_address_name_or_text_is_stored(network: Network) -> None:
    await network.bench.hear(a_transition())
    await network.lane.deliver_due()

    rows = await network.bench.pool.fetch(
        "select row_to_json(notice)::text as kept from notice"
        " union all select row_to_json(delivery)::text from delivery"
    )
    stored_text = " ".join(row["kept"] for row in rows)
    assert stored_text.count('"delivered"') == 6
    for secret in (PARTNER_MAIL, PERSON_MAIL, OFFER_MAIL, "request", SERVICE_TOKEN):
        assert secret not in stored_text


async def test_the_inbox_shows_the_newest_first_in_words_page_by_page(network: Network) -> None:
    referral_id = ReferralId(new_id())
    for place, status in enumerate((Status.ACCEPTED, Status.ON_HOLD, Status.COMPLETED), start=2):
        await network.bench.hear(a_transition(status, referral_id=referral_id, sequence=place))

    first = (await network.bench.client.get(f"/inbox/target/{OFFER}", params={"limit": 2})).json()
    second = (
        await network.bench.client.get(
            f"/inbox/target/{OFFER}", params={"limit": 2, "cursor": first["next_cursor"]}
        )
    ).json()

    shown = first["items"] + second["items"]
    assert [item["about_status"] for item in shown] == ["completed", "on-hold", "accepted"]
    assert second["next_cursor"] is None
    assert shown[0]["text"] == "A request you accepted has been completed."
    assert shown[0]["link"].endswith(f"/referrals/{referral_id}")


async def test_notices_can_be_filtered_by_referral_role_channel_and_state(network: Network) -> None:
    wanted = a_transition()
    await network.bench.hear(wanted, a_transition())

    found = await network.notices(
        referral_id=str(wanted.referral_id), role="person", channel="email", state="pending"
    )

    assert [notice["recipient_id"] for notice in found] == [str(PERSON)]
    one = (await network.bench.client.get(f"/notices/{found[0]['id']}")).json()
    assert one == found[0]


@pytest.mark.parametrize("cursor", ["nonsense", "WyJ4Il0"])
async def test_a_cursor_from_elsewhere_is_refused_with_a_remedy(network: Network, cursor: str) -> None:
    answer = await network.bench.client.get("/notices", params={"cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["code"] == "bad-cursor"


async def test_an_unknown_notice_is_not_found(network: Network) -> None:
    answer = await network.bench.client.get(f"/notices/{UUID(int=9)}")

    assert (answer.status_code, answer.json()["code"]) == (404, "notice-not-found")
