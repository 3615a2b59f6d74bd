"""The broker of the local stack: Apache Kafka where Java is found, else an embedded broker with the same protocol."""
