"""Closed lists of the catalogue, as in its columns and on the wire."""

from enum import StrEnum


class LogKind(StrEnum):
    """Kind of an entry in a supporter's log: supervision, exposure to a crisis, time spent supporting."""

    SUPERVISION = "supervision"
    CRISIS = "crisis"
    SUPPORT = "support"
