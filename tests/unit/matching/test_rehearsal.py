"""The rehearsal measures the engine, its peers give the same results, and a simulated year is repeatable."""

import json
import subprocess
import sys
from typing import Any

import pytest

from alongside_lab.rehearsal.brute import BruteForce
from alongside_lab.rehearsal.exact import exact_cost
from alongside_lab.rehearsal.population import TODAY, offers, requests
from alongside_lab.rehearsal.simulated_year import simulate_year
from alongside_lab.rehearsal.speed import REGION, gini, greedy
from alongside_matching.engine.assign import Arrival, assign
from alongside_matching.engine.index import RegionIndex
from tests.unit.matching.facts import POLICY


@pytest.fixture(scope="module")
def region() -> RegionIndex:
    index = RegionIndex(REGION)
    for offer in offers(REGION, 7, supporters=400, groups=20, services=20):
        index.put(offer)
    return index


def test_brute_force_finds_the_same_offers_with_the_same_scores(region: RegionIndex) -> None:
    brute = BruteForce(list(offers(REGION, 7, supporters=400, groups=20, services=20)))

    for request in requests(REGION, 7, 60):
        ranking = region.search(request, POLICY, on=TODAY)
        eligible, best = brute.search(request, POLICY, POLICY.ranked_max)

        assert eligible == ranking.eligible
        assert best == pytest.approx([candidate.points for candidate in ranking.candidates], abs=1)


def test_a_limited_ranking_costs_nothing_while_it_names_as_many_offers_as_requests_arrive(
    region: RegionIndex,
) -> None:
    asked = requests(REGION, 3, POLICY.ranked_max)
    short_rankings, whole_rankings = (
        [Arrival(region.search(request, POLICY, on=TODAY, top=top), 0.0) for request in asked]
        for top in (POLICY.ranked_max, len(region))
    )

    assert assign(short_rankings, POLICY).cost == pytest.approx(exact_cost(whole_rankings, POLICY))


def test_greedy_gives_nobody_more_than_they_have_places(region: RegionIndex) -> None:
    window = [Arrival(region.search(request, POLICY, on=TODAY), 0.0) for request in requests(REGION, 5, 300)]

    chosen = [candidate for candidate in greedy(window) if candidate]

    for candidate in chosen:
        assert candidate.places is None or chosen.count(candidate) <= candidate.places


@pytest.mark.parametrize(("shared", "unequal"), [([1, 1, 1, 1], 0.0), ([0, 0, 0, 4], 0.75), ([0, 0], 0.0)])
def test_gini_measures_how_unequally_loads_are_distributed(shared: list[float], unequal: float) -> None:
    assert gini(shared) == pytest.approx(unequal)


def test_progress_is_a_line_at_a_time_beside_the_json_also_without_a_terminal() -> None:
    program = [sys.executable, "-m", "alongside_lab.rehearsal", "year", "--days=7"]

    ended = subprocess.run(program, check=True, capture_output=True, text=True)

    strategies = ("together", "greedy", "random")
    assert ended.stderr.splitlines() == [f"year: {strategy}: day 7 of 7" for strategy in strategies]
    assert json.loads(ended.stdout)["days"] == 7


def test_the_same_seed_gives_the_same_year() -> None:
    one, other = (timeless(simulate_year(POLICY, seed=5, days=10)) for _ in range(2))

    assert one == other
    assert one != timeless(simulate_year(POLICY, seed=6, days=10))


def timeless(report: dict[str, Any]) -> dict[str, Any]:
    """Return the year without its run time."""
    return {
        strategy: {name: found for name, found in lived.items() if name != "seconds"}
        for strategy, lived in report["ways"].items()
    }
