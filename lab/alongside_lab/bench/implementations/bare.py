"""The bare limit: the same libraries move the same records without any other work.

No validation, no tracing, no inbox, no outbox: it loses and repeats records when it is killed. No Python program on
these libraries can be faster, so it is the upper bound for our implementation.
"""

import asyncio
import signal
from typing import Final

import asyncpg
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from alongside_chassis.clock import SystemClock
from alongside_chassis.kafka import Kafka
from alongside_contracts.ids import new_id
from alongside_lab.bench.settings import HopSettings

COLUMNS: Final = ("id", "reference", "person_reference", "region", "received_at")


async def move(settings: HopSettings) -> None:
    """Poll, COPY and produce until SIGTERM, with the consumer and producer settings of the chassis."""
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    conn = await asyncpg.connect(settings.database_url.get_secret_value())
    producer = AIOKafkaProducer(
        **Kafka(settings.kafka).options(),
        enable_idempotence=True,
        acks="all",
        linger_ms=2,
        max_batch_size=256 * 1024,
    )
    consumer = AIOKafkaConsumer(
        settings.hop_from,
        **Kafka(settings.kafka).options(),
        group_id=settings.hop_name,
        auto_offset_reset="earliest",
        enable_auto_commit=True,
        isolation_level="read_committed",
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    await producer.start()
    await consumer.start()
    while not ending.is_set():
        polled = await consumer.getmany(timeout_ms=200, max_records=settings.batch_records_max)
        for records in polled.values():
            await _copy(conn, records)
            await _produce(producer, settings.hop_to, records)
    await consumer.stop()
    await producer.stop()
    await conn.close()


async def _copy(conn: asyncpg.Connection, records: list[ConsumerRecord[bytes, bytes]]) -> None:
    now, rows = SystemClock().now(), []
    for record in records:
        body = orjson.loads(record.value or b"{}")
        rows.append((new_id(), body["reference"], body["person_reference"], body["region"], now))
    await conn.copy_records_to_table("hop", records=rows, columns=COLUMNS)


async def _produce(
    producer: AIOKafkaProducer, topic: str, records: list[ConsumerRecord[bytes, bytes]]
) -> None:
    sending = [
        await producer.send(topic, record.value, record.key, headers=list(record.headers))
        for record in records
    ]
    await asyncio.gather(*sending)


if __name__ == "__main__":
    uvloop.run(move(HopSettings.model_validate({})))
