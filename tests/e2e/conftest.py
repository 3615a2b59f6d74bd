"""A broker for the session: Apache Kafka where this machine can run it, else the embedded one."""

from collections.abc import AsyncIterator

import pytest

from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.stack import LocalStack


@pytest.fixture(scope="session")
async def broker() -> AsyncIterator[LocalStack]:
    """A running broker without topics; each test creates its own."""
    async with infrastructure(kafka=True, postgres=False) as stack:
        yield stack
