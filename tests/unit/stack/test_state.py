"""The state folder: ports and secrets are kept, one supervisor at a time, damaged files are reported."""

from __future__ import annotations

import os
import re
import socket
import stat
from pathlib import Path

import pytest

from alongside_cli.errors import CommandError, NotRunning
from alongside_localstack import control
from alongside_localstack.errors import AlreadyRunning, PortTaken
from alongside_localstack.ports import LOOPBACK, free_port, free_ports
from alongside_localstack.settings import StackSettings
from alongside_localstack.state import StateFolder


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state")
    folder.create()
    return folder


def test_a_port_is_the_same_after_a_restart(state: StateFolder) -> None:
    first = state.port("intake")

    assert StateFolder(state.root).port("intake") == first


def test_the_usual_port_is_taken_when_it_is_free(state: StateFolder) -> None:
    usual = free_port()

    assert state.port("intake", preferred=usual) == usual


def test_another_port_is_chosen_when_the_usual_one_is_taken(state: StateFolder) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]

        assert state.port("intake", preferred=port) != port


def test_an_asked_port_that_is_taken_is_an_error_naming_the_occupant(state: StateFolder) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken, match=rf"port {port} .* taken by pid {os.getpid()}") as caught:
            state.port("intake", requested=port)

    assert "ALONGSIDE_INTAKE_PORT" in caught.value.remedy


def test_free_ports_are_distinct_and_outside_the_kernels_own_range() -> None:
    ports = free_ports(50)

    assert len(set(ports)) == 50
    assert max(ports) < int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


def test_a_secret_is_generated_once_and_readable_by_its_owner_only(state: StateFolder) -> None:
    password, key = state.password("postgres"), state.key("person-key")

    again = StateFolder(state.root)
    assert (again.password("postgres"), again.key("person-key")) == (password, key)
    assert password != again.password("other")
    assert stat.S_IMODE((state.root / "secrets.json").stat().st_mode) == 0o600


def test_a_second_supervisor_on_the_same_folder_gets_the_pid_of_the_first(state: StateFolder) -> None:
    with (
        state.hold(),
        pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}"),
        StateFolder(state.root).hold(),
    ):
        pass

    assert not state.is_held()


def test_a_folder_in_use_is_not_reset(state: StateFolder) -> None:
    with state.hold(), pytest.raises(AlreadyRunning):
        control.reset(StateFolder(state.root))

    control.reset(state)
    assert not state.root.exists()


def test_stopping_without_a_running_stack_is_refused(state: StateFolder) -> None:
    with pytest.raises(NotRunning, match="No stack is running"):
        control.down(state)


def test_a_stack_that_does_not_become_ready_is_reported_with_where_to_look(
    state: StateFolder,
) -> None:
    with pytest.raises(NotRunning, match="was not ready within 0 s") as caught:
        control.await_running(state, seconds_max=0)

    assert "`alongside status`" in caught.value.remedy
    assert str(state.logs) in caught.value.remedy


def test_a_status_file_of_a_crashed_supervisor_is_ignored(state: StateFolder) -> None:
    state.write_status({"pid": os.getpid(), "started_at": 1.0, "nodes": [], "addresses": {}})

    assert control.status(state).running is False


def test_a_damaged_file_is_named_with_its_remedy(state: StateFolder) -> None:
    (state.root / "ports.json").write_text("{")

    with pytest.raises(CommandError, match=r"ports\.json is damaged"):
        state.port("intake")


def read_everything(state: StateFolder) -> None:
    """Read both files that may be deleted alone."""
    state.port("intake")
    state.read_status()


@pytest.mark.parametrize("name", ["ports.json", "status.json"])
def test_a_damaged_file_is_replaced_once_it_is_deleted(state: StateFolder, name: str) -> None:
    (state.root / name).write_text("{")
    with pytest.raises(CommandError, match=rf"{name} is damaged") as caught:
        read_everything(state)

    assert "delete ports.json or status.json" in caught.value.remedy
    (state.root / name).unlink()

    read_everything(state)


def test_a_reset_puts_damaged_secrets_right(state: StateFolder) -> None:
    (state.root / "secrets.json").write_text("{")
    with pytest.raises(CommandError, match=r"for secrets\.json run `alongside reset`"):
        state.password("postgres")

    control.reset(state)
    state.create()

    assert state.password("postgres")


def test_the_port_that_the_remedy_names_is_used(state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken, pytest.raises(PortTaken) as caught:
        state.port("intake", requested=taken.getsockname()[1])
    (variable,) = re.findall(r"ALONGSIDE_\w+_PORT", caught.value.remedy)
    another = free_port()
    monkeypatch.setenv(variable, str(another))

    assert state.port("intake", requested=StackSettings().requested_port("intake")) == another


def test_git_ignores_the_folder_from_the_inside(state: StateFolder) -> None:
    assert (state.root / ".gitignore").read_text() == "*\n"
