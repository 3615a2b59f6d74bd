"""Runs one benchmark and returns its summary."""

import asyncio
import os
import platform
import time
from collections.abc import Callable
from typing import Any

import psutil

from alongside_lab.bench import report
from alongside_lab.bench.against.checkout_comparison import measure_against
from alongside_lab.bench.against.checkouts import commit_of, running_checkout, second_checkout
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.flames import MISSING, find_py_spy
from alongside_lab.bench.hop import measure_hop
from alongside_lab.bench.plan import SAMPLED, TRACED, BenchPlan, Part
from alongside_lab.bench.whole.finding_benchmark import measure_finding
from alongside_lab.bench.whole.import_benchmark import measure_import
from alongside_lab.bench.whole.network_benchmark import measure_whole
from alongside_localstack.settings import StackSettings

ReportProgress = Callable[[str], None]


async def measure(plan: BenchPlan, report_progress: ReportProgress) -> dict[str, Any]:
    """Run the parts of the plan one after the other; return the summary."""
    began, load_before = time.monotonic(), psutil.getloadavg()
    if plan.flames is not None:
        report_progress(MISSING if find_py_spy() is None else f"writing flame graphs to {plan.flames}")
    summary: dict[str, Any] = {"seed": plan.seed, "machine": _machine(load_before[0])}
    if Part.HOP in plan.parts:
        summary["hop"] = await measure_hop(plan, report_progress)
    if Part.WHOLE in plan.parts:
        summary |= await _measure_networks(plan, report_progress)
    elif Part.GROWTH in plan.parts:
        network_result = await measure_whole(plan, plan.whole.open_referrals, SAMPLED, report_progress)
        summary["growth"] = report.growth(network_result.growth)
    if Part.IMPORT in plan.parts:
        summary["import"] = report.beside_import(await measure_import(plan, report_progress))
    if Part.FINDING in plan.parts:
        summary["finding"] = report.finding(await measure_finding(plan, report_progress))
    return summary | {"seconds": round(time.monotonic() - began, 1)}


def compare_with(revision: str, plan: BenchPlan, report_progress: ReportProgress) -> dict[str, Any]:
    """Compare this checkout with a temporary one of `revision`; return the summary."""
    began, machine = time.monotonic(), _machine(psutil.getloadavg()[0])
    settings = StackSettings()
    _require_own_servers(settings)
    new = running_checkout()
    commit = commit_of(new.root, revision)
    report_progress(f"against {revision}: creating a checkout of {commit[:12]} with a separate .venv")
    with second_checkout(new.root, commit, settings.state / "bench") as old:
        against = asyncio.run(measure_against(plan, (old, new), report_progress))
    return {
        "seed": plan.seed,
        "machine": machine,
        "against": {"revision": revision, **against},
        "seconds": round(time.monotonic() - began, 1),
    }


def _require_own_servers(settings: StackSettings) -> None:
    """Raise BenchFailed for external servers: a comparison deletes topics and measures PostgreSQL's processes."""
    value_by_setting = {"ALONGSIDE_KAFKA": settings.kafka, "ALONGSIDE_POSTGRES": settings.postgres}
    if settings_in_use := [name for name, value in value_by_setting.items() if value]:
        raise BenchFailed(
            "A comparison does not run on an external broker or PostgreSQL: it deletes topics and measures processes.",
            remedy=f"unset {' and '.join(settings_in_use)}.",
        )


async def _measure_networks(plan: BenchPlan, report_progress: ReportProgress) -> dict[str, Any]:
    """Measure with all traces, then with one in a hundred; growth on the latter, whose span store stays small."""
    points, measures_sampled = plan.whole.open_referrals, plan.whole.sampled
    traced = await measure_whole(plan, points[:1] if measures_sampled else points, TRACED, report_progress)
    sampled = await measure_whole(plan, points, SAMPLED, report_progress) if measures_sampled else None
    return {
        "end_to_end": report.end_to_end(traced, sampled),
        "growth": report.growth((sampled or traced).growth),
    }


def _machine(load_before: float) -> dict[str, Any]:
    """Describe the machine; a load above zero before the start means that the rates are too low."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": round(load_before, 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
