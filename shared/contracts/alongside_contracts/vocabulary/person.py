"""Codes of what a person asks for and states about themselves."""

from enum import StrEnum
from typing import Final


# generated: names of codes of the person (make generate)
class AgeBand(StrEnum):
    """The person's age, as coarse as the rules allow. List `age-bands`, closed.

    The bands divide all ages without a gap, and the rules for minors depend on that.
    """

    UNDER_13 = "under-13"
    FROM_13_TO_17 = "13-17"
    FROM_18_TO_25 = "18-25"
    FROM_26_TO_64 = "26-64"
    FROM_65 = "65-plus"


class ConsentDecision(StrEnum):
    """Whether the person consents. List `consent-decisions`, closed.

    A yes or a no: anything between the two is no consent.
    """

    GIVEN = "given"
    REFUSED = "refused"


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


class Outcome(StrEnum):
    """The result of a completed referral. List `outcomes`, open."""

    CONNECTED = "connected"
    ENGAGED = "engaged"
    GOALS_MET = "goals-met"
    PARTIALLY_HELPED = "partially-helped"
    REFERRED_ON = "referred-on"


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
# end of names of codes of the person
