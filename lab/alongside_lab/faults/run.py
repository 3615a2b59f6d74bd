"""One run of the fault suite: a network of its own, the storm, the calm after it, the evidence, the verdict."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from alongside_chassis.clock import SystemClock
from alongside_lab.faults.crowd import Crowd
from alongside_lab.faults.evidence import collect
from alongside_lab.faults.evidence.evidence import Evidence, Finding
from alongside_lab.faults.evidence.verdict import check, summary
from alongside_lab.faults.injection.ground import Ground, Tell, battlefield, prepare
from alongside_lab.faults.injection.strike import Striker, Struck
from alongside_lab.faults.letters import OUTBREAK, Letter, letters
from alongside_lab.faults.resuming import Resumer
from alongside_lab.faults.sending import Sender
from alongside_lab.faults.settling import settle
from alongside_lab.faults.storm import Fault, storm
from alongside_localstack.sample.submissions import Series
from alongside_localstack.settings import StackSettings
from alongside_localstack.state import StateFolder

STORM_SECONDS_MIN: Final = 90.0
STORM_SECONDS_PER_REFERRAL: Final = 0.06
LARGE: Final = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of run. Without `storm_seconds` the storm is as long as so many referrals need."""

    referrals: int = 5000
    seed: int = 1
    storm_seconds: float | None = None
    patience_seconds: float = 240.0
    """How long to wait, once the storm is over, while nothing moves."""
    brokers: int = 3
    users: bool = True
    """Whether Kafka asks everybody who they are: each service and each partner is a user with its own rights."""

    @property
    def seconds(self) -> float:
        """How long the storm lasts."""
        usual = max(STORM_SECONDS_MIN, self.referrals * STORM_SECONDS_PER_REFERRAL)
        return usual if self.storm_seconds is None else self.storm_seconds

    @property
    def large(self) -> bool:
        """Whether looking up addresses would take most of the time; then an address book of our own answers."""
        return self.referrals > LARGE


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to. `folder` holds the evidence."""

    numbers: Mapping[str, Any]
    findings: Sequence[Finding]
    folder: Path


async def run_faults(settings: StackSettings, wish: Wish, tell: Tell) -> Ran:
    """Start, storm, settle, check, stop. Raises CommandError when the network cannot be started at all."""
    began = time.monotonic()
    state = StateFolder(settings.state / "faults")
    state.remove()
    async with battlefield(
        state, settings, brokers=wish.brokers, users=wish.users, own_addresses=wish.large, tell=tell
    ) as ground:
        series = Series("faults", wish.seed, SystemClock().now())
        sent = letters(ground.cast, series, wish.referrals, outbreak=OUTBREAK)
        brokers = ground.stack.broker.serving
        script = storm(wish.seed, wish.seconds, ground.tools.possible, brokers=brokers)
        await prepare(ground, () if wish.large else sent)
        striker, crowd, resumer = await _through_the_storm(ground, sent, script, wish)
        evidence = await _gather(ground, sent, crowd, resumer)
    findings = check(evidence)
    numbers = {
        **summary(evidence, findings),
        **_noted(ground, striker),
        "brokers": wish.brokers,
        "users": wish.users,
        "seed": wish.seed,
        "seconds": round(time.monotonic() - began, 1),
    }
    ran = Ran(numbers, findings, state.root / "evidence")
    await asyncio.to_thread(_write, ran, striker, script, dict(crowd.refusals.most_common()))
    return ran


def _noted(ground: Ground, striker: Striker) -> dict[str, Any]:
    return {
        "kills": striker.kills,
        "faults": len(striker.struck),
        "missed": {str(kind): because for kind, because in ground.tools.missed.items()},
        "given_up": len(striker.given_up),
        **ground.notes,
    }


async def _through_the_storm(
    ground: Ground, sent: Sequence[Letter], script: Sequence[Fault], wish: Wish
) -> tuple[Striker, Crowd, Resumer]:
    striker, crowd = Striker(ground.tools, ground.tell), Crowd(ground.doors)
    sender = Sender(ground.stack.kafka_as)
    resumer = Resumer(ground.stack, ground.doors, sender, ground.tell)
    async with _beside(crowd.run(), resumer.run()):
        async with asyncio.TaskGroup() as storming:
            storming.create_task(sender.send(sent, wish.seconds))
            storming.create_task(striker.play(script))
        ground.tell(f"the storm is over: {len(striker.struck)} faults, {striker.kills} kills")
        calm_at = time.monotonic()
        settled = await settle(
            ground.stack, ground.topics, patience_seconds=wish.patience_seconds, tell=ground.tell
        )
    ground.notes |= {"settled": settled, "settle_seconds": round(time.monotonic() - calm_at, 1)}
    ground.notes |= {
        "sends_tried_again": sender.tried_again,
        "disk_full_answers": _disk_full(ground.stack.state),
    }
    return striker, crowd, resumer


@asynccontextmanager
async def _beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do these for as long as the block lasts; a failure of theirs ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


def _disk_full(state: StateFolder) -> int:
    """How often PostgreSQL found its disk full."""
    log = state.logs / "postgres.log"
    return log.read_text(errors="replace").count("No space left on device")


async def _gather(ground: Ground, sent: Sequence[Letter], crowd: Crowd, resumer: Resumer) -> Evidence:
    events, arrived = await collect.streams(ground.stack.kafka, ground.topics)
    return Evidence(
        letters=sent,
        arrived=arrived,
        events=events,
        lag=await collect.lag(ground.stack.kafka, ground.topics),
        mails=await collect.mails(ground.stack),
        promised=tuple(crowd.promised),
        pauses=tuple(resumer.pauses),
        **await collect.stores(ground.stack),
    )


def _write(ran: Ran, striker: Striker, script: Sequence[Fault], refusals: Mapping[str, int]) -> None:
    """What a person needs to see why: the numbers, the findings, the script and what it really hit."""
    ran.folder.mkdir(parents=True, exist_ok=True)
    written = {
        "summary": ran.numbers,
        "findings": [asdict(finding) for finding in ran.findings],
        "script": [asdict(fault) for fault in script],
        "struck": [_told(struck) for struck in striker.struck],
        "given_up": striker.given_up,
        "refusals": refusals,
    }
    for name, content in written.items():
        (ran.folder / f"{name}.json").write_text(json.dumps(content, indent=1, default=str))


def _told(struck: Struck) -> dict[str, Any]:
    return {
        "at": struck.at_seconds,
        "kind": struck.fault.kind.value,
        "what": struck.what,
        "kills": struck.kills,
    }
