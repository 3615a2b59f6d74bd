"""A service that consists of the chassis alone, on a fresh database; each test adds its handlers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter
from sqlalchemy import MetaData, create_engine

from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.lifecycle.replay import NO_PROJECTION, ProjectionOf
from alongside_chassis.service import Service
from alongside_chassis.settings import Settings
from alongside_chassis.tables import chassis_tables
from alongside_chassis.testing import ManualClock, ServiceBench, on_the_bench
from alongside_contracts import streams
from alongside_localstack.postgres.databases import Database, Server
from tests.copies import Copies

BareBench = Callable[..., AbstractAsyncContextManager[ServiceBench]]


@pytest.fixture(scope="session")
def bare_database(postgres: Server) -> Database:
    """Create the chassis' tables, and one table for the notes of handlers, in order."""
    database = postgres.create_database()
    engine = create_engine(database.url.replace("postgresql://", "postgresql+psycopg://", 1))
    metadata = MetaData()
    chassis_tables(metadata)
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql(
            "create table seen (at bigint generated always as identity, key text not null, note text not null check (note <> 'forbidden'))"
        )
    engine.dispose()
    return database


@pytest.fixture
async def bare(copies: Copies, bare_database: Database, clock: ManualClock) -> AsyncIterator[BareBench]:
    """Return a function that opens the bare service with the given handlers."""
    with copies.lending() as loan:

        @asynccontextmanager
        async def on(
            handlers: Handlers,
            *routers: APIRouter,
            projection: ProjectionOf = NO_PROJECTION,
            **settings: Any,
        ) -> AsyncIterator[ServiceBench]:
            given: dict[str, Any] = {
                "database_url": loan.copy_of(bare_database).url,
                "log_level": "ERROR",
                "retry_seconds_max": 0.05,
            } | settings
            service = Service(
                name="bare",
                title="Bare",
                settings=Settings(**given),
                handlers=handlers,
                hears=(streams.JOURNEY, streams.PARTNER_REFERRALS),
                routers=routers,
                projection=projection,
            )
            async with on_the_bench(service, clock) as bench:
                yield bench

        yield on
