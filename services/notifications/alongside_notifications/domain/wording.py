"""The text of each notice. It names no condition, no person and no provider; a link leads to the rest.

A notice may be read over somebody's shoulder or on a shared screen, so even the subject must not reveal why anyone is
in touch with the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from alongside_contracts.vocabulary import RecipientRole
from alongside_notifications.domain.rules import (
    CRISIS,
    LAPSED,
    NEXT_ACTOR,
    OVERDUE,
    SEARCH_RESUMED,
    STREAM_READ_AGAIN,
    STREAM_UNREAD,
    WITHDRAWN,
    TemplateKey,
)

_R, _T, _P, _C = RecipientRole.REFERRER, RecipientRole.TARGET, RecipientRole.PERSON, RecipientRole.COORDINATOR


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The text of one notice: `title` is an e-mail's subject, `sentence` says what happened, `link` leads to the rest."""

    title: str
    sentence: str
    link: str

    @property
    def text(self) -> str:
        """The body of a message."""
        return f"{self.sentence}\n\nRead more at this link:\n{self.link}\n"


SENTENCES: Final[Mapping[tuple[TemplateKey, str], str]] = {
    ("requested", _R): "Your request has been received.",
    ("requested", _P): "A request for you has been received.",
    ("awaiting-response", _R): "Somebody has been asked and is expected to answer.",
    ("awaiting-response", _T): "You are asked to answer a request.",
    ("no-response", _R): "There was no answer in time.",
    (LAPSED, _T): "The time to answer a request has passed; you need not do anything.",
    (WITHDRAWN, _T): "A request you were asked about no longer needs you.",
    ("recalled", _R): "Your request has been called back and goes to somebody else.",
    ("recalled", _T): "A request you were asked about no longer needs you.",
    (SEARCH_RESUMED, _R): "We are looking again for somebody who can take up your request.",
    ("waitlisted", _R): "Your request is on the waiting list.",
    ("waitlisted", _P): "Your request is on the waiting list.",
    ("accepted", _R): "Your request has been accepted.",
    ("accepted", _T): "Your yes has been recorded.",
    ("accepted", _P): "Your request has been accepted.",
    ("scheduled", _R): "A time to meet has been set.",
    ("scheduled", _T): "A time to meet has been set.",
    ("scheduled", _P): "A time to meet has been set.",
    ("contacted", _R): "Contact has been made or attempted.",
    ("contacted", _T): "Your contact, or your attempt, has been recorded.",
    ("unattended", _R): "A meeting did not take place.",
    ("unattended", _T): "A missed meeting has been recorded.",
    ("appointment-cancelled", _R): "A meeting has been called off.",
    ("appointment-cancelled", _T): "A meeting has been called off.",
    ("appointment-cancelled", _P): "A meeting has been called off.",
    ("in-progress", _R): "Your request is under way.",
    ("in-progress", _T): "A request you accepted is under way.",
    ("in-progress", _P): "Your request is under way.",
    ("interim", _R): "There is an interim note on your request.",
    ("interim", _T): "Your interim note has been recorded.",
    ("on-hold", _R): "Your request is on hold.",
    ("on-hold", _T): "A request you accepted is on hold.",
    ("on-hold", _P): "Your request is on hold.",
    ("paused", _R): "Your request is paused.",
    ("paused", _T): "A request you accepted is paused.",
    ("paused", _P): "Your request is paused.",
    ("cancellation-requested", _R): "Somebody asked to cancel a request.",
    ("cancellation-requested", _T): "Somebody asked to cancel a request.",
    ("cancellation-requested", _P): "Somebody asked to cancel your request.",
    ("target-withdrew", _R): "The one who accepted your request can no longer continue with it.",
    ("target-withdrew", _T): "Your withdrawal from a request has been recorded.",
    ("target-withdrew", _P): "The one who accepted your request can no longer continue with it.",
    ("consent-revoked", _R): "A request has been stopped because the one it is about asked for it.",
    ("consent-revoked", _T): "A request has been stopped because the one it is about asked for it.",
    ("consent-revoked", _P): "Your request has been stopped, as you wished.",
    ("rejected", _R): "Your request was not taken up this time.",
    ("rejected", _T): "Your no has been recorded.",
    ("rejected", _P): "Your request was not taken up this time.",
    ("cancelled", _R): "A request has been cancelled.",
    ("cancelled", _T): "A request you were asked about has ended; you need not do anything.",
    ("cancelled", _P): "Your request has been cancelled.",
    ("completed", _R): "Your request has been completed.",
    ("completed", _T): "A request you accepted has been completed.",
    ("completed", _P): "Your request has been completed.",
    ("failed", _R): "Your request has come to an end.",
    ("failed", _T): "A request you accepted has come to an end.",
    ("failed", _P): "Your request has come to an end.",
    ("entered-in-error", _R): "A request had been entered by mistake.",
    ("entered-in-error", _T): "A request had been entered by mistake.",
    ("entered-in-error", _P): "A request had been entered by mistake.",
    (OVERDUE, _R): "A request waits for you, and the time for it has passed.",
    (OVERDUE, _T): "A request waits for you, and the time for it has passed.",
    (OVERDUE, _P): "A request waits for you, and the time for it has passed.",
    (OVERDUE, _C): "A request has stalled and needs you.",
    (NEXT_ACTOR, _R): "A request waits for you.",
    (NEXT_ACTOR, _T): "A request you accepted waits for you again.",
    (NEXT_ACTOR, _P): "Your request waits for you.",
    (NEXT_ACTOR, _C): "A request was changed and needs you.",
    (CRISIS, _C): "Urgent: somebody must look now. Open the link and confirm that you have taken this over.",
    (
        STREAM_UNREAD,
        _C,
    ): "Urgent: records of a partner have been unread since {since}. Have the partner's operator correct"
    " the records, then resume the stream.",
    (
        STREAM_UNREAD,
        _R,
    ): "Your records have been unread since {since}. Correct the records named on your status stream, then"
    " call the network. Do not send the waiting records again.",
    (STREAM_READ_AGAIN, _C): "Records of a partner that had been unread since {since} are being read again.",
    (STREAM_READ_AGAIN, _R): "Your records that had been unread since {since} are being read again.",
}
"""`{since}` stands for a time, such as 29 November 2026, 18:05 UTC."""

ANY_TITLE: Final = "Alongside: news about a request"
ANY_SENTENCE: Final = "There is news about a request."
COORDINATOR_TITLE: Final = "Alongside: a request needs you"
COORDINATOR_SENTENCE: Final = "A request needs you."
"""Whatever happened: a coordinator is notified because they must act."""
TITLES: Final[Mapping[tuple[TemplateKey, str], str]] = {
    ("awaiting-response", _T): "Alongside: a request waits for your answer",
    (OVERDUE, _R): "Alongside: a request waits for you",
    (OVERDUE, _T): "Alongside: a request waits for you",
    (OVERDUE, _P): "Alongside: a request waits for you",
    (NEXT_ACTOR, _R): "Alongside: a request waits for you",
    (NEXT_ACTOR, _T): "Alongside: a request waits for you",
    (NEXT_ACTOR, _P): "Alongside: a request waits for you",
    (CRISIS, _C): "Alongside: urgent, please confirm now",
    (STREAM_UNREAD, _C): "Alongside: urgent, records of a partner are unread",
    (STREAM_UNREAD, _R): "Alongside: your records are unread",
    (STREAM_READ_AGAIN, _C): "Alongside: records of a partner are read again",
    (STREAM_READ_AGAIN, _R): "Alongside: your records are read again",
}


def render_notice(
    template: TemplateKey, role: str, *, link: str, since: datetime | None = None
) -> NoticeText:
    """Return the text of a notice. A template or role of a newer release gets the sentence that fits any news."""
    must_act = role == RecipientRole.COORDINATOR
    sentence = SENTENCES.get((template, role), COORDINATOR_SENTENCE if must_act else ANY_SENTENCE)
    if since is not None:
        sentence = sentence.format(since=_time_text(since))
    title = TITLES.get((template, role), COORDINATOR_TITLE if must_act else ANY_TITLE)
    return NoticeText(title, sentence, link)


def _time_text(at: datetime) -> str:
    """Return a time as people read it, in UTC: the recipient's time zone is unknown here."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"
