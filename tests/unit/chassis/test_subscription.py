"""FastStream builds exactly the consumer we built ourselves before: this makes an upgrade of FastStream safe."""

import inspect
import ssl
from typing import Any

import aiokafka
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from pydantic import SecretStr

from alongside_chassis.kafka import Kafka
from alongside_chassis.kafka.subscription import ConsumerGroup, declare_group
from alongside_contracts import streams

KNOWN: dict[str, Any] = {"user": "intake", "password": SecretStr("correct-horse")}
CLUSTERS = [
    Kafka("one:9092,two:9093"),
    Kafka("one:9092,two:9093", security_protocol="SSL"),
    *(
        Kafka("one:9092,two:9093", security_protocol=protocol, sasl_mechanism=mechanism, **KNOWN)
        for protocol in ("SASL_PLAINTEXT", "SASL_SSL")
        for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
    ),
]
CONSUMER = inspect.signature(AIOKafkaConsumer)


class Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """A listener that is only compared."""

    def on_partitions_revoked(self, _revoked: object) -> None:
        """Nothing is in progress."""

    def on_partitions_assigned(self, _assigned: object) -> None:
        """Nothing is to be done."""


class Built:
    """Stands in for aiokafka's consumer at the door to Kafka: records how it is built and subscribed."""

    made: "list[Built]"

    def __init__(self, *topics: str, **options: Any) -> None:
        bound = CONSUMER.bind(*topics, **options)
        bound.apply_defaults()
        self.options, self.subscriptions = bound.arguments, list[dict[str, Any]]()
        self.made.append(self)

    def subscribe(self, **subscription: Any) -> None:
        """Record a subscription."""
        self.subscriptions.append(subscription)

    async def start(self) -> None:
        """Open nothing."""


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Built]:
    """Return the consumers FastStream builds."""
    Built.made = []
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", Built)
    return Built.made


def a_group(pattern: str = "any", instance_id: str = "") -> ConsumerGroup:
    """Return a group whose options differ from aiokafka's defaults."""
    return ConsumerGroup(
        "intake", pattern, instance_id, session_timeout_ms=12_000, metadata_max_age_ms=700, fetch_wait_ms=70
    )


def options_before(kafka: Kafka, instance_id: str | None) -> dict[str, Any]:
    """Return every option of the consumer that the listener built itself before FastStream declared it."""
    bound = CONSUMER.bind(
        **kafka.options(),
        client_id="intake",
        group_id="intake",
        group_instance_id=instance_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_poll_interval_ms=300_000,
        session_timeout_ms=12_000,
        heartbeat_interval_ms=3_000,
        metadata_max_age_ms=700,
        fetch_max_wait_ms=70,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    bound.apply_defaults()
    return dict(bound.arguments) | {"bootstrap_servers": kafka.bootstrap.split(",")}


def comparable(options: dict[str, Any]) -> dict[str, Any]:
    """Replace the TLS context, which is a new object each time, by what it demands and whom it trusts."""
    context = options["ssl_context"]
    if not isinstance(context, ssl.SSLContext):
        return options
    trusted = len(context.get_ca_certs())
    return options | {"ssl_context": (context.verify_mode, context.check_hostname, trusted)}


@pytest.mark.parametrize(
    "kafka", CLUSTERS, ids=lambda kafka: f"{kafka.security_protocol}-{kafka.sasl_mechanism}"
)
@pytest.mark.parametrize(("instance", "member"), [("", None), ("7", "intake-7")])
async def test_the_consumer_has_the_options_it_had_before_keyword_by_keyword(
    kafka: Kafka, instance: str, member: str | None, built: list[Built]
) -> None:
    subscriber = await declare_group(kafka, a_group(instance_id=instance), Rebalances())
    await subscriber.start()

    (consumer,) = built
    assert comparable(dict(consumer.options)) == comparable(options_before(kafka, member))


@pytest.mark.parametrize(
    "pattern",
    [*(stream.pattern.replace("?P<partner>", "?:") for stream in streams.ALL), r"a{2}\.[b-d]{1,38}|e{3,}$"],
)
async def test_a_pattern_reaches_kafkas_client_unchanged(pattern: str, built: list[Built]) -> None:
    rebalances = Rebalances()

    subscriber = await declare_group(Kafka("one:9092"), a_group(pattern), rebalances)
    await subscriber.start()

    (consumer,) = built
    assert consumer.subscriptions == [{"topics": [], "pattern": pattern, "listener": rebalances}]
