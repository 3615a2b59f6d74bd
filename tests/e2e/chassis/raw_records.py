"""Publishes records that a correct producer never sends."""

from typing import cast

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

Headers = list[tuple[bytes, bytes | None]]


class _RawName:
    """A header name that encodes to exactly the bytes it was given."""

    def __init__(self, name: bytes) -> None:
        self._name = name

    def encode(self, _encoding: str) -> bytes:
        """Return the bytes unchanged."""
        return self._name


async def publish_raw(kafka: str, topic: str, *records: tuple[bytes, Headers], compression: int = 0) -> None:
    """Publish values with headers of any name, all in one record batch of partition 0."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        batch = producer.create_batch()
        builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, -1, 1 << 20)
        for offset, (value, headers) in enumerate(records):
            named = [(cast("str", _RawName(name)), content) for name, content in headers]
            builder.append(offset, timestamp=None, key=b"k", value=value, headers=named)
        batch._builder, batch._relative_offset = builder, len(records)
        batch.close()
        await (await producer.send_batch(batch, topic, partition=0))
    finally:
        await producer.stop()
