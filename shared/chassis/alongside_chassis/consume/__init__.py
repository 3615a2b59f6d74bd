"""From polled records to one commit: decode, drop duplicates, handle in order, dead-letter refused records (docs/delivery.md)."""

from alongside_chassis.consume import dead_letters, quarantine
from alongside_chassis.consume.decoding import ReceivedEvent
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.consume.handlers import Handlers, Paused, Refusal, Timer, UnreadRecord
from alongside_chassis.consume.quarantine import Quarantine

__all__ = [
    "Handlers",
    "Paused",
    "Quarantine",
    "ReceivedEvent",
    "Refusal",
    "Timer",
    "UnreadRecord",
    "Verdict",
    "dead_letters",
    "quarantine",
    "verdict_on",
]
