"""Connection options of all Kafka clients, and corrections and diagnostics that aiokafka lacks."""

from alongside_chassis.kafka.access import NO_PASSWORD, Kafka

__all__ = ["NO_PASSWORD", "Kafka"]
