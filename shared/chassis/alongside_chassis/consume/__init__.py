"""From polled records to one commit: read, drop repeats, handle in order, put the broken aside (docs/delivery.md)."""

from alongside_chassis.consume.decoding import ReceivedEvent
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.consume.handlers import Handlers, Paused, Refusal, Timer
from alongside_chassis.consume.quarantine import Quarantine

__all__ = ["Handlers", "Paused", "Quarantine", "ReceivedEvent", "Refusal", "Timer", "Verdict", "verdict_on"]
