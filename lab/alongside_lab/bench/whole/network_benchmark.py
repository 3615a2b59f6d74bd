"""Measures all services on one machine, from a partner's record to the notice, with a growing number of referrals.

No target answers, so every referral stays open: submission → admission → proposal → notice to the target. Nobody has
a contact route, so no mail is sent; the lookup is part of the work. Driver, broker, PostgreSQL, span store and
services share the machine.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import Network, open_network
from alongside_contracts.services import SERVICES
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.flames import record_flames
from alongside_lab.bench.plan import BenchPlan, WholePlan
from alongside_lab.bench.summary_statistics import Statistics, percentile
from alongside_lab.bench.usage import Usage, cpu_now, memory_mib, rss_mib
from alongside_lab.bench.whole.journey_trackers import NoticeTracker, follow_journeys
from alongside_lab.bench.whole.load import Load, start_load
from alongside_lab.bench.whole.outbox_lag import watch_outboxes
from alongside_localstack.infrastructure import temporary_folder
from alongside_localstack.sample.offers import offers
from alongside_localstack.sample.partners import partners
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder

OFFERS_SEED: Final = 1
PLACES_EACH: Final = 100_000
"""Enough places for every referral: a search without a result is different work."""
_LONGER_REMEDY: Final = "measure for longer, with a larger --window-seconds."
ReportProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SustainedLoad:
    """The maximum sustained rate, with `open_referrals` open at its start."""

    open_referrals: int
    rates: Statistics
    cpu: Usage
    notified: int
    outbox: dict[str, Any]
    memory: dict[str, float]
    services_rss_mib: float


@dataclass(frozen=True, slots=True)
class NetworkResult:
    """The results of one network; latencies in seconds, at `latency_rate` referrals per second."""

    growth: tuple[SustainedLoad, ...]
    latency_rate: float
    latencies: tuple[float, ...]
    waitlisted: int
    broker: str


async def measure_whole(
    plan: BenchPlan, points: Sequence[int], sampled_share: float, report_progress: ReportProgress
) -> NetworkResult:
    """Measure one new network at each point of growth, and its latency at the first."""
    whole, growth = plan.whole, []
    latencies: list[float] = []
    async with (
        open_stack(sampled_share, report_progress) as stack,
        start_load(stack.kafka, seed=plan.seed, sampled_share=sampled_share) as load,
        follow_journeys(stack.kafka, tracker := NoticeTracker(load.on_handled)),
    ):
        for point in points:
            report_progress(f"whole: opening referrals until {point:,} are open")
            await load.send_until_handled(
                point, concurrency=whole.concurrency, settle_seconds_max=whole.settle_seconds_max
            )
            growth.append(
                await _measure_sustained(stack, load, plan, f"{sampled_share:.0%}-{point}", report_progress)
            )
            report_progress(
                f"whole, {growth[-1].open_referrals} open: {growth[-1].rates.median:,.0f} referrals/s"
            )
            if point == points[0]:
                latencies = await _measure_latencies(load, growth[0].rates.median / 2, whole, report_progress)
        rate = growth[0].rates.median / 2
        return NetworkResult(tuple(growth), rate, tuple(latencies), tracker.waitlisted, stack.broker.kind)


async def _measure_latencies(
    load: Load, per_second: float, whole: WholePlan, report_progress: ReportProgress
) -> list[float]:
    report_progress(f"whole, {per_second:,.0f} referrals/s for {whole.latency_seconds:g} s")
    latencies = await load.send_at_rate(per_second, whole.latency_seconds, whole.settle_seconds_max)
    if not latencies:
        raise BenchFailed(
            f"A rate of {per_second:.2f} referrals/s is too low to measure latencies.", remedy=_LONGER_REMEDY
        )
    report_progress(f"whole, {per_second:,.0f} referrals/s: p99 {percentile(latencies, 0.99) * 1000:,.0f} ms")
    return latencies


async def _measure_sustained(
    stack: LocalStack, load: Load, plan: BenchPlan, name: str, report_progress: ReportProgress
) -> SustainedLoad:
    """Measure one point: 1 send until `concurrency` notices were delivered; 2 count in windows; 3 wait for the rest."""
    whole, open_before = plan.whole, load.handled
    pids = {status.name: status.pid for status in stack.status() if status.pid is not None}
    services = {service: pids[service] for service in SERVICES}
    flame_pids = {f"{service}-{name}": pid for service, pid in services.items()}
    urls = {service: stack.database(service).url for service in SERVICES}
    async with load.keep_busy(whole.concurrency):
        await load.wait_for_handled(whole.concurrency, whole.settle_seconds_max)  # 1
        async with watch_outboxes(urls) as outbox, record_flames(plan.flames, flame_pids):
            cpu, notified = _cpu_seconds_spent(pids), load.handled
            rates = await _measure_windows(load, whole, report_progress)  # 2
            cpu, notified = _cpu_seconds_spent(pids).since(cpu), load.handled - notified
        memory = memory_mib(pids)
        resident = sum(rss_mib(pid) for pid in services.values())
    await load.settle(whole.settle_seconds_max)  # 3
    return SustainedLoad(open_before, rates, cpu, notified, outbox.as_json(), memory, round(resident, 1))


def _cpu_seconds_spent(pids: Mapping[str, int]) -> Usage:
    """Return processor time, including the driver's: it uses the same cores and limits the rate as well."""
    return Usage({**cpu_now(pids).seconds, "driver": time.process_time()})


async def _measure_windows(load: Load, whole: WholePlan, report_progress: ReportProgress) -> Statistics:
    """Measure rates between notices instead of fixed times: notices arrive in bursts, which fixed times would split."""
    rates, begin, notified = [], time.monotonic(), load.handled
    for number in range(1, whole.repeats + 1):
        await asyncio.sleep(whole.window_seconds)
        await load.wait_for_handled(1, whole.settle_seconds_max)
        now = time.monotonic()
        rates.append((load.handled - notified) / (now - begin))
        report_progress(f"whole, window {number}/{whole.repeats}: {rates[-1]:,.0f} referrals/s")
        begin, notified = now, load.handled
    return Statistics(tuple(rates))


class _SampledStack(LocalStack):
    """A local stack with a trace sample ratio and a policy file for its services."""

    sampled_share: float = 1.0
    policies: Path

    def _env(self, service: str, name: str, number: int) -> dict[str, str]:
        return super()._env(service, name, number) | {
            "ALONGSIDE_TRACE_SAMPLE_RATIO": str(self.sampled_share),
            "ALONGSIDE_MATCHING_POLICY_FILE": str(self.policies),
        }


@asynccontextmanager
async def open_stack(sampled_share: float, report_progress: ReportProgress) -> AsyncIterator[LocalStack]:
    """Start a new network with registered partners and loaded offers."""
    topics = topics_of(partner.id for partner in partners())
    with temporary_folder() as folder:
        stack = _SampledStack(
            StateFolder(folder),
            settings=StackSettings(),
            plan=Plan(usual_ports=False),
            topics=topics,
            report_progress=report_progress,
        )
        shipped = files("alongside_matching").joinpath("policies/regions.json").read_text()
        stack.sampled_share, stack.policies = (
            sampled_share,
            write_policies_without_norms(shipped, folder / "policies.json"),
        )
        async with stack:
            report_progress(f"whole: tracing {sampled_share:.0%}, ready on {stack.broker.kind}")
            async with open_network(stack.addresses(), service_token=stack.service_token) as network:
                await fill_network(network)
            yield stack


def write_policies_without_norms(shipped: str, file: Path) -> Path:
    """Write matching's policies to `file` without the caseload norm, which would limit the places."""
    policies = json.loads(shipped)
    if norms := policies["everywhere"].get("norms"):
        norms["caseload_max"] = PLACES_EACH
    file.write_text(json.dumps(policies))
    return file


async def fill_network(network: Network, *, reachable: bool = False) -> None:
    """Register partners and load offers, with PLACES_EACH places; with contact addresses only if they are `reachable`.

    Nothing is said of a partner's channels: services of an older revision, which a comparison runs as well, would refuse it.
    """
    address = {} if reachable else {"contact_email": None}
    for partner in partners():
        registration = partner.request_body() | address
        registration.pop("channels", None)
        await network.register_partner(partner.id, registration)
    for region in dict.fromkeys(partner.region for partner in partners()):
        bodies = [offer.batch_entry() | address for offer in offers(region, OFFERS_SEED)]
        with_places = [body | ({"capacity": PLACES_EACH} if body["capacity"] else {}) for body in bodies]
        await network.load_offers(with_places)
