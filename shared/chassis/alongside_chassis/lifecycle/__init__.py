"""The work of a service beside consuming: preparation, timers, rebuilding projections, replaying dead letters."""

from alongside_chassis.lifecycle.replay import NotRebuilt
from alongside_chassis.lifecycle.runtime import Runtime

__all__ = ["NotRebuilt", "Runtime"]
