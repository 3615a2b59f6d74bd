"""Traces, metrics and log lines of a service. None of them quotes a payload."""

from alongside_chassis.observe.names import LogName
from alongside_chassis.observe.telemetry import context_of

__all__ = ["LogName", "context_of"]
