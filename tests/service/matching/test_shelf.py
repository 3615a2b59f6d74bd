"""What is remembered of offers is what is true of them, also when a unit of work was undone."""

from uuid import UUID

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_chassis.transaction import Tx
from alongside_matching.shelf import Shelf
from alongside_matching.store import places
from tests.builders import REGION
from tests.service.matching.bench import an_offer


class _UndoneError(Exception):
    """A unit of work fails."""


async def test_a_place_held_by_a_unit_of_work_that_was_undone_is_free_in_the_region_it_read(
    matching_bench: ServiceBench,
) -> None:
    supporter, shelf = await an_offer(matching_bench), Shelf()
    with pytest.raises(_UndoneError):
        async with matching_bench.runtime.transaction() as tx:
            await _hold_and_read(tx, shelf, supporter)

    async with matching_bench.runtime.transaction() as tx:
        await shelf.refresh(tx.conn, [REGION])

    remembered = shelf.facts(REGION, supporter)
    assert remembered is not None
    assert remembered.held == 0


async def _hold_and_read(tx: Tx, shelf: Shelf, offer_id: UUID) -> None:
    """Raises _UndoneError at the end, so that the place is not held after all."""
    await places.hold(tx.conn, {offer_id: 1})
    await shelf.refresh(tx.conn, [REGION])
    remembered = shelf.facts(REGION, offer_id)
    assert remembered is not None
    assert remembered.held == 1
    raise _UndoneError
