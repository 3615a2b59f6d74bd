"""Our hash gives each key the same partition as every other Kafka client."""

from aiokafka.partitioner import murmur2 as theirs
from hypothesis import given
from hypothesis import strategies as st

from alongside_chassis.announce.producer_batches import murmur2


@given(st.binary(max_size=80))
def test_keys_are_hashed_as_kafka_hashes_them(key: bytes) -> None:
    assert murmur2(key) == theirs(key)
