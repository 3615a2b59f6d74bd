"""Runs the fault suite: a separate network, the storm, a wait until it settles, the evidence, the evaluation."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from alongside_chassis.clock import SystemClock
from alongside_lab.faults.directory.importer import DirectoryImporter
from alongside_lab.faults.directory.packages import plan_imports
from alongside_lab.faults.evidence import collect
from alongside_lab.faults.evidence.evaluation import check, summary
from alongside_lab.faults.evidence.evidence import Evidence, Finding
from alongside_lab.faults.fault_records import OUTBREAK, FaultRecord, make_records
from alongside_lab.faults.injection.environment import (
    FaultEnvironment,
    ReportProgress,
    load_sample,
    open_environment,
)
from alongside_lab.faults.injection.injector import FaultInjector, InjectedFault
from alongside_lab.faults.pause_resumer import PauseResumer
from alongside_lab.faults.record_sender import RecordSender
from alongside_lab.faults.settlement import wait_until_settled
from alongside_lab.faults.storm import Fault, make_storm
from alongside_lab.faults.target_actors import TargetActors
from alongside_localstack.sample.submissions import Series
from alongside_localstack.settings import StackSettings
from alongside_localstack.state import StateFolder

STORM_SECONDS_MIN: Final = 90.0
STORM_SECONDS_PER_REFERRAL: Final = 0.06
SMALL_REFERRALS_MAX: Final = 500
"""The number of referrals up to which the services look up addresses themselves."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a run. Without `storm_seconds` the storm's duration depends on the number of referrals."""

    referrals: int = 5000
    seed: int = 1
    storm_seconds: float | None = None
    patience_seconds: float = 240.0
    """How long to wait without progress after the storm."""
    brokers: int = 3
    users: bool = True
    """Whether Kafka requires log-in: each service and each partner is a user with its own rights."""

    @property
    def seconds(self) -> float:
        """The storm's duration in seconds."""
        default = max(STORM_SECONDS_MIN, self.referrals * STORM_SECONDS_PER_REFERRAL)
        return default if self.storm_seconds is None else self.storm_seconds

    @property
    def large(self) -> bool:
        """Whether address lookups would take most of the time; the suite then answers them itself."""
        return self.referrals > SMALL_REFERRALS_MAX


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of a run. `folder` holds the evidence files."""

    numbers: Mapping[str, Any]
    findings: Sequence[Finding]
    folder: Path


@dataclass(frozen=True, slots=True)
class _Participants:
    """What acts during a storm besides the sender, with the records of each."""

    injector: FaultInjector
    target_actors: TargetActors
    resumer: PauseResumer
    importer: DirectoryImporter


async def run_faults(
    settings: StackSettings, options: RunOptions, report_progress: ReportProgress
) -> RunResult:
    """Start a network, run the storm, wait, check, and stop. Raises CommandError when the network cannot start."""
    began = time.monotonic()
    state = StateFolder(settings.state / "faults")
    state.remove()
    async with open_environment(
        state,
        settings,
        brokers=options.brokers,
        users=options.users,
        use_address_book=options.large,
        report_progress=report_progress,
    ) as environment:
        series = Series("faults", options.seed, SystemClock().now())
        sent_records = make_records(environment.sample_partners, series, options.referrals, outbreak=OUTBREAK)
        brokers = environment.stack.broker.serving
        script = make_storm(options.seed, options.seconds, environment.devices.possible, brokers=brokers)
        await load_sample(environment, () if options.large else sent_records)
        await _settle(
            environment, options.patience_seconds
        )  # every service has heard what the partners chose
        participants = await _run_storm(environment, sent_records, script, options)
        evidence = await _collect_evidence(environment, sent_records, participants)
    findings = check(evidence)
    numbers = {
        **summary(evidence, findings),
        **_storm_numbers(environment, participants.injector, options),
        "seconds": round(time.monotonic() - began, 1),
    }
    result = RunResult(numbers, findings, state.root / "evidence")
    refusals = dict(participants.target_actors.refusals.most_common())
    await asyncio.to_thread(_write_evidence, result, participants.injector, script, refusals)
    return result


def _storm_numbers(
    environment: FaultEnvironment, injector: FaultInjector, options: RunOptions
) -> dict[str, Any]:
    return {
        "kills": injector.kills,
        "faults": len(injector.injected),
        "missed": {str(kind): because for kind, because in environment.devices.missed.items()},
        "given_up": len(injector.given_up),
        **environment.notes,
        "brokers": options.brokers,
        "users": options.users,
        "seed": options.seed,
    }


async def _run_storm(
    environment: FaultEnvironment,
    sent_records: Sequence[FaultRecord],
    script: Sequence[Fault],
    options: RunOptions,
) -> _Participants:
    stack, network, report_progress = environment.stack, environment.network, environment.report_progress
    sender = RecordSender(stack.kafka_as)
    injector = FaultInjector(environment.devices, report_progress)
    target_actors = TargetActors(network)
    resumer = PauseResumer(stack, network, sender, report_progress)
    importer = DirectoryImporter(stack, network, report_progress)
    async with _run_alongside(target_actors.run(), resumer.run()):
        async with asyncio.TaskGroup() as storm:
            storm.create_task(sender.send(sent_records, options.seconds))
            storm.create_task(importer.run(plan_imports(options.seed, script)))
            storm.create_task(injector.run(script))
        faults = len(injector.injected)
        report_progress(f"the storm is over: {faults} faults, {injector.kills} kills")
        environment.notes |= await _settle(environment, options.patience_seconds)
    environment.notes |= {
        "sends_tried_again": sender.retries,
        "disk_full_answers": _count_disk_full_errors(stack.state),
    }
    return _Participants(injector, target_actors, resumer, importer)


async def _settle(environment: FaultEnvironment, patience_seconds: float) -> dict[str, Any]:
    """Wait until the network has settled; return whether it did, and the seconds this took."""
    calm_at = time.monotonic()
    settled = await wait_until_settled(
        environment.stack,
        environment.topics,
        patience_seconds=patience_seconds,
        report_progress=environment.report_progress,
    )
    return {"settled": settled, "settle_seconds": round(time.monotonic() - calm_at, 1)}


@asynccontextmanager
async def _run_alongside(*coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these tasks for as long as the block lasts; their failure ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(coroutine) for coroutine in coroutines]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


def _count_disk_full_errors(state: StateFolder) -> int:
    """Count the disk-full errors in PostgreSQL's log."""
    log = state.logs / "postgres.log"
    return log.read_text(errors="replace").count("No space left on device")


async def _collect_evidence(
    environment: FaultEnvironment,
    sent_records: Sequence[FaultRecord],
    participants: _Participants,
) -> Evidence:
    events, arrivals = await collect.streams(environment.stack.kafka, environment.topics)
    return Evidence(
        sent_records=sent_records,
        arrivals=arrivals,
        events=events,
        lag=await collect.lag(environment.stack.kafka, environment.topics),
        mails=await collect.mails(environment.stack),
        acknowledged=tuple(participants.target_actors.acknowledged),
        pauses=tuple(participants.resumer.pauses),
        sent_imports=tuple(participants.importer.sent),
        **await collect.stores(environment.stack),
    )


def _write_evidence(
    result: RunResult, injector: FaultInjector, script: Sequence[Fault], refusals: Mapping[str, int]
) -> None:
    """Write the evidence files: numbers, findings, the script and its actual effects."""
    result.folder.mkdir(parents=True, exist_ok=True)
    content_by_name = {
        "summary": result.numbers,
        "findings": [asdict(finding) for finding in result.findings],
        "script": [asdict(fault) for fault in script],
        "struck": [_injected_json(injected) for injected in injector.injected],
        "given_up": injector.given_up,
        "refusals": refusals,
    }
    for name, content in content_by_name.items():
        (result.folder / f"{name}.json").write_text(json.dumps(content, indent=1, default=str))


def _injected_json(injected: InjectedFault) -> dict[str, Any]:
    return {
        "at": injected.at_seconds,
        "kind": injected.fault.kind.value,
        "what": injected.what,
        "kills": injected.kills,
    }
