"""Connection options of all Kafka clients, declared consumer groups, and what aiokafka lacks: corrections and diagnoses."""

from alongside_chassis.kafka.access import NO_PASSWORD, Kafka

__all__ = ["NO_PASSWORD", "Kafka"]
