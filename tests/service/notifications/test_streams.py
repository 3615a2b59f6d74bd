"""An unread stream of a partner, and its end, are reported to the coordinator on call and to the partner, once per pause."""

from datetime import timedelta
from typing import Any

import pytest

from alongside_contracts.ids import new_id
from tests.conftest import SUNDAY_NOON
from tests.service.notifications.conftest import (
    PARTNER,
    PARTNER_MAIL,
    Network,
    a_stream_read_again,
    a_transition,
    an_unread_stream,
)

NOON = "22 November 2026, 12:00 UTC"


async def received(network: Network) -> set[tuple[str, str, str, bool]]:
    """Return template, recipient, channel and urgency of every delivery."""
    return {
        (notice["template"], notice["recipient_id"], notice["channel"], notice["urgent"])
        for notice in await network.deliveries()
    }


async def inbox(network: Network, role: str, recipient: str) -> list[dict[str, Any]]:
    """Return an inbox, newest first."""
    items: list[dict[str, Any]] = (await network.bench.client.get(f"/inbox/{role}/{recipient}")).json()[
        "items"
    ]
    return items


async def test_the_coordinator_on_call_and_the_partner_are_notified_that_a_stream_is_unread(
    network: Network,
) -> None:
    await network.bench.hear(an_unread_stream())

    assert await received(network) == {
        ("stream-unread", "ana", "in-app", True),
        ("stream-unread", "ana", "email", True),
        ("stream-unread", PARTNER, "in-app", False),
        ("stream-unread", PARTNER, "email", False),
    }


async def test_both_are_notified_that_the_stream_is_read_again_and_it_is_no_longer_urgent(
    network: Network,
) -> None:
    await network.bench.hear(an_unread_stream(), a_stream_read_again())

    assert {item for item in await received(network) if item[0] == "stream-read-again"} == {
        ("stream-read-again", recipient, channel, False)
        for recipient in ("ana", PARTNER)
        for channel in ("in-app", "email")
    }


async def test_mail_about_an_unread_stream_goes_ahead_of_other_mail_and_says_since_when(
    network: Network,
) -> None:
    await network.bench.hear(a_transition(), an_unread_stream())

    await network.urgent_lane.deliver_due()

    [mail] = network.mail.received
    text = " ".join(mail.message.get_content().split())
    assert mail.to == "ana@network.test"
    assert f"unread since {NOON}" in text
    assert "/partners" in text
    assert PARTNER not in text, "a mail names no provider"
    assert "resume the stream" in text


async def test_the_partner_is_notified_by_mail_what_to_correct_and_later_that_it_is_read_again(
    network: Network,
) -> None:
    await network.bench.hear(an_unread_stream())
    await network.lane.deliver_due()

    await network.bench.hear(a_stream_read_again())
    await network.lane.deliver_due()

    unread, again = [
        " ".join(mail.message.get_content().split())
        for mail in network.mail.received
        if mail.to == PARTNER_MAIL
    ]
    assert f"unread since {NOON}. Correct the records named on your status stream" in unread
    assert f"unread since {NOON} are being read again" in again


@pytest.mark.parametrize(("role", "recipient"), [("coordinator", "ana"), ("referrer", PARTNER)])
async def test_an_inbox_says_since_when_which_stream_is_unread(
    network: Network, role: str, recipient: str
) -> None:
    await network.bench.hear(an_unread_stream())

    [item] = await inbox(network, role, recipient)
    assert f"unread since {NOON}" in item["text"]
    assert (item["partner"], item["since"]) == (PARTNER, "2026-11-22T12:00:00Z")
    assert (item["referral_id"], item["submission_id"]) == (None, None)
    assert item["link"].endswith("/partners")


async def test_nobody_is_notified_twice_of_one_pause_however_often_it_is_delivered(network: Network) -> None:
    for event in (an_unread_stream(), a_stream_read_again()):
        event_id = str(new_id())
        await network.bench.hear(event, event_id=event_id)
        await network.bench.hear(event, event_id=event_id)
        await network.bench.pool.execute("delete from inbox")  # and even without the inbox row
        await network.bench.hear(event, event_id=event_id)

    assert len(await network.notices()) == 4


async def test_every_pause_of_a_stream_is_reported(network: Network) -> None:
    later = SUNDAY_NOON + timedelta(hours=3)
    await network.bench.hear(an_unread_stream(), a_stream_read_again())

    await network.bench.hear(an_unread_stream(paused_at=later))

    newest, *_ = await inbox(network, "coordinator", "ana")
    assert "unread since 22 November 2026, 15:00 UTC" in newest["text"]


async def test_a_pause_that_is_heard_after_its_end_alarms_nobody(network: Network) -> None:
    await network.bench.hear(a_stream_read_again())

    await network.bench.hear(an_unread_stream(), an_unread_stream(partner="north-clinic"))

    newest_first = await network.deliveries(role="coordinator", channel="in-app")
    assert [(notice["partner"], notice["template"]) for notice in newest_first] == [
        ("north-clinic", "stream-unread"),
        (PARTNER, "stream-read-again"),
    ]
    assert len(await inbox(network, "referrer", PARTNER)) == 1


async def test_a_partner_of_a_region_without_a_ladder_is_reported_to_the_common_one(network: Network) -> None:
    await network.bench.hear(an_unread_stream(region="us-ny-buffalo"))

    assert {notice["recipient_id"] for notice in await network.notices()} == {"on-call", PARTNER}


async def test_the_stream_of_a_partner_that_is_not_registered_is_reported_to_the_common_coordinator_alone(
    network: Network,
) -> None:
    await network.bench.hear(an_unread_stream(region=None), a_stream_read_again(region=None))

    assert {notice["recipient_id"] for notice in await network.notices()} == {"on-call"}
    assert len(await network.notices()) == 2


async def test_notices_about_a_stream_are_announced_to_no_referral(network: Network) -> None:
    await network.bench.hear(an_unread_stream(), a_stream_read_again())
    await network.urgent_lane.deliver_due()
    await network.lane.deliver_due()

    assert await network.announced_events() == []
    assert {notice["state"] for notice in await network.deliveries()} == {"delivered"}
