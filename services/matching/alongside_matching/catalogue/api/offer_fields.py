"""Fields that several offer forms share, with their limits."""

from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from alongside_contracts.codes.fields import ListedCodeOf, ListedEndorsement, ListedTrainingTopic
from alongside_contracts.fields.lists import AtMost
from alongside_contracts.fields.texts import Name
from alongside_contracts.fields.times import Day
from alongside_contracts.ids import Reference
from alongside_matching.catalogue.rules.certificates import Certificate
from alongside_matching.catalogue.store.supporters import Training
from alongside_matching.engine.week import Contradiction, FreeSlots, Window, parse_windows

CODES_MAX: Final = 30
PLACES_MAX: Final = 100_000
WINDOWS_MAX: Final = 7 * 24
RECORDS_MAX: Final = 50

PublicName = Annotated[str, Name(300)]
SourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
Places = Annotated[int, Field(ge=0, le=PLACES_MAX)]
Kilometres = Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)]
Hours = Annotated[float, Field(gt=0, le=168, allow_inf_nan=False)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Eligible: TypeAlias = Annotated[str, ListedCodeOf("needs", also="age-bands")]
"""What a service may restrict itself to: people with a need, or of an age."""


class Strict(BaseModel):
    """A form that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid")


class WindowForm(Strict):
    """A period of one weekday in the region's wall time, on the half hour: `{"weekday": "tu", "starts": "18:00", …}`."""

    weekday: Annotated[str, Name(2)]
    starts: Annotated[str, Name(5)]
    ends: Annotated[str, Name(5)]

    def window(self) -> Window:
        """Return the window in the form the rules take."""
        return Window(self.weekday, self.starts, self.ends)


class PositionForm(Strict):
    """Degrees, WGS 84. Rounded to 0.05 degrees (about 5 km) before it is stored."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class CertificateForm(Strict):
    """A certificate and its endorsement. An expired one is refused."""

    issuer: PublicName
    endorsement: ListedEndorsement
    issued_on: Day
    expires_on: Day

    def certificate(self) -> Certificate:
        """Return the certificate in the form the rules take."""
        return Certificate(self.issuer, self.endorsement, self.issued_on, self.expires_on)


class TrainingForm(Strict):
    """A completed training."""

    topic: ListedTrainingTopic
    hours: float = Field(gt=0, le=1_000, allow_inf_nan=False)
    completed_on: Day

    def training(self) -> Training:
        """Return the training in the form the store takes."""
        return Training(self.topic, self.hours, self.completed_on)


class AgreementForm(Strict):
    """The agreement with a supporter: hours a week at most, and the supervisor (an opaque reference)."""

    hours_per_week_max: Hours | None = None
    supervisor: Reference | None = None


def _not_contradictory(windows: tuple[WindowForm, ...]) -> tuple[WindowForm, ...]:
    match parse_windows([window.window() for window in windows]):
        case Contradiction(index=index, code=code, remedy=remedy):
            raise PydanticCustomError(
                "availability", "Window {index} ({code}): {remedy}", _context(index, code, remedy)
            )
        case FreeSlots():
            return windows


def _context(index: int, code: str, remedy: str) -> dict[str, int | str]:
    return {"index": index, "code": code, "remedy": remedy}


Availability = Annotated[tuple[WindowForm, ...], AtMost(WINDOWS_MAX), AfterValidator(_not_contradictory)]
"""Free periods in the region's week; empty means unknown."""


def mask_of(windows: tuple[WindowForm, ...]) -> int:
    """Return the half hours of windows that were validated before."""
    free = parse_windows([window.window() for window in windows])
    return free.mask if isinstance(free, FreeSlots) else 0
