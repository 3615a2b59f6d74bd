"""A comparison detects a tenth more work, detects no false difference, and reports when it cannot decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_lab.bench.against.cost_ratio import PAIRS_MIN, Cost, CostPair, Ratio, Verdict, compare, worst

COSTS = st.builds(Cost, seconds=st.floats(0.01, 100), count=st.integers(1, 10_000))
PAIRS = st.lists(st.builds(CostPair, old=COSTS, new=COSTS), min_size=1, max_size=25)


def pairs(new_by_old: float, *, count: int = PAIRS_MIN, variation: float = 0.02) -> list[CostPair]:
    """Return runs of 1,000 records whose costs vary by up to `variation`, in a different order for each checkout."""
    noise = [1 + variation * (2 * number / (count - 1) - 1) for number in range(count)]
    olds, news = noise, noise[count // 3 :] + noise[: count // 3]
    return [
        CostPair(Cost(2.0 * old, 1_000), Cost(2.0 * new_by_old * new, 1_000))
        for old, new in zip(olds, news, strict=True)
    ]


@given(PAIRS, st.integers(0, 100))
def test_the_interval_contains_the_pooled_ratio(measured: list[CostPair], seed: int) -> None:
    found = compare(measured, seed=seed)

    assert 0 < found.low <= found.value <= found.high


@given(st.lists(COSTS, min_size=PAIRS_MIN, max_size=25))
def test_the_same_cost_on_both_sides_is_a_ratio_of_one_without_width(costs: list[Cost]) -> None:
    found = compare([CostPair(cost, cost) for cost in costs], seed=1)

    assert (found.low, found.value, found.high) == pytest.approx((1, 1, 1))
    assert found.not_below_floor is Verdict.YES


@given(PAIRS)
def test_swapping_the_checkouts_inverts_the_ratio(measured: list[CostPair]) -> None:
    there = compare(measured, seed=3)
    back = compare([CostPair(pair.new, pair.old) for pair in measured], seed=3)

    assert back.value == pytest.approx(1 / there.value)


def test_runs_are_pooled_by_their_records_and_not_averaged() -> None:
    found = compare([CostPair(Cost(9, 900), Cost(9, 900)), CostPair(Cost(3, 100), Cost(1, 100))], seed=1)

    assert found.value == pytest.approx((12 / 1000) / (10 / 1000))


def test_equal_checkouts_with_noisy_runs_have_an_interval_around_one() -> None:
    found = compare(pairs(1.0), seed=7)

    assert found.low < 1 < found.high
    assert found.not_below_floor is Verdict.YES


def test_a_tenth_more_work_for_each_record_is_found() -> None:
    found = compare(pairs(1.1), seed=7)

    assert found.value == pytest.approx(1 / 1.1, abs=0.002)
    assert found.high < 0.97
    assert found.not_below_floor is Verdict.NO


def test_the_same_seed_gives_the_same_interval() -> None:
    assert compare(pairs(1.02), seed=7) == compare(pairs(1.02), seed=7)
    assert compare(pairs(1.02), seed=7) != compare(pairs(1.02), seed=8)


def test_a_slower_moment_of_the_machine_hits_both_halves_of_a_pair_and_cancels_out() -> None:
    calm = [CostPair(Cost(2.0, 1_000), Cost(2.0, 1_000))] * 10
    busy = [CostPair(Cost(3.0, 1_000), Cost(3.0, 1_000))] * 10

    assert compare([*calm, *busy], seed=7).width < 1e-9


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.99, 1.02, Verdict.YES),
        (0.96, 1.00, Verdict.YES),  # reaches 1
        (0.97, 0.99, Verdict.YES),  # all of it is at or above 0.97
        (0.969, 0.999, Verdict.NO),
        (0.89, 0.93, Verdict.NO),
        (1.05, 1.09, Verdict.YES),
        (0.97, 1.04, Verdict.NOT_MEASURED),
        (0.80, 0.90, Verdict.NOT_MEASURED),
    ],
)
def test_the_verdict_follows_from_the_interval_alone(low: float, high: float, verdict: Verdict) -> None:
    assert Ratio((low + high) / 2, low, high, PAIRS_MIN).not_below_floor is verdict


def test_fewer_than_twenty_runs_are_not_a_measurement() -> None:
    assert Ratio(1.0, 0.999, 1.001, PAIRS_MIN - 1).not_below_floor is Verdict.NOT_MEASURED


def test_no_pairs_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="at least one pair"):
        compare([], seed=1)


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([Verdict.YES, Verdict.YES], Verdict.YES),
        ([Verdict.YES, Verdict.NOT_MEASURED], Verdict.NOT_MEASURED),
        ([Verdict.NOT_MEASURED, Verdict.NO], Verdict.NO),
    ],
)
def test_a_comparison_is_as_good_as_its_worst_part(verdicts: list[Verdict], together: Verdict) -> None:
    assert worst(verdicts) is together
