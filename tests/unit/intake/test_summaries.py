"""Which days of a partner are summarised."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside_intake.partners.summaries import DAY, periods_between

SINCE = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "days"),
    [
        pytest.param(timedelta(hours=23, minutes=59), [], id="no whole day"),
        pytest.param(-DAY, [], id="a clock that was corrected"),
        pytest.param(DAY, [(0, 1)], id="one day"),
        pytest.param(2 * DAY + timedelta(hours=3), [(0, 1), (1, 2)], id="one was missed"),
        pytest.param(7 * DAY, [(day, day + 1) for day in range(7)], id="a week"),
        pytest.param(8 * DAY, [(0, 1), *((day, day + 1) for day in range(1, 8))], id="eight days"),
        pytest.param(40 * DAY, [(0, 33), *((day, day + 1) for day in range(33, 40))], id="forty days"),
    ],
)
def test_the_last_seven_days_are_summarised_one_by_one_and_those_before_them_together(
    passed: timedelta, days: list[tuple[int, int]]
) -> None:
    periods = periods_between(SINCE, SINCE + passed)

    assert [(period.begins_at, period.ends_at) for period in periods] == [
        (SINCE + begin * DAY, SINCE + end * DAY) for begin, end in days
    ]
