"""The stack that tests start: without services, on free ports, in a temporary folder."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from alongside_localstack.settings import BrokerChoice, StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder


@asynccontextmanager
async def infrastructure(
    *,
    kafka: bool = True,
    postgres: bool = True,
    mail: bool = False,
    traces: bool = False,
    broker: BrokerChoice | None = None,
    unsafe_fast: bool = True,
) -> AsyncIterator[LocalStack]:
    """Real PostgreSQL, Kafka, mail sink and trace receiver for as long as the block lasts; several may run at once.

    ALONGSIDE_BROKER, ALONGSIDE_KAFKA and ALONGSIDE_POSTGRES have the same effect as for `make up`; `broker` overrides them.
    """
    settings = StackSettings()
    if broker is not None:
        settings = settings.model_copy(update={"broker": broker, "kafka": None})
    plan = Plan(services=(), postgres=postgres, kafka=kafka, mail=mail, traces=traces, usual_ports=False)
    with temporary_folder() as folder:
        async with LocalStack(
            StateFolder(folder), settings=settings, plan=plan, unsafe_fast=unsafe_fast
        ) as stack:
            yield stack


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Create a state folder that an unprivileged PostgreSQL can enter, and delete it afterwards; secrets are 0600."""
    folder = Path(tempfile.mkdtemp(prefix="alongside-stack-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        StateFolder(folder).remove()
