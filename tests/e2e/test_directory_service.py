"""The directory needs no other service, and matching makes one offer of every listing, also when it is killed meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import Network, open_network
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import DIRECTORY, MATCHING
from alongside_lab.faults.directory.datapackage import datapackage
from alongside_lab.faults.directory.packages import DirectoryPackage, make_package
from alongside_lab.faults.evidence.collect import rows
from alongside_localstack.infrastructure import temporary_folder
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder
from tests.polling import poll_until

pytestmark = pytest.mark.e2e

OTHERS = tuple(service for service in SERVICES if service != DIRECTORY)
READS = (
    *("/services", "/organizations", "/service_at_locations", "/taxonomies", "/taxonomy_terms"),
    "/services?search=bereavement",
)
HEARD_WHILE_MANY = 1_200
"""Listings of a package that matching hears in several batches."""


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[LocalStack]:
    """All services on free ports; the directory announces few listings at a time, so that matching hears many batches."""
    with temporary_folder() as folder:
        plan = Plan(
            usual_ports=False,
            mail=False,
            traces=False,
            env={DIRECTORY: {"ALONGSIDE_DIRECTORY_BATCH_MAX": "50"}},
        )
        settings = StackSettings().model_copy(update={"state": folder})
        async with LocalStack(
            StateFolder(folder), settings=settings, plan=plan, topics=topics_of(()), unsafe_fast=True
        ) as running:
            yield running


@pytest.fixture
async def network(stack: LocalStack) -> AsyncIterator[Network]:
    """A client with the service token."""
    async with open_network(stack.addresses(), service_token=stack.service_token) as client:
        yield client


async def upload(network: Network, package: DirectoryPackage) -> str:
    """Upload a package and return the id of its import."""
    query: dict[str, Any] = {"source": package.source, "region": package.region, "new_source": "true"}
    sent = await network.send(
        DIRECTORY, "/directory/imports", datapackage(package), "application/zip", **query
    )
    return str(sent["id"])


async def await_done(network: Network, import_id: str) -> Any:
    """Wait for the end of an import and return what became of it."""

    async def look() -> Any:
        return await network.get(DIRECTORY, f"/directory/imports/{import_id}")

    return await poll_until(
        look, lambda it: it["state"] in {"done", "failed", "held"}, "the end of the import"
    )


async def heard_of(stack: LocalStack, source: str) -> int:
    """Return how many listings of a source matching has heard."""
    found = await rows(stack, MATCHING, f"select count(*) from listing where source = '{source}'")
    return int(found[0]["count"])


async def offers_of(stack: LocalStack, source: str) -> list[str]:
    """Return the source's id of each offer that is made of its listings."""
    question = f"select source_id from offer where source = 'directory:{source}' order by source_id"
    return [row["source_id"] for row in await rows(stack, MATCHING, question)]


@asynccontextmanager
async def out_of_reach(stack: LocalStack, services: Sequence[str]) -> AsyncIterator[None]:
    """Stop services and let nobody connect to their databases for as long as the block lasts."""
    await asyncio.gather(*(stack.service(name).stop() for name in services))
    await asyncio.to_thread(allow_connections, stack, services, allowed=False)
    try:
        yield
    finally:
        await asyncio.to_thread(allow_connections, stack, services, allowed=True)
        await asyncio.gather(*(stack.service(name).start() for name in services))


def allow_connections(stack: LocalStack, databases: Sequence[str], *, allowed: bool) -> None:
    """Let PostgreSQL accept or refuse connections to databases, also of their owners and of the administrator."""
    statement = SQL("alter database {} with allow_connections {}")
    with stack.postgres.connection() as connection:
        for name in databases:
            connection.execute(statement.format(Identifier(name), Literal(allowed)))


def problem_of_connecting(stack: LocalStack, name: str) -> str:
    """Return why the directory's role cannot connect to a database; empty if it can."""
    try:
        psycopg.connect(replace(stack.database(DIRECTORY), name=name).url).close()
    except psycopg.OperationalError as error:
        return str(error)
    return ""


def test_the_directorys_role_can_connect_to_no_database_but_its_own(stack: LocalStack) -> None:
    with stack.postgres.connection() as connection:
        names = [row[0] for row in connection.execute("select datname from pg_database where datallowconn")]
        memberships = connection.execute(
            "select count(*) from pg_auth_members where member = 'directory'::regrole"
        ).fetchone()

    refusals = {name: problem_of_connecting(stack, name) for name in names}

    assert set(SERVICES) | {"postgres", "template1"} <= refusals.keys()
    assert refusals.pop(DIRECTORY) == ""
    assert {
        name for name, problem in refusals.items() if "permission denied for database" not in problem
    } == set()
    assert memberships == (0,)


async def test_the_directory_answers_and_imports_while_all_other_services_and_databases_are_out_of_reach(
    stack: LocalStack, network: Network
) -> None:
    package = make_package(seed=1, source="alone", count=200)

    async with out_of_reach(stack, OTHERS):
        finished = await await_done(network, await upload(network, package))
        answers = {path: await network.get(DIRECTORY, path) for path in READS}
        refusals = [problem_of_connecting(stack, name) for name in OTHERS]

    assert (finished["state"], finished["created"]) == ("done", 200)
    assert [path for path, answer in answers.items() if not answer["contents"]] == []
    assert answers["/services"]["total_items"] == 200
    assert all(refusals)
    await poll_until(
        lambda: offers_of(stack, "alone"),
        lambda offers: offers == sorted(service.id for service in package.services),
        "the offers of what was listed while matching was stopped",
    )


async def test_every_listing_is_one_offer_though_matching_is_killed_while_it_hears_them(
    stack: LocalStack, network: Network
) -> None:
    package = make_package(seed=2, source="killed", count=HEARD_WHILE_MANY)
    import_id = await upload(network, package)
    await poll_until(lambda: heard_of(stack, "killed"), lambda count: count > 0, "the first listing")

    stack.service(MATCHING).kill()
    heard_at_kill = await heard_of(stack, "killed")
    await stack.service(MATCHING).wait_ready(120)
    finished = await await_done(network, import_id)

    await poll_until(
        lambda: heard_of(stack, "killed"), lambda count: count == HEARD_WHILE_MANY, "all listings"
    )
    assert 0 < heard_at_kill < HEARD_WHILE_MANY
    assert (finished["state"], finished["created"]) == ("done", HEARD_WHILE_MANY)
    assert await offers_of(stack, "killed") == sorted(service.id for service in package.services)
    assert await rows(stack, MATCHING, "select * from dead_letter") == []
