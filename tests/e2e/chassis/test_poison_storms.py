"""A storm of poison records on a real broker, with processes killed in the middle: nothing is skipped or duplicated."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from aiokafka import AIOKafkaProducer

from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.testing import ServiceBench
from alongside_cli.dead_letters import oldest_first, replay_dead_letters
from alongside_cli.kafka.topics import Topic
from alongside_cli.network import Network
from alongside_contracts import streams
from alongside_localstack.ports import free_port
from alongside_localstack.stack import LocalStack
from tests.builders import a_referral_id, a_submission, an_admission
from tests.e2e.chassis.test_hard_cases import needs_apache_kafka
from tests.e2e.chassis.test_kafka import a_partner_name
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench

TOKEN = "a-token-for-tests"
KILLED = "a killed process stays a member of the embedded broker's group for good"
EACH = 3_000
READABLE = EACH - EACH // 10
SentRecord = tuple[str, bytes, bytes, list[tuple[str, bytes]]]


@dataclass
class Instance:
    """One process of the bare service."""

    process: subprocess.Popen[bytes]
    base: str

    def kill(self) -> None:
        """Kill the process, as when a machine dies."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    async def ready(self) -> dict[str, Any]:
        """Return its answer to `/health/ready`; empty while it does not answer."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            try:
                answer: dict[str, Any] = (await client.get(f"{self.base}/health/ready")).json()
            except httpx2.TransportError:
                return {}
            return answer

    async def post(self, path: str, body: object = None) -> dict[str, Any]:
        """Send a command."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": str(uuid4())}
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self.base}{path}", json=body or {}, headers=headers)
            assert answer.status_code == 200, answer.text
            done: dict[str, Any] = answer.json()
            return done


@dataclass
class Storm:
    """A database, a broker, a unique prefix, and the processes that use them."""

    bench: ServiceBench
    kafka: str
    prefix: str = field(default_factory=lambda: f"{uuid4().hex[:8]}-")

    @contextmanager
    def instance(self, state: str, *, at: int | None = None, **settings: object) -> Iterator[Instance]:
        """Start a process, `faulty` or `mended`."""
        port = at or free_port()
        given = {
            "database_url": self.bench.service.settings.database_url.get_secret_value(),
            "kafka": self.kafka,
            "kafka_session_timeout_ms": 6_000,
            "http_port": port,
            "service_token": TOKEN,
            "log_level": "ERROR",
        } | settings
        environment = os.environ | {f"ALONGSIDE_{name.upper()}": str(value) for name, value in given.items()}
        command = [sys.executable, "-m", "tests.e2e.chassis.bare_service", self.prefix, state]
        process = subprocess.Popen(command, env=environment)
        instance = Instance(process, f"http://127.0.0.1:{port}")
        try:
            yield instance
        finally:
            instance.kill()

    async def notes(self) -> list[tuple[str, str]]:
        """Return the handled records as key and reference, in order."""
        rows = await self.bench.pool.fetch("select key, note from seen order by at")
        return [(row["key"], row["note"].removeprefix(self.prefix)) for row in rows]

    async def references(self) -> list[str]:
        """Return the handled references, in order."""
        return [note for _, note in await self.notes()]

    async def letters(self, topic: str) -> list[tuple[int, int]]:
        """Return partition and offset of the dead letters."""
        rows = await self.bench.pool.fetch(
            'select partition, "offset" from dead_letter where topic = $1 order by 1, 2', topic
        )
        return [(row[0], row[1]) for row in rows]

    def a_submission(self, partner: str, key: str, reference: str) -> SentRecord:
        """Build a partner's record; records of one series have one key."""
        event = a_submission(reference=self.prefix + reference, person_reference=key)
        record = self.bench.record_of(event, partner=partner)
        return record.topic, key.encode(), record.value or b"", list(record.headers)


@pytest.fixture
async def storm(broker: LocalStack, bare: BareBench) -> AsyncIterator[Storm]:
    """Prepare a storm on Apache Kafka."""
    needs_apache_kafka(broker, KILLED)
    async with bare(Handlers()) as bench:
        yield Storm(bench, broker.bootstrap)


async def publish(kafka: str, records: Sequence[SentRecord]) -> None:
    """Send records in order."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        for topic, key, value, headers in records:
            await producer.send(topic, value, key, headers=headers)
        await producer.flush()
    finally:
        await producer.stop()


def by_key(notes: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
    """Return the numbers at the end of the references, per key, in order."""
    found: dict[str, list[int]] = {}
    for key, note in notes:
        found.setdefault(key, []).append(int(note.rpartition("-")[2]))
    return found


async def test_a_partner_with_half_of_its_records_bad_delays_no_other_partner(
    storm: Storm, broker: LocalStack
) -> None:
    stormy, calm = a_partner_name(), a_partner_name()
    topic = streams.PARTNER_REFERRALS.topic(stormy)
    await broker.create_topics([Topic(streams.PARTNER_REFERRALS.topic(name), 3) for name in (stormy, calm)])
    await broker.create_topics([Topic(streams.JOURNEY.name, 3)])
    await publish(storm.kafka, half_of_one_partners_bad(storm, stormy, calm))

    await everybody_else_goes_on(storm, stormy, calm)
    kept, notes = await storm.letters(topic), await storm.notes()
    assert len(kept) <= 51 + 25
    with storm.instance("mended") as mended:
        await poll_until(mended.ready, lambda said: bool(said.get("remarks")), "the remark, after a restart")
        assert (await storm.letters(topic), await storm.notes()) == (kept, notes)
        dead_lettered = await the_rest_is_handled(storm, mended, stormy)

    notes = await storm.notes()
    assert len(notes) == len(set(notes)) == EACH + READABLE
    assert all(numbers == sorted(numbers) for key, numbers in by_key(notes).items() if key.startswith("c"))
    late = handled_from_stream(notes, dead_lettered)
    assert all(numbers == sorted(numbers) for key, numbers in by_key(late).items())


def half_of_one_partners_bad(storm: Storm, stormy: str, calm: str) -> list[SentRecord]:
    """Build as many records of each partner, alternating. Of ten stormy ones, five are refused and one is undecodable."""
    sent = []
    for n in range(EACH):
        kind = "bad" if n % 2 == 0 else "good"
        topic, key, value, headers = storm.a_submission(stormy, f"s{n % 30}", f"{kind}-{n}")
        sent.append((topic, key, b"{" if n % 10 == 1 else value, headers))
        sent.append(storm.a_submission(calm, f"c{n % 7}", f"calm-{n}"))
    return sent


async def everybody_else_goes_on(storm: Storm, stormy: str, calm: str) -> None:
    """Run faulty processes until all records of the calm partner are handled and the stormy partner is paused."""

    async def calm_ones() -> int:
        return sum(note.startswith("calm") for note in await storm.references())

    with storm.instance("faulty", batch_records_max=200):
        await poll_until(calm_ones, lambda count: count > 0, "the first of the calm partner")
    with storm.instance("faulty") as second, storm.instance("faulty"):
        await poll_until(calm_ones, lambda count: count >= EACH, "all of the calm partner's")
        status = await poll_until(second.ready, lambda said: bool(said.get("remarks")), "a remark")
    paused = streams.PARTNER_REFERRALS.topic(stormy)
    assert (status["ready"], status["remarks"]) == (True, [f"{paused} is paused"])
    assert await storm.letters(streams.PARTNER_REFERRALS.topic(calm)) == []


async def the_rest_is_handled(storm: Storm, mended: Instance, stormy: str) -> int:
    """Resume the stormy partner and replay its dead letters; return how many were handled."""
    assert (await mended.post(f"/quarantine/{stormy}/resume", {"by": "ana"}))["resumed"] is True
    topic = streams.PARTNER_REFERRALS.topic(stormy)
    dead_lettered: int = await storm.bench.pool.fetchval(
        "select count(*) from dead_letter where reason = 'not-eligible' and topic = $1", topic
    )

    async def stormy_ones() -> int:
        return len(await storm.references()) - EACH

    await poll_until(stormy_ones, lambda count: count >= READABLE - dead_lettered, "the rest of its stream")
    outcomes = await replay_all(storm, mended, topic)
    assert outcomes == {"handled": dead_lettered, "refused": EACH - READABLE}
    return dead_lettered


def handled_from_stream(notes: Sequence[tuple[str, str]], replayed: int) -> list[tuple[str, str]]:
    """Return the records handled from the stream: all except the replays at the end."""
    return list(notes[: len(notes) - replayed])


async def replay_all(storm: Storm, instance: Instance, topic: str) -> dict[str, int]:
    """Replay every waiting dead letter of a topic, oldest first; return their number by outcome."""
    waiting = "select id from dead_letter where topic = $1 and state = 'waiting' order by id"
    outcomes: dict[str, int] = {}
    for row in await storm.bench.pool.fetch(waiting, topic):
        outcome = (await instance.post(f"/dead-letters/{row['id']}/replay"))["outcome"]
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes


async def test_a_fault_on_the_networks_own_stream_stops_the_service_and_a_corrected_one_continues_there(
    storm: Storm, broker: LocalStack
) -> None:
    await broker.create_topics([Topic(streams.JOURNEY.name, 3)])
    referral = a_referral_id()
    names = ["good-0", *[f"bad-{n}" for n in range(1, 60)], "good-60"]
    sent = [storm.bench.record_of(an_admission(referral, reference=storm.prefix + name)) for name in names]
    await publish(storm.kafka, [(r.topic, r.key or b"", r.value or b"", list(r.headers)) for r in sent])

    with storm.instance("faulty", dead_letters_in_a_row_max=7) as faulty:
        said = await poll_until(faulty.ready, stopped, "the stop at the limit")
        faulty.kill()
    kept = await storm.letters(streams.JOURNEY.name)
    assert said["ready"] is False
    assert (await storm.references(), len(kept)) == (["good-0"], 7)

    with storm.instance("mended") as mended:
        await poll_until(storm.references, lambda seen: len(seen) >= len(names), "everything")
        outcomes = await replay_all(storm, mended, streams.JOURNEY.name)

    assert await storm.references() == names
    assert await storm.letters(streams.JOURNEY.name) == kept
    assert outcomes == {"duplicate": 7}


def stopped(said: dict[str, Any]) -> bool:
    """Return whether a service reports that it stopped at its limit."""
    return any("dead-lettered" in reason for reason in said.get("reasons", ()))


async def test_a_restart_without_a_correction_stops_again_and_loses_nothing(
    storm: Storm, broker: LocalStack
) -> None:
    await broker.create_topics([Topic(streams.JOURNEY.name, 3)])
    referral = a_referral_id()
    names = [f"bad-{n}" for n in range(30)]
    sent = [storm.bench.record_of(an_admission(referral, reference=storm.prefix + name)) for name in names]
    await publish(storm.kafka, [(r.topic, r.key or b"", r.value or b"", list(r.headers)) for r in sent])

    kept = []
    for _ in range(2):
        with storm.instance("faulty", dead_letters_in_a_row_max=7) as faulty:
            await poll_until(faulty.ready, stopped, "the stop at the limit")
            faulty.kill()
        kept.append(len(await storm.letters(streams.JOURNEY.name)))
    with storm.instance("mended") as mended:
        await poll_until(storm.references, lambda seen: len(set(seen)) >= 30 - 7, "what nobody had looked at")
        await replay_all(storm, mended, streams.JOURNEY.name)

    assert kept == [7, 14]
    assert sorted(await storm.references(), key=lambda name: int(name[4:])) == names


async def test_a_replay_of_all_dead_letters_survives_a_kill_of_the_service(
    storm: Storm, broker: LocalStack
) -> None:
    partner = a_partner_name()
    topic = streams.PARTNER_REFERRALS.topic(partner)
    await broker.create_topics([Topic(topic, 1), Topic(streams.JOURNEY.name, 3)])
    names = [f"bad-{n}" for n in range(200)]
    await publish(storm.kafka, [storm.a_submission(partner, "k", name) for name in names])
    patient: dict[str, Any] = {
        "partner_refused_in_a_row_max": 500,
        "partner_refused_share_max": 1.0,
        "partner_window_records": 500,
    }
    with storm.instance("faulty", **patient):
        await poll_until(lambda: storm.letters(topic), lambda kept: len(kept) == 200, "all letters")

    port = free_port()
    with ExitStack() as running:
        first = running.enter_context(storm.instance("mended", at=port))
        await poll_until(first.ready, lambda said: bool(said.get("ready")), "the first to be ready")
        ours = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(trust_env=False, headers=ours) as client:
            network = Network(client, {"intake": first.base})
            waiting = await network.dead_letters(service="intake", state="waiting")
            of_ours = oldest_first([letter for letter in waiting if letter["topic"] == topic])
            replaying = asyncio.create_task(replay_dead_letters(network, of_ours, go_on=False))
            await poll_until(storm.references, lambda seen: len(seen) >= 50, "a quarter of it")
            first.kill()
            running.enter_context(storm.instance("mended", at=port))
            code = await replaying

    assert (code, await storm.references()) == (0, names)
    states = await storm.bench.pool.fetch("select distinct state from dead_letter where topic = $1", topic)
    assert [row["state"] for row in states] == ["replayed"]
