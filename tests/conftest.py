"""Fixtures for every test: a separate PostgreSQL database, and each service in its test harness.

The server starts once per session; each service's database is migrated once, and each test has a copy.
"""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from alongside_chassis.migrations import upgrade
from alongside_chassis.service import Service
from alongside_chassis.testing import ManualClock, ServiceBench, on_the_bench
from alongside_contracts.codes import installed, using
from alongside_localstack.postgres.cluster import postgres_server
from alongside_localstack.postgres.databases import Database, Server
from tests.copies import Copies
from tests.declared import check_answers
from tests.leftovers import pytest_configure, pytest_unconfigure
from tests.service.listing_pair import ListingPair

__all__ = ["pytest_configure", "pytest_unconfigure"]

SUNDAY_NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SERVICE_TOKEN = "a-token-for-tests"
PERSON_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

# Tests do not depend on the machine's speed, so hypothesis has no deadline.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for the whole session."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: Server) -> Callable[[str], Database]:
    """Return a service's migrated database, to be cloned; no connection to it may remain open."""
    made: dict[str, Database] = {}

    def of(package: str) -> Database:
        if package not in made:
            made[package] = postgres.create_database()
            upgrade(made[package].url, package)
        return made[package]

    return of


@pytest.fixture(scope="session")
def copies(postgres: Server) -> Copies:
    """Return the pool of database copies from which tests borrow."""
    return Copies(postgres)


@pytest.fixture(autouse=True)
def code_lists() -> Iterator[None]:
    """Restore the process's code lists after a test that started a service with others."""
    with using(installed()):
        yield


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock set to noon of a Sunday, which a test can move."""
    return ManualClock(SUNDAY_NOON)


@pytest.fixture
def bench_of(
    copies: Copies, migrated: Callable[[str], Database], clock: ManualClock
) -> Iterator[Callable[..., AbstractAsyncContextManager[ServiceBench]]]:
    """Return a function that opens a service under test: `bench_of("intake", smtp_port=2525)`; keywords are settings."""
    with copies.lending() as loan:

        @asynccontextmanager
        async def of(name: str, **settings: Any) -> AsyncIterator[ServiceBench]:
            package = f"alongside_{name}"
            given = {
                "database_url": loan.copy_of(migrated(package)).url,
                "service_token": SERVICE_TOKEN,
                "log_level": "ERROR",
            } | settings
            chosen = importlib.import_module(f"{package}.settings").Settings(**given)
            service: Service = importlib.import_module(f"{package}.app").service(chosen)
            async with on_the_bench(service, clock) as bench:
                check_answers(bench)
                yield bench

        yield of


@pytest.fixture
async def intake_bench(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[ServiceBench]:
    """Intake on a fresh database."""
    async with bench_of("intake", person_key=PERSON_KEY) as bench:
        yield bench


@pytest.fixture
async def matching_bench(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[ServiceBench]:
    """Matching on a fresh database."""
    async with bench_of("matching") as bench:
        yield bench


@pytest.fixture
async def referrals_bench(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[ServiceBench]:
    """Referrals on a fresh database."""
    async with bench_of("referrals") as bench:
        yield bench


@pytest.fixture
async def notifications_bench(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[ServiceBench]:
    """Notifications on a fresh database."""
    async with bench_of("notifications") as bench:
        yield bench


@pytest.fixture
async def directory_bench(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[ServiceBench]:
    """The directory on a fresh database, asked with the service token."""
    async with bench_of("directory") as bench:
        bench.client.headers["Authorization"] = f"Bearer {SERVICE_TOKEN}"
        yield bench


@pytest.fixture
def pair(directory_bench: ServiceBench, matching_bench: ServiceBench) -> ListingPair:
    """The directory, and matching that hears it."""
    return ListingPair(directory_bench, matching_bench)
