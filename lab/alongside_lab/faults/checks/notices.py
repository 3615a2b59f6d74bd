"""Checks that everybody is notified of each event once."""

from collections.abc import Iterator
from typing import Any

from alongside_lab.faults.evidence.evidence import (
    Evidence,
    Finding,
    FindingKind,
    StreamEvent,
    exactly_once,
    grouped,
)

EVERYBODY_IS_NOTIFIED = frozenset({"accepted", "in-progress", "completed"})
_ROLES, _CHANNELS = ("referrer", "target", "person"), ("in-app", "email")
_ROLES_OF_STREAMS = ("coordinator", "referrer")
_TEMPLATES_OF_STREAMS = {"stream-unread": "paused_at", "stream-read-again": "resumed_at"}
"""Each template about a partner's stream, with the column that says when a pause made it due."""


def nobody_is_notified_twice(evidence: Evidence) -> Iterator[Finding]:
    """One notice per step or pause, role, recipient and channel; a step or pause that was announced twice counts once."""
    steps_by_event_id = _steps_by_event_id(evidence)

    def notice_key(row: Any) -> tuple[Any, ...]:
        cause = steps_by_event_id.get(row["cause"], row["cause"]) if row["partner"] is None else _pause(row)
        return cause, row["role"], row["recipient_id"], row["channel"]

    for key, rows in grouped(evidence.notices, notice_key).items():
        if len(rows) > 1:
            yield Finding(
                FindingKind.NOTIFIED_TWICE,
                str(key[0]),
                f"{key[1]} was notified {len(rows)} times by {key[3]}",
            )
    for notice, events in grouped(evidence.events_of("notice.delivered"), _notice_id).items():
        if len(events) > 1:
            yield Finding(FindingKind.NOTIFIED_TWICE, notice, f"{len(events)} different NoticeDelivered")


def everybody_is_notified(evidence: Evidence) -> Iterator[Finding]:
    """For each step in EVERYBODY_IS_NOTIFIED, every role has a notice on each channel."""
    notified = {(row["cause"], row["role"], row["channel"]) for row in evidence.notices}
    for event in evidence.events_of("referral.status-changed"):
        if event.facts["status"] not in EVERYBODY_IS_NOTIFIED or event.facts["status"] == event.facts.get(
            "previous"
        ):
            continue
        for role in _ROLES if event.facts.get("partner") else _ROLES[1:]:
            for channel in _CHANNELS:
                if (event.id, role, channel) not in notified:
                    detail = f"the {role} was not notified by {channel} of {event.facts['status']}"
                    yield Finding(FindingKind.LOST, str(event.facts["referral_id"]), detail)


def pauses_are_notified(evidence: Evidence) -> Iterator[Finding]:
    """Coordinator and partner have a notice, on each channel, that a stream is unread, and one that it is read again."""
    notified = {(_pause(row), row["role"], row["channel"]) for row in evidence.notices}
    for row in evidence.quarantines:
        for template, happened_at in _TEMPLATES_OF_STREAMS.items():
            pause = row["partner"], row["paused_at"], template
            for role in _ROLES_OF_STREAMS if row[happened_at] is not None else ():
                for channel in _CHANNELS:
                    if (pause, role, channel) not in notified:
                        detail = f"the {role} was not notified by {channel}: {template}"
                        yield Finding(FindingKind.LOST, row["partner"], detail)


def deliveries_are_announced(evidence: Evidence) -> Iterator[Finding]:
    """Exactly the delivered notices of referrals were announced, and no notice is still pending."""
    referral_notices = [row for row in evidence.notices if row["referral_id"] is not None]
    delivered = [str(row["id"]) for row in referral_notices if row["state"] == "delivered"]
    announced = {_notice_id(event) for event in evidence.events_of("notice.delivered")}
    yield from exactly_once(delivered, announced, "NoticeDelivered")
    for row in evidence.notices:
        if row["state"] in ("pending", "sending"):
            yield Finding(FindingKind.LOST, str(row["id"]), f"notice is still {row['state']}")


def delivered_mail_arrived(evidence: Evidence) -> Iterator[Finding]:
    """Each delivered e-mail is in the mailbox; repeats with the same Message-ID cannot be ruled out with SMTP."""
    mailed = {row["message_id"] for row in evidence.notices if row["channel"] == "email"}
    delivered = {
        row["message_id"]
        for row in evidence.notices
        if row["channel"] == "email" and row["state"] == "delivered"
    }
    for message in sorted(delivered - evidence.mails.keys()):
        yield Finding(FindingKind.LOST, message, "recorded as mailed, but never arrived")
    for message in sorted(evidence.mails.keys() - mailed):
        yield Finding(FindingKind.NOTIFIED_TWICE, message, "a mail without a notice")


def _steps_by_event_id(evidence: Evidence) -> dict[str, tuple[str, int]]:
    """Return the step (referral, sequence) of each status event's id, so that repeated announcements are equal."""
    return {
        event.id: (str(event.facts["referral_id"]), event.facts["sequence"])
        for event in evidence.events_of("referral.status-changed")
    }


def _pause(row: Any) -> tuple[Any, ...]:
    """Return the pause a notice is about, with the notice's template; of no partner for any other notice."""
    return row["partner"], row["since"], row["template"]


def _notice_id(event: StreamEvent) -> str:
    return str(event.facts["notice_id"])
