"""Generates offers and requests of a region from weights: the same for the same seed, without real people.

The weights describe no real region. Their orders of magnitude are those of the local stack's sample region.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from alongside_contracts.vocabulary import AgeBand, Format, Hope
from alongside_matching.engine.facts import GROUP, SERVICE, SLOTS_PER_WEEK, SUPPORTER, Offer, Point, Request

TODAY: Final = date(2026, 11, 22)
Drawn = TypeVar("Drawn")

_NEEDS: Final[Mapping[str, float]] = {
    "anxiety": 15,
    "depression": 12,
    "ptsd": 4,
    "bipolar": 3,
    "psychosis": 2,
    "hearing-voices": 2,
    "grief": 9,
    "loneliness": 14,
    "stress": 9,
    "trauma": 6,
    "substance-use": 9,
    "alcohol": 8,
    "opioids": 4,
    "eating": 2,
    "self-harm": 2,
    "chronic-illness": 6,
    "disability": 4,
    "life-transition": 5,
    "reentry": 2,
    "parenting": 5,
    "child-welfare": 2,
    "caregiving": 6,
    "domestic-violence": 3,
    "housing": 5,
    "employment": 4,
    "lgbtq": 4,
    "veteran": 3,
}
_LANGUAGES: Final[Mapping[tuple[str, ...], float]] = {
    ("en",): 50,
    ("en", "es"): 20,
    ("es",): 15,
    ("ht", "en"): 10,
    ("pt", "en"): 5,
}
_MODES: Final[Mapping[tuple[str, ...], float]] = {
    ("in-person", "phone"): 35,
    ("in-person", "phone", "video"): 20,
    ("phone", "text"): 15,
    ("phone", "video", "text"): 15,
    ("in-person",): 15,
}
_AGES: Final[Mapping[tuple[str, ...], float]] = {
    ("18-25", "26-64", "65-plus"): 62,
    ("26-64", "65-plus"): 20,
    ("13-17", "18-25"): 10,
    ("65-plus",): 8,
}
_PERSON_AGES: Final[Mapping[str, float]] = {
    AgeBand.FROM_26_TO_64.value: 60,
    AgeBand.FROM_18_TO_25.value: 20,
    AgeBand.FROM_65.value: 15,
    AgeBand.FROM_13_TO_17.value: 5,
}
_HOPES: Final = [hope.value for hope in Hope]
_INTERESTS: Final = [f"interest-{number}" for number in range(40)]
_IDENTITIES: Final = ["woman", "man", "lgbtq", "black", "latina", "haitian", "faith"]
_ORGANISATIONS: Final = [f"organisation-{number}" for number in range(2_000)]


def offers(region: str, seed: int, *, supporters: int, groups: int, services: int) -> Iterator[Offer]:
    """Yield the offers of a region."""
    rng = Random(f"{seed}/{region}/offers")
    for kind, count in ((SUPPORTER, supporters), (GROUP, groups), (SERVICE, services)):
        for _ in range(count):
            yield _offer(rng, region, kind)


def requests(region: str, seed: int, count: int) -> list[Request]:
    """Return `count` requests of a region."""
    rng = Random(f"{seed}/{region}/requests")
    return [request(rng, region) for _ in range(count)]


def request(rng: Random, region: str) -> Request:
    """Return one request. Optional fields are set with different probabilities."""
    modes = _choose_one(rng, _MODES)
    return Request(
        referral_id=_id(rng),
        region=region,
        needs=_needs(rng, most=4),
        languages=_choose_one(rng, _LANGUAGES),
        formats=frozenset({Format.ONE_TO_ONE.value}) if rng.random() < 0.4 else frozenset(),
        modes=frozenset(modes) if rng.random() < 0.6 else frozenset(),
        urgency="urgent" if rng.random() < 0.1 else "routine",
        age_band=_choose_one(rng, _PERSON_AGES) if rng.random() < 0.9 else None,
        avoid_needs=_needs(rng, most=1) if rng.random() < 0.2 else frozenset(),
        hopes=_choose_some(rng, _HOPES, 2),
        interests=_choose_some(rng, _INTERESTS, 2) if rng.random() < 0.4 else frozenset(),
        identities=_choose_some(rng, _IDENTITIES, 1) if rng.random() < 0.2 else frozenset(),
        organisations_avoided=_choose_some(rng, _ORGANISATIONS, 1) if rng.random() < 0.1 else frozenset(),
        availability=_hours(rng, 3) if rng.random() < 0.7 else 0,
        near=_point(rng, coarse=True) if rng.random() < 0.8 else None,
        distance_km_max=rng.choice([None, 10.0, 30.0]),
        guardian_consent=True,
    )


def _offer(rng: Random, region: str, kind: str) -> Offer:
    peer = kind == SUPPORTER
    spoken, modes, ages = _choose_one(rng, _LANGUAGES), _choose_one(rng, _MODES), _choose_one(rng, _AGES)
    return Offer(
        id=_id(rng),
        kind=kind,
        region=region,
        needs=_needs(rng, most=4),
        languages=frozenset(spoken),
        formats=frozenset({Format.ONE_TO_ONE.value if kind != GROUP else Format.GROUP.value}),
        modes=frozenset(modes),
        age_bands=frozenset(ages) if kind != SERVICE else frozenset(),
        capacity=rng.randint(1, 12) if peer else rng.randint(8, 40),
        taken=rng.randint(0, 4) if rng.random() < 0.5 else 0,
        paused=rng.random() < 0.05,
        hopes=_choose_some(rng, _HOPES, 3),
        interests=_choose_some(rng, _INTERESTS, 3) if peer else frozenset(),
        identities=_choose_some(rng, _IDENTITIES, 2) if peer else frozenset(),
        organisations=_choose_some(rng, _ORGANISATIONS, 1) if peer and rng.random() < 0.3 else frozenset(),
        availability=_hours(rng, 4) if peer else 0,
        where=_point(rng),
        reach_km=rng.choice([10.0, 25.0, 50.0]) if peer else None,
        certified_until=TODAY + timedelta(days=rng.randint(-30, 700)) if peer else None,
        certification_required=peer and rng.random() < 0.3,
        checked_until=TODAY + timedelta(days=rng.randint(-30, 700)) if peer else None,
        check_required=peer,
        eligibility=_needs(rng, most=2) if kind == SERVICE and rng.random() < 0.3 else frozenset(),
    )


def _id(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128))


def _needs(rng: Random, most: int) -> frozenset[str]:
    return frozenset(rng.choices(list(_NEEDS), list(_NEEDS.values()), k=rng.randint(1, most)))


def _choose_one(rng: Random, weights: Mapping[Drawn, float]) -> Drawn:
    return rng.choices(list(weights), list(weights.values()))[0]


def _choose_some(rng: Random, among: Sequence[str], count: int) -> frozenset[str]:
    return frozenset(rng.choice(among) for _ in range(count))


def _hours(rng: Random, times: int) -> int:
    """Draw times of the week that start between 8:00 and 21:00 and last one to three hours."""
    mask = 0
    for _ in range(times):
        start = rng.randrange(7) * 48 + rng.randrange(16, 42)
        mask |= ((1 << rng.randint(2, 6)) - 1) << start
    return mask & ((1 << SLOTS_PER_WEEK) - 1)


def _point(rng: Random, *, coarse: bool = False) -> Point:
    latitude, longitude = 25.4 + rng.random() * 0.6, -80.6 + rng.random() * 0.5
    return (
        Point(round(latitude * 20) / 20, round(longitude * 20) / 20) if coarse else Point(latitude, longitude)
    )
