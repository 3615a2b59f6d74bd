"""Inputs of the rules: a submission in codes, the region's policy, and what the network already holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias
from uuid import UUID

from alongside_contracts.codes.code_lists import Codes

SELF = "self"
"""The setting of a person who asks for themself; also the namespace of references that come without a partner."""


Content: TypeAlias = Any  # the rules pass it through and never look inside
"""What was submitted, as the edge keeps it."""
REFERRAL = "peer-support-referral"
"""The one purpose of consent that covers a referral."""


class State(StrEnum):
    """The decisions, as they are recorded."""

    ADMITTED = "admitted"
    HELD = "held"
    REJECTED = "rejected"
    LINKED = "linked"
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """Whether consent was given, for which `categories` of data, from when until when, and for which `purpose`."""

    given: bool
    categories: frozenset[str] = frozenset()
    signed_at: datetime | None = None
    expires_at: datetime | None = None
    purpose: str = REFERRAL


@dataclass(frozen=True, slots=True)
class ReadinessAnswers:
    """Comfort from 1 (none) to 5 (full), and whether professional help is wanted instead."""

    comfort_sharing: int
    comfort_listening: int
    wants_professional_help_instead: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """What the two references of a submission prove.

    `placeholders` are the fields that hold none; `finds_person` and `finds_submission` say whether the references lead to
    an earlier person and to an earlier submission. Identity rules decide all three (identity.py).
    """

    placeholders: frozenset[str] = frozenset()
    finds_person: bool = True
    finds_submission: bool = True


PROVEN = Identity()
"""Both references are proof."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A submission as the rules see it. Empty `formats` means that any format will do."""

    region: str
    needs: frozenset[str]
    setting: str
    formats: frozenset[str] = frozenset()
    urgency: str = "routine"
    age_band: str | None = None
    postal_code: str | None = None
    consent: ConsentRecord | None = None
    guardian_consent: bool = False
    readiness: ReadinessAnswers | None = None
    risks: frozenset[str] = frozenset()
    identity: Identity = PROVEN


@dataclass(frozen=True, slots=True)
class CrisisResource:
    """A crisis line or emergency number: a short name and a number, for a crisis or for immediate danger."""

    purpose: Literal["crisis", "immediate-danger"]
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class RegionPolicy:
    """The numbers and lists a network sets for its region; nothing of this is a constant in a rule.

    `postal_prefixes` are compared without spaces. A comfort below its minimum makes intake suggest a lighter format.
    """

    id: str
    name: str
    postal_prefixes: tuple[str, ...]
    age_bands: frozenset[str]
    comfort_sharing_min: int
    comfort_listening_min: int
    escalation_minutes_max: int
    held_days_max: int
    crisis_resources: tuple[CrisisResource, ...]


@dataclass(frozen=True, slots=True)
class Policies:
    """Every region's policy and the code lists; `elsewhere` applies to a person in danger whom no region serves."""

    regions: Mapping[str, RegionPolicy]
    elsewhere: RegionPolicy
    codes: Codes

    def of(self, region: str) -> RegionPolicy:
        """Return the policy of a region, or `elsewhere` for a region the network does not serve."""
        return self.regions.get(region, self.elsewhere)

    def serves(self, region: str) -> bool:
        """Return whether the network serves the region."""
        return region in self.regions


@dataclass(frozen=True, slots=True)
class CurrentSubmission:
    """The current submission of a reference, as last decided; its content, unless it cannot be read or was erased."""

    submission_id: UUID
    state: State
    referral_id: UUID | None = None
    content: Content = None


@dataclass(frozen=True, slots=True)
class OpenEscalation:
    """An escalated submission of the same reference that nobody has cleared yet."""

    submission_id: UUID
    risks: frozenset[str]


@dataclass(frozen=True, slots=True)
class UnreadDanger:
    """A danger heard in a record that was refused, or that waits on a paused stream; the submission itself is not read yet."""

    submission_id: UUID
    risks: frozenset[str]
    cleared: bool


@dataclass(frozen=True, slots=True)
class OpenReferral:
    """A referral of the same person that has not ended.

    `running` is its request, None for one that began before requests were kept; `sequence` counts its announced changes;
    `covered`: whether the consent covers it, without which it is being stopped.
    """

    referral_id: UUID
    submission_id: UUID
    needs: frozenset[str]
    running: Content = None
    sequence: int = 0
    covered: bool = True


@dataclass(frozen=True, slots=True)
class PriorRecords:
    """What the network already holds about a submission's reference and person; empty when both are new."""

    current: CurrentSubmission | None = None
    escalations: tuple[OpenEscalation, ...] = ()
    open_referrals: tuple[OpenReferral, ...] = field(default=())
