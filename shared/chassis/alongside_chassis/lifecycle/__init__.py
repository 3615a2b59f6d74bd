"""The work of a service beside consuming: preparation, timers, rebuilding projections, replaying dead letters, scanning
paused streams, storing who was erased and by which channels partners hear of their referrals."""

from alongside_chassis.lifecycle.erased_people import add_erased, expire_erasures
from alongside_chassis.lifecycle.late_answers import cause_of_refusal, refusal_of
from alongside_chassis.lifecycle.partner_channels import (
    channels_of_partners,
    hear_partner_channels,
)
from alongside_chassis.lifecycle.replay import NotRebuilt
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_chassis.lifecycle.unread_reader import is_read

__all__ = [
    "NotRebuilt",
    "Runtime",
    "add_erased",
    "cause_of_refusal",
    "channels_of_partners",
    "expire_erasures",
    "hear_partner_channels",
    "is_read",
    "refusal_of",
]
