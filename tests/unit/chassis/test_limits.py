"""Limits on refused records."""

import random
from itertools import pairwise

import pytest

from alongside_chassis.consume.limits import (
    PartnerCount,
    PartnerLimits,
    Tally,
    count_in_a_row,
    count_partner,
)
from alongside_contracts.vocabulary import PauseReason

GOOD, BAD = None, 10
LIMITS = PartnerLimits(
    refused_in_a_row_max=5,
    window_records=20,
    refused_share_max=0.25,
    kept_records_max=100,
    kept_bytes_max=5_000,
)


def in_parts(outcomes: list[int | None], size: int, limits: PartnerLimits = LIMITS) -> PartnerCount:
    """Count as successive batches would, each from the previous tally.

    `limit_index` counts from the first record of all.
    """
    tally = Tally()
    for start in range(0, len(outcomes), size):
        counted = count_partner(tally, outcomes[start : start + size], limits)
        if counted.limit_index is not None:
            return PartnerCount(counted.tally, start + counted.limit_index, counted.because)
        tally = counted.tally
    return PartnerCount(tally)


def test_records_refused_in_a_row_pause_a_partner_exactly_at_the_limit() -> None:
    counted = count_partner(Tally(), [BAD] * 9, LIMITS)

    assert (counted.limit_index, counted.because) == (4, PauseReason.REFUSED_IN_A_ROW)


def test_one_good_record_resets_the_count_in_a_row() -> None:
    counted = count_partner(Tally(), [BAD] * 4 + [GOOD] + [BAD], LIMITS)

    assert (counted.limit_index, counted.tally.in_a_row) == (None, 1)


def test_a_partner_with_every_second_record_refused_is_paused_by_the_refused_share() -> None:
    counted = count_partner(Tally(), [BAD, GOOD] * 10, LIMITS)

    assert (counted.limit_index, counted.because) == (10, PauseReason.REFUSED_SHARE)


def test_a_share_below_the_limit_never_pauses() -> None:
    counted = count_partner(Tally(), [BAD, GOOD, GOOD, GOOD] * 24, LIMITS)

    assert counted.limit_index is None


def test_a_window_opens_with_a_refused_record_only() -> None:
    assert count_partner(Tally(), [GOOD] * 500, LIMITS).tally.clean


def test_the_counts_of_a_finished_window_are_dropped() -> None:
    counted = count_partner(Tally(), [BAD] + [GOOD] * 20, LIMITS)

    assert counted.tally.clean


def test_rare_bad_records_pause_a_partner_by_the_number_of_waiting_dead_letters() -> None:
    counted = count_partner(Tally(), ([BAD] + [GOOD] * 40) * 200, LIMITS)

    assert (counted.because, counted.tally.kept_records) == (PauseReason.KEPT_RECORDS, 100)


def test_large_bodies_pause_a_partner_by_the_bytes_of_its_dead_letters() -> None:
    counted = count_partner(Tally(kept_bytes=3_000, kept_records=2), [GOOD, 1_000, GOOD, 1_000], LIMITS)

    assert (counted.limit_index, counted.because) == (3, PauseReason.KEPT_BYTES)


@pytest.mark.parametrize("seed", range(20))
def test_counts_do_not_depend_on_the_size_of_batches(seed: int) -> None:
    rng = random.Random(seed)
    outcomes = [BAD if rng.random() < 0.15 else GOOD for _ in range(400)]

    whole = in_parts(outcomes, 400)

    assert [in_parts(outcomes, size) for size in (1, 3, 7, 64)] == [whole] * 4


@pytest.mark.parametrize("seed", range(20))
def test_for_any_records_the_number_of_dead_letters_is_bounded(seed: int) -> None:
    rng = random.Random(seed)
    share = rng.random()
    outcomes = [BAD if rng.random() < share else GOOD for _ in range(20_000)]

    counted = in_parts(outcomes, 500)

    assert counted.tally.kept_records <= LIMITS.kept_records_max
    assert (counted.limit_index is not None) or outcomes.count(BAD) < LIMITS.kept_records_max


def test_the_networks_own_refused_records_reach_the_limit_across_batches() -> None:
    first = count_in_a_row(0, [True, False, True, True], refused_max=4)
    second = count_in_a_row(first.refused, [True, True, True], refused_max=4)

    assert (first.refused, first.limit_index) == (2, None)
    assert (second.refused, second.limit_index) == (4, 1)


def test_a_handled_record_of_the_network_resets_the_count() -> None:
    rows = [count_in_a_row(3, [True, good], refused_max=9).refused for good in (False, True)]

    assert rows == [0, 5]
    assert list(pairwise(rows)) == [(0, 5)]
