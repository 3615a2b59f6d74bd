"""The checker of notices knows who must be notified and who must not, and what became of each notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alongside_lab.faults.evidence.evaluation import check
from alongside_lab.faults.evidence.evidence import Evidence, FindingKind, Row
from tests.unit.faults.healthy import (
    OFFER,
    PARTNER,
    a_delivery,
    a_notice,
    added,
    healthy,
    with_danger,
    with_event,
    with_row,
    without,
    without_event,
)

Plant = Callable[[Evidence], Evidence]


def about_a_step(evidence: Evidence, nth: int) -> Row:
    """The nth notice about a step of a referral."""
    return [notice for notice in evidence.notices if notice["referral_id"] is not None][nth]


def about_a_stream(evidence: Evidence, nth: int) -> Row:
    """The nth notice about the partner's stream."""
    return [notice for notice in evidence.notices if notice["partner"] is not None][nth]


def to_the_partner(evidence: Evidence) -> Row:
    """The first notice to the partner about a step of a referral."""
    return next(row for row in evidence.notices if row["referral_id"] and row["recipient_kind"] == "partner")


def with_notice(evidence: Evidence, status: str, role: str, kind: str, recipient: str) -> Evidence:
    """The evidence with one more notice of the last step to a status, delivered and announced as all others."""
    cause = [event for event in evidence.events if event.facts.get("status") == status][-1]
    cause = next(
        event
        for event in evidence.events_of("referral.status-changed")
        if event.facts["sequence"] == cause.facts["sequence"]
        and event.facts["referral_id"] == cause.facts["referral_id"]
    )
    notice = {**a_notice(cause, role, kind, recipient, status), "id": "n-x"}
    return replace(
        evidence,
        notices=(*evidence.notices, notice),
        deliveries=(*evidence.deliveries, a_delivery("n-x")),
        mails={**evidence.mails, "<n-x>": 1},
    )


def with_delivery(evidence: Evidence, notice: Row, **changes: Any) -> Evidence:
    """The evidence with the delivery of a notice changed; its mail has arrived all the same."""
    return with_row(evidence, "deliveries", {"notice_id": notice["id"]}, **changes)


def with_first_delivery(evidence: Evidence, **changes: Any) -> Evidence:
    """The evidence with the delivery of the first notice about a referral changed."""
    return with_delivery(evidence, about_a_step(evidence, 0), **changes)


def announced_by_in_app(evidence: Evidence, notice: Row) -> Evidence:
    """The evidence with the announcement of a notice naming the inbox."""
    events = (
        replace(event, facts={**event.facts, "channel": "in-app"})
        if event.facts.get("notice_id") == notice["id"]
        else event
        for event in evidence.events
    )
    return replace(evidence, events=tuple(events))


def by_channels(evidence: Evidence, *channels: str) -> Evidence:
    """The evidence in which the partner chose other channels, and nothing else is different."""
    events = (
        replace(event, facts={**event.facts, "channels": list(channels)})
        if event.type == "partner.registered"
        else event
        for event in evidence.events
    )
    return replace(evidence, events=tuple(events))


def before_there_was_a_choice(evidence: Evidence) -> Evidence:
    """The evidence in which the partner never said anything of channels: its notices reach its inbox first."""
    evidence = without_event(evidence, "partner.registered")
    for notice in evidence.notices:
        evidence = announced_by_in_app(evidence, notice)
    return evidence


def without_notices(evidence: Evidence, *which: Row) -> Evidence:
    """The evidence without these notices, their deliveries, announcements and mails."""
    ids = {row["id"] for row in which}
    return replace(
        evidence,
        notices=tuple(row for row in evidence.notices if row["id"] not in ids),
        deliveries=tuple(row for row in evidence.deliveries if row["notice_id"] not in ids),
        events=tuple(event for event in evidence.events if event.facts.get("notice_id") not in ids),
        mails={mail: times for mail, times in evidence.mails.items() if mail.strip("<>") not in ids},
    )


def without_mail(evidence: Evidence, notice: Row) -> Evidence:
    """The evidence in which the mail of a notice never arrived."""
    mails = {mail: times for mail, times in evidence.mails.items() if mail != f"<{notice['id']}>"}
    return replace(evidence, mails=mails)


LOST: dict[str, Plant] = {
    "a notice": lambda e: without(e, "notices", id=about_a_step(e, 2)["id"]),
    "the notice of an unread stream": lambda e: without(
        e, "notices", template="stream-unread", role="coordinator"
    ),
    "the notice that a stream is read again": lambda e: without(
        e, "notices", template="stream-read-again", role="referrer"
    ),
    "the announcement of a notice": lambda e: without_event(e, "notice.delivered"),
    "a page about a danger": lambda e: replace(with_danger(e, "s-1"), notices=e.notices),
    "the delivery of a notice": lambda e: replace(e, deliveries=e.deliveries[1:]),
    "a mail that counts as sent": lambda e: replace(e, mails={}),
    "a delivery on its way": lambda e: with_first_delivery(e, state="sending"),
    "a delivery that was given up in silence": lambda e: with_first_delivery(e, state="failed"),
    "a delivery that was outdated by nothing": lambda e: with_delivery(
        e, about_a_step(e, -1), state="superseded", attempts=2
    ),
    "a notice of a stream that was outdated": lambda e: with_delivery(
        e, about_a_stream(e, 0), state="superseded", attempts=2
    ),
    "that an inbox was reached": lambda e: with_row(
        e, "notices", {"id": about_a_step(e, 0)["id"]}, reached_at=None
    ),
    "that a partner was reached by e-mail": lambda e: with_row(
        e, "notices", {"id": to_the_partner(e)["id"]}, reached_at=None
    ),
    "a partner that counts as reached by nothing": lambda e: with_delivery(
        e, to_the_partner(e), state="no-route", attempts=0
    ),
    "that a partner has no inbox": lambda e: announced_by_in_app(e, to_the_partner(e)),
    "that a partner that said nothing has an inbox": lambda e: without_event(e, "partner.registered"),
}
DUPLICATED: dict[str, Plant] = {
    "the announcement of a notice": lambda e: with_event(e, "notice.delivered", id_="again"),
    "the announcement of a notice that never arrived": lambda e: with_row(
        e, "notices", {"id": to_the_partner(e)["id"]}, reached_at=None
    ),
    "the announcement of a delivery that did not fail": lambda e: added(
        e, "notice.failed", {"notice_id": e.notices[-1]["id"]}
    ),
}
NOTIFIED_TWICE: dict[str, Plant] = {
    "the same notice": lambda e: replace(e, notices=(*e.notices, {**e.notices[0], "id": "n-x"})),
    "one recipient in two roles": lambda e: replace(
        e, notices=(*e.notices, {**about_a_step(e, 0), "id": "n-x", "role": "referrer"})
    ),
    "one step announced under two ids": lambda e: replace(
        with_event(e, "referral.status-changed", id_="again"),
        notices=(*e.notices, {**about_a_step(e, 0), "id": "n-x", "cause": "again"}),
    ),
    "one pause under two causes": lambda e: replace(
        e, notices=(*e.notices, {**about_a_stream(e, 0), "id": "n-x", "cause": "again"})
    ),
    "a second delivery of a notice": lambda e: replace(
        e, deliveries=(*e.deliveries, {**e.deliveries[0], "message_id": "<n-x>"})
    ),
}
NOTIFIED_IN_VAIN: dict[str, Plant] = {
    "a target of its own click": lambda e: with_notice(e, "accepted", "target", "offer", OFFER),
    "a referrer of a proposal": lambda e: with_notice(e, "requested", "referrer", "partner", PARTNER),
    "another person": lambda e: with_notice(e, "completed", "person", "person", "person-2"),
    "a partner that hears it on its stream": lambda e: by_channels(e, "stream"),
    "somebody of an event that does not exist": lambda e: with_row(
        e, "notices", {"id": about_a_step(e, 0)["id"]}, cause="id-unknown"
    ),
    "somebody of a pause that never was": lambda e: with_row(
        e, "notices", {"id": about_a_stream(e, 0)["id"]}, since="13:00"
    ),
    "a coordinator of a danger that was not escalated": lambda e: replace(
        with_danger(e, "s-1"), escalations=()
    ),
    "a delivery without a notice": lambda e: replace(e, deliveries=(*e.deliveries, a_delivery("n-x"))),
    "a delivery by a channel that is none": lambda e: with_first_delivery(e, channel="in-app"),
    "a mail without a delivery": lambda e: replace(e, mails={**e.mails, "<stray>": 1}),
    "a mail that was never sent": lambda e: with_first_delivery(e, state="no-route", attempts=0),
    "a mail that was outdated before it was tried": lambda e: with_delivery(
        e, about_a_step(e, 0), state="superseded", attempts=1
    ),
}
PLANTED = [
    *((FindingKind.LOST, name, plant) for name, plant in LOST.items()),
    *((FindingKind.DUPLICATED, name, plant) for name, plant in DUPLICATED.items()),
    *((FindingKind.NOTIFIED_TWICE, name, plant) for name, plant in NOTIFIED_TWICE.items()),
    *((FindingKind.NOTIFIED_IN_VAIN, name, plant) for name, plant in NOTIFIED_IN_VAIN.items()),
]


@pytest.mark.parametrize(("kind", "name", "plant"), PLANTED, ids=[f"{p}: {n}" for p, n, _ in PLANTED])
def test_a_planted_violation_about_notices_is_found_and_named(
    kind: FindingKind, name: str, plant: Plant
) -> None:
    assert kind in {finding.promise for finding in check(plant(healthy()))}


def test_a_partner_that_chose_its_stream_alone_needs_no_notice_of_its_referrals() -> None:
    evidence = by_channels(healthy(), "stream")
    to_partner = [
        row for row in evidence.notices if row["referral_id"] and row["recipient_kind"] == "partner"
    ]

    assert check(without_notices(evidence, *to_partner)) == ()


def test_a_partner_that_said_nothing_of_channels_is_notified_in_the_app_and_by_email() -> None:
    evidence = before_there_was_a_choice(healthy())

    assert check(evidence) == ()
    assert check(without_notices(evidence, to_the_partner(evidence))) != ()


def test_a_partner_that_said_nothing_is_reached_by_its_inbox_when_its_mail_fails() -> None:
    evidence = before_there_was_a_choice(healthy())
    notice = to_the_partner(evidence)
    failed = added(
        with_delivery(evidence, notice, state="failed", attempts=60),
        "notice.failed",
        {"notice_id": notice["id"]},
    )

    assert check(failed) == ()
    assert check(with_row(failed, "notices", {"id": notice["id"]}, reached_at=None)) != ()


def test_a_partner_that_chose_anew_is_notified_by_what_it_chose_last() -> None:
    evidence = by_channels(healthy(), "email")
    registered = next(event for event in evidence.events if event.type == "partner.registered")
    before = {**registered.facts, "channels": ["stream"], "registered_at": "10:00"}
    older = replace(
        registered, id="before", facts=before, position=replace(registered.position, offset=10_000)
    )

    assert check(replace(evidence, events=(*evidence.events, older))) == ()


def test_mail_that_failed_for_good_and_was_announced_as_failed_breaks_no_promise() -> None:
    evidence = healthy()
    notice = to_the_partner(evidence)
    evidence = replace(
        evidence,
        events=tuple(each for each in evidence.events if each.facts.get("notice_id") != notice["id"]),
    )
    evidence = with_delivery(evidence, notice, state="failed", attempts=60)
    evidence = with_row(evidence, "notices", {"id": notice["id"]}, reached_at=None)

    assert check(added(evidence, "notice.failed", {"notice_id": notice["id"]})) == ()


def test_a_recipient_without_an_address_has_the_notice_in_the_inbox() -> None:
    evidence = healthy()
    notice = about_a_step(evidence, 0)
    evidence = with_delivery(evidence, notice, state="no-route", attempts=0)

    assert check(without_mail(evidence, notice)) == ()


def test_news_that_no_longer_held_when_it_was_to_be_sent_may_be_left_out() -> None:
    evidence = healthy()
    notice = about_a_step(evidence, 0)
    evidence = with_delivery(evidence, notice, state="superseded", attempts=2)

    assert check(evidence) == ()
    assert check(without_mail(evidence, notice)) == ()
