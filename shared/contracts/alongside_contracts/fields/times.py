"""The one type of a time and of a day that come in: RFC 3339 texts, within two centuries that everything can reckon with.

Python and PostgreSQL hold the years 1 and 9999, but not what becomes of them in another zone or after an addition.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, TypeAlias

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from alongside_contracts.codes.fields import AS_STORED

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""No living person was born before, and nothing of theirs was signed."""
END: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""The first time that is refused: no consent, certificate or schedule is meant to last so long."""
MOMENT_REMEDY: Final = "send an RFC 3339 time with its zone, between 1900 and 2200"
DAY_REMEDY: Final = "send a date as YYYY-MM-DD, between 1900 and 2200"

_RFC_3339: Final = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.IGNORECASE | re.ASCII
)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LEAP_SECOND: Final = "60"


def moment_of(text: str) -> datetime | None:
    """Return the time of an RFC 3339 text, or None when it is none, or is not between 1900 and 2200.

    A leap second, which no clock here shows, is read as the second after it.
    """
    moment = _any_moment_of(text)
    if moment is None or EARLIEST.year < moment.year < END.year - 1:  # certainly within, in every zone
        return moment
    return moment if EARLIEST <= moment < END else None


def day_of(text: str) -> date | None:
    """Return the day of a text YYYY-MM-DD, or None when it is none, or is not between 1900 and 2200."""
    day = _any_day_of(text)
    return day if day is not None and EARLIEST.date() <= day < END.date() else None


def _any_moment_of(text: str) -> datetime | None:
    matched = _RFC_3339.fullmatch(text)
    if matched is None:
        return None
    leaps = matched[1] == _LEAP_SECOND
    try:
        moment = datetime.fromisoformat((f"{text[:17]}59{text[19:]}" if leaps else text).upper())
        return _after_leap_second(moment) if leaps else moment
    except (ValueError, OverflowError):
        return None


def _after_leap_second(moment: datetime) -> datetime | None:
    """Return the second after; None when no leap second can be there: they end the last minute of a day in UTC."""
    in_utc = moment.astimezone(UTC)
    return moment + timedelta(seconds=1) if (in_utc.hour, in_utc.minute) == (23, 59) else None


def _any_day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _MomentText:
    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        moment = core_schema.datetime_schema(tz_constraint="aware")
        return core_schema.with_info_before_validator_function(_read_moment, moment)


@dataclass(frozen=True, slots=True)
class _DayText:
    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(_read_day, core_schema.date_schema())


def _read_moment(value: Any, info: core_schema.ValidationInfo) -> Any:
    """Read a text. A value that our own code made is passed on, and what was stored before has no bounds."""
    if isinstance(value, datetime):
        return value
    read = _any_moment_of if info.context == AS_STORED else moment_of
    moment = read(value) if isinstance(value, str) else None
    if moment is None:
        raise PydanticCustomError("moment", MOMENT_REMEDY)
    return moment


def _read_day(value: Any, info: core_schema.ValidationInfo) -> Any:
    if isinstance(value, date):
        return value
    read = _any_day_of if info.context == AS_STORED else day_of
    day = read(value) if isinstance(value, str) else None
    if day is None:
        raise PydanticCustomError("day", DAY_REMEDY)
    return day


Moment: TypeAlias = Annotated[datetime, _MomentText()]
"""A time that comes in, with its zone."""
Day: TypeAlias = Annotated[date, _DayText()]
"""A day that comes in."""
