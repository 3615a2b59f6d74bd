"""Many notices are looked up, closed and recorded together, and none is affected by a fault of another."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry import trace

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, PersonId, ProposalId, ReferralId, new_id
from alongside_contracts.matching import MatchLapsed
from alongside_contracts.vocabulary import Actor, Channel, Status
from alongside_notifications.domain.audience import RecipientKind
from alongside_notifications.domain.notice import ClaimedDelivery
from alongside_notifications.domain.retry import Accepted, Delivered, RetryPolicy
from alongside_notifications.domain.rounds import Due
from alongside_notifications.sending import store as queue_store
from alongside_notifications.sending.result_writer import AttemptResult, ResultWriter
from tests.builders import SUNDAY_NOON, a_proposal, taken_back
from tests.polling import poll_until
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
    choose_channels,
)

BREAK_UPDATE = """
    create function refuse_it() returns trigger language plpgsql as $$
    begin raise exception 'this row is broken'; end $$;
    create trigger broken before update on delivery for each row
        when (new.state = 'delivered' and new.recipient_id = '{}') execute function refuse_it()
"""


async def reachable_partners(network: Network, count: int) -> list[str]:
    """Return as many partners that want e-mail, each with a notice of one acceptance."""
    partners = [f"clinic-{place}" for place in range(count)]
    network.contacts.addresses |= {("partner", partner): f"{partner}@home.test" for partner in partners}
    await choose_channels(network.bench, *partners)
    await network.bench.hear(
        *(
            a_transition(partner=partner, person_id=PersonId(new_id()), offer_id=None, actor=Actor.PERSON)
            for partner in partners
        )
    )
    await network.announced_events()
    return partners


async def reachable_people(network: Network, count: int) -> list[PersonId]:
    """Return as many people who can be reached, each with a notice of one acceptance."""
    people = [PersonId(new_id()) for _ in range(count)]
    network.contacts.addresses |= {
        ("person", str(person)): f"{place}@home.test" for place, person in enumerate(people)
    }
    await network.bench.hear(
        *(a_transition(person_id=person, partner=None, offer_id=None) for person in people)
    )
    await network.announced_events()
    return people


async def due_now(network: Network) -> list[Due]:
    """Return the due notices of the normal lane."""
    async with network.bench.runtime.read() as conn:
        return await queue_store.due_notices(
            conn,
            urgent=False,
            now=network.bench.clock.now(),
            kinds=list(RecipientKind),
            busy=[],
            due_max=100,
            pause_max=network.lane._options.pause_max,
        )


async def claim(network: Network, tx: Tx, due: Sequence[Due]) -> list[ClaimedDelivery]:
    """Claim these due notices; return those that were claimed."""
    options = network.lane._options
    return await queue_store.claim(tx, due, lease=options.lease)


async def claimed(network: Network) -> list[ClaimedDelivery]:
    """Claim and return all due notices."""
    due = await due_now(network)
    async with network.bench.runtime.transaction() as tx:
        return await claim(network, tx, due)


async def test_each_provider_is_asked_once_for_all_its_recipients(network: Network) -> None:
    await network.bench.hear(a_transition(), a_transition(partner="north-clinic"))

    await network.lane.deliver_due()

    people_and_partners = {("person", str(PERSON)), ("partner", PARTNER), ("partner", "north-clinic")}
    assert sorted(map(len, network.contacts.queries)) == [1, 3]
    assert set(network.contacts.queried_recipients) == people_and_partners | {("offer", str(OFFER))}


async def test_notices_without_a_route_are_closed_without_being_claimed(network: Network) -> None:
    network.contacts.addresses.clear()
    await network.bench.hear(*(a_transition() for _ in range(30)))
    await network.announced_events()

    await network.lane.deliver_due()

    mails = await network.deliveries(channel="email")
    assert [(mail["state"], mail["attempts"], mail["next_attempt_at"]) for mail in mails] == [
        ("no-route", 0, None)
    ] * 90
    assert len(network.contacts.queries) == 2
    assert network.metrics.attempts.labels("no-route")._value.get() == 90
    assert await network.announced_events() == []


async def test_the_notice_that_waits_longest_is_read_first_whatever_its_recipient(network: Network) -> None:
    for event in (a_transition(), an_overdue_referral(Actor.SUPERVISOR), an_overdue_referral(Actor.TARGET)):
        await network.bench.hear(event)
        network.bench.clock.advance(timedelta(seconds=1))

    due = await due_now(network)

    expected = ["partner", "offer", "person", "offer", "coordinator"]
    assert [notice.destination.kind for notice in due] == expected


@pytest.mark.parametrize("how", ["poisoned", "unreadable", "omitted"])
async def test_a_recipient_that_cannot_be_looked_up_delays_no_other(network: Network, how: str) -> None:
    getattr(network.contacts, how).add(("partner", PARTNER))
    await network.bench.hear(a_transition(), a_transition(partner="north-clinic", offer_id=None))

    await network.lane.deliver_due()

    assert {mail.to for mail in network.mail.received} == {PERSON_MAIL, OFFER_MAIL}
    states = {
        (n["recipient_id"], n["state"], n["trouble"]) for n in await network.deliveries(channel="email")
    }
    assert states == {
        (PARTNER, "pending", "routes-away"),
        ("north-clinic", "no-route", None),
        (str(PERSON), "delivered", None),
        (str(OFFER), "delivered", None),
    }


async def test_a_provider_that_hangs_delays_only_its_own_recipients(network_with: Networks) -> None:
    async with network_with(mail_poll_seconds=0.02) as network:
        network.contacts.blocked["offer"] = asyncio.Event()
        await network.bench.hear(a_transition())
        worker = asyncio.create_task(network.lane.run())
        await network.mail.wait_for_mails(2)

        await network.bench.hear(a_transition(person_id=PersonId(new_id()), offer_id=None))
        received = list(await network.mail.wait_for_mails(3))

        assert {mail.to for mail in received} == {PARTNER_MAIL, PERSON_MAIL}
        network.contacts.blocked["offer"].set()
        await network.mail.wait_for_mails(4)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def test_a_backlog_larger_than_one_query_is_served_to_its_end(network_with: Networks) -> None:
    async with network_with(destinations_at_once_max=2, notices_per_destination_max=1) as network:
        people = await reachable_people(network, 30)
        await network.bench.hear(*(a_transition(person_id=PersonId(new_id())) for _ in range(30)))

        await network.lane.deliver_due()

        assert len(network.mail.received) == len(people) + 60
        assert {n["state"] for n in await network.deliveries(channel="email")} == {"delivered", "no-route"}
        assert max(map(len, network.contacts.queries)) <= 24


async def test_while_more_notices_are_due_the_lane_does_not_wait_for_the_next_poll(
    network_with: Networks,
) -> None:
    async with network_with(destinations_at_once_max=2, mail_poll_seconds=600) as network:
        people = await reachable_people(network, 30)
        strangers = [PersonId(new_id()) for _ in range(100)]
        await network.bench.hear(*(a_transition(person_id=person) for person in [*strangers, people[0]]))
        worker = asyncio.create_task(network.lane.run())

        async def waiting() -> int:
            return len(await network.deliveries(state="pending")) + len(
                await network.deliveries(state="sending")
            )

        await poll_until(waiting, lambda count: count == 0, "all due notices to be served")

        assert len(network.mail.mails_to(PARTNER_MAIL)) == len(network.mail.mails_to(OFFER_MAIL)) == 101
        assert len(network.mail.mails_to("0@home.test")) == 2
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def test_a_notice_that_cannot_be_postponed_fails_no_other(network: Network) -> None:
    await network.bench.pool.execute(BREAK_UPDATE.replace("'delivered'", "'pending'").format(PARTNER))
    network.contacts.unavailable = True
    await network.bench.hear(a_transition())

    await network.lane.deliver_due()

    states = {(n["recipient_id"], n["state"]) for n in await network.deliveries(channel="email")}
    assert states == {(PARTNER, "sending"), (str(PERSON), "pending"), (str(OFFER), "pending")}


async def test_a_result_that_cannot_be_written_fails_no_other(network: Network) -> None:
    partners = await reachable_partners(network, 5)
    await network.bench.pool.execute(BREAK_UPDATE.format(partners[2]))
    claimed_notices, writer = await claimed(network), ResultWriter(network.bench.runtime, RetryPolicy())

    ends = await asyncio.gather(
        *(writer.write(AttemptResult(notice, Accepted(), trace.INVALID_SPAN)) for notice in claimed_notices),
        return_exceptions=True,
    )

    assert [end == Delivered() for end in ends] == [True, True, False, True, True]
    assert isinstance(ends[2], asyncpg.RaiseError)
    assert len(await network.delivered()) == 4
    [still_sending] = await network.deliveries(state="sending")
    assert still_sending["recipient_id"] == partners[2]


async def test_a_result_cancelled_while_it_is_written_fails_no_other(network: Network) -> None:
    await reachable_partners(network, 4)
    claimed_notices, writer = await claimed(network), ResultWriter(network.bench.runtime, RetryPolicy())
    async with network.bench.runtime.transaction() as tx:
        await tx.conn.execute(
            "select 1 from delivery where notice_id = $1 for update", claimed_notices[0].notice.id
        )
        first, *others = (
            asyncio.create_task(writer.write(AttemptResult(notice, Accepted(), trace.INVALID_SPAN)))
            for notice in claimed_notices
        )
        await poll_until(
            lambda: network.bench.pool.fetchval("select count(*) from pg_locks where not granted"),
            bool,
            "the first result to wait for the lock",
        )
        first.cancel()

    assert await asyncio.gather(*others) == [Delivered()] * 3
    assert len(await network.delivered()) == 4
    assert {n["state"] for n in await network.deliveries(channel="email")} == {"delivered"}


async def test_a_result_written_twice_is_announced_once(network: Network) -> None:
    await reachable_partners(network, 1)
    [notice], writer = await claimed(network), ResultWriter(network.bench.runtime, RetryPolicy())

    for _ in range(2):
        await writer.write(AttemptResult(notice, Accepted(), trace.INVALID_SPAN))

    assert [notice.channel for notice in await network.delivered()] == [Channel.EMAIL]


async def test_a_worker_cannot_claim_a_notice_that_another_has_claimed(network: Network) -> None:
    await reachable_people(network, 2)
    due = await due_now(network)
    async with network.bench.runtime.transaction() as first, network.bench.runtime.transaction() as second:
        claimed_notices = await claim(network, first, due)

        assert await claim(network, second, due) == []
        assert await queue_store.mark_unroutable(second, due) == set()
    async with network.bench.runtime.transaction() as third:
        assert await claim(network, third, due) == []
    assert len(claimed_notices) == 2


REFERRALS = [ReferralId(UUID(int=place)) for place in range(3)]
STATUSES = [Status.REQUESTED, Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED, Status.DRAFT]
TRANSITIONS = st.builds(
    lambda referral_id, status, partner, offer_id, sequence: a_transition(
        status, referral_id=referral_id, partner=partner, offer_id=offer_id, sequence=sequence
    ),
    st.sampled_from(REFERRALS),
    st.sampled_from(STATUSES),
    st.sampled_from([PARTNER, None]),
    st.sampled_from([OFFER, OfferId(UUID(int=9)), None]),
    st.integers(1, 9),
)
LAPSES = st.builds(
    lambda referral_id: MatchLapsed(
        referral_id=referral_id, proposal_id=ProposalId(UUID(int=5)), offer_id=OFFER
    ),
    st.sampled_from(REFERRALS),
)
WITHDRAWALS = st.builds(
    lambda referral_id: taken_back(
        a_proposal(referral_id, proposal_id=ProposalId(UUID(int=5)), offer_id=OFFER)
    ),
    st.sampled_from(REFERRALS),
)
OVERDUE = st.builds(an_overdue_referral, st.sampled_from([Actor.TARGET, Actor.PERSON, Actor.SUPERVISOR]))


async def outcome_of(bench: ServiceBench, batches: Sequence[Sequence[tuple[str, Event]]]) -> object:
    """Return the notices and announcements that these batches lead to, without their ids."""
    await bench.pool.execute("truncate notice, delivery, referral_state, inbox, outbox")
    for batch in batches:
        await bench.hear_records(*(bench.record_of(event, event_id=event_id) for event_id, event in batch))
    rows = await bench.pool.fetch(
        "select notice.referral_id, cause, template, about_status, sequence, role, notice.recipient_kind,"
        " notice.recipient_id, channels, delivery.state from notice left join delivery on notice_id = notice.id"
        " order by cause, role, recipient_id"
    )
    announced = sorted(
        await bench.announced(clear=True), key=lambda row: row.key
    )  # keeps the order within a referral
    return [dict(row) for row in rows], [row.event.model_dump(exclude={"notice_id"}) for row in announced]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TRANSITIONS | LAPSES | WITHDRAWALS | OVERDUE, min_size=1, max_size=6), st.data())
async def test_events_heard_in_one_batch_have_the_same_effects_as_one_at_a_time(
    network: Network, events: list[Event], data: st.DataObject
) -> None:
    order = data.draw(st.lists(st.sampled_from(range(len(events))), min_size=1, max_size=12))
    events_sent = [(f"event-{place}", events[place]) for place in order]

    together = await outcome_of(network.bench, [events_sent])

    assert together == await outcome_of(network.bench, [[sent] for sent in events_sent])


async def test_the_plans_of_a_small_queue_do_not_compare_all_that_is_due_with_all_that_waits(
    network: Network,
) -> None:
    now, pool = SUNDAY_NOON, network.bench.pool
    due = await pool.fetch(
        f"explain {queue_store._DUE}", False, now, list(RecipientKind), [], 1_000, now + timedelta(hours=1)
    )
    still_due = await pool.fetch(f"explain {queue_store._STILL_DUE}", [new_id() for _ in range(50)], [0] * 50)

    assert "Join Filter" not in f"{due}{still_due}"
