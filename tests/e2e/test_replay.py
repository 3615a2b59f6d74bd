"""A damaged projection is rebuilt from the streams, without any announcement, while the service keeps working."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from rich.console import Console

from alongside_chassis.clock import SystemClock
from alongside_chassis.lifecycle import replay
from alongside_chassis.testing import ServiceBench
from alongside_cli.kafka.topics import Topic
from alongside_cli.network import Network, ServiceRefused
from alongside_cli.replay import replay_service
from alongside_contracts import streams
from alongside_contracts.event import Event
from alongside_contracts.ids import PersonId, ReferralId, new_id
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.referrals import ReferralSucceeded
from alongside_contracts.vocabulary import Actor, Status
from alongside_localstack.stack import LocalStack
from tests.builders import a_request, a_submission
from tests.conftest import PERSON_KEY, SERVICE_TOKEN
from tests.e2e.chassis.test_kafka import listening, relaying
from tests.e2e.hanging_up import count_consumer_tasks, disconnect_at_first_line
from tests.polling import poll_until
from tests.service.intake.intake_client import HOSPITAL, IntakeClient
from tests.service.notifications.conftest import a_transition, an_overdue_referral

SHARED = (streams.JOURNEY.name, streams.CRISIS.name, streams.PEOPLE.name)
OURS = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
IN_APP = "select * from notice where channel = 'in-app' order by id"
EMAIL = "select * from delivery order by notice_id"
OPEN = "select * from open_referral where ended_at is null order by referral_id"
BenchOf = Callable[..., AbstractAsyncContextManager[ServiceBench]]


@dataclass
class Live:
    """A service on a real broker, with a start time later than all records of other tests."""

    bench: ServiceBench
    kafka: str
    since: datetime

    async def publish(self, *events: Event) -> None:
        """Announce as other services would."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, enable_idempotence=True)
        await producer.start()
        try:
            for event in events:
                record = self.bench.record_of(event)
                await producer.send_and_wait(
                    record.topic, record.value, record.key, headers=list(record.headers)
                )
        finally:
            await producer.stop()

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of the service's projection."""
        return [tuple(row.values()) for row in await self.bench.pool.fetch(query)]

    async def settled(self, query: str, count: int) -> list[tuple[Any, ...]]:
        """Wait for `count` rows and an empty outbox; return the rows."""
        await poll_until(lambda: self._count(query), lambda found: found == count, f"{count} rows")
        await poll_until(self._waiting, lambda waiting: waiting == 0, "an empty outbox")
        return await self.rows(query)

    async def _count(self, query: str) -> int:
        return len(await self.rows(query))

    async def _waiting(self) -> int:
        return len(await self.bench.announced())

    async def replay(self, *, dry_run: bool = False) -> dict[str, Any]:
        """Rebuild the projection; return the last progress line."""
        body = {"since": self.since.isoformat(), "dry_run": dry_run}
        answer = await self.bench.client.post("/projection/replay", json=body, headers=OURS)
        assert answer.status_code == 200, answer.text
        last: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
        assert last.get("done") is True, last
        return last


@pytest.fixture
async def live(broker: LocalStack, bench_of: BenchOf) -> Callable[..., Any]:
    """Run a service's consumer and relay for as long as the block lasts."""
    await broker.create_topics([Topic(streams.JOURNEY.name, 3), *[Topic(name, 1) for name in SHARED[1:]]])
    await broker.create_topics([Topic(streams.PARTNER_STATUS.topic(HOSPITAL), 1)])

    @asynccontextmanager
    async def of(name: str, **settings: Any) -> AsyncIterator[Live]:
        given = {"kafka": broker.bootstrap, "kafka_instance_id": "1"} | settings
        async with AsyncExitStack() as running:
            bench = await running.enter_async_context(bench_of(name, **given))
            since = SystemClock().now()
            await running.enter_async_context(relaying(bench, broker.bootstrap))
            group = f"{name}-{uuid4().hex[:8]}"
            await from_now_on(broker.bootstrap, group)
            await running.enter_async_context(listening(bench, group))
            yield Live(bench, broker.bootstrap, since)

    return of


async def from_now_on(kafka: str, group: str) -> None:
    """Set a group's offsets to the current ends, after the records of other tests."""
    reader = AIOKafkaConsumer(*SHARED, bootstrap_servers=kafka, group_id=None)
    member = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await reader.start()
    await member.start()
    try:
        partitions = set(reader.assignment())
        member.assign(partitions)
        await member.commit(await reader.end_offsets(partitions))
    finally:
        await reader.stop()
        await member.stop()


def a_journey() -> list[Event]:
    """Return a journey of a person who referred themselves, and one overdue referral."""
    own: dict[str, Any] = {"referral_id": ReferralId(new_id()), "partner": None}
    return [
        a_transition(Status.REQUESTED, sequence=1, previous=None, offer_id=None, **own),
        a_transition(Status.ACCEPTED, sequence=2, **own),
        an_overdue_referral(Actor.COORDINATOR),
        a_transition(Status.COMPLETED, sequence=3, **own),
    ]


IN_APP_OF_A_JOURNEY = 1 + 2 + 1 + 2


async def test_a_damaged_inbox_is_rebuilt_without_announcements(
    live: Callable[..., Any],
) -> None:
    async with live("notifications") as service:
        await service.publish(*[event for _ in range(20) for event in a_journey()])
        undamaged = await service.settled(IN_APP, 20 * IN_APP_OF_A_JOURNEY)
        timers = await service.rows("select * from timer")
        pool = service.bench.pool
        await pool.execute("delete from notice where channel = 'in-app' and role = 'referrer'")
        await pool.execute(
            "update notice set template = 'draft' where channel = 'in-app' and role = 'target'"
        )
        await pool.execute(
            "update notice set recipient_id = 'somebody-else' where channel = 'in-app' and template = 'completed'"
        )
        damaged, emails = await service.rows(IN_APP), await service.rows(EMAIL)

        counted = await service.replay(dry_run=True)
        assert await service.rows(IN_APP) == damaged != undamaged
        mended = await service.replay()
        again = await service.replay()

        assert await service.rows(IN_APP) == undamaged
        assert (mended["changed"], again["changed"]) == (counted["changed"], 0)
        assert mended["changed"] > 20 * 3
        assert await service.rows(EMAIL) == emails
        assert await service.rows("select * from timer") == timers
        assert await service.bench.announced() == []
        assert again["read"] == mended["read"]  # and so nothing had been announced


async def test_live_work_continues_while_a_projection_is_rebuilt(live: Callable[..., Any]) -> None:
    async with live("notifications") as service:
        await service.publish(*[event for _ in range(30) for event in a_journey()])
        await service.settled(IN_APP, 30 * IN_APP_OF_A_JOURNEY)
        await service.bench.pool.execute("delete from notice where channel = 'in-app'")

        replaying = asyncio.create_task(service.replay())
        await service.publish(*[event for _ in range(30) for event in a_journey()])
        await replaying
        await service.replay()

        rows = await service.settled(IN_APP, 60 * IN_APP_OF_A_JOURNEY)
        assert (await service.replay())["changed"] == 0
        assert await service.rows(IN_APP) == rows


async def test_open_referrals_are_rebuilt_from_admissions_successors_and_ends(
    live: Callable[..., Any],
) -> None:
    async with live("intake", person_key=PERSON_KEY) as service:
        await IntakeClient(service.bench).register()
        await service.bench.hear(*[a_submission() for _ in range(12)], partner=HOSPITAL)
        admitted = [one.event for one in await service.bench.announced() if _is_admission(one.event)]
        ended, replaced, current = admitted[:4], admitted[4:8], admitted[8:]
        await service.publish(
            *[_end_of(event.referral_id, event.person_id) for event in ended],
            *[_successor_of(event) for event in replaced],
        )
        undamaged = await _without(service, {event.referral_id for event in (*ended, *replaced)})
        assert len(undamaged) == len(replaced) + len(current)
        pool = service.bench.pool
        await pool.execute("delete from open_referral where referral_id = $1", current[0].referral_id)
        await pool.execute("delete from open_referral where referral_id <> all($1)", _ids(current))
        await pool.execute("update open_referral set needs = '{housing}'")
        await _open_again(service, ended[0])

        counted = await service.replay(dry_run=True)
        mended, again = await service.replay(), await service.replay()

        assert await service.rows(OPEN) == undamaged
        assert (counted["changed"], mended["changed"], again["changed"]) == (9, 9, 0)
        assert await service.bench.announced() == []


async def test_an_erased_person_is_not_listed_again(live: Callable[..., Any]) -> None:
    async with live("intake", person_key=PERSON_KEY) as service:
        await IntakeClient(service.bench).register()
        await service.bench.hear(a_submission(), a_submission(), partner=HOSPITAL)
        (erased, other) = await service.settled(OPEN, 2)
        answer = await service.bench.client.delete(f"/people/{erased[1]}", headers=OURS)
        assert answer.status_code == 200, answer.text

        result = await service.replay()

        assert (result["changed"], await service.rows(OPEN)) == (0, [other])


@pytest.mark.parametrize(
    ("name", "reason"), [("referrals", "decide"), ("directory", "packages come over HTTP")]
)
async def test_a_service_without_projections_refuses_a_replay_with_the_reason(
    bench_of: BenchOf, name: str, reason: str
) -> None:
    async with bench_of(name) as bench:
        body = {"since": "2026-11-01T00:00:00Z"}

        answer = await bench.client.post("/projection/replay", json=body, headers=OURS)

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-rebuild")
    assert reason in answer.json()["detail"]


async def test_two_replays_at_a_time_are_refused(live: Callable[..., Any]) -> None:
    async with live("notifications") as service, service.bench.pool.acquire() as conn:
        await conn.fetchval("select pg_try_advisory_lock(hashtextextended('alongside replay', 0))")

        body = {"since": service.since.isoformat()}
        answer = await service.bench.client.post("/projection/replay", json=body, headers=OURS)

    assert json.loads(answer.text.splitlines()[-1])["problem"]["code"] == "replay-runs"


async def test_a_replay_that_loses_the_broker_says_so(bench_of: BenchOf) -> None:
    async with bench_of("notifications", kafka="127.0.0.1:1") as bench:
        body = {"since": "2026-11-01T00:00:00Z"}
        answer = await bench.client.post("/projection/replay", json=body, headers=OURS)

    assert json.loads(answer.text.splitlines()[-1])["problem"]["code"] == "replay-broke-off"


async def test_a_replay_whose_caller_disconnects_ends_and_releases_everything(
    live: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "BATCH_RECORDS_MAX", 1)  # so that the first line is far from the last
    async with live("notifications") as service:
        await service.publish(*[event for _ in range(20) for event in a_journey()])
        await service.settled(IN_APP, 20 * IN_APP_OF_A_JOURNEY)
        before = count_consumer_tasks()

        result = await disconnect_at_first_line(
            service.bench, "/projection/replay", {"since": service.since.isoformat()}, OURS
        )

        assert result.count(b"\n") < 80
        assert count_consumer_tasks() == before
        monkeypatch.undo()
        assert (await service.replay())["changed"] == 0


async def test_a_replay_gives_up_on_a_broker_that_has_more_and_gives_nothing(
    live: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live("notifications") as service:
        await service.publish(*a_journey())
        await service.settled(IN_APP, IN_APP_OF_A_JOURNEY)
        asked: list[int] = []

        getmany = AIOKafkaConsumer.getmany

        async def nothing(consumer: AIOKafkaConsumer, **how: Any) -> dict[Any, Any]:
            if consumer._group_id is not None:
                # the live listener: without its waits it would keep the event loop for itself
                return dict(await getmany(consumer, **how))
            asked.append(1)
            return {}

        monkeypatch.setattr(AIOKafkaConsumer, "getmany", nothing)
        body = {"since": service.since.isoformat()}
        answer = await service.bench.client.post("/projection/replay", json=body, headers=OURS)
        monkeypatch.undo()

    problem = json.loads(answer.text.splitlines()[-1])["problem"]
    assert (problem["code"], problem["title"]) == (
        "replay-broke-off",
        "The replay failed before its end: TimeoutError",
    )
    assert len(asked) >= replay.EMPTY_POLLS_MAX


async def test_the_command_shows_the_progress_and_the_result(
    live: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    async with live("notifications") as service:
        await service.publish(*a_journey())
        await service.settled(IN_APP, IN_APP_OF_A_JOURNEY)
        client = service.bench.client
        client.headers.update(OURS)
        network = Network(client, {"notifications": "http://bench"})

        await replay_service(network, Console(), "notifications", since=service.since, dry_run=True)

    assert "10 records read, 0 rows would change, 0 unreadable" in capsys.readouterr().out


async def test_the_command_prints_a_refusal(bench_of: BenchOf) -> None:
    async with bench_of("referrals") as bench:
        bench.client.headers.update(OURS)
        network = Network(bench.client, {"referrals": "http://bench"})

        with pytest.raises(ServiceRefused, match="nothing that can be rebuilt"):
            await replay_service(network, Console(), "referrals", since=SystemClock().now(), dry_run=False)


def _is_admission(event: Event) -> bool:
    return isinstance(event, SubmissionAdmitted)


def _ids(events: Sequence[SubmissionAdmitted]) -> list[ReferralId]:
    return [event.referral_id for event in events]


def _end_of(referral_id: ReferralId, person_id: PersonId) -> Event:
    return a_transition(Status.COMPLETED, referral_id=referral_id, person_id=person_id, sequence=9)


def _successor_of(event: SubmissionAdmitted) -> ReferralSucceeded:
    return ReferralSucceeded(
        referral_id=ReferralId(new_id()),
        replaces=event.referral_id,
        person_id=event.person_id,
        partner=event.partner,
        reference=event.reference,
        request=a_request(),
        excluded_offers=(),
    )


async def _without(service: Live, over: set[ReferralId]) -> list[tuple[Any, ...]]:
    """Return the list after the live service has handled the end, and announced everything."""
    rows = await poll_until(
        lambda: service.rows(OPEN),
        lambda rows: not over & {row[0] for row in rows},
        "what is over to be gone",
    )
    await poll_until(service.bench.announced, lambda waiting: waiting == [], "an empty outbox")
    return rows


async def _open_again(service: Live, event: SubmissionAdmitted) -> None:
    await service.bench.pool.execute(
        "insert into open_referral (referral_id, person_id, submission_id, needs) values ($1, $2, $3, '{grief}')",
        event.referral_id,
        event.person_id,
        event.submission_id,
    )
