"""What a service does beside hearing: prepare, fire timers, build anew from the streams, bring dead letters back."""

from alongside_chassis.lifecycle.replay import NotRebuilt
from alongside_chassis.lifecycle.runtime import Runtime

__all__ = ["NotRebuilt", "Runtime"]
