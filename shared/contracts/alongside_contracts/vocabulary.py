"""Names for the codes that our own code mentions; made by `make generate` from the lists in codes/lists.

A rule that must know every code reads the installed list. Fields of open lists have the types of codes/fields.py.
"""

from enum import StrEnum
from typing import Final


# generated: names of codes (make generate)
class Actor(StrEnum):
    """The parties that may act on a referral, and the one it waits for. List `actors`, open."""

    REQUESTER = "requester"
    TARGET = "target"
    PERSON = "person"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    MATCHING = "matching"


class AgeBand(StrEnum):
    """The person's age, as coarse as the rules allow. List `age-bands`, closed.

    The bands divide all ages without a gap, and the rules for minors depend on that.
    """

    UNDER_13 = "under-13"
    FROM_13_TO_17 = "13-17"
    FROM_18_TO_25 = "18-25"
    FROM_26_TO_64 = "26-64"
    FROM_65 = "65-plus"


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


class ConsentDecision(StrEnum):
    """Whether the person consents. List `consent-decisions`, closed.

    A yes or a no: anything between the two is no consent.
    """

    GIVEN = "given"
    REFUSED = "refused"


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


class Fit(StrEnum):
    """Whether person and offer get on. List `fits`, closed.

    A yes or a no.
    """

    GOOD = "good"
    POOR = "poor"


class Format(StrEnum):
    """The format of support a person prefers or an offer has. List `formats`, open."""

    ONE_TO_ONE = "one-to-one"
    GROUP = "group"
    WORKSHOP = "workshop"
    ONLINE_COMMUNITY = "online-community"
    CHAT = "chat"


class Hope(StrEnum):
    """What the person hopes to gain. List `hopes`, open."""

    EMOTIONAL_SUPPORT = "emotional-support"
    PRACTICAL_ADVICE = "practical-advice"
    CONNECTION = "connection"
    COPING_SKILLS = "coping-skills"
    SELF_ADVOCACY = "self-advocacy"
    CRISIS_PLAN = "crisis-plan"
    RECOVERY_ROADMAP = "recovery-roadmap"
    NAVIGATION = "navigation"


class Identity(StrEnum):
    """An identity as a person states it: counted only where they ask for a companion who shares it. List `identities`, open."""

    WOMAN = "woman"
    MAN = "man"
    NON_BINARY = "non-binary"
    TRANSGENDER = "transgender"
    LGBTQ = "lgbtq"
    BLACK = "black"
    LATINO = "latino"
    INDIGENOUS = "indigenous"
    ASIAN = "asian"
    MIDDLE_EASTERN = "middle-eastern"
    WHITE = "white"
    MULTIRACIAL = "multiracial"
    IMMIGRANT = "immigrant"
    REFUGEE = "refugee"
    CHRISTIAN = "christian"
    JEWISH = "jewish"
    MUSLIM = "muslim"
    HINDU = "hindu"
    BUDDHIST = "buddhist"
    SIKH = "sikh"
    SECULAR = "secular"
    DEAF = "deaf"
    BLIND = "blind"
    DISABLED = "disabled"
    NEURODIVERGENT = "neurodivergent"
    YOUNG_ADULT = "young-adult"
    OLDER_ADULT = "older-adult"
    PARENT = "parent"
    VETERAN = "veteran"
    RURAL = "rural"


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


class Mode(StrEnum):
    """How two people meet. List `modes`, open."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    VIDEO = "video"
    TEXT = "text"


class Need(StrEnum):
    """What a person seeks support with; also what a supporter has lived through. List `needs`, open."""

    ANXIETY = "anxiety"
    DEPRESSION = "depression"
    PTSD = "ptsd"
    BIPOLAR = "bipolar"
    PSYCHOSIS = "psychosis"
    HEARING_VOICES = "hearing-voices"
    GRIEF = "grief"
    LONELINESS = "loneliness"
    STRESS = "stress"
    TRAUMA = "trauma"
    SUBSTANCE_USE = "substance-use"
    ALCOHOL = "alcohol"
    OPIOIDS = "opioids"
    EATING = "eating"
    SELF_HARM = "self-harm"
    CHRONIC_ILLNESS = "chronic-illness"
    DISABILITY = "disability"
    LIFE_TRANSITION = "life-transition"
    REENTRY = "reentry"
    PARENTING = "parenting"
    CHILD_WELFARE = "child-welfare"
    CAREGIVING = "caregiving"
    DOMESTIC_VIOLENCE = "domestic-violence"
    HOUSING = "housing"
    EMPLOYMENT = "employment"
    LGBTQ = "lgbtq"
    VETERAN = "veteran"


class NoticeFailure(StrEnum):
    """Why a notice could not be delivered and is not tried again by this channel. List `notice-failures`, open."""

    REFUSED_BY_RECIPIENT = "refused-by-recipient"
    ATTEMPTS_EXHAUSTED = "attempts-exhausted"


class OfferKind(StrEnum):
    """The three kinds of offers a person can be referred to. List `offer-kinds`, closed.

    Capacity, seats and matching know exactly these three.
    """

    SUPPORTER = "supporter"
    GROUP = "group"
    SERVICE = "service"


class Outcome(StrEnum):
    """The result of a completed referral. List `outcomes`, open."""

    CONNECTED = "connected"
    ENGAGED = "engaged"
    GOALS_MET = "goals-met"
    PARTIALLY_HELPED = "partially-helped"
    REFERRED_ON = "referred-on"


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


class Risk(StrEnum):
    """A risk to a person, flagged with a submission; any of them escalates. List `risks`, open."""

    DANGER_TO_SELF = "danger-to-self"
    DANGER_TO_OTHERS = "danger-to-others"
    IMMEDIATE_DANGER = "immediate-danger"
    CHILD_AT_RISK = "child-at-risk"
    CRISIS_URGENCY = "crisis-urgency"
    UNRECOGNISED_RISK = "unrecognised-risk"


class Setting(StrEnum):
    """Where a referral comes from. List `settings`, open."""

    SELF = "self"
    FAMILY_OR_FRIEND = "family-or-friend"
    HOSPITAL = "hospital"
    BEHAVIORAL_HEALTH = "behavioral-health"
    PRIMARY_CARE = "primary-care"
    CRIMINAL_JUSTICE = "criminal-justice"
    CHILD_WELFARE = "child-welfare"
    EDUCATION = "education"
    WORKPLACE = "workplace"
    PEER_RUN = "peer-run"
    COMMUNITY = "community"
    HELPLINE = "helpline"


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


class Urgency(StrEnum):
    """How soon the network must act. List `urgencies`, closed.

    Speed and the crisis lane are decided by it at every step: an urgency nobody knows could only be guessed.
    """

    ROUTINE = "routine"
    URGENT = "urgent"
    CRISIS = "crisis"


class Weekday(StrEnum):
    """The day of the week of a person's or an offer's free time and of a group's meetings. List `weekdays`, closed.

    The calendar.
    """

    MO = "mo"
    TU = "tu"
    WE = "we"
    TH = "th"
    FR = "fr"
    SA = "sa"
    SU = "su"


MINOR_AGE_BANDS: Final = frozenset({AgeBand.UNDER_13, AgeBand.FROM_13_TO_17})
"""Ages below 18."""
# end of names of codes

TERMINAL: Final = frozenset(
    {Status.REJECTED, Status.CANCELLED, Status.COMPLETED, Status.FAILED, Status.ENTERED_IN_ERROR}
)
"""Statuses a referral never leaves; a successor is a new referral, with a new id."""
