"""The names of log lines: the chassis's own are listed here, a service registers its own in its `names.py`."""

from typing import Literal, NewType

LogEvent = Literal[
    "batch-handled",  # one polled batch, with counts and duration
    "batch-waits",  # infrastructure is unavailable; the batch is tried again
    "commit-refused",  # offsets were not accepted (a rebalance); redelivery will be dropped by the inbox
    "consumer-restarted",  # the consume loop failed and is restarted
    "dead-lettered",  # one record was dead-lettered, with its reason
    "handler-failed",  # a handler failed on one record, which was dead-lettered
    "http-handled",  # one HTTP request
    "http-failed",  # one HTTP request that ended in an error of ours
    "listener-stopped",  # the listener stopped for good; a person must act
    "partner-paused",  # so many of one partner's records were refused that its stream is paused until resumed
    "partner-resumed",
    "partitions-assigned",
    "partitions-revoked",
    "relay-waits",  # the outbox cannot be sent at the moment
    "relay-unsendable",  # one outbox row the broker will never accept was dead-lettered
    "replay-failed",  # a replay failed; rows it wrote remain valid, and it can be run again
    "replayed",  # a projection was rebuilt from the streams, with counts
    "service-started",
    "service-stopped",
    "timer-dead-lettered",  # one timer's handler failed several times; it is kept as a dead letter and retried
    "timer-failed",  # one timer's work failed and will be tried again
    "timer-unattended",  # the subject of a failing timer could not be handed to a person
    "timers-wait",  # the timer store is unavailable
    "paused-streams-scanned",  # records behind paused streams are scanned, in case somebody is in danger
    "worker-failed",  # a background worker failed and is restarted
    "migrated",
]

LogName = NewType("LogName", str)
"""The name of a service's own log line, defined in its `names.py` only: an unlisted name cannot be logged."""
