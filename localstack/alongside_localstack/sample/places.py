"""Places of the two sample regions: real ZIP codes of real counties, from the `zipcodes` wheel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TypeAlias

import zipcodes

Languages: TypeAlias = tuple[str, ...]
"""BCP 47 tags, the person's best language first."""

# Abbreviations of the Postal Service in place names: the full spelling is always listed as well.
_SHORTENED: Final = frozenset(
    "Arlngtn Bch Crk Gdns Hgts Ind Is Isl Ldge N Village Vlg Whchstr Wnchstr".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class SamplePlace:
    """A ZIP code, a common name of its area, and the centre in degrees (WGS 84)."""

    postal_code: str
    name: str
    county: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class SampleRegion:
    """One county, served by a network.

    `languages` maps combinations of languages, best first, to weights. The shares are invented; their order is that of the
    languages the American Community Survey finds spoken at home there, with the smaller ones raised so that a short
    demonstration meets them.
    `outside_county` is a county of the same state that the region does not serve.
    """

    id: str
    state: str
    county: str
    outside_county: str
    languages: Mapping[Languages, float] = field(hash=False)

    @property
    def all_languages(self) -> Languages:
        """All languages of the region."""
        return tuple(dict.fromkeys(tag for tags in self.languages for tag in tags))

    @property
    def short(self) -> str:
        """The last part of the id, unique among the sample regions."""
        return self.id.rpartition("-")[2]


MIAMI: Final = SampleRegion(
    id="us-fl-miami",
    state="FL",
    county="Miami-Dade County",
    outside_county="Orange County",
    languages={
        ("es", "en"): 36,
        ("en",): 26,
        ("es",): 22,
        ("en", "es"): 8,
        ("ht", "en"): 5,
        ("ht",): 3,
    },
)
COLUMBUS: Final = SampleRegion(
    id="us-oh-columbus",
    state="OH",
    county="Franklin County",
    outside_county="Cuyahoga County",
    languages={
        ("en",): 82,
        ("so", "en"): 5,
        ("es", "en"): 4,
        ("es",): 4,
        ("so",): 3,
        ("en", "es"): 2,
    },
)
REGIONS: Final[Mapping[str, SampleRegion]] = {region.id: region for region in (MIAMI, COLUMBUS)}


def sample_region(region: str) -> SampleRegion:
    """Return the sample region with this id. Raises ValueError for an unknown id."""
    found = REGIONS.get(region)
    if found is None:
        raise ValueError(f"there is no sample region {region}: choose one of {', '.join(REGIONS)}")
    return found


@cache
def places(region: str) -> tuple[SamplePlace, ...]:
    """Return all places of a sample region: one per ZIP code and common name. Raises ValueError."""
    chosen = sample_region(region)
    return _residential_places(chosen.state, chosen.county)


@cache
def places_outside(region: str) -> tuple[SamplePlace, ...]:
    """Return places of the same state outside the region. Raises ValueError for an unknown region."""
    chosen = sample_region(region)
    return _residential_places(chosen.state, chosen.outside_county)


def _residential_places(state: str, county: str) -> tuple[SamplePlace, ...]:
    """Return places of active residential ZIP codes: no post-office boxes, no codes of single organisations."""
    found = zipcodes.filter_by(  # type: ignore[no-untyped-call]  # published without annotations
        state=state, county=county, zip_code_type="STANDARD", active=True
    )
    return tuple(_sample_place(entry, name) for entry in found for name in _names(entry))


def _names(entry: Mapping[str, Any]) -> tuple[str, ...]:
    names = dict.fromkeys((entry["city"], *entry["acceptable_cities"]))
    return tuple(name for name in names if _SHORTENED.isdisjoint(name.split()) or name == entry["city"])


def _sample_place(entry: Mapping[str, Any], name: str) -> SamplePlace:
    return SamplePlace(
        postal_code=entry["zip_code"],
        name=name,
        county=entry["county"],
        latitude=float(entry["lat"]),
        longitude=float(entry["long"]),
    )
