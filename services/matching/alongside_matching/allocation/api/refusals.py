"""Refusals about proposals and decisions, each with its remedy."""

from uuid import UUID

from alongside_chassis.errors import HttpProblem, conflict, not_found, unprocessable
from alongside_matching.allocation.rules.proposals import AlreadyAnswered, TooLate


def no_proposal(proposal_id: UUID) -> HttpProblem:
    """No proposal has this id."""
    return not_found(
        "proposal-not-found",
        "There is no such proposal",
        detail=f"No proposal has the id {proposal_id}.",
        remedy="List open proposals with GET /proposals?state=open.",
        field="proposal_id",
    )


def no_decision(id_sent: UUID) -> HttpProblem:
    """No decision with this id, or about the referral with this id, is stored; it may have been purged."""
    return not_found(
        "decision-not-found",
        "There is no such decision",
        detail=f"No decision with the id {id_sent}, or about a referral with this id, is stored.",
        remedy="List the decisions about a referral with GET /decisions?referral_id=….",
    )


def bad_policy(why: str) -> HttpProblem:
    """The policy document is invalid; `why` names the wrong field and its fault."""
    return unprocessable(
        "bad-policy",
        "The policies are invalid",
        detail=why,
        remedy="Send a document in the shape of the policy file; see policies/regions.json.",
        field="body.policies",
    )


def already_answered(refused: AlreadyAnswered) -> HttpProblem:
    """The proposal is no longer open."""
    return conflict(
        "proposal-already-answered",
        "This proposal is no longer open",
        detail=f"Its state is {refused.state.value}.",
        remedy="Repeat a request with its Idempotency-Key to get its first answer again; otherwise do nothing.",
    )


def too_late(refused: TooLate) -> HttpProblem:
    """The time to answer has passed."""
    return conflict(
        "proposal-expired",
        "The time to answer this proposal has passed",
        detail=f"It expired at {refused.expired_at.isoformat()}.",
        remedy="Wait for another proposal: the place is offered to other referrals.",
    )
