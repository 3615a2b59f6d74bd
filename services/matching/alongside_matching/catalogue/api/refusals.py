"""Refusals about offers and supporters' records, each with its remedy."""

from collections.abc import Sequence
from uuid import UUID

from alongside_chassis.errors import HttpProblem, conflict, not_found, unprocessable
from alongside_matching.catalogue.offer_updates import Conflict
from alongside_matching.catalogue.rules.certificates import Unsound
from alongside_matching.catalogue.rules.places import BelowPromised


def no_offer(offer_id: UUID) -> HttpProblem:
    """No offer has this id."""
    return not_found(
        "offer-not-found",
        "There is no such offer",
        detail=f"No offer has the id {offer_id}.",
        remedy="List the offers of your region with GET /offers?region=….",
        field="offer_id",
    )


def below_promised(refused: BelowPromised) -> HttpProblem:
    """More places are held or taken than the new capacity has."""
    return conflict(
        "capacity-below-promised",
        "More places are already held or taken",
        detail=f"{refused.promised} places are held or taken.",
        remedy=f"Set capacity to {refused.promised} or more; to stop new proposals, pause the offer.",
        field="body.capacity",
    )


def not_its_kind(why: str) -> HttpProblem:
    """The change is not allowed for this kind of offer."""
    return unprocessable(
        "not-for-this-kind",
        "This change is not allowed for this kind of offer",
        remedy=f"{why[0].upper()}{why[1:]}.",
        field="body",
    )


def batch_refused(conflicts: Sequence[Conflict]) -> HttpProblem:
    """Some offers of a batch conflict with stored ones, so none was stored."""
    errors = [
        {
            "where": f"body.offers.{conflict.index}.{conflict.field}",
            "problem": conflict.code,
            "remedy": conflict.remedy,
        }
        for conflict in conflicts
    ]
    return HttpProblem(
        status=409,
        code="batch-refused",
        title="Some offers conflict with stored ones",
        detail=f"{len(errors)} conflicts; nothing was stored.",
        remedy="Correct the offers named in errors and send the batch again.",
        field=errors[0]["where"],
        extra={"errors": errors},
    )


def offer_refused(conflicts: Sequence[Conflict]) -> HttpProblem:
    """A single offer has invalid content."""
    first = conflicts[0]
    return unprocessable(
        first.code,
        "This offer has invalid content",
        remedy=first.remedy,
        field=f"body.{first.field}",
    )


def no_supporter() -> HttpProblem:
    """The offer is a group or a service; only a supporter has a record."""
    return conflict(
        "not-a-supporter",
        "Only a supporter has a record",
        remedy="Use the id of an offer of kind supporter.",
        field="offer_id",
    )


def unsound_certificate(refused: Unsound) -> HttpProblem:
    """The certificate would never be valid."""
    return unprocessable(
        refused.code,
        "This certificate is refused",
        remedy=refused.remedy,
        field=f"body.{refused.field}",
    )


def supervisor_full(supporters_max: int) -> HttpProblem:
    """The region's norm for a supervisor is reached."""
    return conflict(
        "supervisor-full",
        "This supervisor has as many supporters as the norm allows",
        detail=f"The norm of this region is {supporters_max}.",
        remedy="Name another supervisor, or have the region's policy changed.",
        field="body.supervisor",
    )


def not_yet(field: str) -> HttpProblem:
    """The day lies in the future."""
    return unprocessable(
        "in-the-future",
        "This has not happened yet",
        remedy="Send it on that day or later.",
        field=field,
    )


def until_in_the_past() -> HttpProblem:
    """The pause would already be over."""
    return unprocessable(
        "until-in-the-past",
        "This pause would already be over",
        remedy="Send until as a time in the future, or omit it.",
        field="body.until",
    )


def no_contact() -> HttpProblem:
    """No contact route of this offer is stored."""
    return not_found(
        "no-contact-route",
        "No contact route is known for this offer",
        remedy="Add contact_email with PATCH /offers/{id}.",
    )
