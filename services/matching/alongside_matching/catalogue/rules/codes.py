"""Closed lists of the catalogue: the words in its columns and on the wire."""

from enum import StrEnum


class LogKind(StrEnum):
    """What is noted of a supporter's day: supervision that took place, exposure to a crisis, time spent supporting."""

    SUPERVISION = "supervision"
    CRISIS = "crisis"
    SUPPORT = "support"
