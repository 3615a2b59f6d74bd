"""A real receiver process on a real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from alongside_localstack.postgres.cluster import postgres_server
from alongside_localstack.postgres.databases import Server
from alongside_localstack.traces.store import SpanStore, open_store
from tests.service.traces.receivers import Receiver, running_receiver


@pytest.fixture(scope="session")
def span_server() -> Iterator[Server]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
async def receiver(span_server: Server) -> AsyncIterator[Receiver]:
    """A shared receiver: each test uses different ids."""
    async with running_receiver(span_server) as receiver:
        yield receiver


@pytest.fixture
async def own_receiver(span_server: Server) -> AsyncIterator[Receiver]:
    """A separate receiver, for tests that fill it, stop it or remove its database."""
    async with running_receiver(span_server) as receiver:
        yield receiver


@pytest.fixture
async def client(receiver: Receiver) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=receiver.url) as client:
        yield client


@pytest.fixture
async def own_client(own_receiver: Receiver) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=own_receiver.url) as client:
        yield client


@pytest.fixture
async def store(span_server: Server) -> AsyncIterator[SpanStore]:
    database = span_server.create_database()
    async with open_store(database.url) as store:
        await store.create_schema()
        yield store
    span_server.drop_database(database.name)
