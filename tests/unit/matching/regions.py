"""Offers and requests drawn at random, from few codes so that they often match."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies

from alongside_contracts.vocabulary import AgeBand, Format, Hope, Mode, Need
from alongside_matching.engine.facts import GROUP, SERVICE, SUPPORTER, Offer, Point, Request
from tests.unit.matching.facts import TODAY, an_id, half_hours

NEEDS = [need.value for need in Need][:6]
BANDS = [band.value for band in AgeBand]
REGIONS = strategies.sampled_from(["us-fl-miami"] * 9 + ["us-oh-columbus"])


def some(codes: list[str], most: int = 3) -> strategies.SearchStrategy[frozenset[str]]:
    """Draw a few of these codes, or none."""
    return strategies.frozensets(strategies.sampled_from(codes), max_size=most)


def days() -> strategies.SearchStrategy[Any]:
    """Draw a day around today, or none."""
    return strategies.none() | strategies.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))


points = strategies.builds(
    Point, strategies.sampled_from([25.6, 25.75, 25.8, 26.1]), strategies.sampled_from([-80.4, -80.2, -80.15])
)
hours = strategies.just(0) | strategies.builds(
    half_hours, strategies.integers(0, 6), strategies.integers(0, 40), strategies.integers(1, 8)
)
kilometres = strategies.none() | strategies.sampled_from([0.0, 5.0, 20.0, 60.0])
tags = strategies.frozensets(
    strategies.sampled_from(["en", "es", "ht", "es-MX", "en-GB"]), min_size=1, max_size=3
)
ids = strategies.integers(1, 30).map(an_id)
modes = some([mode.value for mode in Mode])
formats = some([form.value for form in Format])
hopes = some([hope.value for hope in Hope])
interests = some(["football", "music", "gardening"])
identities = some(["woman", "lgbtq", "haitian"])
organisations = some(["city-hospital", "north-school"], 2)

offers = strategies.builds(
    Offer,
    id=ids,
    kind=strategies.sampled_from([SUPPORTER, GROUP, SERVICE]),
    region=REGIONS,
    needs=some(NEEDS),
    languages=tags,
    formats=formats,
    modes=modes,
    age_bands=some(BANDS),
    capacity=strategies.none() | strategies.integers(0, 4),
    held=strategies.integers(0, 2),
    taken=strategies.integers(0, 2),
    paused=strategies.sampled_from([False, False, False, True]),
    hopes=hopes,
    interests=interests,
    identities=identities,
    organisations=organisations,
    endorsements=some(["forensic", "youth"], 2),
    required_endorsement=strategies.sampled_from([None, None, None, "forensic"]),
    availability=hours,
    where=strategies.none() | points,
    reach_km=kilometres,
    certified_until=days(),
    certification_required=strategies.sampled_from([False, False, True]),
    checked_until=days(),
    check_required=strategies.sampled_from([False, False, True]),
    eligibility=strategies.just(frozenset()) | some([*NEEDS, *BANDS]),
    only_for=strategies.just(frozenset()) | identities,
)
requests = strategies.builds(
    Request,
    referral_id=strategies.uuids(),
    region=REGIONS,
    needs=strategies.frozensets(strategies.sampled_from(NEEDS), min_size=1, max_size=4),
    languages=tags.map(lambda drawn: tuple(sorted(drawn))),
    formats=formats,
    modes=modes,
    age_band=strategies.none() | strategies.sampled_from(BANDS),
    avoid_needs=some(NEEDS, 1),
    asked=strategies.frozensets(ids, max_size=2),
    hopes=hopes,
    interests=interests,
    identities=identities,
    identifies_as=identities,
    organisations_avoided=some(["city-hospital"], 1),
    availability=hours,
    near=strategies.none() | points,
    distance_km_max=kilometres,
    guardian_consent=strategies.booleans(),
    consent_offers=strategies.none() | strategies.none() | strategies.frozensets(ids, min_size=10),
    continue_with=strategies.none() | ids,
    urgency=strategies.sampled_from(["routine", "urgent"]),
    priority=strategies.integers(0, 1),
)
"""Requests that often have a matching offer."""

pools = strategies.lists(offers, max_size=10, unique_by=lambda offer: offer.id)
