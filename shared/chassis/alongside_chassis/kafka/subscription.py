"""Declares a consumer group with FastStream: connection, security, streams, group options, rebalance listener.

A batch subscriber without a handler starts no task. Its `start()` builds the consumer, subscribes it and joins the group;
our own loop (consume/listener.py) then polls that consumer. Nothing of FastStream runs between a poll and the commit of its offsets,
so it decides about no record (docs/decisions/0003).
"""

from dataclasses import dataclass

from aiokafka import ConsumerRebalanceListener
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from alongside_chassis.kafka import broken_connections, tolerant_records
from alongside_chassis.kafka.access import Kafka


@dataclass(frozen=True, slots=True)
class ConsumerGroup:
    """A group and how one of its members takes part."""

    name: str
    pattern: str
    """Regular expression of the topics it reads."""
    instance_id: str
    """Static membership; empty means a member that may come and go."""
    session_timeout_ms: int
    metadata_max_age_ms: int
    fetch_wait_ms: int


async def declare_group(
    kafka: Kafka, group: ConsumerGroup, listener: ConsumerRebalanceListener
) -> BatchSubscriber:
    """Return a subscriber to the group's topics; it has no consumer before its `start()`.

    Files are read here, so that a group that is declared again uses renewed certificates. No connection is opened.
    Raises OSError when the CA file cannot be read.
    """
    tolerant_records.install()
    broken_connections.install()
    broker = _make_broker(kafka, group)
    await broker.connect()  # prepares the consumer's options; a broker that only consumes opens no connection
    return broker.subscriber(
        pattern=_without_path_parameters(group.pattern),
        batch=True,
        listener=listener,
        group_id=group.name,
        group_instance_id=f"{group.name}-{group.instance_id}" if group.instance_id else None,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_poll_interval_ms=300_000,
        session_timeout_ms=group.session_timeout_ms,
        heartbeat_interval_ms=group.session_timeout_ms // 4,
        fetch_max_wait_ms=group.fetch_wait_ms,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )


def _make_broker(kafka: Kafka, group: ConsumerGroup) -> KafkaBroker:
    """Return a broker that only consumes: with a producer it would open two more connections and need more rights.

    It has no logger: with one, FastStream would wrap the rebalance listener and log each rebalance a second time.
    """
    return KafkaBroker(
        kafka.bootstrap.split(","),
        security=_security_of(kafka),
        client_id=group.name,
        metadata_max_age_ms=group.metadata_max_age_ms,
        consumer_only=True,
        allow_auto_create_topics=False,
        graceful_timeout=None,
        apply_types=False,
        logger=None,
    )


def _security_of(kafka: Kafka) -> BaseSecurity:
    """Return what `Kafka.options()` says, in FastStream's terms."""
    context = kafka.ssl_context()
    if not kafka.authenticated:
        return BaseSecurity(ssl_context=context)
    user, password = kafka.user, kafka.password.get_secret_value()
    match kafka.sasl_mechanism:
        case "PLAIN":
            return SASLPlaintext(user, password, ssl_context=context)
        case "SCRAM-SHA-256":
            return SASLScram256(user, password, ssl_context=context)
        case "SCRAM-SHA-512":
            return SASLScram512(user, password, ssl_context=context)


def _without_path_parameters(pattern: str) -> str:
    """Double the braces of a regular expression: FastStream reads `{2}` as a parameter and `{{2}}` as `{2}`."""
    return pattern.replace("{", "{{").replace("}", "}}")
