"""The codes of the rules, with the values of the contracts' vocabulary (a test compares the two)."""

from enum import StrEnum
from typing import Final

from alongside_contracts.vocabulary import TERMINAL as TERMINAL_CODES


class Status(StrEnum):
    """Canonical status: FHIR R4 `Task.status` as Gravity SDOH-CC allows it."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    FAILED = "failed"
    ENTERED_IN_ERROR = "entered-in-error"


TERMINAL: Final = frozenset(Status(ended) for ended in TERMINAL_CODES)


class BusinessStatus(StrEnum):
    """The refinement of a referral's status."""

    AWAITING_RESPONSE = "awaiting-response"
    WAITLISTED = "waitlisted"
    SCHEDULED = "scheduled"
    UNATTENDED = "unattended"
    APPOINTMENT_CANCELLED = "appointment-cancelled"
    CONTACTED = "contacted"
    INTERIM = "interim"
    PAUSED = "paused"
    CANCELLATION_REQUESTED = "cancellation-requested"
    TARGET_WITHDREW = "target-withdrew"
    NO_RESPONSE = "no-response"
    RECALLED = "recalled"
    CONSENT_REVOKED = "consent-revoked"


class Reason(StrEnum):
    """Why a referral was refused, paused, stopped or failed."""

    NO_CAPACITY = "no-capacity"
    WAITLIST_DECLINED = "waitlist-declined"
    NOT_ELIGIBLE = "not-eligible"
    OUT_OF_AREA = "out-of-area"
    MISSING_DOCUMENTS = "missing-documents"
    NEEDS_HIGHER_LEVEL_OF_CARE = "needs-higher-level-of-care"
    SAFETY_CONFLICT = "safety-conflict"
    DUPLICATE = "duplicate"
    SENT_IN_ERROR = "sent-in-error"
    ALREADY_SERVED = "already-served"
    UNABLE_TO_CONTACT = "unable-to-contact"
    PERSON_DECLINED = "person-declined"
    NO_LONGER_NEEDS = "no-longer-needs"
    NO_RESPONSE = "no-response"
    OTHER = "other"


class ReferralOutcome(StrEnum):
    """The result of a completed referral."""

    CONNECTED = "connected"
    ENGAGED = "engaged"
    GOALS_MET = "goals-met"
    PARTIALLY_HELPED = "partially-helped"
    REFERRED_ON = "referred-on"


class Fit(StrEnum):
    """Whether two people get on; nobody is to blame when they do not."""

    GOOD = "good"
    POOR = "poor"


class Actor(StrEnum):
    """The parties that may act, and the one a referral waits for."""

    REQUESTER = "requester"
    TARGET = "target"
    PERSON = "person"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    MATCHING = "matching"


class OfferKind(StrEnum):
    """The kind of offer a person can be referred to."""

    SUPPORTER = "supporter"
    GROUP = "group"
    SERVICE = "service"


class Role(StrEnum):
    """The role of a notice's recipient."""

    REFERRER = "referrer"
    TARGET = "target"
    PERSON = "person"
    COORDINATOR = "coordinator"


class EntryKind(StrEnum):
    """The kind of a timeline entry; this list is the service's own."""

    REQUESTED = "requested"
    PROPOSED = "proposed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    STARTED = "started"
    HELD = "held"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    RECALLED = "recalled"
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN_AS_ERROR = "withdrawn-as-error"
    CONTACT_ATTEMPTED = "contact-attempted"
    INTERIM_NOTED = "interim-noted"
    OVERDUE = "overdue"
    REFERRER_TOLD = "referrer-told"
    LOOP_CLOSED = "loop-closed"
    FEEDBACK_GIVEN = "feedback-given"
    REMATCH_ASKED = "rematch-asked"


class WaitKind(StrEnum):
    """The step an open referral waits for; each has its ladder in the policy."""

    MATCH = "match"
    RESPONSE = "response"
    PLACE = "place"
    FIRST_CONTACT = "first-contact"
    PROGRESS = "progress"
    HOLD_REVIEW = "hold-review"
