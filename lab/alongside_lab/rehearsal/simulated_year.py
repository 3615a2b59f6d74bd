"""Simulates a year of a generated region, the same for the same seed, with three assignment strategies.

*together* is the engine's: all people who arrive or wait are ranked and assigned together, once a day. *greedy* gives
each person in turn the best candidate with a place. *random* gives each person a random eligible offer. Everything else
is the same: arrivals, requests, and each supporter's answer to each person.

Behaviour is simplified. A supporter declines more often with a higher load, or does not answer; a person may not show
up; a match with a poor fit ends early more often, and the person returns with priority. A supporter who is nearly full
for weeks burns out and pauses for two months: the cost of uneven load.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final
from uuid import UUID

import numpy as np

from alongside_lab.rehearsal.population import TODAY, offers, request
from alongside_lab.rehearsal.speed import ReportProgress, gini, greedy
from alongside_matching.engine.assign import Arrival, assign, claim_of
from alongside_matching.engine.facts import SUPPORTER, Offer, Request
from alongside_matching.engine.index import RegionIndex
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.ranking import Candidate, Ranking

REGION: Final = "rehearsal"
START: Final = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
_SUPPORTERS, _GROUPS, _SERVICES = 220, 12, 10
_DAYS_A_LINE: Final = 91
_ARRIVALS_A_DAY: Final = 9.0
_DECLINES, _DECLINES_WHEN_FULL, _LAPSES = 0.08, 0.35, 0.05
_NO_SHOWS, _NO_SHOW_DAYS = 0.08, 14
_TOGETHER_DAYS: Final = (30, 150)
_BREAKS_AT_WORST, _BREAKS_AFTER_DAYS = 0.5, 21
_STRAIN_FROM_LOAD, _STRAIN_DAYS, _BURNS_OUT, _RESTS_DAYS = 0.85, 30, 0.5, 60


class Strategy(StrEnum):
    """The assignment strategies."""

    TOGETHER = "together"
    GREEDY = "greedy"
    RANDOM = "random"


@dataclass(slots=True)
class WaitingPerson:
    """A person who waits: the request, and the day since when."""

    request: Request
    since: int


@dataclass(frozen=True, slots=True)
class Pairing:
    """A matched person and offer, until day `until`; `ends_early` marks a match that fails."""

    request: Request
    offer_id: UUID
    until: int
    ends_early: bool


@dataclass(slots=True)
class YearCounts:
    """The counts of a simulated year."""

    waited_days: list[int] = field(default_factory=list)
    fit: list[float] = field(default_factory=list)
    loads: list[list[float]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)


class Region:
    """The state of the region under one strategy."""

    def __init__(self, policy: Policy, strategy: Strategy, seed: int) -> None:
        self._policy, self._strategy, self._seed = policy, strategy, seed
        pool = offers(REGION, seed, supporters=_SUPPORTERS, groups=_GROUPS, services=_SERVICES)
        self._offers = {offer.id: replace(offer, taken=0, paused=False) for offer in pool}
        self._index = RegionIndex(REGION)
        for offer in self._offers.values():
            self._index.put(offer)
        self._waiting: list[WaitingPerson] = []
        self._pairings: list[Pairing] = []
        self._strained: Counter[UUID] = Counter()
        self._rests_until: dict[UUID, int] = {}
        self.counts = YearCounts()

    def simulate_day(self, day: int) -> None:
        """Simulate one day: 1 pairings end; 2 supporters burn out or return; 3 people arrive; 4 offers are asked; 5 count."""
        self._end_pairings(day)  # 1
        self._update_rest(day)  # 2
        self._waiting += [WaitingPerson(asked, day) for asked in _arrivals(self._seed, day)]  # 3
        self._ask(day)  # 4
        self._count()  # 5

    def _end_pairings(self, day: int) -> None:
        ended = [pairing for pairing in self._pairings if pairing.until <= day]
        self._pairings = [pairing for pairing in self._pairings if pairing.until > day]
        for pairing in ended:
            self._change_taken(pairing.offer_id, -1)
            if pairing.ends_early:
                self.counts.happened["broken"] += 1
                again = replace(pairing.request, asked=pairing.request.asked | {pairing.offer_id}, priority=1)
                self._waiting.append(WaitingPerson(again, day))

    def _update_rest(self, day: int) -> None:
        for offer in list(self._offers.values()):
            if self._rests_until.get(offer.id) == day:
                self._change(replace(offer, paused=False))
            elif offer.kind == SUPPORTER and offer.load >= _STRAIN_FROM_LOAD and not offer.paused:
                self._strained[offer.id] += 1
                if (
                    self._strained[offer.id] % _STRAIN_DAYS == 0
                    and _seeded_number(self._seed, "burn", offer.id, day) < _BURNS_OUT
                ):
                    self.counts.happened["burned-out"] += 1
                    self._rests_until[offer.id] = day + _RESTS_DAYS
                    self._change(replace(offer, paused=True))

    def _ask(self, day: int) -> None:
        now = START + timedelta(days=day)
        waiting = {waiting_person.request.referral_id: waiting_person for waiting_person in self._waiting}
        top = len(self._index) if self._strategy is Strategy.RANDOM else self._policy.ranked_max
        rankings = [
            self._index.search(_with_waiting_time(waiting_person), self._policy, on=now.date(), top=top)
            for waiting_person in waiting.values()
        ]
        for ranking, candidate in self._assign(rankings, now):
            if candidate is not None:
                self._answer(waiting[ranking.request.referral_id], candidate, _fit(ranking, candidate), day)

    def _assign(
        self, rankings: Sequence[Ranking], now: datetime
    ) -> Iterable[tuple[Ranking, Candidate | None]]:
        window = [Arrival(ranking, claim_of(ranking.request, self._policy, now)) for ranking in rankings]
        match self._strategy:
            case Strategy.TOGETHER:
                chosen = assign(window, self._policy).chosen
                return [(ranking, chosen[ranking.request.referral_id]) for ranking in rankings]
            case Strategy.GREEDY:
                return zip(rankings, greedy(window), strict=True)
            case Strategy.RANDOM:
                shuffled = [
                    Arrival(replace(ranking, candidates=_shuffled(self._seed, ranking)), 0.0)
                    for ranking in rankings
                ]
                return zip(rankings, greedy(shuffled), strict=True)

    def _answer(self, waiting_person: WaitingPerson, candidate: Candidate, fit: float, day: int) -> None:
        """Apply the supporter's answer to a proposal."""
        offer, person = self._offers[candidate.offer_id], waiting_person.request.referral_id
        declines = _DECLINES + _DECLINES_WHEN_FULL * offer.load**2
        answer = _seeded_number(self._seed, "answer", person, offer.id)
        if answer < declines + _LAPSES:
            self.counts.happened["declined" if answer < declines else "lapsed"] += 1
            waiting_person.request = replace(
                waiting_person.request, asked=waiting_person.request.asked | {offer.id}
            )
            return
        self._waiting.remove(waiting_person)
        self.counts.waited_days.append(day - waiting_person.since)
        self.counts.fit.append(fit)
        self.counts.happened["matched"] += 1
        self._pairings.append(self._make_pairing(waiting_person.request, offer.id, fit, day))
        self._change_taken(offer.id, 1)

    def _make_pairing(self, request: Request, offer_id: UUID, fit: float, day: int) -> Pairing:
        rng = Random(f"{self._seed}/pair/{request.referral_id}/{offer_id}")
        if rng.random() < _NO_SHOWS:
            self.counts.happened["no-show"] += 1
            return Pairing(request, offer_id, day + _NO_SHOW_DAYS, ends_early=False)
        ends_early = rng.random() < _BREAKS_AT_WORST * (1 - fit)
        days = _BREAKS_AFTER_DAYS if ends_early else rng.randint(*_TOGETHER_DAYS)
        return Pairing(request, offer_id, day + days, ends_early=ends_early)

    def _change_taken(self, offer_id: UUID, places: int) -> None:
        offer = self._offers[offer_id]
        self._offers[offer_id] = replace(offer, taken=offer.taken + places)
        self._index.occupancy(offer_id, held=0, taken=offer.taken + places)

    def _change(self, offer: Offer) -> None:
        self._offers[offer.id] = offer
        self._index.put(offer)

    def _count(self) -> None:
        supporters = [offer for offer in self._offers.values() if offer.kind == SUPPORTER]
        self.counts.loads.append([offer.load for offer in supporters])
        self.counts.waiting.append(len(self._waiting))


def simulate_year(
    policy: Policy, *, seed: int, days: int, report_progress: ReportProgress = lambda _text: None
) -> dict[str, Any]:
    """Simulate the same year with every strategy; `report_progress` gets one line for each quarter."""
    return {
        "days": days,
        "seed": seed,
        "policy_version": policy.version,
        "ways": {
            strategy.value: _simulate(policy, strategy, seed, days, report_progress) for strategy in Strategy
        },
    }


def _simulate(
    policy: Policy, strategy: Strategy, seed: int, days: int, report_progress: ReportProgress
) -> dict[str, Any]:
    region = Region(policy, strategy, seed)
    began = time.perf_counter()
    for day in range(days):
        region.simulate_day(day)
        if (day + 1) % _DAYS_A_LINE == 0 or day + 1 == days:
            report_progress(f"{strategy}: day {day + 1} of {days}")
    return _summary(region.counts) | {"seconds": round(time.perf_counter() - began, 1)}


def _summary(counts: YearCounts) -> dict[str, Any]:
    waited, settled = np.array(counts.waited_days), counts.loads[len(counts.loads) // 4 :]
    mean_loads = np.mean(settled, axis=0)
    return {
        "happened": dict(sorted(counts.happened.items())),
        "wait_days": {
            "mean": round(float(waited.mean()), 3),
            "p90": float(np.percentile(waited, 90)),
            "p99": float(np.percentile(waited, 99)),
            "same_day_share": round(float((waited == 0).mean()), 4),
        },
        "fit_mean": round(float(np.mean(counts.fit)), 4),
        "fit_p10": round(float(np.percentile(counts.fit, 10)), 4),
        "load_gini": round(gini(list(mean_loads)), 4),
        "days_at_strain_share": round(float((np.array(settled) >= _STRAIN_FROM_LOAD).mean()), 4),
        "load_histogram": np.histogram(mean_loads, bins=10, range=(0, 1))[0].tolist(),
        "wait_histogram": _wait_histogram(counts.waited_days),
        "waiting_by_week": [round(float(np.mean(week)), 1) for week in _weeks(counts.waiting)],
        "waiting_at_the_end": counts.waiting[-1],
    }


def _wait_histogram(waited: Sequence[int]) -> dict[str, int]:
    bins: dict[str, Callable[[int], bool]] = {
        "same day": lambda days: days == 0,
        "1 day": lambda days: days == 1,
        "2 to 3": lambda days: 2 <= days <= 3,
        "4 to 7": lambda days: 4 <= days <= 7,
        "8 to 14": lambda days: 8 <= days <= 14,
        "longer": lambda days: days > 14,
    }
    return {name: sum(map(within, waited)) for name, within in bins.items()}


def _weeks(values: Sequence[int]) -> list[Sequence[int]]:
    return [values[start : start + 7] for start in range(0, len(values), 7)]


def _arrivals(seed: int, day: int) -> list[Request]:
    rng = Random(f"{seed}/arrivals/{day}")
    busy = 1.15 if (START + timedelta(days=day)).weekday() < 5 else 0.6
    count = sum(rng.random() < _ARRIVALS_A_DAY * busy / 40 for _ in range(40))
    return [request(rng, REGION) for _ in range(count)]


def _with_waiting_time(waiting_person: WaitingPerson) -> Request:
    return replace(waiting_person.request, waiting_since=START + timedelta(days=waiting_person.since))


def _fit(ranking: Ranking, candidate: Candidate) -> float:
    """Return the fit, 0 to 1, independent of load: the score without the factor `free_places`."""
    lines = [line for line in ranking.explained(candidate) if line.factor != "free_places"]
    return sum(line.contribution for line in lines) / sum(line.share for line in lines)


def _shuffled(seed: int, ranking: Ranking) -> tuple[Candidate, ...]:
    rng = Random(f"{seed}/random/{ranking.request.referral_id}/{ranking.on}")
    return tuple(rng.sample(ranking.candidates, len(ranking.candidates)))


def _seeded_number(seed: int, *names: object) -> float:
    return Random("/".join(map(str, (seed, *names)))).random()
