"""The closed code lists of the network: every coded word an event, a rule or a screen may use.

Codes are stable and lower-case with hyphens; labels belong to the screen that shows them. Free text never drives a
rule, so whatever a rule needs to know has a code here. Source of the lists: docs/glossary.md; the status codes are
FHIR R4 `Task.status` as the Gravity SDOH Clinical Care guide allows them.
"""

from enum import StrEnum
from typing import Final


class Need(StrEnum):
    """A need for which a person seeks support; also an experience a supporter has lived through."""

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


class Format(StrEnum):
    """The format of support."""

    ONE_TO_ONE = "one-to-one"
    GROUP = "group"
    WORKSHOP = "workshop"
    ONLINE_COMMUNITY = "online-community"
    CHAT = "chat"


class Mode(StrEnum):
    """How two people meet."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    VIDEO = "video"
    TEXT = "text"


class Duration(StrEnum):
    """How long support is meant to last."""

    ONGOING = "ongoing"
    TIME_LIMITED = "time-limited"


class Cadence(StrEnum):
    """How often two people mean to meet."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"
    AS_NEEDED = "as-needed"


class Hope(StrEnum):
    """What the person hopes to gain."""

    EMOTIONAL_SUPPORT = "emotional-support"
    PRACTICAL_ADVICE = "practical-advice"
    CONNECTION = "connection"
    COPING_SKILLS = "coping-skills"
    SELF_ADVOCACY = "self-advocacy"
    CRISIS_PLAN = "crisis-plan"
    RECOVERY_ROADMAP = "recovery-roadmap"
    NAVIGATION = "navigation"


class Interest(StrEnum):
    """Activities and topics people like, apart from their needs; they help two people to begin."""

    MUSIC = "music"
    ART = "art"
    READING = "reading"
    WRITING = "writing"
    SPORTS = "sports"
    FITNESS = "fitness"
    OUTDOORS = "outdoors"
    GARDENING = "gardening"
    COOKING = "cooking"
    CRAFTS = "crafts"
    GAMES = "games"
    FILM = "film"
    FAITH = "faith"
    ANIMALS = "animals"
    TECHNOLOGY = "technology"
    VOLUNTEERING = "volunteering"
    TRAVEL = "travel"
    DANCE = "dance"
    HISTORY = "history"
    FAMILY_LIFE = "family-life"


class Identity(StrEnum):
    """An identity as a person states it: used only when the person asks for a companion who shares it."""

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


class Endorsement(StrEnum):
    """A certificate's statement of what its holder may do."""

    ADULT_MENTAL_HEALTH = "adult-mental-health"
    SUBSTANCE_USE_RECOVERY = "substance-use-recovery"
    FORENSIC = "forensic"
    YOUTH = "youth"
    FAMILY = "family"
    VETERAN = "veteran"
    OLDER_ADULT = "older-adult"
    CRISIS = "crisis"


class TrainingTopic(StrEnum):
    """The topic of a training."""

    ETHICS_AND_BOUNDARIES = "ethics-and-boundaries"
    CULTURAL_SENSITIVITY = "cultural-sensitivity"
    CONFIDENTIALITY = "confidentiality"
    MANDATED_REPORTING = "mandated-reporting"
    SUICIDE_PREVENTION = "suicide-prevention"
    CRISIS_RESPONSE = "crisis-response"
    TRAUMA_INFORMED_SUPPORT = "trauma-informed-support"
    GROUP_FACILITATION = "group-facilitation"


class Setting(StrEnum):
    """The kind of place a referral comes from."""

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


class Urgency(StrEnum):
    """How soon the network must act."""

    ROUTINE = "routine"
    URGENT = "urgent"
    CRISIS = "crisis"


class AgeBand(StrEnum):
    """An age band, as coarse as the rules allow."""

    UNDER_13 = "under-13"
    FROM_13_TO_17 = "13-17"
    FROM_18_TO_25 = "18-25"
    FROM_26_TO_64 = "26-64"
    FROM_65 = "65-plus"


class Risk(StrEnum):
    """A risk to a person, handled before anything else."""

    DANGER_TO_SELF = "danger-to-self"
    DANGER_TO_OTHERS = "danger-to-others"
    IMMEDIATE_DANGER = "immediate-danger"
    CHILD_AT_RISK = "child-at-risk"
    CRISIS_URGENCY = "crisis-urgency"


class OfferKind(StrEnum):
    """The three kinds of offers a person can be referred to; one engine ranks them together."""

    SUPPORTER = "supporter"
    GROUP = "group"
    SERVICE = "service"


class Status(StrEnum):
    """Canonical status of a referral: FHIR `Task.status` as Gravity SDOH-CC allows it."""

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


TERMINAL: Final = frozenset(
    {Status.REJECTED, Status.CANCELLED, Status.COMPLETED, Status.FAILED, Status.ENTERED_IN_ERROR}
)
"""Statuses a referral never leaves; a successor is a new referral, with a new id."""


class BusinessStatus(StrEnum):
    """The detail of a referral's state within its status."""

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


class Outcome(StrEnum):
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
    """The parties that may act on a referral, and the one it waits for next."""

    REQUESTER = "requester"
    TARGET = "target"
    PERSON = "person"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    MATCHING = "matching"


class ProblemCode(StrEnum):
    """A problem of a submission; each is reported with the field and the remedy in words."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    UNKNOWN_TYPE = "unknown-type"
    UNSUPPORTED_VERSION = "unsupported-version"
    FORGED_SOURCE = "forged-source"
    UNKNOWN_PARTNER = "unknown-partner"
    INVALID_FIELD = "invalid-field"
    HANDLER_FAILED = "handler-failed"
    OUTSIDE_REGION = "outside-region"
    NOT_ELIGIBLE = "not-eligible"
    CONSENT_REFUSED = "consent-refused"
    CONSENT_MISSING = "consent-missing"
    GUARDIAN_CONSENT_MISSING = "guardian-consent-missing"
    READINESS_MISSING = "readiness-missing"
    CONTACT_ROUTE_MISSING = "contact-route-missing"


class MatchReason(StrEnum):
    """Why an offer was proposed, as staff may see it; never discloses the supporter's own history."""

    SHARED_NEED = "shared-need"
    SHARED_LANGUAGE = "shared-language"
    PREFERRED_FORMAT = "preferred-format"
    PREFERRED_MODE = "preferred-mode"
    NEARBY = "nearby"
    REMOTE_REACH = "remote-reach"
    FREE_CAPACITY = "free-capacity"


class RecipientRole(StrEnum):
    """The role of a notice's recipient."""

    REFERRER = "referrer"
    TARGET = "target"
    PERSON = "person"
    COORDINATOR = "coordinator"


class Channel(StrEnum):
    """The channel by which a notice is sent."""

    IN_APP = "in-app"
    EMAIL = "email"


class Answer(StrEnum):
    """The answer to a partner's record: the decision, or a refusal."""

    ADMITTED = "admitted"
    REJECTED = "rejected"
    HELD = "held"
    LINKED = "linked"
    ESCALATED = "escalated"
    REFUSED = "refused"


class PauseReason(StrEnum):
    """Why a partner's stream was paused: which limit its refused records reached."""

    REFUSED_IN_A_ROW = "refused-in-a-row"
    REFUSED_SHARE = "refused-share"
    KEPT_RECORDS = "kept-records"
    KEPT_BYTES = "kept-bytes"
