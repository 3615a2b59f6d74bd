"""Mail goes to the stored address to the letter or not at all, and every notice has an end with its own reason."""

from email.message import EmailMessage

import pytest

from alongside_contracts.notifications import NoticeFailed
from alongside_notifications.domain.retry import UNFORESEEN_ATTEMPTS_MAX, Unaddressable
from alongside_notifications.sending import delivery as sending
from alongside_notifications.sending.mail import MailRelay, build_message
from tests.service.notifications.conftest import (
    OFFER_MAIL,
    PARTNER,
    PARTNER_MAIL,
    PERSON_MAIL,
    Network,
    a_transition,
)
from tests.service.notifications.test_delivery import HOUR

OTHERS = {PERSON_MAIL, OFFER_MAIL}


@pytest.mark.parametrize(
    "stored",
    ["ana@example..org", "an[a@example.org", "ana(x)@example.org", "a@b@example.org", "añá@example.org"],
)
async def test_an_address_from_before_the_rule_is_not_sent_to_and_the_reason_is_kept(
    network: Network, stored: str
) -> None:
    network.contacts.addresses["partner", PARTNER] = stored
    await network.bench.hear(a_transition())

    await network.lane.deliver_due()

    (notice,) = await network.deliveries(role="referrer", channel="email")
    assert (notice["state"], notice["trouble"]) == ("failed", "address-unusable")
    assert {mail.to for mail in network.mail.received} == OTHERS
    failed = [item.event for item in await network.bench.announced() if isinstance(item.event, NoticeFailed)]
    assert [event.why for event in failed] == ["address-unusable"]


async def test_a_notice_is_sent_once_its_address_was_corrected_and_somebody_asks_for_it(
    network: Network,
) -> None:
    network.contacts.addresses["partner", PARTNER] = "an[a@example.org"
    await network.bench.hear(a_transition())
    await network.lane.deliver_due()
    (notice,) = await network.deliveries(role="referrer", channel="email")
    network.contacts.addresses["partner", PARTNER] = PARTNER_MAIL

    await network.bench.client.post(f"/notices/{notice['id']}/retry")
    await network.lane.deliver_due()

    assert len(network.mail.mails_to(PARTNER_MAIL)) == 1


async def test_waits_for_a_relay_do_not_count_as_errors_nobody_foresaw(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, network.lane._relay = network.lane._relay, MailRelay("mail..example.org", 25, 1.0, "if-offered")
    await network.bench.hear(a_transition())
    for _ in range(UNFORESEEN_ATTEMPTS_MAX + 2):
        await network.lane.deliver_due()
        network.bench.clock.advance(HOUR)
    waiting = await network.deliveries(channel="email")
    assert {(each["state"], each["trouble"]) for each in waiting} == {("pending", "relay-away")}

    with monkeypatch.context() as broken:
        broken.setattr(sending, "build_message", lambda *_, **__: 1 / 0)
        await network.lane.deliver_due()
    network.bench.clock.advance(HOUR)
    network.lane._relay = port
    await network.lane.deliver_due()

    assert {each["state"] for each in await network.deliveries(channel="email")} == {"delivered"}


async def test_an_international_domain_is_sent_to_in_ascii(network: Network) -> None:
    network.contacts.addresses["partner", PARTNER] = "ana@bücher.example"
    await network.bench.hear(a_transition())

    await network.lane.deliver_due()

    (mail,) = network.mail.mails_to("ana@xn--bcher-kva.example")
    assert str(mail.message["To"]) == "ana@xn--bcher-kva.example"


async def test_nothing_is_sent_when_the_message_names_another_recipient_than_the_stored_one() -> None:
    relay = MailRelay(host="127.0.0.1", port=1, seconds_max=1, tls="if-offered")
    message = EmailMessage()
    message["To"] = "an[a@example.org"

    assert await relay.send(message, to="an[a@example.org") == Unaddressable()
    assert await relay.send(EmailMessage(), to="ana@example.org") == Unaddressable()


async def test_an_error_nobody_foresaw_ends_after_a_few_attempts_and_delays_no_other(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_for_the_partner(*args: object, to: str, **given: object) -> EmailMessage:
        if to == PARTNER_MAIL:
            raise RuntimeError("a bug of the mail library")
        return build_message(*args, to=to, **given)  # type: ignore[arg-type]  # the arguments it was given

    monkeypatch.setattr(sending, "build_message", fail_for_the_partner)
    await network.bench.hear(a_transition())
    for _ in range(UNFORESEEN_ATTEMPTS_MAX):
        await network.lane.deliver_due()
        network.bench.clock.advance(HOUR)

    (notice,) = await network.deliveries(role="referrer", channel="email")
    assert (notice["state"], notice["trouble"], notice["attempts"]) == (
        "failed",
        "unforeseen-error",
        UNFORESEEN_ATTEMPTS_MAX,
    )
    failed = [item.event for item in await network.bench.announced() if isinstance(item.event, NoticeFailed)]
    assert [event.why for event in failed] == ["unforeseen-error"]
    assert {mail.to for mail in network.mail.received} == OTHERS


async def test_a_notice_whose_results_are_never_written_is_not_sent_for_ever(network: Network) -> None:
    await network.bench.hear(a_transition())
    await network.bench.pool.execute("update delivery set attempts = 1000")

    await network.lane.deliver_due()

    assert network.mail.received == []
    assert {notice["trouble"] for notice in await network.deliveries(channel="email")} == {
        "attempts-exhausted"
    }
