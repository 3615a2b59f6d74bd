"""Well-being: strain lowers a supporter's places, and time restores them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies

from alongside_matching.engine.wellbeing import EffectivePlaces, Norms, SelfCheck, Strain, effective_places

TODAY = date(2026, 3, 2)
NORMS = Norms(
    caseload_max=12,
    supporters_per_supervisor_max=8,
    supervision_days_max=35,
    supervision_overdue_share=0.5,
    self_check_days=14,
    self_check_low=5,
    self_check_low_share=0.5,
    self_check_exhausted=2,
    self_check_exhausted_share=0.0,
    crisis_days=7,
    crisis_share=0.5,
)
WELL = Strain(agreed=8, supervised_on=TODAY)


def ago(days: int) -> date:
    """Return the day that many days before today."""
    return TODAY - timedelta(days=days)


def test_a_supporter_who_is_well_has_the_places_that_were_agreed() -> None:
    assert effective_places(WELL, NORMS, TODAY).places == 8


def test_nobody_has_more_places_than_the_caseload_norm() -> None:
    assert effective_places(replace(WELL, agreed=40), NORMS, TODAY).places == 12


@pytest.mark.parametrize(
    ("strain", "places"),
    [
        (replace(WELL, supervised_on=ago(35)), 8),
        (replace(WELL, supervised_on=ago(36)), 4),
        (replace(WELL, self_check=SelfCheck(TODAY, 6)), 8),
        (replace(WELL, self_check=SelfCheck(TODAY, 5)), 4),
        (replace(WELL, self_check=SelfCheck(TODAY, 2)), 0),
        (replace(WELL, crises_on=(TODAY,)), 4),
        (replace(WELL, hours_per_week_max=4, support_minutes={ago(1): 120, TODAY: 119}), 8),
        (replace(WELL, hours_per_week_max=4, support_minutes={ago(1): 120, TODAY: 120}), 0),
        (replace(WELL, agreed=1, crises_on=(TODAY,)), 0),
    ],
)
def test_each_sign_of_strain_lowers_the_places(strain: Strain, places: int) -> None:
    assert effective_places(strain, NORMS, TODAY).places == places


def test_only_the_strongest_sign_counts_so_that_the_number_reveals_none() -> None:
    both = replace(WELL, crises_on=(TODAY,), self_check=SelfCheck(TODAY, 5))

    assert (
        effective_places(both, NORMS, TODAY).places
        == effective_places(replace(WELL, crises_on=(TODAY,)), NORMS, TODAY).places
    )


@pytest.mark.parametrize(
    ("strain", "again"),
    [
        (replace(WELL, self_check=SelfCheck(ago(3), 2)), ago(3) + timedelta(days=14)),
        (replace(WELL, crises_on=(ago(6), ago(2))), ago(6) + timedelta(days=7)),
        (
            replace(WELL, hours_per_week_max=1, support_minutes={ago(5): 30, TODAY: 30}),
            ago(5) + timedelta(days=7),
        ),
        (WELL, TODAY + timedelta(days=36)),
        (replace(WELL, supervised_on=ago(40)), None),
    ],
)
def test_the_review_day_is_the_first_on_which_time_alone_may_change_the_number(
    strain: Strain, again: date | None
) -> None:
    assert effective_places(strain, NORMS, TODAY).review_on == again


STRAINS = strategies.builds(
    Strain,
    agreed=strategies.integers(0, 60),
    supervised_on=strategies.integers(0, 90).map(ago),
    self_check=strategies.none()
    | strategies.builds(SelfCheck, strategies.integers(0, 30).map(ago), strategies.integers(0, 12)),
    crises_on=strategies.lists(strategies.integers(0, 20).map(ago), max_size=3).map(tuple),
    support_minutes=strategies.dictionaries(
        strategies.integers(0, 10).map(ago), strategies.integers(0, 600), max_size=5
    ),
    hours_per_week_max=strategies.none() | strategies.floats(0.5, 20),
)


@given(STRAINS)
def test_the_well_being_rule_never_raises_the_places(strain: Strain) -> None:
    decision = effective_places(strain, NORMS, TODAY)

    assert 0 <= decision.places <= min(strain.agreed, NORMS.caseload_max)


@given(STRAINS)
def test_the_places_do_not_change_before_the_review_day(strain: Strain) -> None:
    decision = effective_places(strain, NORMS, TODAY)

    again = decision.review_on or TODAY + timedelta(days=100)
    between = [TODAY + timedelta(days=days) for days in range(1, (again - TODAY).days)]
    assert {effective_places(strain, NORMS, day).places for day in between} <= {decision.places}
    assert again > TODAY


@given(STRAINS, strategies.integers(0, 20))
def test_another_crisis_never_adds_a_place(strain: Strain, days: int) -> None:
    worse = replace(strain, crises_on=(*strain.crises_on, ago(days)))

    assert effective_places(worse, NORMS, TODAY).places <= effective_places(strain, NORMS, TODAY).places
    assert isinstance(effective_places(worse, NORMS, TODAY), EffectivePlaces)
