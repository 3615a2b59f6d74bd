"""Refusals about groups, meetings and seats, each with its remedy."""

from typing import Final

from alongside_chassis.errors import HttpProblem, conflict, not_found, unprocessable
from alongside_matching.groups.meetings import LeftInTheAir
from alongside_matching.groups.rules import SeatState
from alongside_matching.groups.schedule import Impossible

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
    """The group has no schedule yet."""
    return not_found(
        "no-schedule",
        "This group has no schedule",
        remedy="Set a schedule with PUT /groups/{id}/schedule.",
        field="offer_id",
    )


def impossible(refused: Impossible) -> HttpProblem:
    """The recurrence is impossible."""
    return unprocessable(
        refused.code,
        "This schedule is impossible",
        remedy=refused.remedy,
        field=f"body.{refused.field}",
    )


def left_in_the_air(refused: LeftInTheAir) -> HttpProblem:
    """The new schedule would lose cancelled meetings or seats; `days` and `referrals` name them."""
    days = refused.days
    cancelled, seated, crowded = (
        ", ".join(map(str, each)) for each in (days.cancelled, days.seated, days.crowded)
    )
    details = (
        cancelled and f"It cannot be told which meeting is cancelled instead of {cancelled}.",
        seated and f"Seats are held or taken on {seated}, when the group would not meet.",
        crowded and f"More seats are held or taken on {crowded} than there would be.",
    )
    return HttpProblem(
        status=409,
        code="meetings-left-in-the-air",
        title="This schedule would lose cancelled meetings or seats",
        detail=" ".join(filter(None, details)),
        remedy="Keep these days; or first open the cancelled meetings again, give the days as exceptions"
        " or release the seats and tell these referrals, then send it again.",
        field="body.weekdays" if cancelled or seated else "body.seats",
        extra={
            "days": [str(day) for day in sorted({*days.cancelled, *days.seated, *days.crowded})],
            "referrals": [str(referral_id) for referral_id in refused.referral_ids],
        },
    )


def unknown_zone() -> HttpProblem:
    """The time zone does not exist."""
    return unprocessable(
        "unknown-zone",
        "There is no such time zone",
        remedy="Use a name of the IANA database, such as America/New_York.",
        field="zone",
    )


def no_meeting() -> HttpProblem:
    """The group has no meeting at this time."""
    return not_found(
        "no-such-meeting",
        "The group has no meeting that begins at this time",
        remedy="Take starts_at from GET /groups/{id}/occurrences.",
        field="starts_at",
    )


def below_seated() -> HttpProblem:
    """More seats are held or taken than the new number of seats."""
    return conflict(
        "seats-below-promised",
        "More seats are already held or taken",
        remedy="Set seats to at least the number held or taken, or release some seats first.",
        field="body.seats",
    )


def no_seat() -> HttpProblem:
    """The meeting has no seat for this referral."""
    return conflict(
        "no-seat",
        "There is no seat at this meeting",
        remedy="Choose another meeting: this one is full, cancelled, has begun, is paused because its source withdrew it, is closed to newcomers or lacks facilitators,"
        " or its group does not meet now.",
    )


def already_has_seat() -> HttpProblem:
    """A referral may have one seat per meeting."""
    return conflict(
        "has-a-seat",
        "This referral already has a seat at this meeting",
        remedy="Take or release the existing seat.",
        field="body.referral_id",
    )


def not_yet_known() -> HttpProblem:
    """The referral's admission may not have arrived yet. It is a 409, not a 503: no component is down."""
    return HttpProblem(
        status=409,
        code="not-yet-known",
        title="Matching does not know this referral yet",
        detail="Its admission may not have arrived yet.",
        remedy="Retry after the seconds in Retry-After; if the answer stays the same, check the id.",
        field="body.referral_id",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )


def referral_ended() -> HttpProblem:
    """A seat is only for an open referral."""
    return conflict(
        "referral-ended",
        "This referral has ended",
        remedy="Use the id of an open referral; a person who returns has a new one.",
        field="body.referral_id",
    )


def no_such_seat() -> HttpProblem:
    """No seat has this id."""
    return not_found(
        "seat-not-found",
        "There is no such seat",
        remedy="Use the id from the answer to holding a seat; a seat that is held again has a new id.",
        field="seat_id",
    )


def seat_is_over(state: SeatState) -> HttpProblem:
    """The seat was taken, released or has expired before."""
    return conflict(
        "seat-over",
        "The state of this seat does not allow this",
        detail=f"Its state is {state.value}.",
        remedy="Hold a new seat with POST /groups/{id}/occurrences/{starts_at}/seats, unless this one is taken.",
    )
