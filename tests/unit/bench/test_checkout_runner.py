"""A run fails as soon as one of its services has ended."""

import asyncio
import sys
from pathlib import Path

import pytest

from alongside_lab.bench.against.checkout_runner import RunningServices
from alongside_localstack.errors import StartFailed
from alongside_localstack.settings import inherited_environment
from alongside_localstack.supervisor.processes import Process
from alongside_localstack.supervisor.supervisor import Supervisor

ENDS = (sys.executable, "-c", "import sys; print('out of memory'); sys.exit(3)")
STAYS = (sys.executable, "-c", "import signal; signal.pause()")


async def running(argv: tuple[str, ...], logs: Path) -> RunningServices:
    supervisor = Supervisor(logs, environment=inherited_environment())
    supervisor.add(Process(name="referrals", argv=argv, restart=None))
    await supervisor.start()
    return RunningServices(supervisor, {}, (), 0)


async def test_a_service_that_ends_fails_the_run_with_its_log(tmp_path: Path) -> None:
    services = await running(ENDS, tmp_path)
    cancelled = asyncio.Event()

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(StartFailed, match="out of memory"):
        await services.finish(never())

    assert cancelled.is_set()
    await services.supervisor.stop()


async def test_work_that_is_done_is_returned_while_the_services_run(tmp_path: Path) -> None:
    services = await running(STAYS, tmp_path)

    async def work() -> int:
        return 7

    assert await services.finish(work()) == 7
    await services.supervisor.stop()
