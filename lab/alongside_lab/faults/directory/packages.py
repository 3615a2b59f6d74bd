"""The directories that two publishers of one region send during the storm, and when. Seed and script determine all.

The services are real offers of a region of the storm, so that referrals are proposed to them while their directory changes. Some
ids are used by both publishers, for different services, as publishers that number their services do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from alongside_contracts.streams import DIRECTORY, MATCHING
from alongside_contracts.vocabulary import Need
from alongside_lab.faults.storm import Fault, FaultKind
from alongside_localstack.sample.places import MIAMI, SamplePlace, places
from alongside_localstack.sample.randomness import seeded_random

REGION: Final = MIAMI.id
SOURCES: Final = ("storm-first", "storm-second")
SERVICES_OF_SOURCE: Final = 200
SHARED_IDS: Final = 10
"""The number of ids that both publishers use."""
VANISHED, CHANGED, ADDED = 5, 10, 5
"""How many services a later package of a publisher no longer lists, changes and adds: far too few to be taken for a mistake."""
IMPORTS_EACH_MAX: Final = 3
"""How many imports begin shortly before kills of the directory, and as many before kills of matching."""
LEAD_SECONDS_MAX: Final = 8.0
"""How long before a kill an upload begins at most: the kill finds it being received, waiting, being stored, or being heard."""
ORGANISATIONS: Final = 10
UPLOAD_LOST: Final = "the uploaded file is gone"
"""The problem of an import whose package has to be sent again."""
_LANGUAGES: Final = ("English", "Spanish")
_KINDS_OF_KILLS: Final = (FaultKind.KILL, FaultKind.KILL_MID_RELAY)


@dataclass(frozen=True, slots=True)
class TaxonomyTerm:
    """A term of the AIRS/211 taxonomy, with the one need that matching gives a service of this term."""

    code: str
    name: str
    need: Need | None


TERMS: Final = (
    TaxonomyTerm("RP-1400.8000-100", "Bereavement Counseling", Need.GRIEF),
    TaxonomyTerm("PH-0800", "Caregiver Support", Need.CAREGIVING),
    TaxonomyTerm("BH-1800", "Homeless Shelter", Need.HOUSING),
    TaxonomyTerm("ND-3500", "Job Search Assistance", Need.EMPLOYMENT),
    TaxonomyTerm("PS-8000", "Social Clubs", Need.LONELINESS),
    TaxonomyTerm("TJ-3000", "Information and Referral", None),
)
"""One of them has no need: its services are listed, and never proposed."""


@dataclass(frozen=True, slots=True)
class PublishedService:
    """One service of a package. `id` is its publisher's."""

    id: str
    organisation: int
    """The number of its organisation, from 1."""
    name: str
    term: TaxonomyTerm
    place: SamplePlace
    language: str


@dataclass(frozen=True, slots=True)
class DirectoryPackage:
    """All services that a publisher lists at one time. `is_new_source`: its region has another publisher, and not yet this one."""

    source: str
    region: str
    is_new_source: bool
    services: tuple[PublishedService, ...]


@dataclass(frozen=True, slots=True)
class PlannedImport:
    """A package, and the seconds into the storm at which it is uploaded."""

    at_seconds: float
    package: DirectoryPackage


@dataclass(frozen=True, slots=True)
class SentImport:
    """An upload of the storm: the import that the directory accepted, or the `problem` for which it has none."""

    package: DirectoryPackage
    import_id: str | None
    problem: str = ""


def upload_was_lost(stored: Mapping[str, Any]) -> bool:
    """Return whether an import failed only because PostgreSQL crashed: an uploaded package is in no log and no backup."""
    return stored.get("state") == "failed" and UPLOAD_LOST in str(stored.get("problem"))


def plan_imports(seed: int, script: Sequence[Fault]) -> tuple[PlannedImport, ...]:
    """Return imports shortly before kills of the directory, which stores them, and of matching, which hears what they list.

    Every storm kills each of the two three times or more; one kill may be of both.
    """
    rng = seeded_random("imports", seed)
    chosen: set[float] = set()
    for service in (DIRECTORY, MATCHING):
        kills = [fault.at_seconds for fault in script if _kills(service, fault)]
        chosen.update(rng.sample(kills, min(len(kills), IMPORTS_EACH_MAX)))
    moments = sorted(max(0.0, round(at - rng.uniform(0, LEAD_SECONDS_MAX), 2)) for at in sorted(chosen))
    packages = make_packages(seed, len(moments))
    return tuple(PlannedImport(at, package) for at, package in zip(moments, packages, strict=True))


def make_packages(seed: int, count: int) -> tuple[DirectoryPackage, ...]:
    """Return packages of the two publishers in turn; each of a publisher's later packages changes its previous one."""
    packages: list[DirectoryPackage] = []
    for position in range(count):
        source = SOURCES[position % len(SOURCES)]
        rng = seeded_random("directory", seed, position)
        earlier = [package for package in packages if package.source == source]
        services = _changed(rng, source, earlier) if earlier else _first(rng, source)
        packages.append(DirectoryPackage(source, REGION, bool(packages) and not earlier, tuple(services)))
    return tuple(packages)


def make_package(seed: int, source: str, count: int) -> DirectoryPackage:
    """Return a package of `count` services, as a publisher's first one."""
    services = _first(seeded_random("directory", seed, source), source, count)
    return DirectoryPackage(source, REGION, is_new_source=True, services=tuple(services))


def _kills(service: str, fault: Fault) -> bool:
    return fault.kind is FaultKind.KILL_BURST or (fault.kind in _KINDS_OF_KILLS and fault.target == service)


def _first(rng: Random, source: str, count: int = SERVICES_OF_SOURCE) -> Iterator[PublishedService]:
    for number in range(1, count + 1):
        id_ = f"service-{number:04d}" if number <= SHARED_IDS else f"{source}-1-{number:04d}"
        yield _service(rng, id_)


def _changed(rng: Random, source: str, earlier: Sequence[DirectoryPackage]) -> list[PublishedService]:
    """Return the services of the last package without some, with others changed, with new ones, and with one that is back."""
    edition, before = len(earlier) + 1, earlier[-1].services
    vanished = _vanishing(rng, before)
    kept = [service for service in before if service.id not in vanished]
    for position in rng.sample(range(len(kept)), CHANGED):
        kept[position] = _renamed(kept[position], edition)
    listed = {service.id for service in before}
    missing = [service for package in earlier for service in package.services if service.id not in listed]
    added = [_service(rng, f"{source}-{edition}-{number:04d}") for number in range(1, ADDED + 1)]
    return [*kept, *missing[:1], *added]


def _vanishing(rng: Random, before: Sequence[PublishedService]) -> set[str]:
    """Choose the services that vanish, one of them with an id that the other publisher may use as well."""
    shared = [service.id for service in before if service.id.startswith("service-")]
    others = [service.id for service in before if service.id not in shared]
    return {rng.choice(shared), *rng.sample(others, VANISHED - 1)}


def _service(rng: Random, id_: str) -> PublishedService:
    term, place = rng.choice(TERMS), rng.choice(places(REGION))
    name = f"{term.name} of {place.name}, {id_}"
    return PublishedService(id_, rng.randint(1, ORGANISATIONS), name, term, place, rng.choice(_LANGUAGES))


def _renamed(service: PublishedService, edition: int) -> PublishedService:
    """Return a service with another name and the next term, hence another need or none."""
    term = TERMS[(TERMS.index(service.term) + 1) % len(TERMS)]
    return replace(service, name=f"{service.name}, edition {edition}", term=term)
