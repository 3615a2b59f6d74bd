"""What tests start: a stack without services, on free ports, in a folder that is gone afterwards."""

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
    """Real PostgreSQL, Kafka, mail sink and trace receiver for as long as the block lasts; several at once may run.

    ALONGSIDE_BROKER, ALONGSIDE_KAFKA and ALONGSIDE_POSTGRES choose as they do for `make up`; `broker` overrules.
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
    """A folder for a stack's state that an unprivileged PostgreSQL may pass; secrets inside are 0600."""
    folder = Path(tempfile.mkdtemp(prefix="alongside-stack-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        StateFolder(folder).remove()
