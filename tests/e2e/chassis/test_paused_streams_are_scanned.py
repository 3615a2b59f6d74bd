"""On a real broker: a paused stream is scanned from where its group stopped, once, and then read as if it never was."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume import quarantine
from alongside_chassis.consume.handlers import Handlers, UnreadRecord
from alongside_chassis.lifecycle.unread_reader import UnreadReader
from alongside_chassis.testing import ServiceBench
from alongside_cli.kafka.topics import Topic
from alongside_contracts import cloudevents, streams
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.ids import new_id
from alongside_contracts.intake import SubmissionReceived
from alongside_localstack.stack import LocalStack
from tests.builders import a_submission
from tests.e2e.chassis.test_kafka import a_partner_name, listening
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench

GROUP = "bare-scan"


@dataclass
class Noted:
    """What the two readers of a partner's stream noted, in order."""

    partner: str
    read: list[str] = field(default_factory=list)
    scanned: list[str] = field(default_factory=list)

    async def read_count(self) -> int:
        """Return how many records were read."""
        return len(self.read)

    async def scanned_count(self) -> int:
        """Return how many records were scanned."""
        return len(self.scanned)

    @property
    def topic(self) -> str:
        """The partner's inbound topic."""
        return streams.PARTNER_REFERRALS.topic(self.partner)

    def handlers(self) -> Handlers:
        """Return handlers that note the references of this partner alone: the broker is shared with other tests."""
        made = Handlers()

        @made.on(SubmissionReceived)
        async def read(event: SubmissionReceived, tx: Tx) -> None:
            if tx.record is not None and tx.record.partner == self.partner:
                self.read.append(event.reference)

        @made.on_unread(streams.PARTNER_REFERRALS)
        async def scan(unread: UnreadRecord, tx: Tx) -> None:
            assert tx.record == unread.origin
            self.scanned.append(SubmissionReceived.model_validate_json(unread.value or b"").reference)

        return made


async def send(kafka: str, noted: Noted, *references: str) -> None:
    """Send submissions with these references, as the partner."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for reference in references:
            event = a_submission(reference=reference)
            envelope = CloudEvent(
                id=str(new_id()),
                source=f"urn:alongside:partner:{noted.partner}",
                type=event.type,
                data=event.model_dump_json(exclude_none=True).encode(),
            )
            await producer.send_and_wait(
                noted.topic, envelope.data, key=b"one", headers=cloudevents.encode(envelope)
            )
    finally:
        await producer.stop()


async def pause(bench: ServiceBench, topic: str) -> None:
    """Pause a stream."""
    async with bench.runtime.transaction() as tx:
        await quarantine.pause(
            tx.conn, topic, because="refused-in-a-row", refused=25, reason="malformed", at=tx.now
        )


async def resume(bench: ServiceBench, topic: str) -> None:
    """Resume a stream."""
    async with bench.runtime.transaction() as tx:
        await quarantine.resume(tx.conn, topic, by="ana", at=tx.now)


@asynccontextmanager
async def scanning(bench: ServiceBench, group: str) -> AsyncIterator[None]:
    """Run a reader of paused streams beside the group that reads them."""
    reader = UnreadReader(bench.service.handlers, streams.PARTNER_REFERRALS, GROUP, group)
    task = asyncio.create_task(reader.run(bench.runtime))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def poll(bench: ServiceBench, look: Callable[[], Awaitable[int]], count: int, what: str) -> None:
    """Poll until there are `count` of something, and let the test's clock go on meanwhile."""

    async def look_later() -> int:
        bench.clock.advance(timedelta(seconds=0.25))
        return await look()

    await poll_until(look_later, lambda seen: seen == count, what)


async def committed(kafka: str, group: str, topic: str) -> int:
    """Return how many records of a topic a group has committed."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group)
    except GroupCoordinatorNotAvailableError:
        return 0  # the broker's first group is not there yet
    finally:
        await admin.close()
    return sum(max(0, meta.offset) for partition, meta in offsets.items() if partition.topic == topic)


async def test_a_paused_stream_is_scanned_once_from_where_its_group_stopped_and_then_read_whole(
    broker: LocalStack, bare: BareBench
) -> None:
    noted = Noted(a_partner_name())
    await broker.create_topics([Topic(noted.topic, 3)])
    group = f"reads-{noted.partner}"

    settings = {"kafka": broker.bootstrap, "pauses_poll_seconds": 0.05}
    async with (
        bare(noted.handlers(), **settings) as bench,
        listening(bench, group, streams.PARTNER_REFERRALS),
    ):
        offsets = partial(committed, broker.bootstrap, group, noted.topic)
        scanned_to = partial(committed, broker.bootstrap, GROUP, noted.topic)
        await send(broker.bootstrap, noted, "before-1", "before-2")
        await poll(bench, offsets, 2, "the offsets of the records before the pause")
        await pause(bench, noted.topic)
        await send(broker.bootstrap, noted, "waits-1", "waits-2")
        async with scanning(bench, group):
            await poll(bench, noted.scanned_count, 2, "a scan of what waits")
            await send(broker.bootstrap, noted, "waits-3")
            await poll(bench, noted.scanned_count, 3, "a scan of what arrives")
            await poll(bench, scanned_to, 5, "the progress of the scan")
        assert (noted.read, await offsets()) == (["before-1", "before-2"], 2)

        async with scanning(bench, group):
            await send(broker.bootstrap, noted, "waits-4")
            await poll(bench, noted.scanned_count, 4, "a scan after a restart")
            await resume(bench, noted.topic)
            await poll(bench, noted.read_count, 6, "the reading in order")

    waits = [f"waits-{number}" for number in range(1, 5)]
    assert noted.scanned == waits
    assert noted.read == ["before-1", "before-2", *waits]
