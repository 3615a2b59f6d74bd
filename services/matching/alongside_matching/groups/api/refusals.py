"""What is refused about groups in time, each with its remedy."""

from typing import Final

from alongside_chassis.errors import HttpProblem
from alongside_matching.groups.rules import SeatState
from alongside_matching.groups.schedule import Impossible
from alongside_matching.problems import conflict, not_found, unprocessable

RETRY_AFTER_SECONDS: Final = 2
"""An event is usually read within a second."""


def no_group() -> HttpProblem:
    """Supporters and services have no schedule."""
    return conflict(
        "not-a-group",
        "Only a group has a schedule",
        remedy="Use the id of an offer of kind group.",
        field="offer_id",
    )


def no_schedule() -> HttpProblem:
    """Nobody has said when the group meets."""
    return not_found(
        "no-schedule",
        "Nobody has said when this group meets",
        remedy="Give it a schedule with PUT /groups/{id}/schedule.",
        field="offer_id",
    )


def impossible(refused: Impossible) -> HttpProblem:
    """A recurrence that cannot be."""
    return unprocessable(
        refused.code,
        "A group cannot meet so",
        remedy=refused.remedy,
        field=f"body.{refused.field}",
    )


def unknown_zone() -> HttpProblem:
    """A zone nobody knows."""
    return unprocessable(
        "unknown-zone",
        "There is no such time zone",
        remedy="Use a name of the IANA database, such as America/New_York.",
        field="zone",
    )


def no_meeting() -> HttpProblem:
    """The group does not meet then."""
    return not_found(
        "no-such-meeting",
        "The group has no meeting that begins then",
        remedy="Take starts_at from GET /groups/{id}/occurrences.",
        field="starts_at",
    )


def below_seated() -> HttpProblem:
    """More seats are held or taken."""
    return conflict(
        "seats-below-promised",
        "More seats than that are promised already",
        remedy="Keep at least the seats that are held or taken, or have some released first.",
        field="body.seats",
    )


def no_seat() -> HttpProblem:
    """Nobody can be seated there."""
    return conflict(
        "no-seat",
        "There is no seat at this meeting",
        remedy="It is full, cancelled, over, closed to newcomers, or nobody leads it: choose another meeting.",
    )


def already_has_seat() -> HttpProblem:
    """One seat each."""
    return conflict(
        "has-a-seat",
        "This referral has a seat at this meeting already",
        remedy="Take or release the seat it has.",
        field="body.referral_id",
    )


def not_yet_known() -> HttpProblem:
    """The referral's admission may not have arrived yet. A conflict, no 503: nothing here is away."""
    return HttpProblem(
        status=409,
        code="not-yet-known",
        title="Matching has not heard of this referral yet",
        detail="Its admission may still be on its way.",
        remedy="Ask again after the seconds in Retry-After; if it stays so, look at the id.",
        field="body.referral_id",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )


def referral_ended() -> HttpProblem:
    """Nobody comes on behalf of a referral that is over."""
    return conflict(
        "referral-ended",
        "This referral has ended",
        remedy="Hold seats for open referrals; a person who returns has a new one.",
        field="body.referral_id",
    )


def no_such_seat() -> HttpProblem:
    """No seat has this id."""
    return not_found(
        "seat-not-found",
        "There is no such seat",
        remedy="Use the id that holding a seat answered; one held anew has a new id.",
        field="seat_id",
    )


def seat_is_over(state: SeatState) -> HttpProblem:
    """Something was here first."""
    return conflict(
        "seat-over",
        "This seat cannot be answered any more",
        detail=f"It is {state.value}.",
        remedy="Hold a seat anew if there is one.",
    )
