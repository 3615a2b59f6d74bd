"""What matching refuses over HTTP, each with its remedy."""

from collections.abc import Sequence
from uuid import UUID

from alongside_chassis.errors import Problem
from alongside_matching.api.problems import conflict, not_found, unprocessable
from alongside_matching.domain.certificates import Unsound
from alongside_matching.domain.places import BelowPromised
from alongside_matching.domain.proposals import AlreadyAnswered, TooLate
from alongside_matching.offering import Conflict


def no_offer(offer_id: UUID) -> Problem:
    """No offer has this id."""
    return not_found(
        "offer-not-found",
        "There is no such offer",
        detail=f"No offer has the id {offer_id}.",
        remedy="List the offers of your region with GET /offers?region=….",
        field="offer_id",
    )


def no_proposal(proposal_id: UUID) -> Problem:
    """No proposal has this id."""
    return not_found(
        "proposal-not-found",
        "There is no such proposal",
        detail=f"No proposal has the id {proposal_id}.",
        remedy="List the open ones with GET /proposals?state=open.",
        field="proposal_id",
    )


def no_decision(about: UUID) -> Problem:
    """Nothing was decided, or it was forgotten by now."""
    return not_found(
        "decision-not-found",
        "There is no such decision",
        detail=f"Nothing that was decided is known about {about}.",
        remedy="List what was decided for a referral with GET /decisions?referral_id=….",
    )


def bad_policy(why: str) -> Problem:
    """A policy document that a rule could stumble over."""
    return unprocessable(
        "bad-policy",
        "These are no policies",
        detail=why,
        remedy="Send a document in the shape of the policy file; see policies/regions.json.",
        field="body.policies",
    )


def below_promised(refused: BelowPromised) -> Problem:
    """More places are held or taken than the new capacity has."""
    return conflict(
        "capacity-below-promised",
        "More places than that are promised already",
        detail=f"{refused.promised} places are held or taken.",
        remedy=f"Set capacity to {refused.promised} or more; pause the offer to have it asked no more.",
        field="body.capacity",
    )


def already_answered(refused: AlreadyAnswered) -> Problem:
    """The proposal is no longer open."""
    return conflict(
        "proposal-already-answered",
        "This proposal is no longer open",
        detail=f"It is {refused.state.value}.",
        remedy="Repeat a request with its Idempotency-Key to get its first answer again; otherwise nothing is to do.",
    )


def too_late(refused: TooLate) -> Problem:
    """The time to answer has passed."""
    return conflict(
        "proposal-expired",
        "The time to answer this proposal has passed",
        detail=f"It expired at {refused.expired_at.isoformat()}.",
        remedy="The place goes to the next; if there is room, wait for another proposal.",
    )


def not_its_kind(why: str) -> Problem:
    """An offer of this kind cannot be changed so."""
    return unprocessable(
        "not-for-this-kind",
        "An offer of this kind cannot be changed so",
        remedy=f"{why[0].upper()}{why[1:]}.",
        field="body",
    )


def batch_refused(conflicts: Sequence[Conflict]) -> Problem:
    """Some offers of a batch cannot be changed as asked, so none of it was stored."""
    errors = [
        {
            "where": f"body.offers.{conflict.index}.{conflict.field}",
            "problem": conflict.code,
            "remedy": conflict.remedy,
        }
        for conflict in conflicts
    ]
    return Problem(
        status=409,
        code="batch-refused",
        title="Some of these offers cannot be changed so",
        detail=f"{len(errors)} are in conflict with what is here; nothing was stored.",
        remedy="Correct the offers named in errors and send the batch again.",
        field=errors[0]["where"],
        extra={"errors": errors},
    )


def offer_refused(conflicts: Sequence[Conflict]) -> Problem:
    """A single offer holds what cannot be taken in."""
    first = conflicts[0]
    return unprocessable(
        first.code,
        "This offer cannot be taken in so",
        remedy=first.remedy,
        field=f"body.{first.field}",
    )


def no_supporter() -> Problem:
    """Groups and services have no workforce record."""
    return conflict(
        "not-a-supporter",
        "Only a supporter has a record",
        remedy="Use the id of an offer of kind supporter.",
        field="offer_id",
    )


def unsound_certificate(refused: Unsound) -> Problem:
    """A certificate that cannot count."""
    return unprocessable(
        refused.code,
        "This certificate cannot be put on record",
        remedy=refused.remedy,
        field=f"body.{refused.field}",
    )


def supervisor_full(supporters_max: int) -> Problem:
    """The region's norm for a supervisor is reached."""
    return conflict(
        "supervisor-full",
        "This supervisor has as many supporters as the norm allows",
        detail=f"The norm of this region is {supporters_max}.",
        remedy="Name another supervisor, or have the region's policy changed.",
        field="body.supervisor",
    )


def not_yet(field: str) -> Problem:
    """What has not happened cannot be noted."""
    return unprocessable(
        "in-the-future",
        "This has not happened yet",
        remedy="Note it on the day or after.",
        field=field,
    )


def until_in_the_past() -> Problem:
    """A pause that would be over already."""
    return unprocessable(
        "until-in-the-past",
        "This pause would be over already",
        remedy="Give a moment that lies ahead, or leave until out.",
        field="body.until",
    )


def no_import(import_id: UUID) -> Problem:
    """No import has this id."""
    return not_found(
        "import-not-found",
        "There is no such import",
        detail=f"No import has the id {import_id}.",
        remedy="Use the id that POST /directory/imports answered.",
        field="import_id",
    )


def no_contact() -> Problem:
    """Nobody told us how this offer is reached."""
    return not_found(
        "no-contact-route",
        "No contact route is known for this offer",
        remedy="Add contact_email with PATCH /offers/{id}.",
    )
