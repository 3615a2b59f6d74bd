"""Business time: business days in a region's time zone, without its holidays."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SPAN_DAYS_MAX: Final = 366


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time; the parts add up. Raises ValueError when empty, negative or longer than a year."""

    business_days: int = 0
    days: int = 0
    minutes: int = 0

    def __post_init__(self) -> None:
        """Refuse empty, negative and overlong spans, which also bounds the counting below."""
        parts = (self.business_days, self.days, self.minutes)
        if min(parts) < 0 or not any(parts) or self.business_days + self.days > SPAN_DAYS_MAX:
            raise ValueError(f"a span must be longer than nothing, and at most {SPAN_DAYS_MAX} days")


@dataclass(frozen=True, slots=True)
class Calendar:
    """A region's working week. `weekend` holds ISO weekdays (Monday is 1). Raises ValueError without a working day."""

    zone: ZoneInfo
    weekend: frozenset[int] = frozenset({6, 7})
    holidays: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Refuse a week without working days: counting business days would never end."""
        if not self.weekend < frozenset(range(1, 8)):
            raise ValueError("weekend days must be 1 to 7, and at least one day must be a working day")

    def after(self, moment: datetime, span: Span) -> datetime:
        """Return the moment `span` later, in UTC: days keep the wall-clock time across daylight-saving changes."""
        local = moment.astimezone(self.zone)
        local_day = self._business_days_after(local.date(), span.business_days) + timedelta(days=span.days)
        wall_time = datetime.combine(local_day, local.timetz())
        return wall_time.astimezone(UTC) + timedelta(minutes=span.minutes)

    def is_business_day(self, day: date) -> bool:
        """Return whether the day is a working day of the region."""
        return day.isoweekday() not in self.weekend and day not in self.holidays

    def _business_days_after(self, day: date, count: int) -> date:
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_business_day(day)
        return day
