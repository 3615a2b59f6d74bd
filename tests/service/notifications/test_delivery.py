"""Mail that is not delivered: waits, refusals and crashes, none of which affects another recipient."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest

from alongside_contracts.ids import OfferId, PersonId, new_id
from alongside_contracts.notifications import NoticeDelivered
from alongside_contracts.vocabulary import RecipientRole
from alongside_notifications.sending.delivery import DeliveryLane
from alongside_notifications.settings import Settings
from tests.service.notifications.conftest import (
    OFFER_MAIL,
    PARTNER,
    PARTNER_MAIL,
    PERSON_MAIL,
    Network,
    Networks,
    a_transition,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def kill(task: asyncio.Task[None], lane: DeliveryLane) -> None:
    """End a lane and everything it is sending at once, as the death of its process would."""
    for sending in list(lane._sending):
        sending.cancel()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await asyncio.gather(*lane._sending, return_exceptions=True)


async def wait_until(what: str, check: Callable[[], Awaitable[bool]]) -> None:
    """Repeat the check until it holds; fail with `what` after ten seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 10
    while not await check():
        assert loop.time() < deadline, f"waited 10 s for {what}"
        await asyncio.sleep(0.02)


async def test_a_mailbox_that_is_busy_gets_its_mail_later(network: Network) -> None:
    network.mail.at_data[PARTNER_MAIL] = ["451 try again later"]
    await network.bench.hear(a_transition())
    await network.lane.deliver_due()

    [waiting] = await network.deliveries(state="pending")
    assert (waiting["role"], waiting["attempts"], waiting["trouble"]) == (
        "referrer",
        1,
        "temporarily-refused",
    )
    assert network.mail.mails_to(PARTNER_MAIL) == []

    network.bench.clock.advance(MINUTE)
    await network.lane.deliver_due()

    assert len(network.mail.mails_to(PARTNER_MAIL)) == 1
    assert {notice["state"] for notice in await network.deliveries()} == {"delivered"}


async def test_a_temporarily_refused_recipient_leaves_the_notice_pending(network: Network) -> None:
    network.mail.at_rcpt[PARTNER_MAIL] = ["450 mailbox busy"]
    await network.bench.hear(a_transition())

    await network.lane.deliver_due()

    assert [n["trouble"] for n in await network.deliveries(state="pending")] == ["temporarily-refused"]


async def test_a_notice_made_while_the_clock_was_ahead_is_sent_after_the_clock_is_corrected(
    network: Network,
) -> None:
    real_time = await network.bench.pool.fetchval("select clock_timestamp()")
    network.bench.clock.set_to(real_time + 3 * HOUR)
    await network.bench.hear(a_transition())

    network.bench.clock.set_to(real_time + MINUTE)
    await network.lane.deliver_due()

    assert {notice["state"] for notice in await network.deliveries()} == {"delivered"}


async def test_a_notice_postponed_by_a_clock_that_was_ahead_waits_no_longer_than_any_other(
    network: Network,
) -> None:
    network.mail.at_data[PARTNER_MAIL] = ["451 try again later"]
    real_time = await network.bench.pool.fetchval("select clock_timestamp()")
    network.bench.clock.set_to(real_time + 3 * HOUR)
    await network.bench.hear(a_transition())
    await network.lane.deliver_due()
    assert len(await network.deliveries(state="pending")) == 1

    network.bench.clock.set_to(real_time + MINUTE)
    await network.lane.deliver_due()

    assert {notice["state"] for notice in await network.deliveries()} == {"delivered"}


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
async def test_a_permanent_refusal_fails_the_notice_and_is_announced(network: Network, where: str) -> None:
    getattr(network.mail, where)[PARTNER_MAIL] = ["550 no such user"]
    event = a_transition()
    [cause] = await network.bench.hear(event)
    await network.announced_events()

    await network.lane.deliver_due()

    [failed] = await network.failed()
    assert (failed.role, failed.why) == (RecipientRole.REFERRER, "refused-by-recipient")
    assert (failed.cause, failed.referral_id) == (cause, event.referral_id)
    assert [n["role"] for n in await network.deliveries(state="failed")] == ["referrer"]
    assert len(network.mail.received) == 2


async def test_a_refused_login_at_the_relay_is_not_a_refusal_by_the_recipient(network_with: Networks) -> None:
    async with network_with(smtp_user="us", smtp_password="wrong") as network:
        await network.bench.hear(a_transition())

        await network.lane.deliver_due()

        assert {n["trouble"] for n in await network.deliveries(state="pending")} == {"relay-away"}


async def test_a_dead_relay_makes_notices_wait_and_the_service_stays_ready(network_with: Networks) -> None:
    async with network_with(smtp_port=1) as network:
        await network.bench.hear(a_transition())

        await network.lane.deliver_due()

        assert {n["trouble"] for n in await network.deliveries(state="pending")} == {"relay-away"}
        assert network.metrics.attempts.labels("once-more")._value.get() == 3
        assert len(await network.delivered()) == 2  # in the app


async def test_notices_wait_while_addresses_cannot_be_looked_up(network: Network) -> None:
    network.contacts.unavailable = True
    await network.bench.hear(a_transition())
    await network.lane.deliver_due()
    assert {n["trouble"] for n in await network.deliveries(state="pending")} == {"routes-away"}

    network.contacts.unavailable = False
    network.bench.clock.advance(MINUTE)
    await network.lane.deliver_due()

    assert len(network.mail.received) == 3


async def test_a_wrong_lookup_url_makes_notices_wait_and_is_not_a_missing_address(
    network_with: Networks,
) -> None:
    async with network_with() as network:
        network.lane._lookup._urls = dict.fromkeys(
            network.lane._lookup._urls, f"{network.contacts.url}/elsewhere"
        )
        await network.bench.hear(a_transition())

        await network.lane.deliver_due()

        assert {n["trouble"] for n in await network.deliveries(state="pending")} == {"routes-away"}


async def test_after_the_last_attempt_a_notice_is_given_up_and_can_be_retried(
    network_with: Networks,
) -> None:
    async with network_with(send_attempts_max=2) as network:
        network.mail.at_data[PARTNER_MAIL] = ["451 later"] * 2
        await network.bench.hear(a_transition())
        await network.lane.deliver_due()
        network.bench.clock.advance(MINUTE)
        await network.lane.deliver_due()
        [failed] = await network.failed()
        assert failed.why == "attempts-exhausted"

        answer = await network.bench.client.post(f"/notices/{failed.notice_id}/retry")
        await network.lane.deliver_due()

        assert (answer.status_code, answer.json()["deliveries"][0]["state"]) == (200, "pending")
        assert len(network.mail.mails_to(PARTNER_MAIL)) == 1
        assert [n.notice_id for n in await network.delivered()] == [failed.notice_id]


async def test_a_notice_that_did_not_fail_is_not_retried(network: Network) -> None:
    await network.bench.hear(a_transition())
    [notice, *_] = await network.deliveries(channel="in-app")

    answer = await network.bench.client.post(f"/notices/{notice['id']}/retry")

    assert (answer.status_code, answer.json()["code"]) == (409, "notice-not-failed")


async def test_a_worker_killed_after_the_relay_accepted_sends_the_same_message_again(
    network: Network,
) -> None:
    """The one case in which a message may arrive twice: the mailbox can recognise it, and it is announced once."""
    network.mail.blocked[PARTNER_MAIL] = asyncio.Event()
    await network.bench.hear(a_transition(offer_id=None))
    await network.announced_events()
    worker = asyncio.create_task(network.lane.deliver_due())
    await network.mail.wait_for_mails(2)
    await kill(worker, network.lane)

    network.mail.blocked[PARTNER_MAIL].set()
    await network.lane.deliver_due()
    assert len(network.mail.mails_to(PARTNER_MAIL)) == 1  # the lease still holds
    settings = network.bench.service.settings
    assert isinstance(settings, Settings)
    network.bench.clock.advance(settings.lease)
    await network.lane.deliver_due()

    first, again = network.mail.mails_to(PARTNER_MAIL)
    assert first.message_id == again.message_id
    assert first.raw == again.raw
    to_referrer = [n for n in await network.delivered() if n.role == RecipientRole.REFERRER]
    assert len(to_referrer) == 1
    assert {notice["state"] for notice in await network.deliveries()} == {"delivered"}


async def test_two_workers_share_the_work_and_send_nothing_twice(network: Network) -> None:
    people = [PersonId(new_id()) for _ in range(20)]
    network.contacts.addresses |= {
        ("person", str(person)): f"p{n}@home.test" for n, person in enumerate(people)
    }
    await network.bench.hear(*(a_transition(person_id=person, offer_id=None) for person in people))
    other = DeliveryLane(
        network.bench.runtime,
        urgent=False,
        relay=network.lane._relay,
        lookup=network.lane._lookup,
        options=network.lane._options,
        metrics=network.metrics,
    )

    await asyncio.gather(network.lane.deliver_due(), other.deliver_due())

    ids = [mail.message_id for mail in network.mail.received]
    assert len(ids) == len(set(ids)) == 40
    assert {notice["state"] for notice in await network.deliveries()} == {"delivered"}


async def test_a_destination_that_hangs_delays_nobody_else(network_with: Networks) -> None:
    async with network_with(
        destinations_at_once_max=2, mail_poll_seconds=0.02, send_seconds_max=30
    ) as network:
        network.mail.blocked[PARTNER_MAIL] = asyncio.Event()
        people = [PersonId(new_id()) for _ in range(10)]
        network.contacts.addresses |= {
            ("person", str(person)): f"p{n}@home.test" for n, person in enumerate(people)
        }
        first, *others = (a_transition(person_id=person, offer_id=None) for person in people)
        await network.bench.hear(first)
        worker = asyncio.create_task(network.lane.run())
        await network.mail.wait_for_mails(2)  # one of them to the destination that now hangs

        await network.bench.hear(*others)

        async def the_others_are_served() -> bool:
            return {
                n["recipient_id"] for n in await network.deliveries(channel="email", state="delivered")
            } == {str(person) for person in people}

        await wait_until("everybody but the hanging destination to be served", the_others_are_served)

        assert len(network.mail.mails_to(PARTNER_MAIL)) == 1
        await kill(worker, network.lane)
        network.mail.blocked[PARTNER_MAIL].set()


async def test_only_one_notice_of_a_dead_destination_is_attempted(network: Network) -> None:
    network.mail.at_rcpt[PARTNER_MAIL] = ["451 dead"] * 100
    events = [a_transition(person_id=PersonId(new_id()), offer_id=None) for _ in range(6)]
    await network.bench.hear(*events)

    await network.lane.deliver_due()

    waiting = await network.deliveries(state="pending", recipient_id=PARTNER)
    assert sorted(notice["attempts"] for notice in waiting) == [0, 0, 0, 0, 0, 1]
    assert len(network.mail.at_rcpt[PARTNER_MAIL]) == 99


async def test_a_stop_waits_for_messages_that_are_being_sent(network_with: Networks) -> None:
    async with network_with(mail_poll_seconds=0.02) as network:
        network.mail.blocked[PARTNER_MAIL] = asyncio.Event()
        await network.bench.hear(a_transition())
        worker = asyncio.create_task(network.lane.run())
        await network.mail.wait_for_mails(3)

        worker.cancel()
        asyncio.get_running_loop().call_soon(network.mail.blocked[PARTNER_MAIL].set)
        with suppress(asyncio.CancelledError):
            await worker

        assert {notice["state"] for notice in await network.deliveries()} == {"delivered"}


async def test_every_destination_is_looked_up_once_per_round(network: Network) -> None:
    offer = OfferId(UUID(int=7))
    network.contacts.addresses["offer", str(offer)] = OFFER_MAIL
    await network.bench.hear(*(a_transition(offer_id=offer, partner=None) for _ in range(4)))

    await network.lane.deliver_due()

    assert network.contacts.queried_recipients.count(("offer", str(offer))) == 1
    assert len(network.mail.mails_to(OFFER_MAIL)) == len(network.mail.mails_to(PERSON_MAIL)) == 4


async def test_the_metrics_show_the_number_of_waiting_notices(network: Network) -> None:
    await network.bench.hear(a_transition())
    async with network.bench.runtime.read() as conn:
        from alongside_notifications import store

        network.metrics.set_waiting(await store.count_waiting(conn))

    assert network.metrics.waiting.labels("normal")._value.get() == 3
    assert network.metrics.waiting.labels("urgent")._value.get() == 0
    assert [type(event) for event in await network.announced_events()] == [NoticeDelivered] * 2


async def test_a_notice_by_a_channel_of_a_newer_release_is_left_to_instances_that_know_it(
    network: Network,
) -> None:
    await network.bench.hear(a_transition())
    await network.bench.pool.execute(
        "update delivery set channel = 'sms', message_id = null where recipient_kind = 'offer'"
    )

    await network.lane.deliver_due()

    assert OFFER_MAIL not in {mail.to for mail in network.mail.received}
    assert {each["state"] for each in await network.deliveries(channel="sms")} == {"pending"}
