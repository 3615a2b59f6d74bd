"""Builds Kafka batches from outbox rows: one per partition and round, so order per key is guaranteed.

aiokafka can also be given one record at a time. It then builds the same batches, and for each record a future, a metadata
object and a pass through its queues: most of a relay's cost.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from struct import unpack_from
from typing import Any, Final, TypeAlias

import asyncpg
import orjson

KEYS_CACHED_MAX: Final = 65_536
"""Hashes are cached because a referral's key occurs in each of its announcements."""
_SEED, _MIX, _WORD = 0x9747_B28C, 0x5BD1_E995, 0xFFFF_FFFF

Row: TypeAlias = asyncpg.Record
"""A row of the outbox: `id`, `topic`, `key`, `headers` (JSON pairs), `payload`."""
Partition: TypeAlias = tuple[str, int]
"""A topic and one of its partitions."""
PartitionCountOf: TypeAlias = Callable[[str], int]
"""How many partitions a topic has."""


@dataclass(slots=True)
class ProducerBatch:
    """Rows of one partition in one batch, which the broker accepts or refuses as a whole."""

    topic: str
    partition: int
    builder: Any
    rows: list[Row] = field(default_factory=list)

    @property
    def topic_partition(self) -> Partition:
        """The topic and partition the batch is sent to."""
        return self.topic, self.partition

    def add(self, row: Row) -> bool:
        """Append a row; return False when the batch is full. The first row always fits."""
        headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"])]
        added = self.builder.append(key=row["key"], value=row["payload"], timestamp=None, headers=headers)
        if added is not None:
            self.rows.append(row)
        return added is not None


def partition_of(row: Row, partition_count_of: PartitionCountOf) -> Partition:
    """Return the partition of a row, which depends on its topic and key alone."""
    return row["topic"], _hash(row["key"]) % partition_count_of(row["topic"])


def build_batches(
    rows: Iterable[Row], *, partition_count_of: PartitionCountOf, new_batch: Callable[[], Any]
) -> list[ProducerBatch]:
    """Group rows into one batch per partition, in order. Rows after the first that does not fit are left for the next round."""
    batches: dict[tuple[str, int], ProducerBatch] = {}
    full: set[tuple[str, int]] = set()
    for row in rows:
        topic_partition = partition_of(row, partition_count_of)
        if topic_partition in full:
            continue
        if topic_partition not in batches:
            batches[topic_partition] = ProducerBatch(*topic_partition, new_batch())
        if not batches[topic_partition].add(row):
            full.add(topic_partition)
    return list(batches.values())


def split(batch: ProducerBatch, *, new_batch: Callable[[], Any]) -> list[ProducerBatch]:
    """Put each row of a batch into a separate batch."""
    batches = [ProducerBatch(batch.topic, batch.partition, new_batch()) for _ in batch.rows]
    for single, row in zip(batches, batch.rows, strict=True):
        single.add(row)
    return batches


@lru_cache(maxsize=KEYS_CACHED_MAX)
def _hash(key: bytes) -> int:
    """Hash a key as every Kafka client does. The hash modulo the number of partitions is the key's partition."""
    return murmur2(key) & 0x7FFF_FFFF


def murmur2(key: bytes) -> int:
    """Return Kafka's hash of a key, `org.apache.kafka.common.utils.Utils.murmur2`, computed a word at a time.

    aiokafka's version works byte by byte and takes three times as long; a test checks that both agree.
    """
    size = len(key)
    hashed = _SEED ^ size
    for word in unpack_from(f"<{size // 4}I", key):
        mixed = word * _MIX & _WORD
        hashed = hashed * _MIX & _WORD ^ (mixed ^ mixed >> 24) * _MIX & _WORD
    if size % 4:
        hashed = (hashed ^ int.from_bytes(key[size & ~3 :], "little")) * _MIX & _WORD
    hashed = (hashed ^ hashed >> 13) * _MIX & _WORD
    return hashed ^ hashed >> 15
