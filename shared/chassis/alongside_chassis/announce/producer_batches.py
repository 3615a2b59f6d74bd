"""Packs outbox rows into Kafka batches: one per partition and round, so that order per key is never a matter of luck.

aiokafka can also be handed one record after another; it then makes the same batches, and for each record a future, a
metadata object and a walk through its queues: most of what a relay costs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from struct import unpack_from
from typing import Any, Final, TypeAlias

import asyncpg
import orjson

KEYS_REMEMBERED_MAX: Final = 65_536
"""A referral's key comes again with each of its announcements."""
_SEED, _MIX, _WORD = 0x9747_B28C, 0x5BD1_E995, 0xFFFF_FFFF

Row: TypeAlias = asyncpg.Record
"""A row of the outbox: `id`, `topic`, `key`, `headers` (JSON pairs), `payload`."""
Place: TypeAlias = tuple[str, int]
"""A topic and one of its partitions."""
PartitionsOf: TypeAlias = Callable[[str], int]
"""How many partitions a topic has."""


@dataclass(slots=True)
class Parcel:
    """Rows of one partition in one batch, which the broker takes or refuses as a whole."""

    topic: str
    partition: int
    builder: Any
    rows: list[Row] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where it goes."""
        return self.topic, self.partition

    def add(self, row: Row) -> bool:
        """Put a row in; False when the batch is full. The first row always fits."""
        headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"])]
        added = self.builder.append(key=row["key"], value=row["payload"], timestamp=None, headers=headers)
        if added is not None:
            self.rows.append(row)
        return added is not None


def place_of(row: Row, partitions_of: PartitionsOf) -> Place:
    """Where a row goes, by its topic and key alone."""
    return row["topic"], _hash(row["key"]) % partitions_of(row["topic"])


def pack(rows: Iterable[Row], *, partitions_of: PartitionsOf, new_batch: Callable[[], Any]) -> list[Parcel]:
    """The rows in batches, in their order. Once a partition's batch is full, what follows it there stays behind."""
    parcels: dict[tuple[str, int], Parcel] = {}
    full: set[tuple[str, int]] = set()
    for row in rows:
        place = place_of(row, partitions_of)
        if place in full:
            continue
        if place not in parcels:
            parcels[place] = Parcel(*place, new_batch())
        if not parcels[place].add(row):
            full.add(place)
    return list(parcels.values())


def apart(parcel: Parcel, *, new_batch: Callable[[], Any]) -> list[Parcel]:
    """The same rows, each in a batch of its own."""
    parcels = [Parcel(parcel.topic, parcel.partition, new_batch()) for _ in parcel.rows]
    for single, row in zip(parcels, parcel.rows, strict=True):
        single.add(row)
    return parcels


@lru_cache(maxsize=KEYS_REMEMBERED_MAX)
def _hash(key: bytes) -> int:
    """What every Kafka client makes of a key; modulo the partitions it says where the key belongs."""
    return murmur2(key) & 0x7FFF_FFFF


def murmur2(key: bytes) -> int:
    """Kafka's hash of a key, `org.apache.kafka.common.utils.Utils.murmur2`, a word at a time.

    aiokafka's own goes byte by byte and takes three times as long; a test holds the two together.
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
