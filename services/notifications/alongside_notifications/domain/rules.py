"""The roles that are notified of a referral's step: one table by what happened, in versions.

Each side hears what it must do or would ask about, once, and nobody is notified of what they did themselves. The omissions are deliberate: a
person is not notified each time another offer is asked on their behalf (that reads as one refusal after another), a target is
notified only of referrals it was asked about, a referrer of the steps that matter to it, and nobody of a draft.

A version is never changed once it is released: a replay judges an event by the rules of its time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from alongside_contracts.vocabulary import RecipientRole

TemplateKey: TypeAlias = str
"""The code of what happened: a status, the business status that refines it, or one of the codes below."""

SEARCH_RESUMED: Final[TemplateKey] = "looking-again"
NEWS: Final[TemplateKey] = "news"
"""A business status of a newer release: those who are notified of the status learn that there is news."""
NEXT_ACTOR: Final[TemplateKey] = "next-actor"
"""Only the next actor of an accepted referral changed, such as to the coordinator who must review a change."""
LAPSED: Final[TemplateKey] = "lapsed"
WITHDRAWN: Final[TemplateKey] = "withdrawn"
OVERDUE: Final[TemplateKey] = "overdue"
CRISIS: Final[TemplateKey] = "crisis"
STREAM_UNREAD: Final[TemplateKey] = "stream-unread"
STREAM_READ_AGAIN: Final[TemplateKey] = "stream-read-again"

RESUMED: Final = "resumed"
"""The row of a referral that is under way again after it was on hold; its template is the status."""

Roles: TypeAlias = tuple[RecipientRole, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules."""

    version: int
    roles: Mapping[str, Roles]
    """The roles of each template."""
    spares_the_actor: bool
    """Whether the party that did it is left out: nobody is notified of what they did themselves."""
    tells_next_actor: bool
    """Whether a coordinator who must act now is notified, and the party that must act when nothing else changed."""
    partners_choose: bool
    """Whether a partner is notified by the channels it chose, and not by every one."""


_NO_ROLE: Final[Roles] = ()
_REFERRER: Final = (RecipientRole.REFERRER,)
_TARGET: Final = (RecipientRole.TARGET,)
_PERSON: Final = (RecipientRole.PERSON,)
_REFERRER_AND_PERSON: Final = (RecipientRole.REFERRER, RecipientRole.PERSON)
_REFERRER_AND_TARGET: Final = (RecipientRole.REFERRER, RecipientRole.TARGET)
_TARGET_AND_PERSON: Final = (RecipientRole.TARGET, RecipientRole.PERSON)
_COORDINATOR_AND_REFERRER: Final = (RecipientRole.COORDINATOR, RecipientRole.REFERRER)
_EVERYONE: Final = (RecipientRole.REFERRER, RecipientRole.TARGET, RecipientRole.PERSON)

_V1: Final = Rules(
    version=1,
    roles={
        # before an offer accepts
        "draft": _NO_ROLE,
        "requested": _REFERRER_AND_PERSON,
        "awaiting-response": _REFERRER_AND_TARGET,
        "no-response": _REFERRER,
        LAPSED: _TARGET,
        WITHDRAWN: _TARGET,
        "recalled": _REFERRER_AND_TARGET,
        SEARCH_RESUMED: _REFERRER,
        "waitlisted": _REFERRER_AND_PERSON,
        # after an offer accepted
        "accepted": _EVERYONE,
        "scheduled": _EVERYONE,
        NEXT_ACTOR: _NO_ROLE,
        "contacted": _REFERRER_AND_TARGET,
        "unattended": _REFERRER_AND_TARGET,
        "appointment-cancelled": _EVERYONE,
        "in-progress": _EVERYONE,
        "interim": _REFERRER_AND_TARGET,
        "on-hold": _EVERYONE,
        "paused": _EVERYONE,
        "cancellation-requested": _EVERYONE,
        "target-withdrew": _EVERYONE,
        "consent-revoked": _EVERYONE,
        # ended
        "rejected": _EVERYONE,
        "cancelled": _EVERYONE,
        "completed": _EVERYONE,
        "failed": _EVERYONE,
        "entered-in-error": _EVERYONE,
        # a partner's stream; the partner is the referrer of everything on it
        STREAM_UNREAD: _COORDINATOR_AND_REFERRER,
        STREAM_READ_AGAIN: _COORDINATOR_AND_REFERRER,
    },
    spares_the_actor=False,
    tells_next_actor=False,
    partners_choose=False,
)
_V2: Final = Rules(
    version=2,
    roles={
        **_V1.roles,
        # the referrer sent it, or is the person; the target is asked, and only an answer is news for the others
        "requested": _PERSON,
        "awaiting-response": _TARGET,
        "no-response": _NO_ROLE,
        SEARCH_RESUMED: _NO_ROLE,
        "scheduled": _TARGET_AND_PERSON,
        # the two who meet were there; the referrer waits for the outcome
        "contacted": _NO_ROLE,
        "in-progress": _NO_ROLE,
        "interim": _REFERRER,
        RESUMED: _EVERYONE,
        NEWS: _EVERYONE,
    },
    spares_the_actor=True,
    tells_next_actor=True,
    partners_choose=True,
)

RULES: Final[Mapping[int, Rules]] = {rules.version: rules for rules in (_V1, _V2)}
CURRENT: Final = _V2
"""The rules by which new notices are made."""
