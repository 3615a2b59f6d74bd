"""The codes of this service alone: they are in no event."""

from enum import StrEnum


class EntryKind(StrEnum):
    """The kind of a timeline entry."""

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
    AMENDED = "amended"
    CONSENT_REVOKED = "consent-revoked"
    CONSENT_GIVEN = "consent-given"
    TAKEN_BACK = "taken-back"
    REVIEWED = "reviewed"


class WaitKind(StrEnum):
    """The step an open referral waits for; each has its ladder in the policy."""

    MATCH = "match"
    RESPONSE = "response"
    PLACE = "place"
    FIRST_CONTACT = "first-contact"
    PROGRESS = "progress"
    HOLD_REVIEW = "hold-review"
    CHANGE_REVIEW = "change-review"
    """A coordinator must review what changed after an offer accepted: the request, or the consent."""
