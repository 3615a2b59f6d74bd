"""Compares two checkouts: processor time per record of one service, and per referral of all four.

Both run alternately on one broker, one PostgreSQL and one span store; the order changes from pair to pair. A run starts
the services, lets them warm up and become idle, sends a fixed number of records, and ends when they are idle again: all
processor time in between was spent on these records. One service is measured with every trace sampled, all four with
one in a hundred, as a network runs.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from alongside_cli.kafka.streams import topics_of
from alongside_cli.kafka.topics import delete_topics
from alongside_lab.bench.against.checkout_runner import CheckoutRunner
from alongside_lab.bench.against.checkouts import Checkout
from alongside_lab.bench.against.cost_ratio import CostPair, Verdict, compare, worst
from alongside_lab.bench.against.workloads import CheckoutRun, Workload, workloads
from alongside_lab.bench.plan import BenchPlan
from alongside_lab.bench.usage import Usage
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.stack import LocalStack

ReportProgress = Callable[[str], None]


async def measure_against(
    plan: BenchPlan, checkouts: Sequence[Checkout], report_progress: ReportProgress
) -> dict[str, Any]:
    """Compare two checkouts, the old one first, in each part of the plan; return the summary's `against`."""
    parts: dict[str, Any] = {}
    chosen = list(workloads(plan))
    async with infrastructure(mail=True, traces=True, unsafe_fast=False) as stack:
        report_progress(f"against: ready on {stack.broker.kind}; creating the databases of both checkouts")
        runners = [CheckoutRunner(checkout, stack) for checkout in checkouts]
        largest = max(chosen, key=lambda workload: len(workload.services))
        for runner in runners:
            async with _topics(stack, largest):
                await runner.prepare(largest.services, largest.fill)
        for workload in chosen:
            pairs = await _pairs(stack, workload, runners, plan, report_progress)
            parts[workload.part.value] = summary_of(pairs, workload, seed=plan.seed)
    old, new = (checkout.commit for checkout in checkouts)
    verdict = worst([Verdict(part["not_below_0_97"]) for part in parts.values()])
    return {"old": old, "new": new, "not_below_0_97": verdict, **parts}


async def _pairs(
    stack: LocalStack,
    workload: Workload,
    runners: Sequence[CheckoutRunner],
    plan: BenchPlan,
    report_progress: ReportProgress,
) -> list[tuple[CheckoutRun, CheckoutRun]]:
    """Run one warm-up pair, because a new broker and server are slow at first; then return the counted pairs."""
    pairs: list[tuple[CheckoutRun, CheckoutRun]] = []
    for number in range(plan.against.runs + 1):
        runs: dict[str, CheckoutRun] = {}
        for runner in runners if number % 2 else runners[::-1]:
            run = await _run_once(stack, workload, runner)
            runs[runner.checkout.name] = run
            us_per_item = run.spent.us_per_item(run.count)["total"]
            pair_label = f"{number}/{plan.against.runs}" if number else "warm-up"
            report_progress(
                f"{workload.part} {pair_label}, {runner.checkout.name}: {us_per_item:,} µs per {workload.unit}"
            )
        pairs += [(runs["old"], runs["new"])] if number else []
    return pairs


async def _run_once(stack: LocalStack, workload: Workload, runner: CheckoutRunner) -> CheckoutRun:
    async with _topics(stack, workload), runner.run(workload.services) as services:
        return await services.finish(workload.work(stack, services))


@asynccontextmanager
async def _topics(stack: LocalStack, workload: Workload) -> AsyncIterator[None]:
    """Create the platform's topics, and delete them afterwards."""
    topics = topics_of(workload.partners)
    await stack.create_topics(topics)
    try:
        yield
    finally:
        await delete_topics(stack.kafka, [topic.name for topic in topics])


def summary_of(
    pairs: Sequence[tuple[CheckoutRun, CheckoutRun]], workload: Workload, *, seed: int
) -> dict[str, Any]:
    """Return ratio, verdict and cost of one part; in each pair the old checkout's run is first."""
    ratio = compare([CostPair(old.cost, new.cost) for old, new in pairs], seed=seed)
    services = compare(
        [CostPair(old.cost_of_services, new.cost_of_services) for old, new in pairs], seed=seed
    )
    return {
        "turns": ratio.pairs,
        "count": pairs[0][0].count,
        **ratio.as_json(),
        "not_below_0_97": ratio.not_below_floor,
        "services_alone": services.as_json(),
        f"cpu_us_per_{workload.unit}": {
            "old": _us_each([old for old, _ in pairs]),
            "new": _us_each([new for _, new in pairs]),
        },
    }


def _us_each(runs: Sequence[CheckoutRun]) -> Mapping[str, int]:
    """Return microseconds per record by component, pooled over the runs."""
    spent = {name: sum(run.spent.seconds[name] for run in runs) for name in runs[0].spent.seconds}
    return Usage(spent).us_per_item(sum(run.count for run in runs))
