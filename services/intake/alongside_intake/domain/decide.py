"""The one decision every submission ends in, and the order in which its reasons are looked at.

1. **Risk first.** A risk, or urgency crisis, escalates whatever else is wrong; the problems found are kept beside it.
   Only an alarm of the same reference that already names every one of these risks and still rings is not rung again:
   then the repeat is linked to it. A risk that is new, or comes back after it was cleared, rings: a false alarm costs
   less than a missed one. When a coordinator has cleared the risk, the rest is decided as if there were none.
2. **A reference again.** What the submitter already has a decision for is linked to the first: to its referral, or,
   while the first is escalated, to the submission alone. A held or rejected submission does not stand in the way:
   the repeat is judged on its own and takes the place of the earlier one, which stays on record.
3. **Something that cannot be put right** rejects; every problem is listed, also those that could be.
4. **The same person, the same need.** When one open referral of the person covers every need submitted, the
   submission is linked to it; one new need is enough for a referral of its own.
5. **Something a person can add** holds, with who must act and by when.
6. Otherwise the submission is admitted. Readiness only ever adds a suggestion.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias
from uuid import UUID

from alongside_intake.domain.consent import consent_problems, guardian_problems
from alongside_intake.domain.facts import (
    SELF,
    CurrentSubmission,
    Facts,
    Policies,
    PriorRecords,
    RegionPolicy,
    State,
)
from alongside_intake.domain.problem import Problem
from alongside_intake.domain.readiness import Suggestion, suggestions
from alongside_intake.domain.region import region_problems

CRISIS: Final = "crisis"
CRISIS_URGENCY: Final = "crisis-urgency"


class LinkReason(StrEnum):
    """Why a submission was linked."""

    SAME_REFERENCE = "same-reference"
    SAME_PERSON_AND_NEED = "same-person-and-need"


class NextActor(StrEnum):
    """Who must act on a submission that waits."""

    REQUESTER = "requester"
    PERSON = "person"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A referral begins."""

    state: ClassVar[State] = State.ADMITTED
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody must add something by `due_at`."""

    state: ClassVar[State] = State.HELD
    problems: tuple[Problem, ...]
    next_actor: NextActor
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    """Nothing that could be added would help; the submitter is told why, field by field."""

    state: ClassVar[State] = State.REJECTED
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """The network already has this: `submission_id` is the first, `referral_id` what came of it, if anything yet."""

    state: ClassVar[State] = State.LINKED
    because: LinkReason
    submission_id: UUID
    referral_id: UUID | None


@dataclass(frozen=True, slots=True)
class Escalated:
    """A coordinator must look, and acknowledge by `acknowledge_by`, before anything else happens."""

    state: ClassVar[State] = State.ESCALATED
    risks: tuple[str, ...]
    problems: tuple[Problem, ...]
    acknowledge_by: datetime


Decision: TypeAlias = Admitted | Held | Rejected | Linked | Escalated


def decide(
    facts: Facts, policies: Policies, prior: PriorRecords, now: datetime, *, cleared: bool = False
) -> Decision:
    """Decide a submission; the steps are those of the module's docstring.

    `cleared` says that a coordinator looked at the risks of this very submission and lets it go on.
    """
    policy = policies.of(facts.region)
    problems = _problems(facts, policies, now)
    risks = frozenset() if cleared else _risks(facts)
    if risks:  # 1
        return _decide_risk(risks, problems, policy, prior, now)
    if prior.current is not None and not can_be_replaced(prior.current):  # 2
        return Linked(LinkReason.SAME_REFERENCE, prior.current.submission_id, prior.current.referral_id)
    if not all(problem.code.can_be_completed for problem in problems):  # 3
        return Rejected(problems)
    if (found := _find_same_need(facts, prior)) is not None:  # 4
        return found
    if problems:  # 5
        return Held(problems, _next_actor(facts), now + timedelta(days=policy.held_days_max))
    return Admitted(suggestions(facts, policy))  # 6


def assign_to_coordinator(policy: RegionPolicy, now: datetime) -> tuple[NextActor, datetime]:
    """Nobody added what was missing in time: who is asked next, and by when."""
    return NextActor.COORDINATOR, now + timedelta(days=policy.held_days_max)


def can_be_replaced(current: CurrentSubmission) -> bool:
    """Whether a repeat of its reference takes this submission's place instead of being linked to it."""
    return current.state in {State.HELD, State.REJECTED}


def _problems(facts: Facts, policies: Policies, now: datetime) -> tuple[Problem, ...]:
    return (*region_problems(facts, policies), *consent_problems(facts, now), *guardian_problems(facts))


def _risks(facts: Facts) -> frozenset[str]:
    return facts.risks | {CRISIS_URGENCY} if facts.urgency == CRISIS else facts.risks


def _decide_risk(
    risks: frozenset[str],
    problems: tuple[Problem, ...],
    policy: RegionPolicy,
    prior: PriorRecords,
    now: datetime,
) -> Escalated | Linked:
    for alarm in prior.alarms:
        if risks <= alarm.risks:
            return Linked(LinkReason.SAME_REFERENCE, alarm.submission_id, None)
    return Escalated(
        risks=tuple(sorted(risks)),
        problems=problems,
        acknowledge_by=now + timedelta(minutes=policy.escalation_minutes_max),
    )


def _find_same_need(facts: Facts, prior: PriorRecords) -> Linked | None:
    for referral in prior.open_referrals:
        if facts.needs <= referral.needs:
            return Linked(LinkReason.SAME_PERSON_AND_NEED, referral.submission_id, referral.referral_id)
    return None


def _next_actor(facts: Facts) -> NextActor:
    return NextActor.PERSON if facts.setting == SELF else NextActor.REQUESTER
