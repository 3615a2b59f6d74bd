"""The work of a service beside consuming: preparation, timers, rebuilding projections, replaying dead letters, scanning
paused streams, storing who was erased."""

from alongside_chassis.lifecycle.erased_people import add_erased, expire_erasures
from alongside_chassis.lifecycle.late_answers import cause_of_refusal, refusal_of
from alongside_chassis.lifecycle.replay import NotRebuilt
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_chassis.lifecycle.unread_reader import is_read

__all__ = [
    "NotRebuilt",
    "Runtime",
    "add_erased",
    "cause_of_refusal",
    "expire_erasures",
    "is_read",
    "refusal_of",
]
