"""The directory packages of a storm depend on the seed only, can be read without a remark that loses a service, and change little."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from alongside_directory.listing.listing import read_directory
from alongside_directory.listing.model import Listing
from alongside_lab.faults.directory.datapackage import datapackage
from alongside_lab.faults.directory.packages import (
    ADDED,
    CHANGED,
    IMPORTS_EACH_MAX,
    LEAD_SECONDS_MAX,
    SERVICES_OF_SOURCE,
    SHARED_IDS,
    SOURCES,
    VANISHED,
    DirectoryPackage,
    make_packages,
    plan_imports,
)
from alongside_lab.faults.storm import Fault, FaultKind, make_storm


def ids(package: DirectoryPackage) -> set[str]:
    """Return the ids that a package lists."""
    return {service.id for service in package.services}


def listing_of(package: DirectoryPackage, folder: Path) -> Listing:
    """Return a package as the directory reads it."""
    file = folder / "package.zip"
    file.write_bytes(datapackage(package))
    return read_directory(file)


def kills_of(service: str, script: Sequence[Fault]) -> list[float]:
    """Return when a script kills a service."""
    kinds = (FaultKind.KILL, FaultKind.KILL_MID_RELAY)
    return [
        fault.at_seconds
        for fault in script
        if fault.kind is FaultKind.KILL_BURST or (fault.kind in kinds and fault.target == service)
    ]


def is_before_one_of(kills: Sequence[float], at: float) -> bool:
    """Return whether an import begins shortly before one of these kills."""
    return any(0 <= kill - at <= LEAD_SECONDS_MAX + 0.01 for kill in kills)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    one, again, other = (datapackage(make_packages(seed, 1)[0]) for seed in (4, 4, 5))

    assert one == again
    assert one != other


def test_a_second_publisher_comes_before_the_changed_package_of_the_first() -> None:
    packages = make_packages(1, 3)

    assert [package.source for package in packages] == [SOURCES[0], SOURCES[1], SOURCES[0]]
    assert [package.is_new_source for package in packages] == [False, True, False]
    assert len({package.region for package in packages}) == 1


def test_two_publishers_share_some_ids_and_no_service() -> None:
    first, second = make_packages(1, 2)

    assert len(ids(first)) == len(ids(second)) == SERVICES_OF_SOURCE
    assert len(ids(first) & ids(second)) == SHARED_IDS
    assert not {service.name for service in first.services} & {service.name for service in second.services}


@pytest.mark.parametrize("seed", range(5))
def test_in_a_later_package_a_few_services_vanish_change_and_are_new(seed: int) -> None:
    first, second, changed = make_packages(seed, 3)
    before = {service.id: service for service in first.services}
    kept = [service for service in changed.services if service.id in before]

    assert len(ids(first) - ids(changed)) == VANISHED
    assert len(ids(changed) - ids(first)) == ADDED
    assert len([service for service in kept if service != before[service.id]]) == CHANGED
    assert len((ids(first) - ids(changed)) & ids(second)) == 1


def test_a_service_that_vanished_comes_back_in_the_package_after_next() -> None:
    first, _, changed, _, third = make_packages(1, 5)

    assert len((ids(first) - ids(changed)) & ids(third)) == 1


def test_the_directory_reads_every_service_of_a_package_with_the_need_it_names(tmp_path: Path) -> None:
    package = make_packages(2, 3)[2]
    listing = listing_of(package, tmp_path)
    needs = {service.source_id: [need.value for need in service.needs] for service in listing.services}

    assert listing.quarantined == ()
    assert listing.flags == ()
    assert needs == {
        service.id: [service.term.need.value] if service.term.need else [] for service in package.services
    }
    assert {service.kind.value for service in listing.services} == {"service"}
    assert [] in needs.values()


@pytest.mark.parametrize("seconds", [40.0, 90.0, 300.0])
def test_imports_begin_shortly_before_kills_of_the_directory_and_of_matching(seconds: float) -> None:
    for seed in range(30):
        script = make_storm(seed, seconds)
        moments = [planned.at_seconds for planned in plan_imports(seed, script)]
        of_directory, of_matching = (
            [at for at in moments if is_before_one_of(kills_of(service, script), at)]
            for service in ("directory", "matching")
        )

        assert len(moments) <= 2 * IMPORTS_EACH_MAX
        assert moments == sorted(moments)
        assert min(len(of_directory), len(of_matching)) >= IMPORTS_EACH_MAX
        assert {*of_directory, *of_matching} == set(moments)


def test_the_seed_decides_when_and_what_is_imported() -> None:
    script = make_storm(7, 90)

    assert plan_imports(7, script) == plan_imports(7, script)
    assert plan_imports(7, script) != plan_imports(8, script)
