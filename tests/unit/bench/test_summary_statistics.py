"""Statistics of repeated measurements include their range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_lab.bench.summary_statistics import Statistics, percentile, ratio


def test_the_median_is_reported_with_its_relative_range() -> None:
    statistics = Statistics((90.0, 110.0, 100.0))

    assert statistics.median == 100.0
    assert statistics.relative_range == pytest.approx(0.2)
    assert statistics.as_json()["values"] == [90.0, 110.0, 100.0]


def test_a_single_measurement_lies_nowhere_apart() -> None:
    assert Statistics((7.0,)).relative_range == 0.0


def test_measurements_of_nothing_have_no_spread_either() -> None:
    assert Statistics((0.0, 0.0)).as_json()["apart"] == 0.0


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_a_measured_value_that_enough_others_do_not_exceed(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)

    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_no_measurement_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        percentile([], 0.5)


def test_what_was_not_measured_is_compared_with_nothing() -> None:
    assert ratio(100.0, 0.0) is None
    assert ratio(100.0, 400.0) == 0.25
