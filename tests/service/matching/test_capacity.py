"""No place is promised twice, however many transactions ask for it at once."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.matching import MatchAccepted, MatchProposed, MatchWaitlisted
from alongside_contracts.vocabulary import Reason, Status
from alongside_matching.allocation import answers
from alongside_matching.allocation.store import places as places_store
from alongside_matching.context import MatchingContext
from alongside_matching.policy_file import read_policies
from alongside_matching.settings import SHIPPED_POLICIES
from tests.builders import SUNDAY_NOON, an_admission
from tests.service.matching.bench import (
    a_status,
    admit,
    an_offer,
    announced,
    decline,
    last_proposal,
    places,
    story,
)

AT_ONCE = 100


async def test_a_hundred_who_hold_one_seat_at_once_get_exactly_one(matching_bench: ServiceBench) -> None:
    seat = await an_offer(matching_bench, capacity=1)

    async def hold() -> int:
        async with matching_bench.runtime.transaction() as tx:
            return (await places_store.hold(tx, {seat: 1})).get(seat, 0)

    held = await asyncio.gather(*(hold() for _ in range(AT_ONCE)))

    assert sorted(held) == [0] * (AT_ONCE - 1) + [1]
    assert await places(matching_bench, seat) == (1, 0)


async def test_no_more_places_are_held_than_the_well_being_rule_allows(matching_bench: ServiceBench) -> None:
    seat = await an_offer(matching_bench, capacity=5)
    await matching_bench.pool.execute("update offer set capacity_limit = 2 where id = $1", seat)

    for _ in range(4):
        await admit(matching_bench)

    assert await places(matching_bench, seat) == (2, 0)
    assert len(await announced(matching_bench, MatchWaitlisted)) == 2


async def test_a_transaction_that_has_locked_offers_skips_locked_offers(
    matching_bench: ServiceBench,
) -> None:
    """Otherwise two transactions could wait for each other."""
    first, second = await an_offer(matching_bench), await an_offer(matching_bench)

    async with matching_bench.runtime.transaction() as one, matching_bench.runtime.transaction() as other:
        for tx in (one, other):
            await tx.conn.execute("set local lock_timeout = '5s'")  # fails if it waits after all
        assert await places_store.hold(one, {first: 1}) == {first: 1}
        assert await places_store.hold(other, {second: 1}) == {second: 1}
        assert await places_store.hold(one, {second: 1}) == {}
        assert await places_store.hold(other, {first: 1}) == {}


async def test_a_hundred_acceptances_of_one_proposal_at_once_are_one(matching_bench: ServiceBench) -> None:
    seat = await an_offer(matching_bench, capacity=1)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))

    answers = await asyncio.gather(
        *(matching_bench.client.post(f"/proposals/{proposal.proposal_id}/accept") for _ in range(AT_ONCE))
    )

    codes = [answer.status_code for answer in answers]
    assert (codes.count(200), codes.count(409)) == (1, AT_ONCE - 1)
    assert len(await announced(matching_bench, MatchAccepted)) == 1
    assert await places(matching_bench, seat) == (0, 1)


async def test_referrals_that_arrive_at_once_over_many_connections_share_the_free_places(
    matching_bench: ServiceBench,
) -> None:
    seats = [await an_offer(matching_bench, capacity=3) for _ in range(3)]

    await asyncio.gather(*(matching_bench.hear(an_admission()) for _ in range(40)))

    assert len(await announced(matching_bench, MatchProposed)) == 9
    assert len(await announced(matching_bench, MatchWaitlisted)) == 31
    assert [await places(matching_bench, seat) for seat in seats] == [(3, 0)] * 3


async def test_arrivals_declines_and_ends_at_once_leave_no_place_unused_and_none_oversold(
    matching_bench: ServiceBench,
) -> None:
    seats = [await an_offer(matching_bench, capacity=2) for _ in range(4)]
    early = [await admit(matching_bench) for _ in range(8)]
    proposals = [await last_proposal(matching_bench, referral) for referral in early]

    await asyncio.gather(
        *(matching_bench.hear(an_admission()) for _ in range(20)),
        *(decline(matching_bench, proposal) for proposal in proposals[:4]),
        *(matching_bench.hear(a_status(referral, Status.CANCELLED)) for referral in early[4:]),
    )

    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(seconds=2))

    assert [await places(matching_bench, seat) for seat in seats] == [(2, 0)] * 4
    assert await matching_bench.dead_letters() == []


async def test_a_referral_that_arrives_while_a_place_is_freed_gets_it_soon(
    matching_bench: ServiceBench,
) -> None:
    """The arrival sees no place, and the release no waiting referral. The timer sees both."""
    seat = await an_offer(matching_bench, capacity=1)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))
    elsewhere = MatchingContext(read_policies(SHIPPED_POLICIES))

    async with matching_bench.runtime.transaction() as tx:
        await answers.decline(tx, proposal.proposal_id, Reason.NO_CAPACITY, elsewhere)
        late = await admit(matching_bench)
    assert await story(matching_bench, late) == ["MatchWaitlisted"]
    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(seconds=2))

    assert (await last_proposal(matching_bench, late)).offer_id == seat


async def test_a_freed_place_that_was_missed_is_found_while_any_referral_waits(
    matching_bench: ServiceBench,
) -> None:
    """Sweeps repeat as long as any referral waits."""
    seat = await an_offer(matching_bench, capacity=0)
    waiting = await admit(matching_bench)
    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(minutes=10))
    await matching_bench.pool.execute(
        "update offer set capacity = 1, capacity_limit = null where id = $1", seat
    )

    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(minutes=11))

    assert (await last_proposal(matching_bench, waiting)).offer_id == seat


async def test_an_end_that_arrives_during_an_answer_is_applied_by_a_timer(
    matching_bench: ServiceBench,
) -> None:
    seat = await an_offer(matching_bench, capacity=1)
    referral = await admit(matching_bench)
    proposal = await last_proposal(matching_bench, referral)

    async with matching_bench.runtime.transaction() as tx:
        await answers.accept(tx, proposal.proposal_id)
        await matching_bench.hear(a_status(referral, Status.CANCELLED))
    assert await places(matching_bench, seat) == (0, 1)
    await matching_bench.fire_timers(SUNDAY_NOON)

    assert await places(matching_bench, seat) == (0, 0)


async def test_a_place_held_in_a_transaction_that_is_undone_is_free_again(
    matching_bench: ServiceBench,
) -> None:
    """The cache reads the changes of a rolled-back transaction again."""
    seat = await an_offer(matching_bench, capacity=1)
    undone, lasting = an_admission(), an_admission()
    await matching_bench.pool.execute("alter table proposal add constraint never check (false)")
    await matching_bench.hear(undone)
    await matching_bench.pool.execute("alter table proposal drop constraint never")

    await matching_bench.hear(lasting)

    assert (await last_proposal(matching_bench, lasting.referral_id)).offer_id == seat


async def test_two_declines_that_free_each_others_next_offer_do_not_deadlock(
    matching_bench: ServiceBench,
) -> None:
    """Each decline proposes the other's offer next while it has locked its own: waiting would be a deadlock."""
    await an_offer(matching_bench, capacity=1)
    await an_offer(matching_bench, capacity=1)
    first, second = await admit(matching_bench), await admit(matching_bench)
    proposals = [await last_proposal(matching_bench, referral) for referral in (first, second)]

    async with asyncio.timeout(10):
        await asyncio.gather(*(decline(matching_bench, proposal) for proposal in proposals))
    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(seconds=2))

    offers_held = [event.offer_id for event in await announced(matching_bench, MatchProposed)]
    assert len(offers_held) == 4
    assert len(set(offers_held)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "update offer set held = capacity + 1 where id = $1",
        "update offer set taken = capacity, held = 1 where id = $1",
        "update offer set held = -1 where id = $1",
        "update offer set name = 'somebody' where id = $1",
    ],
)
async def test_the_database_itself_refuses_invalid_rows(matching_bench: ServiceBench, statement: str) -> None:
    seat = await an_offer(matching_bench, capacity=1)

    with pytest.raises(asyncpg.CheckViolationError):
        await matching_bench.pool.execute(statement, seat)


async def test_a_referral_has_one_live_proposal_at_a_time(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    referral: UUID = await admit(matching_bench)

    with pytest.raises(asyncpg.UniqueViolationError):
        await matching_bench.pool.execute(
            """
            insert into proposal (id, referral_id, offer_id, offer_kind, region, attempt, state, score, factors,
                                  considered, expires_at, created_at)
            select $1, referral_id, offer_id, offer_kind, region, 2, 'open', 0, '{}', 1, expires_at, created_at
            from proposal where referral_id = $2
            """,
            uuid4(),
            referral,
        )
