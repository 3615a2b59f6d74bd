"""The names of log lines: the chassis's own are listed here, a service registers its own in its `names.py`."""

from typing import Literal, NewType

LogEvent = Literal[
    "batch-handled",  # one polled batch, with counts and duration
    "batch-waits",  # infrastructure is away; the batch is tried again
    "commit-refused",  # offsets were not accepted (a rebalance); redelivery will be dropped by the inbox
    "consumer-restarted",  # the consume loop ended unexpectedly and begins anew
    "dead-lettered",  # one record was put aside, with its reason
    "handler-failed",  # a handler of ours failed on one record, which was put aside
    "http-handled",  # one HTTP request
    "http-failed",  # one HTTP request that ended in an error of ours
    "listener-stopped",  # the listener stopped for good; a person must look
    "partner-paused",  # so much of one partner's was refused that its stream is not read until resumed
    "partner-resumed",
    "partitions-assigned",
    "partitions-revoked",
    "relay-waits",  # the outbox cannot be sent at the moment
    "relay-unsendable",  # one outbox row the broker will never take was put aside
    "replay-failed",  # it broke off; what it wrote stands, and it can be run again
    "replayed",  # a projection was built anew from the streams, with counts
    "service-started",
    "service-stopped",
    "timer-dead-lettered",  # one timer's handler failed several times; it is kept as a dead letter and tried on
    "timer-failed",  # one timer's work failed and will be tried again
    "timer-unattended",  # nobody could be named to look after what a failing timer is about
    "timers-wait",  # the timer store is away
    "worker-failed",  # a background worker ended unexpectedly and begins anew
    "migrated",
]

LogName = NewType("LogName", str)
"""A service's own name of a log line, made in its `names.py` and nowhere else: what is not listed cannot be emitted."""
