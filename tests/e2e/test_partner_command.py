"""`alongside partner add|list|show|resume` on intake's API."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from alongside_chassis.testing import ServiceBench
from alongside_cli.network import Network, ServiceRefused
from alongside_cli.partners import list_partners, register_partner, resume_partner, show_partner
from alongside_contracts.partner import PartnerChannel
from tests.conftest import PERSON_KEY, SERVICE_TOKEN
from tests.service.intake.intake_client import HOSPITAL, IntakeClient

STRANGER = "north-clinic"


class Intake:
    """Intake on its bench, and a client as the command line uses it."""

    def __init__(self, bench: ServiceBench, network: Network) -> None:
        self.bench, self.network = bench, network

    async def floods(self, partner: str) -> None:
        """Send bad records of a partner until its stream is paused."""
        topic = f"partner.{partner}.referrals.v1"
        await self.bench.hear_records(*[self.bench.record(b"k", b"{", [], topic) for _ in range(25)])


@pytest.fixture
async def intake(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[Intake]:
    """Intake with one registered partner."""
    async with bench_of("intake", person_key=PERSON_KEY) as bench:
        await IntakeClient(bench).register(HOSPITAL)
        ours = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        transport = httpx2.ASGITransport(app=bench.app)
        async with httpx2.AsyncClient(transport=transport, headers=ours) as client:
            yield Intake(bench, Network(client, {"intake": "http://intake"}))


async def test_partners_and_paused_strangers_are_listed(
    intake: Intake, capsys: pytest.CaptureFixture[str]
) -> None:
    await intake.floods(STRANGER)

    await list_partners(intake.network)

    stranger, hospital = sorted(capsys.readouterr().out.splitlines(), key=lambda line: HOSPITAL in line)
    assert hospital.split()[-1] == "active"
    assert "not registered" in stranger
    assert "refused-in-a-row (25, the last malformed)" in stranger


async def test_a_resume_prints_its_result_and_a_second_one_who_resumed(
    intake: Intake, capsys: pytest.CaptureFixture[str]
) -> None:
    await intake.floods(HOSPITAL)

    await resume_partner(intake.network, HOSPITAL, by="ana")
    await resume_partner(intake.network, HOSPITAL, by="ben")
    await resume_partner(intake.network, STRANGER, by="ana")

    first, second, never = capsys.readouterr().out.splitlines()
    assert first == f"{HOSPITAL}: resumed from the first unread record"
    assert second.endswith("by ana")
    assert never == f"{STRANGER}: its stream was never paused"


async def test_a_partner_is_shown_with_its_pauses(intake: Intake, capsys: pytest.CaptureFixture[str]) -> None:
    await show_partner(intake.network, HOSPITAL)
    never_paused = capsys.readouterr().out.splitlines()
    await intake.floods(HOSPITAL)
    await resume_partner(intake.network, HOSPITAL, by="ana")
    await intake.floods(HOSPITAL)
    capsys.readouterr()

    await show_partner(intake.network, HOSPITAL)

    topics, channels, *pauses = capsys.readouterr().out.splitlines()
    assert never_paused == [topics, channels, "its stream was never paused"]
    assert [line.endswith("by ana") for line in pauses] == [False, True]


async def test_a_paused_stranger_is_shown_as_not_registered(
    intake: Intake, capsys: pytest.CaptureFixture[str]
) -> None:
    await intake.floods(STRANGER)
    capsys.readouterr()

    await show_partner(intake.network, STRANGER)

    first, pause = capsys.readouterr().out.splitlines()
    assert first == f"{STRANGER}: not registered"
    assert "refused-in-a-row (25, the last malformed)" in pause


async def test_partners_are_listed_and_shown_with_the_channels_that_they_chose(
    intake: Intake, capsys: pytest.CaptureFixture[str]
) -> None:
    await IntakeClient(intake.bench).register(STRANGER, channels=["stream"])

    await list_partners(intake.network)
    await show_partner(intake.network, STRANGER)

    chosen, nothing_said, _, shown, _ = capsys.readouterr().out.splitlines()
    assert (chosen.split()[2], nothing_said.split()[2]) == ("stream", "email+stream")
    assert shown == "hears of its referrals by: stream"


async def test_a_partner_added_again_without_a_channel_keeps_what_it_chose(intake: Intake) -> None:
    body = {"name": "North", "setting": "hospital", "region": "us-fl-miami", "contact_email": None}

    await register_partner(intake.network, STRANGER, body, [PartnerChannel.STREAM])
    chosen = await intake.network.get("intake", f"/partners/{STRANGER}")
    await register_partner(intake.network, STRANGER, body | {"name": "North clinic"}, ())
    kept = await intake.network.get("intake", f"/partners/{STRANGER}")

    assert (chosen["channels"], kept["channels"], kept["name"]) == (["stream"], ["stream"], "North clinic")


async def test_an_unknown_partner_is_refused(intake: Intake) -> None:
    with pytest.raises(ServiceRefused, match="No partner has this id"):
        await show_partner(intake.network, STRANGER)
