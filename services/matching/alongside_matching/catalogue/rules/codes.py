"""Closed lists of the catalogue: the words in its columns and on the wire."""

from enum import StrEnum


class PausedBecause(StrEnum):
    """Why an offer is not asked. What staff paused only staff, or the moment they named, lets be asked again."""

    STAFF = "staff"
    NOT_ACTIVE = "not-active"
    VANISHED = "vanished"
    NOT_MEETING = "not-meeting"


class LogKind(StrEnum):
    """What is noted of a supporter's day: supervision that took place, exposure to a crisis, time spent supporting."""

    SUPERVISION = "supervision"
    CRISIS = "crisis"
    SUPPORT = "support"
