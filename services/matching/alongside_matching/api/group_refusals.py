"""What is refused about groups in time, each with its remedy."""

from alongside_chassis.errors import Problem
from alongside_matching.domain.seats import SeatState
from alongside_matching.groups.schedule import Impossible


def no_group() -> Problem:
    """Supporters and services have no schedule."""
    return Problem(
        status=409,
        code="not-a-group",
        title="Only a group has a schedule",
        remedy="Use the id of an offer of kind group.",
        field="offer_id",
    )


def no_schedule() -> Problem:
    """Nobody has said when the group meets."""
    return Problem(
        status=404,
        code="no-schedule",
        title="Nobody has said when this group meets",
        remedy="Give it a schedule with PUT /groups/{id}/schedule.",
        field="offer_id",
    )


def impossible(refused: Impossible) -> Problem:
    """A recurrence that cannot be."""
    return Problem(
        status=422,
        code=refused.code,
        title="A group cannot meet so",
        remedy=refused.remedy,
        field=f"body.{refused.field}",
    )


def unknown_zone() -> Problem:
    """A zone nobody knows."""
    return Problem(
        status=422,
        code="unknown-zone",
        title="There is no such time zone",
        remedy="Use a name of the IANA database, such as America/New_York.",
        field="zone",
    )


def no_meeting() -> Problem:
    """The group does not meet then."""
    return Problem(
        status=404,
        code="no-such-meeting",
        title="The group has no meeting that begins then",
        remedy="Take starts_at from GET /groups/{id}/occurrences.",
        field="starts_at",
    )


def below_seated() -> Problem:
    """More seats are held or taken."""
    return Problem(
        status=409,
        code="seats-below-promised",
        title="More seats than that are promised already",
        remedy="Keep at least the seats that are held or taken, or have some released first.",
        field="body.seats",
    )


def no_seat() -> Problem:
    """Nobody can be seated there."""
    return Problem(
        status=409,
        code="no-seat",
        title="There is no seat at this meeting",
        remedy="It is full, cancelled, over, closed to newcomers, or nobody leads it: choose another meeting.",
    )


def has_one() -> Problem:
    """One seat each."""
    return Problem(
        status=409,
        code="has-a-seat",
        title="This referral has a seat at this meeting already",
        remedy="Take or release the seat it has.",
        field="body.referral_id",
    )


def no_such_seat() -> Problem:
    """No seat has this id."""
    return Problem(
        status=404,
        code="seat-not-found",
        title="There is no such seat",
        remedy="Use the id that holding a seat answered; one held anew has a new id.",
        field="seat_id",
    )


def seat_is_over(state: SeatState) -> Problem:
    """Something was here first."""
    return Problem(
        status=409,
        code="seat-over",
        title="This seat cannot be answered any more",
        detail=f"It is {state.value}.",
        remedy="Hold a seat anew if there is one.",
    )
