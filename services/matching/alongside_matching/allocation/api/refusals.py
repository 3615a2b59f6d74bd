"""What is refused about proposals and decisions, each with its remedy."""

from uuid import UUID

from alongside_chassis.errors import HttpProblem
from alongside_matching.allocation.rules.proposals import AlreadyAnswered, TooLate
from alongside_matching.problems import conflict, not_found, unprocessable


def no_proposal(proposal_id: UUID) -> HttpProblem:
    """No proposal has this id."""
    return not_found(
        "proposal-not-found",
        "There is no such proposal",
        detail=f"No proposal has the id {proposal_id}.",
        remedy="List the open ones with GET /proposals?state=open.",
        field="proposal_id",
    )


def no_decision(about: UUID) -> HttpProblem:
    """Nothing was decided, or it was forgotten by now."""
    return not_found(
        "decision-not-found",
        "There is no such decision",
        detail=f"Nothing that was decided is known about {about}.",
        remedy="List what was decided for a referral with GET /decisions?referral_id=….",
    )


def bad_policy(why: str) -> HttpProblem:
    """A policy document that a rule could stumble over."""
    return unprocessable(
        "bad-policy",
        "These are no policies",
        detail=why,
        remedy="Send a document in the shape of the policy file; see policies/regions.json.",
        field="body.policies",
    )


def already_answered(refused: AlreadyAnswered) -> HttpProblem:
    """The proposal is no longer open."""
    return conflict(
        "proposal-already-answered",
        "This proposal is no longer open",
        detail=f"It is {refused.state.value}.",
        remedy="Repeat a request with its Idempotency-Key to get its first answer again; otherwise nothing is to do.",
    )


def too_late(refused: TooLate) -> HttpProblem:
    """The time to answer has passed."""
    return conflict(
        "proposal-expired",
        "The time to answer this proposal has passed",
        detail=f"It expired at {refused.expired_at.isoformat()}.",
        remedy="The place goes to the next; if there is room, wait for another proposal.",
    )
