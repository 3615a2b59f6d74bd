"""No place is promised twice, whoever comes at the same moment."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.matching import MatchAccepted, MatchProposed, MatchWaitlisted
from alongside_contracts.vocabulary import Reason, Status
from alongside_matching import answering
from alongside_matching.policy_file import read_policies
from alongside_matching.settings import SHIPPED_POLICIES
from alongside_matching.store import offers
from tests.builders import an_admission
from tests.polling import poll_until
from tests.service.matching.bench import (
    a_status,
    admit,
    an_offer,
    announced,
    decline,
    last_proposal,
    places,
)

AT_ONCE = 100


async def test_a_hundred_who_hold_one_seat_at_once_without_any_lock_get_exactly_one(
    matching_bench: ServiceBench,
) -> None:
    seat = await an_offer(matching_bench, capacity=1)

    async def hold() -> bool:
        async with matching_bench.runtime.transaction() as tx:
            await offers.hold(tx.conn, seat, tx.now)
        return True

    outcomes = await asyncio.gather(*(hold() for _ in range(AT_ONCE)), return_exceptions=True)

    assert sum(outcome is True for outcome in outcomes) == 1
    assert sum(isinstance(outcome, offers.PlaceGone) for outcome in outcomes) == AT_ONCE - 1
    assert await places(matching_bench, seat) == (1, 0)


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


async def test_referrals_that_arrive_at_once_over_many_connections_share_the_seats_there_are(
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

    assert [await places(matching_bench, seat) for seat in seats] == [(2, 0)] * 4
    assert await matching_bench.dead_letters() == []


async def test_who_arrives_while_a_place_is_given_back_gets_that_place(matching_bench: ServiceBench) -> None:
    """Without the region's lock the arrival sees no place and the giver no arrival: both commit, and one waits on."""
    seat = await an_offer(matching_bench, capacity=1)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))
    event = an_admission()

    async def arrived_or_blocked() -> bool:
        blocked = await matching_bench.pool.fetchval("select count(*) from pg_locks where not granted")
        return arriving.done() or bool(blocked)

    async with matching_bench.runtime.transaction() as tx:
        await answering.decline(tx, proposal.proposal_id, Reason.NO_CAPACITY, read_policies(SHIPPED_POLICIES))
        arriving = asyncio.create_task(matching_bench.hear(event))
        await poll_until(arrived_or_blocked, bool, "the arrival to be handled or to wait its turn")
    await arriving

    assert (await last_proposal(matching_bench, event.referral_id)).offer_id == seat


async def test_two_who_declined_one_another_do_not_block_each_other_for_good(
    matching_bench: ServiceBench,
) -> None:
    """Each decline asks the other's offer next: taken in two orders, without the region's lock, a deadlock."""
    await an_offer(matching_bench, capacity=1)
    await an_offer(matching_bench, capacity=1)
    first, second = await admit(matching_bench), await admit(matching_bench)
    proposals = [await last_proposal(matching_bench, referral) for referral in (first, second)]

    async with asyncio.timeout(10):
        await asyncio.gather(*(decline(matching_bench, proposal) for proposal in proposals))

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
async def test_the_database_itself_refuses_what_must_not_be(
    matching_bench: ServiceBench, statement: str
) -> None:
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
