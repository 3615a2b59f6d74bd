"""Failures at the two ends at Kafka, and the partitions and partners they must not affect."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidTimestampError

from alongside_chassis.announce import in_flight
from alongside_chassis.announce.producer_batches import murmur2
from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.dead_letters import DeadLetter
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.errors import Unprocessable
from alongside_chassis.testing import ManualClock
from alongside_cli.kafka.topics import Topic
from alongside_contracts import streams
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_contracts.vocabulary import ProblemCode
from alongside_localstack.stack import LocalStack
from tests.builders import a_referral_id, a_submission, an_admission
from tests.e2e.chassis.raw_records import publish_raw
from tests.e2e.chassis.test_kafka import (
    _snapshot,
    a_partner_name,
    everything_on,
    listening,
    noting,
    relaying,
    send,
)
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench

BACKLOG = 1_200
"""More rows than the relay scans at once."""


def needs_apache_kafka(broker: LocalStack, why: str) -> None:
    """Skip on a broker without the feature under test."""
    if broker.broker.kind == "embedded":
        pytest.skip(why)


async def test_a_missing_topic_delays_no_other_topic_and_gets_its_rows_later(
    broker: LocalStack, bare: BareBench
) -> None:
    needs_apache_kafka(broker, "the embedded broker invents topics it is asked about")
    absent, present = a_partner_name(), a_partner_name()
    await broker.create_topics([Topic(streams.PARTNER_REFERRALS.topic(present), 1)])

    async with bare(Handlers()) as bench, relaying(bench, broker.bootstrap):
        async with bench.runtime.transaction() as tx:
            for number in range(3):
                tx.announce(a_submission(reference=f"r{number}"), partner=absent)
            tx.announce(a_submission(reference="good"), partner=present)

        async with asyncio.timeout(8):
            ((key, _),) = await everything_on(broker.bootstrap, streams.PARTNER_REFERRALS.topic(present), 1)
            await poll_until(bench.announced, lambda rows: len(rows) == 3, "only the held rows")
        assert key == b"good"

        await broker.create_topics([Topic(streams.PARTNER_REFERRALS.topic(absent), 1)])
        arrived = await everything_on(broker.bootstrap, streams.PARTNER_REFERRALS.topic(absent), 3)
        await poll_until(bench.announced, lambda rows: rows == [], "an empty outbox")

    assert [key for key, _ in arrived] == [b"r0", b"r1", b"r2"]


async def test_an_undecodable_header_name_stops_no_consumer_and_loses_nothing(
    broker: LocalStack, bare: BareBench
) -> None:
    partner = a_partner_name()
    topic = streams.PARTNER_REFERRALS.topic(partner)
    await broker.create_topics([Topic(topic, 1), Topic(streams.JOURNEY.name, 3)])
    received: list[str] = []

    async with bare(noting(received.append, partner), kafka=broker.bootstrap, kafka_instance_id="1") as bench:

        async def letters_here() -> list[DeadLetter]:
            return [letter for letter in await bench.dead_letters() if letter.topic == topic]

        await send(bench, broker.bootstrap, partner, f"{partner}-1", f"{partner}-2")
        await send_with_binary_name(broker.bootstrap, topic)
        await send(bench, broker.bootstrap, partner, f"{partner}-3")
        await send_with_binary_name(broker.bootstrap, topic)
        async with listening(bench, f"bare-{uuid4().hex[:8]}"):
            await poll_until(
                _snapshot(received), lambda seen: len(seen) == 3, "the records around the poison"
            )
            letters = await poll_until(letters_here, lambda letters: len(letters) == 2, "both dead letters")

    assert received == [f"{partner}-{number}" for number in (1, 2, 3)]
    assert sorted((letter.topic, letter.offset, letter.reason) for letter in letters) == [
        (topic, 2, "malformed"),
        (topic, 4, "malformed"),
    ]


async def send_with_binary_name(kafka: str, topic: str) -> None:
    """Publish one record with a header as another client library may name it."""
    await publish_raw(kafka, topic, (b"{}", [(b"\xff\xfe", b"x")]))


async def test_members_that_join_and_leave_handle_every_event_once_and_in_order_per_key(
    broker: LocalStack, bare: BareBench
) -> None:
    needs_apache_kafka(broker, "a commit during a rebalance wedges a group of the embedded broker")
    partner, group = a_partner_name(), f"bare-{uuid4().hex[:8]}"
    await broker.create_topics(
        [Topic(streams.PARTNER_REFERRALS.topic(partner), 3), Topic(streams.JOURNEY.name, 3)]
    )
    handlers = Handlers()

    @handlers.on(SubmissionReceived)
    async def received(event: SubmissionReceived, tx: Tx) -> None:
        if tx.record is not None and tx.record.partner == partner:  # the broker is shared with other tests
            await tx.conn.execute(
                "insert into seen (key, note) values ($1, $2)", event.key, event.person_reference
            )

    async with bare(handlers, kafka=broker.bootstrap, batch_records_max=5) as bench:

        async def noted() -> list[tuple[str, str]]:
            rows = await bench.pool.fetch("select key, note from seen order by at")
            return [(row["key"], row["note"]) for row in rows]

        async with relaying(bench, broker.bootstrap), listening(bench, group):
            for number in range(60):
                async with bench.runtime.transaction() as tx:
                    for key in "abcdef":
                        tx.announce(
                            a_submission(reference=key, person_reference=str(number)), partner=partner
                        )
            await poll_until(noted, lambda notes: len(notes) > 0, "the first notes")
            async with listening(bench, group):
                await poll_until(noted, lambda notes: len(notes) >= 180, "half of the notes")
            notes = await poll_until(noted, lambda notes: len(notes) >= 360, "all notes")

    for key in "abcdef":
        assert [note for k, note in notes if k == key] == [str(number) for number in range(60)]


async def test_acknowledged_rows_are_not_sent_again_when_another_partition_does_not_answer(
    broker: LocalStack, bare: BareBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, working = (streams.PARTNER_REFERRALS.topic(a_partner_name()) for _ in range(2))
    await broker.create_topics([Topic(stuck, 1), Topic(working, 1)])
    send_batch = AIOKafkaProducer.send_batch

    async def unanswered(self: AIOKafkaProducer, batch: Any, topic: str, *, partition: int) -> Any:
        """Behave as aiokafka does while a partition has too few replicas: retry for ever."""
        if topic == stuck:
            return asyncio.get_running_loop().create_future()
        return await send_batch(self, batch, topic, partition=partition)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", unanswered)

    async with bare(Handlers()) as bench, relaying(bench, broker.bootstrap):
        async with bench.runtime.transaction() as tx:
            tx.announce(a_submission(reference="waits"), partner=streams.owner_of(stuck))
            tx.announce(a_submission(reference="goes"), partner=streams.owner_of(working))

        await everything_on(broker.bootstrap, working, 1)
        (left,) = await poll_until(bench.announced, lambda rows: len(rows) == 1, "one row less")
        monkeypatch.undo()
        monkeypatch.setattr(in_flight, "PARTITION_SECONDS_MAX", 1.0)  # nobody will answer the future above
        await poll_until(bench.announced, lambda rows: rows == [], "an empty outbox")

    assert left.key == "waits"


@pytest.mark.parametrize("answer", ["silence", "refusal"])
async def test_a_partition_that_refuses_batches_delays_only_its_own_rows_and_keeps_their_order(
    broker: LocalStack, bare: BareBench, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    partner = a_partner_name()
    topic = streams.PARTNER_REFERRALS.topic(partner)
    await broker.create_topics([Topic(topic, 2)])
    shut = key_of_partition(0)
    goes = key_of_partition(1)
    send_batch = AIOKafkaProducer.send_batch

    async def bad(self: AIOKafkaProducer, batch: Any, topic: str, *, partition: int) -> Any:
        """Behave as aiokafka does with a partition that has no leader, or with one that refuses batches."""
        if partition == 1:
            return await send_batch(self, batch, topic, partition=partition)
        unanswered = asyncio.get_running_loop().create_future()
        if answer == "refusal":
            unanswered.set_exception(InvalidTimestampError())
        return unanswered

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", bad)
    async with bare(Handlers()) as bench, relaying(bench, broker.bootstrap):
        async with bench.runtime.transaction() as tx:
            for number in range(BACKLOG):
                tx.announce(a_submission(reference=shut, person_reference=str(number)), partner=partner)
            tx.announce(a_submission(reference=goes), partner=partner)

        arrived = await everything_on(broker.bootstrap, topic, 1)
        assert [key for key, _ in arrived] == [goes.encode()]
        await poll_until(bench.announced, lambda rows: len(rows) == BACKLOG, "only the rows that wait")
        assert {row.key for row in await bench.announced()} == {shut}

        monkeypatch.undo()
        monkeypatch.setattr(in_flight, "PARTITION_SECONDS_MAX", 1.0)  # nobody will answer the future above
        records = await everything_on(broker.bootstrap, topic, BACKLOG + 1)

    numbers = [json.loads(value)["person_reference"] for key, value in records if key == shut.encode()]
    assert numbers == [str(number) for number in range(BACKLOG)]


def key_of_partition(partition: int) -> str:
    """Return a key of that partition, out of two."""
    return next(key for key in map(str, range(99)) if (murmur2(key.encode()) & 0x7FFF_FFFF) % 2 == partition)


async def test_a_consumer_whose_fetching_has_died_is_replaced(
    broker: LocalStack, bare: BareBench, clock: ManualClock
) -> None:
    partner, group = a_partner_name(), f"bare-{uuid4().hex[:8]}"
    await broker.create_topics(
        [Topic(streams.PARTNER_REFERRALS.topic(partner), 1), Topic(streams.JOURNEY.name, 3)]
    )
    received: list[str] = []
    async with (
        bare(noting(received.append, partner), kafka=broker.bootstrap) as bench,
        listening(bench, group) as listens,
    ):
        await send(bench, broker.bootstrap, partner, f"{partner}-before")
        await poll_until(_snapshot(received), lambda seen: len(seen) == 1, "the first record")
        fetching = listens._consumer
        assert fetching is not None
        fetching._fetcher._fetch_task.cancel()  # so it ends with an unforeseen error; polls stay empty

        async def replaced() -> bool:
            clock.advance(timedelta(seconds=10))
            return listens._consumer is not fetching

        await poll_until(replaced, bool, "the end of the consumer that fetches nothing")
        await send(bench, broker.bootstrap, partner, f"{partner}-after")
        await poll_until(_snapshot(received), lambda seen: len(seen) == 2, "the second record")


async def test_records_excluded_at_a_limit_that_the_next_attempt_does_not_reach_are_read_again(
    broker: LocalStack, bare: BareBench
) -> None:
    await broker.create_topics([Topic(streams.JOURNEY.name, 1)])
    referral, refusals = a_referral_id(), iter(range(5))  # once in the whole batch, then four alone
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def note(event: SubmissionAdmitted, tx: Tx) -> None:
        if event.referral_id != referral:
            return  # the broker is shared with other tests
        if event.reference == "early" and next(refusals, None) is not None:
            raise Unprocessable(ProblemCode.NOT_ELIGIBLE, "reference", "wait until it is known")
        await tx.conn.execute("insert into seen (key, note) values ($1, $2)", event.key, event.reference)

    async with bare(
        handlers, kafka=broker.bootstrap, kafka_instance_id="1", dead_letters_in_a_row_max=4
    ) as bench:
        async with relaying(bench, broker.bootstrap):
            async with bench.runtime.transaction() as tx:
                for reference in ("early", "early", "early", "early", "behind"):
                    tx.announce(an_admission(referral, reference=reference))
            await poll_until(bench.announced, lambda rows: rows == [], "an empty outbox")

        async def noted() -> list[str]:
            return [row["note"] for row in await bench.pool.fetch("select note from seen order by at")]

        async with listening(bench, f"bare-{uuid4().hex[:8]}", streams.JOURNEY):
            notes = await poll_until(noted, lambda notes: "behind" in notes, "what was left")

    assert notes == ["early", "early", "early", "early", "behind"]
