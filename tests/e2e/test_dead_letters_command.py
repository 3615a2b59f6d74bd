"""`alongside dead-letters` on the APIs of all services: the selection, order and end of a replay."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from typer.testing import CliRunner

from alongside_chassis.testing import ManualClock, ServiceBench
from alongside_cli.dead_letters import oldest_first, replay_dead_letters, show_dead_letter
from alongside_cli.main import app
from alongside_cli.network import Network, ServiceRefused
from alongside_contracts import streams
from alongside_contracts.services import SERVICES
from tests.builders import a_submission
from tests.conftest import PERSON_KEY, SERVICE_TOKEN
from tests.service.intake.intake_client import IntakeClient

STRANGER = "north-clinic"


class BenchNetwork:
    """Four benches, and a client of them as the command line uses it."""

    def __init__(
        self, benches: dict[str, ServiceBench], http: httpx2.AsyncClient, clock: ManualClock
    ) -> None:
        self.benches, self.clock = benches, clock
        self.client = Network(http, {name: f"http://{name}" for name in benches})

    async def a_stranger_submits(self) -> None:
        """Create a dead letter at intake that can be handled once the stranger is registered."""
        self.clock.advance(timedelta(seconds=1))
        await self.benches["intake"].hear(a_submission(), partner=STRANGER)

    async def somebody_sends_nonsense(self, service: str = "intake") -> None:
        """Create a dead letter that can never be handled."""
        self.clock.advance(timedelta(seconds=1))
        await self.benches[service].hear_raw(b"k", b"Jane\x1b[2J", [("x", None)], streams.JOURNEY.name)

    async def the_stranger_is_registered(self) -> None:
        """Register the stranger, so that its submissions can be handled."""
        await IntakeClient(self.benches["intake"]).register(STRANGER)

    async def replay(self, *, go_on: bool = False, reason: str | None = None) -> int:
        """Replay the waiting dead letters as the command does; return its exit code."""
        dead_letters = await self.client.dead_letters(state="waiting", reason=reason)
        return await replay_dead_letters(self.client, oldest_first(dead_letters), go_on=go_on)

    async def states(self) -> list[str]:
        """Return the state of each dead letter, oldest first."""
        return [dead_letter["state"] for dead_letter in oldest_first(await self.client.dead_letters())]


@pytest.fixture
async def network(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]], clock: ManualClock
) -> AsyncIterator[BenchNetwork]:
    """All services on their benches."""
    async with (
        bench_of("intake", person_key=PERSON_KEY) as intake,
        bench_of("matching") as matching,
        bench_of("referrals") as referrals,
        bench_of("notifications") as notifications,
        bench_of("directory") as directory,
    ):
        benches = {
            bench.service.name: bench for bench in (intake, matching, referrals, notifications, directory)
        }
        assert set(benches) == set(SERVICES)
        mounts = {f"http://{name}": httpx2.ASGITransport(app=bench.app) for name, bench in benches.items()}
        ours = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        async with httpx2.AsyncClient(mounts=mounts, headers=ours) as http:
            yield BenchNetwork(benches, http, clock)


async def test_a_replay_stops_at_the_first_failure(
    network: BenchNetwork, capsys: pytest.CaptureFixture[str]
) -> None:
    await network.a_stranger_submits()
    await network.somebody_sends_nonsense()
    await network.a_stranger_submits()
    await network.the_stranger_is_registered()

    code = await network.replay()

    assert (code, await network.states()) == (1, ["replayed", "waiting", "waiting"])
    assert "1 settled, 1 failed and still waiting, 1 not tried" in capsys.readouterr().out


async def test_with_go_on_a_replay_continues_after_a_failure(
    network: BenchNetwork, capsys: pytest.CaptureFixture[str]
) -> None:
    await network.somebody_sends_nonsense("matching")
    await network.a_stranger_submits()
    await network.the_stranger_is_registered()

    code = await network.replay(go_on=True)

    assert (code, sorted(await network.states())) == (1, ["replayed", "waiting"])
    assert "1 settled, 1 failed and still waiting, 0 not tried" in capsys.readouterr().out


async def test_a_replay_by_reason_leaves_everything_else_alone(network: BenchNetwork) -> None:
    await network.somebody_sends_nonsense()
    await network.a_stranger_submits()
    await network.the_stranger_is_registered()

    code = await network.replay(reason="unknown-partner")

    assert (code, await network.states()) == (0, ["waiting", "replayed"])


async def test_a_storm_of_bad_records_is_replayed_in_its_order(network: BenchNetwork) -> None:
    for _ in range(5):
        await network.a_stranger_submits()
        await network.somebody_sends_nonsense()
    await network.the_stranger_is_registered()

    await network.replay(go_on=True)

    assert await network.states() == ["replayed", "waiting"] * 5
    await network.replay(go_on=True)
    waiting = await network.client.dead_letters(state="waiting")
    assert [dead_letter["attempts"] for dead_letter in waiting] == [2] * 5


async def test_a_dead_letter_is_found_at_any_service(network: BenchNetwork) -> None:
    await network.somebody_sends_nonsense("referrals")
    (listed,) = await network.client.dead_letters()

    found = await network.client.dead_letter(UUID(listed["id"]))

    assert (listed["service"], found["service"]) == ("referrals", "referrals")
    with pytest.raises(ServiceRefused):
        await network.client.dead_letter(uuid4())


async def test_a_payload_is_shown_only_when_asked_for_with_a_warning_and_cannot_command_the_terminal(
    network: BenchNetwork, capsys: pytest.CaptureFixture[str]
) -> None:
    await network.somebody_sends_nonsense()
    (listed,) = await network.client.dead_letters()

    await show_dead_letter(network.client, UUID(listed["id"]), payload=False)
    plain = capsys.readouterr()
    await show_dead_letter(network.client, UUID(listed["id"]), payload=True)
    whole = capsys.readouterr()

    assert ("Jane" in plain.out, plain.err) == (False, "")
    assert r"Jane\x1b[2J" in whole.out
    assert "may be personal" in whole.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay"],
        ["replay", "--all", "--reason", "malformed"],
        ["replay", str(uuid4()), "--all"],
        ["replay", "not-an-id"],
        ["drop", str(uuid4())],
        ["list", "--service", "nobody"],
    ],
)
def test_ambiguous_arguments_are_refused_before_any_work(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["dead-letters", *arguments]).exit_code == 2
