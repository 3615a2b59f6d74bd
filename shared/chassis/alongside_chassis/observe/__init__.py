"""Traces, metrics and log lines: what operators see of a service. Nothing in it quotes a payload."""

from alongside_chassis.observe.names import LogName
from alongside_chassis.observe.telemetry import context_of

__all__ = ["LogName", "context_of"]
