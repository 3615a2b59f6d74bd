"""A region's own need stands under a broader need of the network: they are matched, and avoided, together."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

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


@pytest.fixture
async def miami(
    tmp_path: Path, bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]]
) -> AsyncIterator[ServiceBench]:
    """Matching where Miami adds a need under grief."""
    (tmp_path / "us-fl-miami.json").write_text(json.dumps({"codes": {"needs": [OWN_NEED]}}))
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
