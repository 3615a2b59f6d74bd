"""Checks what became of each notice, by each of its channels: its deliveries, its announcements, and the mailbox."""

from collections.abc import Iterator

from alongside_lab.faults.checks.expected_notices import chosen_channels
from alongside_lab.faults.evidence.evidence import (
    Evidence,
    Finding,
    FindingKind,
    Row,
    StreamEvent,
    exactly_once,
    grouped,
)

_WAITING = ("pending", "sending")
_TRIED_AT_LEAST = {"delivered": 1, "failed": 1, "superseded": 2}
"""How often a delivery was tried if its mail arrived, by its state: the attempt that finds it outdated sends nothing."""


def every_notice_has_one_delivery(evidence: Evidence) -> Iterator[Finding]:
    """Every notice goes by e-mail once, and being in the inbox is no row; no delivery is without a notice."""
    notices = {str(row["id"]) for row in evidence.notices}
    by_notice = grouped(evidence.deliveries, _notice_of)
    for notice in sorted(notices - by_notice.keys()):
        yield Finding(FindingKind.LOST, notice, "a notice without a delivery by email")
    for notice, rows in by_notice.items():
        channels = [row["channel"] for row in rows]
        if len(rows) > 1:
            yield Finding(FindingKind.NOTIFIED_TWICE, notice, f"deliveries by {channels}")
        if notice not in notices or set(channels) != {"email"}:
            yield Finding(FindingKind.NOTIFIED_IN_VAIN, notice, f"deliveries by {channels}")


def notices_reach_their_recipients(evidence: Evidence) -> Iterator[Finding]:
    """A notice in an inbox has reached its recipient; one to a partner that chose e-mail has when the relay took it."""
    delivered, by_email_alone = _notices_in(evidence, "delivered"), _notices_by_email_alone(evidence)
    for row in evidence.notices:
        notice = str(row["id"])
        should_have_reached = notice not in by_email_alone or notice in delivered
        if should_have_reached and row["reached_at"] is None:
            yield Finding(FindingKind.LOST, notice, "delivered, but not recorded as reached")
        if row["reached_at"] is not None and not should_have_reached:
            yield Finding(FindingKind.LOST, notice, "recorded as reached, but nothing was delivered")


def what_arrived_is_announced_once(evidence: Evidence) -> Iterator[Finding]:
    """Each notice about a referral that reached its recipient was announced once, by the channel that was first."""
    by_email_alone = _notices_by_email_alone(evidence)
    reached = {
        str(row["id"]): "email" if str(row["id"]) in by_email_alone else "in-app"
        for row in evidence.notices
        if row["referral_id"] is not None and row["reached_at"] is not None
    }
    announced = evidence.events_of("notice.delivered")
    yield from exactly_once(reached, map(_notice_id, announced), "NoticeDelivered")
    for event in announced:
        notice, channel = _notice_id(event), event.facts["channel"]
        if channel != reached.get(notice, channel):
            detail = f"was announced as reached by {channel}, and not by {reached[notice]}"
            yield Finding(FindingKind.LOST, notice, detail)


def what_failed_is_announced_once(evidence: Evidence) -> Iterator[Finding]:
    """Each delivery about a referral that failed for good was announced once."""
    of_referrals = {str(row["id"]) for row in evidence.notices if row["referral_id"] is not None}
    announced = [_notice_id(event) for event in evidence.events_of("notice.failed")]
    yield from exactly_once(_notices_in(evidence, "failed") & of_referrals, announced, "NoticeFailed")


def every_delivery_has_ended(evidence: Evidence) -> Iterator[Finding]:
    """No delivery still waits, and only one whose referral has moved on since was not sent."""
    events = {event.id: event for event in evidence.distinct_events}
    last_steps = {
        str(event.facts["referral_id"]): event for event in evidence.events_of("referral.status-changed")
    }
    notices = {str(row["id"]): row for row in evidence.notices}
    for row in evidence.deliveries:
        notice = notices.get(_notice_of(row))
        if row["state"] in _WAITING:
            yield Finding(FindingKind.LOST, _notice_of(row), f"its delivery is still {row['state']}")
        elif row["state"] == "superseded" and notice is not None:
            cause, last = events.get(notice["cause"]), last_steps.get(str(notice["referral_id"]))
            if cause is None or last is None or last.position.offset <= cause.position.offset:
                detail = "was not sent as outdated, but nothing has happened since"
                yield Finding(FindingKind.LOST, _notice_of(row), detail)


def delivered_mail_arrived(evidence: Evidence) -> Iterator[Finding]:
    """What counts as sent is in the mailbox, and nothing else; repeats of a Message-ID cannot be ruled out with SMTP.

    A mail whose result was lost may have arrived although its delivery failed or was outdated when it was tried again.
    """
    delivered = {row["message_id"] for row in evidence.deliveries if row["state"] == "delivered"}
    possible = {
        row["message_id"]
        for row in evidence.deliveries
        if row["state"] in _TRIED_AT_LEAST and row["attempts"] >= _TRIED_AT_LEAST[row["state"]]
    }
    for message in sorted(delivered - evidence.mails.keys()):
        yield Finding(FindingKind.LOST, message, "recorded as mailed, but never arrived")
    for message in sorted(evidence.mails.keys() - possible - delivered):
        yield Finding(FindingKind.NOTIFIED_IN_VAIN, message, "a mail that no delivery accounts for")


def _notices_by_email_alone(evidence: Evidence) -> set[str]:
    """Return the notices of which the inbox is no channel: those to partners that chose, about their referrals.

    A partner that said nothing was registered before there was a choice, and is notified as before: in the app as well.
    """
    partners = chosen_channels(evidence).keys()
    return {
        str(row["id"])
        for row in evidence.notices
        if row["recipient_kind"] == "partner"
        and row["referral_id"] is not None
        and row["recipient_id"] in partners
    }


def _notices_in(evidence: Evidence, state: str) -> set[str]:
    return {_notice_of(row) for row in evidence.deliveries if row["state"] == state}


def _notice_of(delivery: Row) -> str:
    return str(delivery["notice_id"])


def _notice_id(event: StreamEvent) -> str:
    return str(event.facts["notice_id"])
