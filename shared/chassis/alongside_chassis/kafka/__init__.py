"""Where the brokers are and as whom they are called, and what aiokafka does not do or say by itself."""

from alongside_chassis.kafka.access import NO_PASSWORD, Kafka

__all__ = ["NO_PASSWORD", "Kafka"]
