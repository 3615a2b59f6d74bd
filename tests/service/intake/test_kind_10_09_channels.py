"""A partner says how it hears of its referrals: by its stream, by e-mail, or both. Who says nothing hears by both."""

import pytest

from alongside_contracts.partner import PartnerRegistered
from alongside_contracts.vocabulary import Channel
from tests.service.intake.intake_client import IntakeClient

CLINIC, ADDRESS = "north-clinic", "desk@clinic.example"


async def announced_channels(intake: IntakeClient) -> list[tuple[str, ...]]:
    """Return the channels that were announced since the last call."""
    announced = await intake.bench.announced(clear=True)
    return [row.event.channels for row in announced if isinstance(row.event, PartnerRegistered)]


@pytest.mark.parametrize("channels", [["stream"], ["email"], ["stream", "email"], ["email", "stream"]])
async def test_what_a_partner_chooses_is_shown_and_announced(
    intake: IntakeClient, channels: list[str]
) -> None:
    answer = await intake.register_and_announce(CLINIC, channels=channels, contact_email=ADDRESS)

    assert answer.json()["channels"] == channels
    assert await announced_channels(intake) == [tuple(channels)]


async def test_a_partner_that_says_nothing_has_both_channels(intake: IntakeClient) -> None:
    answer = await intake.register_and_announce(CLINIC)

    assert answer.json()["channels"] == ["email", "stream"]
    assert await announced_channels(intake) == [(Channel.EMAIL, Channel.STREAM)]


async def test_a_later_registration_that_says_nothing_keeps_what_was_said(intake: IntakeClient) -> None:
    await intake.register_and_announce(CLINIC, channels=["stream"])
    await announced_channels(intake)

    answer = await intake.register_and_announce(CLINIC, name="St. Mary, new building")

    assert answer.json()["channels"] == ["stream"]
    assert await announced_channels(intake) == []


async def test_a_partner_may_change_its_mind(intake: IntakeClient) -> None:
    await intake.register_and_announce(CLINIC, channels=["stream"], contact_email=ADDRESS)

    await intake.register_and_announce(CLINIC, channels=["email"])

    assert await announced_channels(intake) == [("stream",), ("email",)]
    assert (await intake.http.get(f"/partners/{CLINIC}")).json()["channels"] == ["email"]


async def test_a_partner_without_an_address_cannot_choose_email_alone(intake: IntakeClient) -> None:
    """It would hear nothing of its referrals, and nobody would know."""
    answer = await intake.register_and_announce(CLINIC, channels=["email"])

    assert (answer.status_code, answer.json()["code"]) == (422, "contact-route-missing")
    assert answer.json()["field"] == "contact_email"
    assert (await intake.http.get(f"/partners/{CLINIC}")).status_code == 404
    assert await announced_channels(intake) == []


@pytest.mark.parametrize(
    "channels", [[], ["in-app"], ["pigeon"], ["stream", "stream", "stream"], "stream", None]
)
async def test_a_choice_that_is_none_is_refused_with_its_field(
    intake: IntakeClient, channels: object
) -> None:
    answer = await intake.register_and_announce(CLINIC, channels=channels)

    if channels is None:
        assert answer.json()["channels"] == ["email", "stream"]
    else:
        assert answer.status_code == 422
        assert answer.json()["field"].startswith("body.channels")


async def test_a_channel_named_twice_is_one(intake: IntakeClient) -> None:
    answer = await intake.register_and_announce(CLINIC, channels=["stream", "stream"])

    assert answer.json()["channels"] == ["stream"]
