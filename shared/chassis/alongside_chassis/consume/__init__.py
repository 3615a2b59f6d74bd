"""From polled records to one commit: read, drop repeats, handle in order, put the broken aside (docs/delivery.md)."""

from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.consume.handlers import Handlers, Paused, Refused, Timer
from alongside_chassis.consume.quarantine import Quarantine
from alongside_chassis.consume.reading import Heard

__all__ = ["Handlers", "Heard", "Paused", "Quarantine", "Refused", "Timer", "Verdict", "verdict_on"]
