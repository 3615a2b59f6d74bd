"""Set-up of an external Kafka cluster: topics, users and access rules, derived from the list of streams."""
