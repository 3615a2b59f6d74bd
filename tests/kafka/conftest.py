"""Clusters of real Apache Kafka that require log-in. `make kafka-test` reports tests that could not run."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from alongside_cli.errors import CommandError
from alongside_cli.kafka.streams import topics_of
from alongside_contracts.access import rules_for
from alongside_localstack.infrastructure import temporary_folder
from alongside_localstack.kafka.broker import BrokerOptions, apache_kafka
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder
from tests.service.chassis.conftest import bare, bare_database

PARTNERS = ("bayside", "bayside-north", "sunrise")
"""The first begins the second: a rule that is a prefix of another must not grant it."""


@asynccontextmanager
async def secured(partners: Sequence[str] = PARTNERS, **plan: Any) -> AsyncIterator[LocalStack]:
    """A stack on Apache Kafka with all users and rules for these partners; by default only a broker."""
    usual: dict[str, Any] = {
        "services": (),
        "postgres": False,
        "mail": False,
        "traces": False,
        "usual_ports": False,
        "rules": rules_for(partners),
    }
    settings = StackSettings().model_copy(update={"broker": "kafka", "kafka": None})
    with temporary_folder() as folder:
        stack = LocalStack(
            StateFolder(folder),
            settings=settings,
            plan=Plan(**(usual | plan)),
            topics=topics_of(partners),
            unsafe_fast=True,
        )
        async with stack:
            yield stack


@pytest.fixture(scope="session", autouse=True)
def available() -> None:
    """Skip where Apache Kafka cannot run."""
    try:
        settings = StackSettings()
        apache_kafka(BrokerOptions(cache=settings.cache, java_home=settings.java_home), print)
    except CommandError as error:
        pytest.skip(f"needs Apache Kafka: {error.problem}")


@pytest.fixture(scope="module")
async def kafka() -> AsyncIterator[LocalStack]:
    """One Kafka node with its topics, users and rules."""
    async with secured() as stack:
        yield stack


__all__ = ["bare", "bare_database"]
