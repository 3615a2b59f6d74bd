"""When the loop is closed: an ended referral, an outcome on record, the referrer notified, that notice delivered."""

from dataclasses import dataclass, replace
from datetime import datetime

from alongside_contracts.vocabulary import TERMINAL, Actor, RecipientRole, Status
from alongside_referrals.domain.codes import EntryKind
from alongside_referrals.domain.decisions import Entry, Stale, TimelineOnly
from alongside_referrals.domain.referral import Referral


@dataclass(frozen=True, slots=True)
class Loop:
    """The four parts, each reported separately."""

    terminal: bool
    outcome: bool
    referrer_notified: bool
    notice_delivered: bool

    @property
    def closed(self) -> bool:
        """Whether all four parts are complete."""
        return self.terminal and self.outcome and self.referrer_notified and self.notice_delivered


@dataclass(frozen=True, slots=True)
class NoticeResult:
    """The result of one notice: the recipient's role, the event and status it is about, and whether it arrived."""

    role: str
    cause: str
    about: Status | None
    delivered: bool


@dataclass(frozen=True, slots=True)
class ClosedLoop:
    """The last of the four parts is complete."""

    referral: Referral
    entry: Entry


def loop_of(referral: Referral) -> Loop:
    """Return which parts of a referral's loop are complete."""
    return Loop(
        terminal=referral.terminal,
        outcome=referral.outcome is not None,
        referrer_notified=referral.referrer_notified_at is not None,
        notice_delivered=referral.notice_delivered_at is not None,
    )


def can_close_loop(role: str, about: Status | None, *, delivered: bool) -> bool:
    """Return whether a notice could close a loop; most cannot, and their referrals need not be loaded.

    A person who referred themselves is notified as the referrer.
    """
    about_the_end = about in TERMINAL or not delivered  # a failed notice does not name its status
    return about_the_end and role == RecipientRole.REFERRER


def apply_notice(
    referral: Referral, notice: NoticeResult, now: datetime
) -> ClosedLoop | TimelineOnly | Stale:
    """Record that the referrer was notified, or could not be; only notices about the present terminal status count."""
    if not referral.terminal or notice.role != RecipientRole.REFERRER or not _about_the_end(referral, notice):
        return Stale()
    return _notified_of_end(referral, now, delivered=notice.delivered)


def apply_acknowledged_update(referral: Referral, now: datetime) -> ClosedLoop | TimelineOnly | Stale:
    """Record that the referrer, a partner that reads its stream, was notified there of the present terminal status.

    Stale once its person was erased: under which reference the update was sent is not known any more.
    """
    if not referral.terminal or referral.is_erased:
        return Stale()
    return _notified_of_end(referral, now, delivered=True)


def _notified_of_end(
    referral: Referral, now: datetime, *, delivered: bool
) -> ClosedLoop | TimelineOnly | Stale:
    now = referral.time_of_next_entry(now)
    after = replace(
        referral,
        changed_at=now,
        referrer_notified_at=referral.referrer_notified_at or now,
        notice_delivered_at=referral.notice_delivered_at or (now if delivered else None),
        entries=referral.entries + 1,
    )
    if loop_of(after) == loop_of(referral):
        return Stale()
    if loop_of(after).closed and referral.loop_closed_at is None:
        closed = replace(after, loop_closed_at=now)
        return ClosedLoop(closed, Entry(EntryKind.LOOP_CLOSED, now, Actor.REQUESTER, referral.status))
    return TimelineOnly(after, Entry(EntryKind.REFERRER_TOLD, now, Actor.REQUESTER, referral.status))


def _about_the_end(referral: Referral, notice: NoticeResult) -> bool:
    return notice.about is referral.status if notice.delivered else notice.cause == referral.closing_event
