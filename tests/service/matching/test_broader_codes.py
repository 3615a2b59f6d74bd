"""A region's own code has a broader code of the network: they are matched, and avoided, together."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.matching import MatchProposed, MatchWaitlisted
from alongside_contracts.vocabulary import Status
from tests.contracts.test_codes import OWN_NEED
from tests.service.matching.bench import (
    a_status,
    accept,
    admit,
    an_offer,
    announced,
    last_proposal,
    story,
)

OWN, BROADER = "hurricane-loss", "grief"


def _under(broader: str, code: str) -> dict[str, Any]:
    """Return a region's own code of a list whose codes protect nothing."""
    return {name: value for name, value in OWN_NEED.items() if name != "protected"} | {
        "code": code,
        "broader": broader,
    }


@pytest.fixture
async def miami(
    tmp_path: Path, bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]]
) -> AsyncIterator[ServiceBench]:
    """Matching where Miami adds a need under grief."""
    own = {
        "needs": [OWN_NEED],
        "identities": [_under("immigrant", "balsero")],
        "interests": [_under("games", "dominoes")],
    }
    (tmp_path / "us-fl-miami.json").write_text(json.dumps({"codes": own}))
    async with bench_of("matching", regions=tmp_path) as bench:
        yield bench


@pytest.mark.parametrize(("asked", "offered"), [(OWN, OWN), (OWN, BROADER), (BROADER, OWN)])
async def test_a_person_is_matched_with_the_need_itself_and_with_the_broader_one(
    miami: ServiceBench, asked: str, offered: str
) -> None:
    await an_offer(miami, needs=[offered])

    await admit(miami, needs=(asked,))

    assert len(await announced(miami, MatchProposed)) == 1


async def test_the_need_itself_is_preferred_to_the_broader_one(miami: ServiceBench) -> None:
    await an_offer(miami, needs=[BROADER])
    same = await an_offer(miami, needs=[OWN])

    referral = await admit(miami, needs=(OWN,))

    assert (await last_proposal(miami, referral)).offer_id == same


@pytest.mark.parametrize(
    ("stated", "reserved", "matched"),
    [("balsero", "immigrant", True), ("balsero", "balsero", True), ("immigrant", "balsero", False)],
)
async def test_an_offer_reserved_for_the_broader_identity_is_for_those_who_state_it_more_exactly(
    miami: ServiceBench, stated: str, reserved: str, matched: bool
) -> None:
    await an_offer(miami, only_for=[reserved])

    await admit(miami, identifies_as=(stated,))

    assert bool(await announced(miami, MatchProposed)) is matched


async def test_a_shared_broader_interest_counts(miami: ServiceBench) -> None:
    await an_offer(miami, interests=["music"])
    player = await an_offer(miami, interests=["games"])

    referral = await admit(miami, interests=("dominoes",))

    assert (await last_proposal(miami, referral)).offer_id == player


async def test_a_person_who_avoids_the_broader_need_does_not_meet_it_under_the_narrower_name(
    miami: ServiceBench,
) -> None:
    await an_offer(miami, needs=[OWN, "loneliness"])

    await admit(miami, needs=("loneliness",), avoid_needs=(BROADER,))

    assert len(await announced(miami, MatchWaitlisted)) == 1
    assert await announced(miami, MatchProposed) == []


@pytest.mark.parametrize(("asked", "offered"), [(OWN, BROADER), (BROADER, OWN)])
async def test_a_freed_place_goes_to_a_person_who_waits_for_the_other_of_the_two(
    miami: ServiceBench, asked: str, offered: str
) -> None:
    await an_offer(miami, needs=[offered])
    first = await admit(miami, needs=(offered,))
    waiting = await admit(miami, needs=(asked,))
    await accept(miami, await last_proposal(miami, first))

    await miami.hear(a_status(first, Status.COMPLETED))

    assert await story(miami, waiting) == ["MatchWaitlisted", "MatchProposed"]
