"""A partner that reads its stream is notified by the update that Kafka acknowledged: it closes the loop, without any notice."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside_contracts.partner import PartnerRegistered
from alongside_contracts.referrals import LoopClosed, ReferralStatusChanged
from alongside_contracts.streams import PARTNER_STATUS
from alongside_contracts.vocabulary import Actor, Reason
from tests.builders import a_consent_change, an_erasure
from tests.conftest import SERVICE_TOKEN
from tests.service.referrals.conftest import PARTNER, Journey, a_delivery, a_failed_notice, only

SOON = timedelta(minutes=2)
"""Longer than the pause between two looks."""


async def chooses(journey: Journey, *channels: str, at: datetime = datetime(2026, 11, 1, tzinfo=UTC)) -> None:
    """Let the partner say by which channels it hears of its referrals."""
    await journey.bench.hear(PartnerRegistered(partner=PARTNER, channels=channels, registered_at=at))


async def look_again(journey: Journey) -> None:
    """Let the time of the next look at the outbox come."""
    journey.bench.clock.advance(SOON)
    await journey.bench.fire_timers(until=journey.bench.clock.now())


async def look_within_the_hour(journey: Journey) -> None:
    """Let the time of the next look at an unsendable update come."""
    await journey.bench.fire_timers(until=journey.bench.clock.now() + timedelta(hours=1))


async def acknowledge(journey: Journey) -> None:
    """Let Kafka acknowledge everything that was announced: the relay deletes it from the outbox."""
    await journey.bench.pool.execute("delete from outbox")


async def refuse_update(journey: Journey) -> None:
    """Let the broker refuse the partner's updates for good, and acknowledge everything else."""
    await journey.bench.pool.execute(
        """
        insert into dead_letter (id, at, topic, partition, "offset", record_ms, key, value, headers, reason, "where", remedy)
        select gen_random_uuid(), now(), topic, -1, id, 0, key, payload, headers, 'unsendable', 'outbox', 'none'
        from outbox where topic = $1
        """,
        PARTNER_STATUS.topic(PARTNER),
    )
    await acknowledge(journey)


async def settle_refused(journey: Journey, verb: str, **body: str) -> None:
    """Let a person replay or drop the only update that the broker refused."""
    (letter,) = await journey.bench.dead_letters()
    headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
    answer = await journey.bench.client.post(
        f"/dead-letters/{letter.id}/{verb}", json=body or None, headers=headers
    )
    assert answer.is_success, answer.text


async def closed_loops(journey: Journey) -> int:
    """Return how many loops were closed since the last call."""
    return len(only(await journey.announced_events(), LoopClosed))


@pytest.mark.parametrize("channels", [("stream",), ("stream", "email")])
async def test_the_acknowledged_update_about_the_end_closes_the_loop(
    accepted: Journey, channels: tuple[str, ...]
) -> None:
    await chooses(accepted, *channels)
    await accepted.done("complete", outcome="connected")
    await acknowledge(accepted)

    await look_again(accepted)

    assert await closed_loops(accepted) == 1
    assert (await accepted.state())["loop"]["closed"] is True
    assert [entry["what"] for entry in await accepted.timeline()][-1] == "loop-closed"


async def test_a_partner_that_said_nothing_yet_reads_its_stream_too(accepted: Journey) -> None:
    await accepted.done("complete", outcome="connected")
    await acknowledge(accepted)

    await look_again(accepted)

    assert await closed_loops(accepted) == 1


async def test_while_kafka_has_not_acknowledged_the_update_the_loop_stays_open_and_is_closed_later(
    accepted: Journey,
) -> None:
    await accepted.done("complete", outcome="connected")
    for _ in range(3):
        await look_again(accepted)
    assert (await accepted.state())["loop"]["missing"] == ["referrer_notified", "notice_delivered"]

    await acknowledge(accepted)
    await look_again(accepted)

    assert await closed_loops(accepted) == 1


async def test_an_update_that_no_broker_accepts_closes_nothing_until_it_is_sent_again(
    accepted: Journey,
) -> None:
    await accepted.done("complete", outcome="connected")
    await refuse_update(accepted)
    await look_again(accepted)
    await settle_refused(accepted, "replay")
    await look_within_the_hour(accepted)
    assert (await accepted.state())["loop"]["missing"] == ["referrer_notified", "notice_delivered"]

    await acknowledge(accepted)
    await look_again(accepted)

    assert await closed_loops(accepted) == 1


async def test_the_loop_closes_soon_though_the_clock_was_ahead_when_the_referral_ended(
    accepted: Journey,
) -> None:
    began = accepted.bench.clock.now()
    accepted.bench.clock.set_to(began + timedelta(hours=3))
    await accepted.done("complete", outcome="connected")
    await acknowledge(accepted)

    accepted.bench.clock.set_to(began)
    await accepted.bench.timers.fire_due()

    assert (await accepted.state())["loop"]["missing"] == []


async def test_an_unsendable_update_is_looked_for_soon_though_the_clock_was_ahead_at_the_last_look(
    accepted: Journey,
) -> None:
    began = accepted.bench.clock.now()
    await accepted.done("complete", outcome="connected")
    await refuse_update(accepted)
    accepted.bench.clock.set_to(began + timedelta(hours=3))
    await accepted.bench.timers.fire_due()
    await settle_refused(accepted, "replay")
    await acknowledge(accepted)

    accepted.bench.clock.set_to(began)
    await accepted.bench.timers.fire_due()

    assert (await accepted.state())["loop"]["missing"] == []


async def test_while_an_update_is_unsendable_it_is_looked_for_once_an_hour(accepted: Journey) -> None:
    await accepted.done("complete", outcome="connected")
    await refuse_update(accepted)
    accepted.bench.clock.advance(SOON)
    await accepted.bench.timers.fire_due()

    assert await accepted.bench.timers.fire_due() == 0


async def test_an_update_that_was_never_sent_because_it_was_dropped_closes_nothing(accepted: Journey) -> None:
    await accepted.done("complete", outcome="connected")
    await refuse_update(accepted)
    await settle_refused(accepted, "drop", because="the partner left")

    await look_within_the_hour(accepted)

    assert (await accepted.state())["loop"]["missing"] == ["referrer_notified", "notice_delivered"]
    assert await accepted.bench.pool.fetchval("select count(*) from timer") == 0


async def test_an_update_that_waited_while_its_person_was_erased_closes_nothing(accepted: Journey) -> None:
    await accepted.done("complete", outcome="connected")
    await accepted.bench.hear(an_erasure(accepted.admission.person_id))

    await look_again(accepted)

    assert (await accepted.state())["loop"]["missing"] == ["referrer_notified", "notice_delivered"]


async def test_the_end_of_an_erased_persons_referral_is_looked_for_nowhere(accepted: Journey) -> None:
    await accepted.bench.hear(an_erasure(accepted.admission.person_id))
    await look_again(accepted)

    await accepted.done("withdraw-as-error", actor="coordinator")

    assert await accepted.bench.pool.fetchval("select count(*) from timer where kind = 'update-sent'") == 0


async def test_a_partner_that_wants_email_alone_is_notified_by_its_notice_only(accepted: Journey) -> None:
    await chooses(accepted, "email")
    await accepted.done("complete", outcome="connected")
    await acknowledge(accepted)
    await look_again(accepted)
    assert await closed_loops(accepted) == 0

    await accepted.bench.hear(a_delivery(accepted.id))

    assert await closed_loops(accepted) == 1


async def test_the_update_and_a_notice_close_the_loop_once(accepted: Journey) -> None:
    await accepted.done("complete", outcome="connected")
    await acknowledge(accepted)
    await accepted.bench.hear(a_delivery(accepted.id))

    await look_again(accepted)

    assert await closed_loops(accepted) == 1


@pytest.mark.parametrize(
    ("channels", "closed"), [(("stream", "email"), 1), (("email",), 0)], ids=["both", "email alone"]
)
async def test_after_a_mail_that_failed_the_loop_of_an_end_announced_by_the_release_before_is_closed_by_the_update(
    accepted: Journey, channels: tuple[str, ...], closed: int
) -> None:
    await chooses(accepted, *channels)
    await accepted.done("complete", outcome="connected")
    await accepted.bench.pool.execute("delete from timer")  # the release before sets none at the end
    end = next(
        item for item in await accepted.announced_events() if isinstance(item.event, ReferralStatusChanged)
    )

    await accepted.bench.hear(a_failed_notice(accepted.id, cause=end.id))
    await look_again(accepted)

    assert await closed_loops(accepted) == closed


async def test_a_choice_that_is_heard_late_does_not_replace_a_newer_one(accepted: Journey) -> None:
    await chooses(accepted, "email", at=datetime(2026, 11, 5, tzinfo=UTC))
    await chooses(accepted, "stream", at=datetime(2026, 11, 4, tzinfo=UTC))
    await accepted.done("complete", outcome="connected")
    await acknowledge(accepted)

    await look_again(accepted)

    assert await closed_loops(accepted) == 0


async def test_after_the_end_nothing_is_looked_for_any_more(accepted: Journey) -> None:
    await accepted.done("cancel", reason=Reason.NO_LONGER_NEEDS)
    await acknowledge(accepted)

    await look_again(accepted)

    assert await accepted.bench.pool.fetchval("select count(*) from timer") == 0
    assert (await accepted.state())["loop"]["missing"] == ["outcome_recorded"]


async def test_a_referral_entered_in_error_notifies_its_partner_again(accepted: Journey) -> None:
    await accepted.done("complete", outcome="connected")
    await acknowledge(accepted)
    await look_again(accepted)
    await accepted.done("withdraw-as-error", actor="requester")
    assert (await accepted.state())["loop"]["referrer_notified"] is False
    await acknowledge(accepted)

    await look_again(accepted)

    assert (await accepted.state())["loop"]["referrer_notified"] is True


async def test_the_region_is_named_where_a_coordinator_must_act(accepted: Journey) -> None:
    await accepted.bench.hear(a_consent_change(accepted.admission, covers=False))
    await accepted.bench.hear(a_consent_change(accepted.admission, covers=True, sequence=2))
    await accepted.done("resume", actor="coordinator")

    stopped, resumed = only(await accepted.announced_events(), ReferralStatusChanged)
    assert (stopped.next_actor, stopped.region) == (Actor.COORDINATOR, "us-fl-miami")
    assert (resumed.next_actor, resumed.region) == (Actor.TARGET, None)
