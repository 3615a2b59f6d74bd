"""Reads the regions' policies from their file, and refuses a file that would break a rule."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from alongside_contracts.ids import RegionId
from alongside_contracts.vocabulary import Actor
from alongside_referrals.domain import business_days, policy
from alongside_referrals.domain.codes import WaitKind

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ISO_WEEKDAY: Final[dict[Day, int]] = {
    "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 7,
}  # fmt: skip


class PolicyFileError(Exception):
    """The policy file is missing or wrong; the message says where and why. Raised at start, never later."""


def read_policies(file: Path) -> policy.Policies:
    """Return the policies in `file`. Raises PolicyFileError."""
    try:
        document = _Document.model_validate_json(file.read_bytes())
        return policy.Policies(
            regions={name: _policy(document, region) for name, region in document.regions.items()},
            elsewhere=_policy(document, document.elsewhere),
        )
    except OSError as error:
        raise PolicyFileError(
            f"cannot read the referral policies at {file}: {error.strerror}; "
            "set ALONGSIDE_REFERRAL_POLICY_FILE to a file that this process can read"
        ) from error
    except KeyError as error:
        raise PolicyFileError(
            f"the referral policies at {file} name the holidays {error}, which are not listed below `holidays`; add them"
        ) from error
    except ValueError as error:  # pydantic's ValidationError among them
        raise PolicyFileError(
            f"the referral policies at {file} are wrong; correct each field named here: {_describe(error)}"
        ) from error


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError("use an IANA time zone name such as America/New_York") from error
    return name


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Span(_Part):
    business_days: int = 0
    days: int = 0
    minutes: int = 0


class _Rung(_Part):
    actor: Actor
    within: _Span


class _Ladder(_Part):
    rungs: tuple[_Rung, ...] = Field(min_length=1, max_length=20)
    at_the_top: policy.LastRungAction


class _Standard(_Part):
    weekend: tuple[Day, ...]
    contact_attempts_min: int = Field(ge=1)
    note_within: _Span
    ladders: dict[WaitKind, _Ladder]


class _Region(_Part):
    """A region's differences from the standard; a ladder replaces the whole ladder of the standard."""

    zone: Annotated[str, AfterValidator(_zone)]
    holidays: str
    weekend: tuple[Day, ...] | None = None
    contact_attempts_min: int | None = Field(default=None, ge=1)
    note_within: _Span | None = None
    ladders: dict[WaitKind, _Ladder] = Field(default_factory=dict)


class _Document(_Part):
    standard: _Standard
    holidays: dict[str, frozenset[date]]
    regions: dict[RegionId, _Region]
    elsewhere: _Region


def _policy(document: _Document, region: _Region) -> policy.Policy:
    standard = document.standard
    weekend = standard.weekend if region.weekend is None else region.weekend
    ladders = standard.ladders | region.ladders
    return policy.Policy(
        calendar=business_days.Calendar(
            zone=ZoneInfo(region.zone),
            weekend=frozenset(ISO_WEEKDAY[day] for day in weekend),
            holidays=document.holidays[region.holidays],
        ),
        ladders={wait: _ladder(ladder) for wait, ladder in ladders.items()},
        note_within=_span(region.note_within or standard.note_within),
        contact_attempts_min=region.contact_attempts_min or standard.contact_attempts_min,
    )


def _ladder(ladder: _Ladder) -> policy.Ladder:
    rungs = tuple(policy.Rung(rung.actor, _span(rung.within)) for rung in ladder.rungs)
    return policy.Ladder(rungs, ladder.at_the_top)


def _span(span: _Span) -> business_days.Span:
    return business_days.Span(span.business_days, span.days, span.minutes)


def _describe(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)
    )
