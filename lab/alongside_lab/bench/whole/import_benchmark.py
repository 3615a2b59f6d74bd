"""Measures what an import of a large directory costs referrals: the time from a partner's record to the proposal.

The directory stores and announces listings, and matching makes offers of them, on the same machine as everything else. The
referrals are of all regions, also of the one whose directory is imported.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from alongside_cli.network import Network, open_network
from alongside_contracts.matching import MatchProposed
from alongside_contracts.streams import DIRECTORY, MATCHING
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.plan import SAMPLED, BenchPlan, ImportPlan
from alongside_lab.bench.whole.journey_trackers import StepTracker, follow_journeys
from alongside_lab.bench.whole.load import Load, start_load
from alongside_lab.bench.whole.network_benchmark import ReportProgress, open_stack
from alongside_lab.faults.directory.datapackage import datapackage
from alongside_lab.faults.directory.packages import REGION, make_package
from alongside_lab.faults.evidence.collect import rows
from alongside_localstack.stack import LocalStack

SOURCE: Final = "bench"
POLL_SECONDS: Final = 1.0
"""Seldom: each poll opens a connection to PostgreSQL."""
_OFFERS: Final = "select count(*) from offer where source = 'directory:bench'"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Seconds from submission to proposal without the import (before and after it) and while it lasted.

    `import_seconds` and `offers_seconds` run from the upload until the import was done, and until all offers were made.
    """

    listings: int
    referrals_per_second: float
    alone: tuple[float, ...]
    beside: tuple[float, ...]
    import_seconds: float
    offers_seconds: float
    broker: str


@dataclass(slots=True)
class TimedImport:
    """The seconds of one import until it was done and until matching had an offer of each listing; 0 before."""

    import_seconds: float = 0.0
    offers_seconds: float = 0.0


async def measure_import(plan: BenchPlan, report_progress: ReportProgress) -> ImportResult:
    """Measure a new network before, during and after an import. Raises BenchFailed."""
    directory = plan.directory
    async with (
        open_stack(SAMPLED, report_progress) as stack,
        start_load(stack.kafka, seed=plan.seed, sampled_share=SAMPLED) as load,
        follow_journeys(stack.kafka, StepTracker(MatchProposed, load.on_handled)),
    ):
        await _measure_alone(load, directory)  # not counted: the first referrals find cold caches
        report_progress(f"import: {directory.referrals_per_second:g} referrals/s alone")
        alone = await _measure_alone(load, directory)
        async with _importing(stack, plan, report_progress) as (work, task):
            beside = await load.send_while(
                lambda: not task.done(), directory.referrals_per_second, directory.settle_seconds_max
            )
        report_progress("import: the offers are made; alone again")
        alone += await _measure_alone(load, directory)
        return ImportResult(
            directory.listings,
            directory.referrals_per_second,
            tuple(alone),
            tuple(beside),
            work.import_seconds,
            work.offers_seconds,
            stack.broker.kind,
        )


async def _measure_alone(load: Load, directory: ImportPlan) -> list[float]:
    return await load.send_at_rate(
        directory.referrals_per_second, directory.alone_seconds, directory.settle_seconds_max
    )


@asynccontextmanager
async def _importing(
    stack: LocalStack, plan: BenchPlan, report_progress: ReportProgress
) -> AsyncIterator[tuple[TimedImport, asyncio.Task[None]]]:
    """Import a package while the block runs; at its end, raise what the import raised."""
    report_progress(f"import: a directory of {plan.directory.listings:,} listings beside them")
    work = TimedImport()
    task = asyncio.create_task(import_directory(stack, plan, work))
    try:
        yield work, task
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def import_directory(stack: LocalStack, plan: BenchPlan, work: TimedImport) -> None:
    """Upload a package, and wait until the import is done and matching has made its offers. Raises BenchFailed."""
    directory = plan.directory
    package = await asyncio.to_thread(
        lambda: datapackage(make_package(plan.seed, SOURCE, directory.listings))
    )
    began = time.monotonic()
    async with open_network(stack.addresses(), service_token=stack.service_token) as network:
        import_id = await _upload(network, package)
        while not work.offers_seconds:
            await asyncio.sleep(POLL_SECONDS)
            seconds = time.monotonic() - began
            if seconds > directory.seconds_max:
                raise BenchFailed(f"The import was not done within {directory.seconds_max:g} s.")
            if not work.import_seconds:
                work.import_seconds = seconds if await _is_done(network, import_id) else 0.0
            elif (await rows(stack, MATCHING, _OFFERS))[0]["count"] == directory.listings:
                work.offers_seconds = seconds


async def _upload(network: Network, package: bytes) -> str:
    query: dict[str, Any] = {"source": SOURCE, "region": REGION, "new_source": "true"}
    sent = await network.send(DIRECTORY, "/directory/imports", package, "application/zip", **query)
    return str(sent["id"])


async def _is_done(network: Network, import_id: str) -> bool:
    """Return whether the import is done. Raises BenchFailed when it was held or failed."""
    stored = await network.get(DIRECTORY, f"/directory/imports/{import_id}")
    if stored["state"] in {"held", "failed"}:
        raise BenchFailed(f"The import is {stored['state']}: {stored['problem']}.")
    return bool(stored["state"] == "done")
