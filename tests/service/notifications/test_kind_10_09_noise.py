"""One notice per cause and recipient, by the channels its recipient has; announced once, however many channels it has."""

from datetime import UTC, datetime

import pytest

from alongside_contracts.ids import ReferralId, new_id
from alongside_contracts.partner import PartnerRegistered
from alongside_contracts.vocabulary import Actor, BusinessStatus, Status
from alongside_notifications.sending.mail_of_release_before import move_mail
from tests.service.notifications.conftest import PARTNER, PARTNER_MAIL, Network, a_transition

CHOSEN_AT = datetime(2026, 11, 1, tzinfo=UTC)


async def chooses(network: Network, *channels: str, at: datetime = CHOSEN_AT) -> None:
    """Let the partner say by which channels it hears of its referrals."""
    await network.bench.hear(PartnerRegistered(partner=PARTNER, channels=channels, registered_at=at))


async def test_a_partner_that_reads_its_stream_gets_no_notice(network: Network) -> None:
    await chooses(network, "stream")

    await network.bench.hear(a_transition(Status.COMPLETED))
    await network.lane.deliver_due()

    assert {notice["role"] for notice in await network.notices()} == {"target", "person"}
    assert network.mail.mails_to(PARTNER_MAIL) == []


@pytest.mark.parametrize("channels", [("email",), ("stream", "email")])
async def test_a_partner_that_wants_mail_gets_it(network: Network, channels: tuple[str, ...]) -> None:
    await chooses(network, *channels)
    await network.bench.hear(a_transition(Status.COMPLETED))
    await network.announced_events()

    await network.lane.deliver_due()

    [delivered] = await network.delivered()
    assert (delivered.role, delivered.channel, delivered.channels) == ("referrer", "email", ("email",))
    assert (delivered.about_status, delivered.rules) == (Status.COMPLETED, 2)
    assert len(network.mail.mails_to(PARTNER_MAIL)) == 1


async def test_a_partner_that_said_nothing_yet_is_notified_as_before_there_was_a_choice(
    network: Network,
) -> None:
    """A referrals service of the release before, which may still run, closes its loop by this notice alone."""
    await network.bench.hear(a_transition(Status.COMPLETED, partner="old-clinic", offer_id=None))

    delivered = [notice for notice in await network.delivered() if notice.role == "referrer"]
    assert [(notice.channel, notice.channels) for notice in delivered] == [("in-app", ("in-app", "email"))]


async def test_a_lost_channel_is_announced_though_the_notice_reached_its_recipient(network: Network) -> None:
    network.mail.at_rcpt["person@home.test"] = ["550 no such mailbox"]
    await network.bench.hear(a_transition(partner=None, offer_id=None))
    [delivered] = await network.delivered()

    await network.lane.deliver_due()

    [failed] = await network.failed()
    assert (delivered.channel, failed.channel) == ("in-app", "email")
    assert delivered.channels == failed.channels == ("in-app", "email")
    assert delivered.notice_id == failed.notice_id


async def test_a_referral_that_goes_well_makes_four_notices_and_four_mails(network: Network) -> None:
    await chooses(network, "stream")
    referral = ReferralId(new_id())
    steps = [
        (None, Status.REQUESTED, None, Actor.REQUESTER),
        (Status.REQUESTED, Status.REQUESTED, BusinessStatus.AWAITING_RESPONSE, Actor.MATCHING),
        (Status.REQUESTED, Status.ACCEPTED, None, Actor.TARGET),
        (Status.ACCEPTED, Status.IN_PROGRESS, None, Actor.TARGET),
        (Status.IN_PROGRESS, Status.COMPLETED, None, Actor.TARGET),
    ]
    for sequence, (previous, status, business, actor) in enumerate(steps, start=1):
        await network.bench.hear(
            a_transition(
                status,
                referral_id=referral,
                sequence=sequence,
                previous=previous,
                business_status=business,
                actor=actor,
            )
        )
        await network.lane.deliver_due()

    assert [(n["role"], n["template"]) for n in reversed(await network.notices())] == [
        ("person", "requested"),
        ("target", "awaiting-response"),
        ("person", "accepted"),
        ("person", "completed"),
    ]
    assert len(network.mail.received) == 4


async def test_a_coordinator_is_notified_once_however_long_it_is_up_to_them(network: Network) -> None:
    referral = ReferralId(new_id())
    for sequence, actor in ((2, Actor.REQUESTER), (3, Actor.REQUESTER), (4, Actor.TARGET)):
        await network.bench.hear(
            a_transition(
                referral_id=referral,
                sequence=sequence,
                previous=Status.ACCEPTED,
                actor=actor,
                next_actor=Actor.COORDINATOR,
                region="us-fl-miami",
            )
        )

    assert [n["recipient_id"] for n in await network.notices(role="coordinator")] == ["ana"]


OF_RELEASE_BEFORE = """
    insert into notice (id, referral_id, cause, template, about_status, role, recipient_kind, recipient_id, channel, urgent,
                        state, next_attempt_at, message_id, created_at, delivered_at)
    values ($1, $3, 'cause-1', 'accepted', 'accepted', 'referrer', 'partner', $4, 'in-app', false,
            'delivered', null, null, $5, $5),
           ($2, $3, 'cause-1', 'accepted', 'accepted', 'referrer', 'partner', $4, 'email', false,
            'pending', $5, '<of-before@alongside>', $5, null)
"""


async def test_mail_that_waits_since_the_release_before_is_sent_with_its_message_id(network: Network) -> None:
    in_app, email, referral = new_id(), new_id(), new_id()
    now = network.bench.clock.now()
    await network.bench.pool.execute(OF_RELEASE_BEFORE, in_app, email, referral, PARTNER, now)

    async with network.bench.runtime.transaction() as tx:
        moved = await move_mail(tx, before=now)
    await network.lane.deliver_due()

    assert moved == 1
    [notice] = await network.notices()
    assert notice["id"] == str(in_app)
    assert notice["rules"] == 1
    assert {each["channel"]: each["state"] for each in notice["deliveries"]} == {
        "in-app": "delivered",
        "email": "delivered",
    }
    assert [mail.message_id for mail in network.mail.received] == ["<of-before@alongside>"]


async def test_mail_that_the_release_before_is_sending_is_left_to_it(network: Network) -> None:
    now = network.bench.clock.now()
    await network.bench.pool.execute(OF_RELEASE_BEFORE, new_id(), new_id(), new_id(), PARTNER, now)
    await network.bench.pool.execute(
        "update notice set state = 'sending', next_attempt_at = $1::timestamptz + interval '1 minute' where channel = 'email'",
        now,
    )

    async with network.bench.runtime.transaction() as tx:
        assert await move_mail(tx, before=now) == 0
