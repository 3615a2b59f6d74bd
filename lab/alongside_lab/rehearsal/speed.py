"""Measures how fast a referral is matched and a window assigned, compared with alternatives."""

import gc
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from statistics import median
from typing import Any, Final, TypeVar
from uuid import UUID

import numpy as np

from alongside_lab.rehearsal.brute import BruteForce
from alongside_lab.rehearsal.exact import exact_cost
from alongside_lab.rehearsal.population import TODAY, offers, requests
from alongside_lab.rehearsal.postgres import PostgresPeer
from alongside_matching.engine.assign import Arrival, Assignment, assign, claim_of
from alongside_matching.engine.decisions.decision import NAMED_MAX, Decision, decide
from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.index import RegionIndex
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.ranking import Candidate, Ranking

REGION: Final = "rehearsal"
NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
_SUPPORTERS, _GROUPS, _SERVICES = 100_000, 1_500, 5_000
_WARM_UP: Final = 20
_INSTANCES: Final = 5
_REGIONS_PER_LINE: Final = 10
_CHECKED: Final = 20
"""The number of requests whose results are compared with each alternative's before timing."""
Result = TypeVar("Result")
ReportProgress = Callable[[str], object]
"""Shows one line of progress."""


class PeersDisagree(RuntimeError):
    """An alternative finds other offers than the engine: one is wrong, so times cannot be compared."""


def measure_one(
    policy: Policy, *, seed: int, searches: int, postgres: str | None, report_progress: ReportProgress
) -> dict[str, Any]:
    """Measure one referral against one large region: rank, decide and explain; and the alternatives' times."""
    report_progress("generating the region")
    pool = list(offers(REGION, seed, supporters=_SUPPORTERS, groups=_GROUPS, services=_SERVICES))
    asked = requests(REGION, seed, searches)
    index = _index(pool)
    found = [index.search(request, policy, on=TODAY) for request in asked]
    report_progress("numpy by brute force")
    peers = {"numpy_brute_force": _brute_force(pool, policy, asked, found)}
    if postgres is not None:
        report_progress("a PostgreSQL query")
        peers["postgresql"] = _postgresql(postgres, pool, policy, asked, found)
    del pool
    report_progress(f"{searches:,} searches among {len(index):,} offers")
    return {
        **_measure_latencies(lambda request: decide_and_explain(index, request, policy), asked),
        "offers": len(index),
        "eligible_median": median(ranking.eligible for ranking in found),
        "eligible_max": max(ranking.eligible for ranking in found),
        "peers": peers,
    }


def measure_million(
    policy: Policy, *, seed: int, searches: int, regions: int, of: int, report_progress: ReportProgress
) -> dict[str, Any]:
    """Measure searches in one process that indexes many regions."""
    names = [f"region-{number}" for number in range(regions)]
    began = time.perf_counter()
    indexes = {}
    for number, name in enumerate(names, start=1):
        indexes[name] = _index(offers(name, seed, supporters=of, groups=0, services=0))
        if number % _REGIONS_PER_LINE == 0:
            report_progress(f"{number} of {regions} regions are indexed")
    built = time.perf_counter() - began
    per_region = -(-searches // regions)
    interleaved = zip(*(requests(name, seed, per_region) for name in names), strict=True)
    asked = list(chain.from_iterable(interleaved))
    report_progress(f"{len(asked):,} searches")
    timed = _measure_latencies(
        lambda request: decide_and_explain(indexes[request.region], request, policy), asked
    )
    return {
        **timed,
        "offers": sum(map(len, indexes.values())),
        "regions": regions,
        "built_seconds": round(built, 1),
        "rss_mib": peak_mib(),
    }


def measure_assignment(
    policy: Policy, *, seed: int, arrivals: int, exact_arrivals: int, report_progress: ReportProgress
) -> dict[str, Any]:
    """Measure the assignment of a window in one large region, compared with greedy and, in small ones, the optimum."""
    report_progress("generating the region")
    index = _index(offers(REGION, seed, supporters=_SUPPORTERS, groups=0, services=0))
    report_progress(f"a window of {arrivals:,} arrivals")
    asked = requests(REGION, seed, arrivals)
    searched, rankings = _measure_seconds(
        lambda: [index.search(request, policy, on=TODAY) for request in asked]
    )
    window = [_arrival(ranking, policy) for ranking in rankings]
    seconds, together = min(
        (_measure_seconds(lambda: assign(window, policy)) for _ in range(3)), key=lambda each: each[0]
    )
    return {
        "seconds": round(seconds, 4),
        "search_seconds": round(searched, 3),
        "arrivals": arrivals,
        "offers": len(index),
        "by": together.by.value,
        **_fairness(window, together),
        **_against_exact(policy, seed, exact_arrivals, report_progress),
    }


def decide_and_explain(index: RegionIndex, request: Request, policy: Policy) -> Decision:
    """Do the service's in-memory work for one referral: rank, choose the best, and build the explained decision."""
    ranking = index.search(request, policy, on=TODAY)
    named = index.offers(candidate.offer_id for candidate in ranking.candidates[:NAMED_MAX])
    decision = decide(ranking, ranking.candidates[0] if ranking.candidates else None, named.get)
    for candidate in decision.ranked:
        decision.explained(candidate)
    return decision


def greedy(window: Sequence[Arrival]) -> list[Candidate | None]:
    """Assign first come, first served: each arrival takes the best candidate that still has a place."""
    places_given: Counter[UUID] = Counter()
    chosen: list[Candidate | None] = []
    for arrival in window:
        free = (
            each
            for each in arrival.ranking.candidates
            if each.places is None or places_given[each.offer_id] < each.places
        )
        best = next(free, None)
        places_given.update([best.offer_id] if best else [])
        chosen.append(best)
    return chosen


def gini(values: Sequence[float]) -> float:
    """Return the Gini coefficient: 0 when all values are equal, near 1 when one has everything."""
    rising = np.sort(np.array(values))
    if not rising.sum():
        return 0.0
    ranks = np.arange(1, len(rising) + 1)
    return float((2 * ranks - len(rising) - 1) @ rising / (len(rising) * rising.sum()))


def _fairness(window: Sequence[Arrival], together: Assignment) -> dict[str, Any]:
    """Return load and score figures of the assignment over all candidates, compared with greedy."""
    candidates = {each.offer_id for arrival in window for each in arrival.ranking.candidates}
    ours, theirs = (_count_by_offer(chosen) for chosen in (list(together.chosen.values()), greedy(window)))
    return {
        "waiting": len(window) - ours.total(),
        "waiting_greedy": len(window) - theirs.total(),
        "gini": round(gini([ours[offer_id] for offer_id in candidates]), 4),
        "gini_greedy": round(gini([theirs[offer_id] for offer_id in candidates]), 4),
        "max_load": max(ours.values()),
        "max_load_greedy": max(theirs.values()),
        "mean_score": round(_mean_score(together.chosen.values()), 4),
        "mean_score_greedy": round(_mean_score(greedy(window)), 4),
    }


def _against_exact(
    policy: Policy, seed: int, arrivals: int, report_progress: ReportProgress
) -> dict[str, Any]:
    """Compare the cost with the exact optimum over complete rankings, in regions small enough to compute it."""
    ratios, seconds = [], []
    for instance in range(_INSTANCES):
        report_progress(f"the exact optimum, region {instance + 1} of {_INSTANCES}")
        pool = offers(REGION, seed + instance, supporters=2 * arrivals, groups=0, services=0)
        index = _index(pool)
        asked = requests(REGION, seed + instance, arrivals)
        truncated, full = (
            [_arrival(index.search(request, policy, on=TODAY, top=top), policy) for request in asked]
            for top in (policy.ranked_max, len(index))
        )
        seconds_taken, exact = _measure_seconds(partial(exact_cost, full, policy))
        ratios.append(assign(truncated, policy).cost / exact)
        seconds.append(seconds_taken)
    return {
        "cost_ratio": round(max(ratios), 6),
        "cost_ratios": [round(ratio, 6) for ratio in ratios],
        "exact_arrivals": arrivals,
        "exact_seconds": round(median(seconds), 3),
    }


def _brute_force(
    pool: Sequence[Offer], policy: Policy, asked: Sequence[Request], found: Sequence[Ranking]
) -> dict[str, Any]:
    brute = BruteForce(pool)
    few = asked[: max(_CHECKED, len(asked) // 20)]
    for ranking in found[:_CHECKED]:
        eligible, best = brute.search(ranking.request, policy, policy.ranked_max)
        ours = [candidate.points for candidate in ranking.candidates]
        if eligible != ranking.eligible or any(
            abs(one - other) > 1 for one, other in zip(best, ours, strict=True)
        ):
            raise PeersDisagree(f"brute force finds {eligible} offers, the engine {ranking.eligible}")
    return _measure_latencies(lambda request: brute.search(request, policy, policy.ranked_max), few)


def _postgresql(
    url: str, pool: Sequence[Offer], policy: Policy, asked: Sequence[Request], found: Sequence[Ranking]
) -> dict[str, Any]:
    few = asked[: max(_CHECKED, len(asked) // 40)]
    with PostgresPeer(url, pool) as peer:
        for ranking in found[:_CHECKED]:
            eligible = peer.eligible(ranking.request)
            if eligible != ranking.eligible:
                raise PeersDisagree(f"PostgreSQL finds {eligible} offers, the engine {ranking.eligible}")
            best = peer.search(ranking.request, policy, policy.ranked_max)
            ours = [candidate.score for candidate in ranking.candidates]
            if any(abs(one - other) > 2e-6 for one, other in zip(best, ours, strict=True)):
                raise PeersDisagree("PostgreSQL and the engine score differently")
        return _measure_latencies(lambda request: peer.search(request, policy, policy.ranked_max), few)


def _measure_latencies(work: Callable[[Request], object], asked: Sequence[Request]) -> dict[str, Any]:
    """Time each request once, after a warm-up and a garbage collection, as in a service that has been running."""
    for request in asked[:_WARM_UP]:
        work(request)
    gc.collect()
    gc.freeze()
    wall, cpu = zip(*(_measure_wall_and_cpu(work, request) for request in asked), strict=True)
    return {
        "p50_ms": _millis(wall, 50),
        "p95_ms": _millis(wall, 95),
        "p99_ms": _millis(wall, 99),
        "max_ms": _millis(wall, 100),
        "cpu_p50_ms": _millis(cpu, 50),
        "cpu_p99_ms": _millis(cpu, 99),
        "searches": len(wall),
    }


def _measure_wall_and_cpu(work: Callable[[Request], object], request: Request) -> tuple[float, float]:
    """Return elapsed seconds, and processor seconds of this thread, which other load does not distort."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work(request)
    return time.perf_counter() - wall, time.thread_time() - cpu


def _millis(seconds: Sequence[float], share: int) -> float:
    return round(float(np.percentile(seconds, share)) * 1000, 3)


def _measure_seconds(work: Callable[[], Result]) -> tuple[float, Result]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def _index(pool: Iterable[Offer]) -> RegionIndex:
    indexes: dict[str, RegionIndex] = {}
    for offer in pool:
        indexes.setdefault(offer.region, RegionIndex(offer.region)).put(offer)
    (index,) = indexes.values()
    return index


def _arrival(ranking: Ranking, policy: Policy) -> Arrival:
    return Arrival(ranking, claim_of(ranking.request, policy, NOON))


def _count_by_offer(chosen: Iterable[Candidate | None]) -> Counter[UUID]:
    return Counter(candidate.offer_id for candidate in chosen if candidate)


def _mean_score(chosen: Iterable[Candidate | None]) -> float:
    return float(np.mean([candidate.score for candidate in chosen if candidate]))


def peak_mib() -> float:
    """Return the peak memory of this process in MiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
