"""Which of several pause reasons counts, and how many supporters one supervisor may have."""

import pytest

from alongside_matching.catalogue.rules.pauses import PausedBecause, after_review, too_many_missing
from alongside_matching.catalogue.rules.supervision import MaySupervise, SupervisorFull, check_supervisor_norm

STAFF, NOT_ACTIVE, VANISHED, NOT_MEETING = PausedBecause


@pytest.mark.parametrize("before", [STAFF, NOT_ACTIVE, VANISHED])
@pytest.mark.parametrize("takes_people", [True, False])
def test_a_review_keeps_a_pause_that_has_another_reason(before: PausedBecause, *, takes_people: bool) -> None:
    assert after_review(before, takes_people=takes_people) is before


@pytest.mark.parametrize("before", [None, NOT_MEETING])
def test_a_review_pauses_a_group_that_accepts_nobody_and_lifts_that_pause(
    before: PausedBecause | None,
) -> None:
    assert after_review(before, takes_people=False) is NOT_MEETING
    assert after_review(before, takes_people=True) is None


@pytest.mark.parametrize(("missing", "before"), [(0, 0), (0, 3), (1, 2), (2, 4)])
def test_a_list_may_lack_half_of_what_it_had(missing: int, before: int) -> None:
    assert not too_many_missing(missing, before)


@pytest.mark.parametrize(("missing", "before"), [(1, 1), (2, 3), (150, 150)])
def test_an_empty_or_cut_list_lacks_too_many(missing: int, before: int) -> None:
    assert too_many_missing(missing, before)


def test_a_supervisor_takes_on_supporters_up_to_the_norm() -> None:
    assert check_supervisor_norm(4, supporters_max=5) == MaySupervise()
    assert check_supervisor_norm(5, supporters_max=5) == SupervisorFull(5)
