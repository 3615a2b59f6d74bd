"""Offers and requests drawn at random, from few enough codes that they meet."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from alongside_contracts.vocabulary import AgeBand, Format, Hope, Mode, Need
from alongside_matching.engine.facts import GROUP, SERVICE, SUPPORTER, Offer, Point, Request
from tests.unit.matching.facts import TODAY, an_id, half_hours

NEEDS = [need.value for need in Need][:6]
BANDS = [band.value for band in AgeBand]
REGIONS = st.sampled_from(["us-fl-miami"] * 9 + ["us-oh-columbus"])


def some(codes: list[str], most: int = 3) -> st.SearchStrategy[frozenset[str]]:
    """A few of these codes, or none."""
    return st.frozensets(st.sampled_from(codes), max_size=most)


def days() -> st.SearchStrategy[Any]:
    """A day around today, or none."""
    return st.none() | st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))


points = st.builds(Point, st.sampled_from([25.6, 25.75, 25.8, 26.1]), st.sampled_from([-80.4, -80.2, -80.15]))
hours = st.just(0) | st.builds(half_hours, st.integers(0, 6), st.integers(0, 40), st.integers(1, 8))
kilometres = st.none() | st.sampled_from([0.0, 5.0, 20.0, 60.0])
tags = st.frozensets(st.sampled_from(["en", "es", "ht", "es-MX", "en-GB"]), min_size=1, max_size=3)
ids = st.integers(1, 30).map(an_id)
modes = some([mode.value for mode in Mode])
formats = some([form.value for form in Format])
hopes = some([hope.value for hope in Hope])
interests = some(["football", "music", "gardening"])
identities = some(["woman", "lgbtq", "haitian"])
organisations = some(["city-hospital", "north-school"], 2)

offers = st.builds(
    Offer,
    id=ids,
    kind=st.sampled_from([SUPPORTER, GROUP, SERVICE]),
    region=REGIONS,
    needs=some(NEEDS),
    languages=tags,
    formats=formats,
    modes=modes,
    age_bands=some(BANDS),
    capacity=st.none() | st.integers(0, 4),
    held=st.integers(0, 2),
    taken=st.integers(0, 2),
    paused=st.sampled_from([False, False, False, True]),
    hopes=hopes,
    interests=interests,
    identities=identities,
    organisations=organisations,
    endorsements=some(["forensic", "youth"], 2),
    required_endorsement=st.sampled_from([None, None, None, "forensic"]),
    availability=hours,
    where=st.none() | points,
    reach_km=kilometres,
    certified_until=days(),
    certification_required=st.sampled_from([False, False, True]),
    checked_until=days(),
    check_required=st.sampled_from([False, False, True]),
    eligibility=st.just(frozenset()) | some([*NEEDS, *BANDS]),
    only_for=st.just(frozenset()) | identities,
)
requests = st.builds(
    Request,
    referral_id=st.uuids(),
    region=REGIONS,
    needs=st.frozensets(st.sampled_from(NEEDS), min_size=1, max_size=4),
    languages=tags.map(lambda drawn: tuple(sorted(drawn))),
    formats=formats,
    modes=modes,
    age_band=st.none() | st.sampled_from(BANDS),
    avoid_needs=some(NEEDS, 1),
    asked=st.frozensets(ids, max_size=2),
    hopes=hopes,
    interests=interests,
    identities=identities,
    identifies_as=identities,
    organisations_avoided=some(["city-hospital"], 1),
    availability=hours,
    near=st.none() | points,
    distance_km_max=kilometres,
    guardian_consent=st.booleans(),
    consent_offers=st.none() | st.none() | st.frozensets(ids, min_size=10),
    continue_with=st.none() | ids,
    urgency=st.sampled_from(["routine", "urgent"]),
    priority=st.integers(0, 1),
)
"""Requests of someone who may well find somebody."""

pools = st.lists(offers, max_size=10, unique_by=lambda offer: offer.id)
