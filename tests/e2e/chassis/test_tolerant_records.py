"""A record and its neighbours can be read from a real broker, whatever the names of their headers."""

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from alongside_chassis.kafka import tolerant_records
from alongside_cli.kafka.topics import Topic
from alongside_localstack.stack import LocalStack
from tests.e2e.chassis.raw_records import publish_raw

GZIP = 1


@pytest.mark.parametrize("compression", [0, GZIP], ids=["plain", "compressed"])
async def test_a_header_name_of_any_bytes_hides_no_record(broker: LocalStack, compression: int) -> None:
    topic = f"raw-{uuid4().hex[:8]}"
    await broker.create_topics([Topic(topic, 1)])
    await publish_raw(
        broker.bootstrap,
        topic,
        (b"before", [(b"fine", b"1")]),
        (b"odd", [(b"\xff\xfe", b"2"), (b"null", None)]),
        (b"after", []),
        compression=compression,
    )
    tolerant_records.install()

    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    try:
        read = [await consumer.getone() for _ in range(3)]
    finally:
        await consumer.stop()

    assert [(record.offset, record.value) for record in read] == [(0, b"before"), (1, b"odd"), (2, b"after")]
    assert [tuple(record.headers) for record in read] == [
        (("fine", b"1"),),
        (("\\xff\\xfe", b"2"), ("null", None)),
        (),
    ]
