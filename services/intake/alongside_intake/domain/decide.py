"""The rules by which intake decides each submission, in the order in which they are checked.

Earlier records count only as far as the submission's references prove that they are its own (identity.py).

1. **Risk first.** A risk, or urgency crisis, escalates the submission whatever else is wrong; the problems found are
   stored with it. When an open escalation of the same reference already names every one of these risks, the repeat is
   linked to that escalation instead. A risk that is new, or comes back after it was cleared, escalates: a false alarm
   costs less than a missed one. When a coordinator has cleared the risk, the rest is decided as if there were none.
2. **A repeated reference.** A submission whose reference was decided before is linked to the first one: to its
   referral, or, while the first is escalated, to the submission alone. A held or rejected submission is replaced
   instead: the repeat is decided by itself and supersedes the earlier one, which stays on record. What a linked repeat says
   that is new then changes the running request (amendment.py).
3. **A problem that no addition can solve** rejects; every problem is listed, also those that an addition could solve.
4. **The same person, the same need.** When one open referral of the person covers every need submitted, the
   submission is linked to it; one new need is enough for a separate referral, and so is one that no consent covers any more.
5. **A problem that an addition can solve** holds the submission, with a next actor and a due time.
6. Otherwise the submission is admitted. Readiness only ever adds a suggestion.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, TypeAlias
from uuid import UUID

from alongside_contracts.vocabulary import LinkReason, Risk, Urgency
from alongside_intake.domain.age import age_problems
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
from alongside_intake.domain.identity import identity_problems, proven_records
from alongside_intake.domain.problem import Problem
from alongside_intake.domain.readiness import Suggestion, suggestions
from alongside_intake.domain.region import region_problems


class NextActor(StrEnum):
    """The party that must act on a waiting submission."""

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
    """`next_actor` must add what is missing by `due_at`."""

    state: ClassVar[State] = State.HELD
    problems: tuple[Problem, ...]
    next_actor: NextActor
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Rejected:
    """No addition would make it acceptable; `problems` give the submitter the reasons, field by field."""

    state: ClassVar[State] = State.REJECTED
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """The network has this already: `submission_id` is the first submission, `referral_id` its referral or None.

    `problems` name what it says new and is not taken over.
    """

    state: ClassVar[State] = State.LINKED
    reason: LinkReason
    submission_id: UUID
    referral_id: UUID | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Amended:
    """The network has this already, and it says something new: `submission_id` and its referral were changed.

    `problems` name what was not taken over, and what the consent lacks if it no longer covers the referral.
    """

    state: ClassVar[State] = State.AMENDED
    submission_id: UUID
    referral_id: UUID | None
    problems: tuple[Problem, ...]
    is_consent_only: bool = False


@dataclass(frozen=True, slots=True)
class Escalated:
    """A coordinator must acknowledge by `acknowledge_by` and review the risks before anything else happens."""

    state: ClassVar[State] = State.ESCALATED
    risks: tuple[str, ...]
    problems: tuple[Problem, ...]
    acknowledge_by: datetime


Decision: TypeAlias = Admitted | Held | Rejected | Linked | Amended | Escalated


def decide(
    facts: Facts, policies: Policies, prior: PriorRecords, now: datetime, *, cleared: bool = False
) -> Decision:
    """Decide a submission; the steps are those of the module's docstring.

    `cleared`: a coordinator has cleared the risks of this very submission.
    """
    policy = policies.of(facts.region)
    prior = proven_records(prior, facts.identity)
    problems = _problems(facts, policies, now)
    risks = frozenset() if cleared else _risks(facts)
    if risks:  # 1
        return _decide_risk(risks, problems, policy, prior, now)
    if prior.current is not None and not can_be_replaced(prior.current):  # 2
        return Linked(LinkReason.SAME_REFERENCE, prior.current.submission_id, prior.current.referral_id)
    if not all(problem.code.can_be_solved_by_addition for problem in problems):  # 3
        return Rejected(problems)
    if (linked := _find_same_need(facts, prior)) is not None:  # 4
        return linked
    if problems:  # 5
        return Held(problems, _next_actor(facts), now + timedelta(days=policy.held_days_max))
    return Admitted(suggestions(facts, policy, policies.codes))  # 6


def assign_to_coordinator(policy: RegionPolicy, now: datetime) -> tuple[NextActor, datetime]:
    """Return the next actor of an overdue held submission, a coordinator, and the new due time."""
    return NextActor.COORDINATOR, now + timedelta(days=policy.held_days_max)


def can_be_replaced(current: CurrentSubmission) -> bool:
    """Return whether a repeat of the reference supersedes this submission instead of being linked to it."""
    return current.state in {State.HELD, State.REJECTED}


def _problems(facts: Facts, policies: Policies, now: datetime) -> tuple[Problem, ...]:
    return (
        *region_problems(facts, policies),
        *identity_problems(facts),
        *consent_problems(facts, policies.codes, now),
        *age_problems(facts, policies.codes),
        *guardian_problems(facts, policies.codes),
    )


def _risks(facts: Facts) -> frozenset[str]:
    return facts.risks | {Risk.CRISIS_URGENCY} if facts.urgency == Urgency.CRISIS else facts.risks


def _decide_risk(
    risks: frozenset[str],
    problems: tuple[Problem, ...],
    policy: RegionPolicy,
    prior: PriorRecords,
    now: datetime,
) -> Escalated | Linked:
    for escalation in prior.escalations:
        if risks <= escalation.risks:
            return Linked(LinkReason.SAME_REFERENCE, escalation.submission_id, None)
    return Escalated(
        risks=tuple(sorted(risks)),
        problems=problems,
        acknowledge_by=now + timedelta(minutes=policy.escalation_minutes_max),
    )


def _find_same_need(facts: Facts, prior: PriorRecords) -> Linked | None:
    for referral in prior.open_referrals:
        if referral.covered and facts.needs <= referral.needs:
            return Linked(LinkReason.SAME_PERSON_AND_NEED, referral.submission_id, referral.referral_id)
    return None


def _next_actor(facts: Facts) -> NextActor:
    return NextActor.PERSON if facts.setting == SELF else NextActor.REQUESTER
