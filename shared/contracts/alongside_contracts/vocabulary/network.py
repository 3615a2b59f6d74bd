"""Codes of what the network does: who acts, what a referral goes through, what is answered and who is notified of it."""

from enum import StrEnum
from typing import Final


# generated: names of codes of the network (make generate)
class Actor(StrEnum):
    """The parties that may act on a referral, and the one it waits for. List `actors`, open."""

    REQUESTER = "requester"
    TARGET = "target"
    PERSON = "person"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    MATCHING = "matching"


class Answer(StrEnum):
    """What a partner hears about a record it sent. List `answers`, open."""

    ADMITTED = "admitted"
    REJECTED = "rejected"
    HELD = "held"
    LINKED = "linked"
    ESCALATED = "escalated"
    REFUSED = "refused"
    AMENDED = "amended"
    CONSENT_CHANGED = "consent-changed"
    WITHDRAWN = "withdrawn"


class BusinessStatus(StrEnum):
    """The detail of a referral's state within its status. List `business-statuses`, open."""

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


class Channel(StrEnum):
    """The channel by which a notice is sent. List `channels`, open."""

    IN_APP = "in-app"
    EMAIL = "email"
    STREAM = "stream"


class Endorsement(StrEnum):
    """What a certificate says its holder may do. List `endorsements`, open."""

    ADULT_MENTAL_HEALTH = "adult-mental-health"
    SUBSTANCE_USE_RECOVERY = "substance-use-recovery"
    FORENSIC = "forensic"
    YOUTH = "youth"
    FAMILY = "family"
    VETERAN = "veteran"
    OLDER_ADULT = "older-adult"
    CRISIS = "crisis"


class LinkReason(StrEnum):
    """Why a submission was linked to one that the network has already. List `link-reasons`, open."""

    SAME_REFERENCE = "same-reference"
    SAME_PERSON_AND_NEED = "same-person-and-need"


class MatchReason(StrEnum):
    """Why an offer was proposed, as staff may see it. List `match-reasons`, open."""

    SHARED_NEED = "shared-need"
    SHARED_LANGUAGE = "shared-language"
    PREFERRED_FORMAT = "preferred-format"
    PREFERRED_MODE = "preferred-mode"
    NEARBY = "nearby"
    REMOTE_REACH = "remote-reach"
    FREE_CAPACITY = "free-capacity"


class NoticeFailure(StrEnum):
    """Why a notice could not be delivered and is not tried again by this channel. List `notice-failures`, open."""

    REFUSED_BY_RECIPIENT = "refused-by-recipient"
    ATTEMPTS_EXHAUSTED = "attempts-exhausted"
    ADDRESS_UNUSABLE = "address-unusable"
    UNFORESEEN_ERROR = "unforeseen-error"


class OfferKind(StrEnum):
    """The three kinds of offers a person can be referred to. List `offer-kinds`, closed.

    Capacity, seats and matching know exactly these three.
    """

    SUPPORTER = "supporter"
    GROUP = "group"
    SERVICE = "service"


class PauseReason(StrEnum):
    """Which limit a partner's refused records reached, so that its stream was paused. List `pause-reasons`, open."""

    REFUSED_IN_A_ROW = "refused-in-a-row"
    REFUSED_SHARE = "refused-share"
    KEPT_RECORDS = "kept-records"
    KEPT_BYTES = "kept-bytes"


class ProblemCode(StrEnum):
    """One fault of a submission or record, reported with the field and the remedy. List `problems`, open."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    UNKNOWN_TYPE = "unknown-type"
    UNSUPPORTED_VERSION = "unsupported-version"
    FORGED_SOURCE = "forged-source"
    ID_REUSED = "id-reused"
    UNKNOWN_PARTNER = "unknown-partner"
    INVALID_FIELD = "invalid-field"
    HANDLER_FAILED = "handler-failed"
    OUTSIDE_REGION = "outside-region"
    NOT_ELIGIBLE = "not-eligible"
    CONSENT_REFUSED = "consent-refused"
    CONSENT_MISSING = "consent-missing"
    GUARDIAN_CONSENT_MISSING = "guardian-consent-missing"
    AGE_BAND_MISSING = "age-band-missing"
    REFERENCE_MISSING = "reference-missing"
    PERSON_REFERENCE_MISSING = "person-reference-missing"
    READINESS_MISSING = "readiness-missing"
    CONTACT_ROUTE_MISSING = "contact-route-missing"
    UNREAD = "unread"
    NOT_TAKEN_OVER = "not-taken-over"
    UNKNOWN_REFERENCE = "unknown-reference"
    ERASED = "erased"


class Reason(StrEnum):
    """Why a referral was refused, paused, stopped or failed. List `reasons`, open."""

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
    REQUEST_CHANGED = "request-changed"
    PERSON_ERASED = "person-erased"
    OTHER = "other"


class RecipientRole(StrEnum):
    """The role in which somebody receives a notice. List `recipient-roles`, open."""

    REFERRER = "referrer"
    TARGET = "target"
    PERSON = "person"
    COORDINATOR = "coordinator"


class Status(StrEnum):
    """The state of a referral. List `statuses`, closed.

    FHIR R4 Task.status, as the Gravity SDOH Clinical Care guide allows it: the referral machine has exactly these.
    """

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


class WithdrawalEffect(StrEnum):
    """What it means for an offer that its listing is listed no more. List `withdrawal-effects`, closed.

    Every reader must know whether people are still referred there; one that does not would go on.
    """

    PAUSE = "pause"
    HIDE = "hide"


# end of names of codes of the network

TERMINAL: Final = frozenset(
    {Status.REJECTED, Status.CANCELLED, Status.COMPLETED, Status.FAILED, Status.ENTERED_IN_ERROR}
)
"""Statuses a referral never leaves; a successor is a new referral, with a new id."""
