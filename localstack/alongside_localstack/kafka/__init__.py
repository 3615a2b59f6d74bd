"""The broker of the local stack: Apache Kafka where Java is found, else an embedded one that speaks its protocol."""
