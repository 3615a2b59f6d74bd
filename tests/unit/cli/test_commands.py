"""How `alongside` finds its sub-commands, and its errors when a distribution or a network is missing."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, EntryPoints, distribution

import pytest
from typer.testing import CliRunner

from alongside_cli import installation, main
from alongside_cli.errors import NotRunning, Unavailable
from alongside_contracts.services import SERVICES
from alongside_localstack.infrastructure import temporary_folder

COMMANDS = {
    found.name: owner
    for owner in ("alongside", "alongside-localstack", "alongside-lab")
    for found in distribution(owner).entry_points
    if found.group == main.COMMANDS
}


@pytest.fixture(autouse=True)
def no_installation_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove settings that the developer's environment may have."""
    for name in ("KAFKA", "TRACES_URL", *(f"{service.upper()}_URL" for service in SERVICES)):
        monkeypatch.delenv(f"ALONGSIDE_{name}", raising=False)


def only_the_operators(*, group: str) -> EntryPoints:
    """Return the entry points of a machine on which only `alongside` is installed."""
    return distribution("alongside").entry_points.select(group=group)


def test_the_distribution_of_each_command_is_the_declared_one() -> None:
    elsewhere = {name: owner for name, owner in COMMANDS.items() if owner != "alongside"}

    assert elsewhere == main.DISTRIBUTION_BY_COMMAND


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_is_for(command: str) -> None:
    result = CliRunner().invoke(main.app, [command, "--help"], prog_name="alongside")

    assert result.exit_code == 0
    usage, purpose = result.output.split("Usage:")[1].strip().split("\n", 1)
    assert usage.startswith(f"alongside {command} ")
    assert re.match(r"\s*\w+", purpose)


@pytest.mark.parametrize("arguments", [["bench", "--quick"], ["faults", "--help"], ["up"], ["simulate", "x"]])
def test_a_command_whose_distribution_is_absent_says_what_to_install(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "entry_points", only_the_operators)

    result = CliRunner().invoke(main.app, arguments)

    assert result.exit_code == 1
    assert f"install {COMMANDS[arguments[0]]}" in result.stderr


def test_a_mistyped_command_gets_a_suggestion() -> None:
    result = CliRunner().invoke(main.app, ["replya"])

    assert result.exit_code == 2
    assert "Did you mean 'replay'?" in result.output


def test_a_command_that_cannot_be_loaded_keeps_no_other_from_working(monkeypatch: pytest.MonkeyPatch) -> None:
    unloadable = EntryPoint("replay", "alongside_cli.nowhere:replay", main.COMMANDS)
    others = distribution("alongside").entry_points.select(group=main.COMMANDS)
    found = EntryPoints([unloadable, *(entry for entry in others if entry.name != "replay")])
    monkeypatch.setattr(main, "entry_points", lambda *, group: found.select(group=group))

    listed, asked = (
        CliRunner().invoke(main.app, ["--help"]),
        CliRunner().invoke(main.app, ["replay", "intake"]),
    )

    assert listed.exit_code == 0
    assert "dead-letters" in listed.output
    assert asked.exit_code == 1
    assert "cannot be loaded: No module named 'alongside_cli.nowhere'" in asked.stderr


def test_commands_speak_to_the_installation_that_settings_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in SERVICES:
        monkeypatch.setenv(f"ALONGSIDE_{service.upper()}_URL", f"https://{service}.example/")
    monkeypatch.setenv("ALONGSIDE_SERVICE_TOKEN", "a-token")

    found = installation.find_installation()

    assert found.addresses == {service: f"https://{service}.example" for service in SERVICES}
    assert found.service_token == "a-token"


def test_half_an_installation_is_refused_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALONGSIDE_INTAKE_URL", "https://intake.example")

    with pytest.raises(Unavailable, match=r"ALONGSIDE_MATCHING_URL, .*ALONGSIDE_DIRECTORY_URL is not set"):
        installation.find_installation()


def test_half_an_installation_is_accepted_once_the_named_variables_are_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALONGSIDE_INTAKE_URL", "https://intake.example")
    with pytest.raises(Unavailable) as refused:
        installation.find_installation()

    for variable in re.findall(r"ALONGSIDE_\w+_URL", refused.value.problem):
        monkeypatch.setenv(variable, "https://other.example")

    assert installation.find_installation().addresses.keys() == set(SERVICES)


def test_without_settings_the_network_of_this_machine_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with temporary_folder() as folder:
        monkeypatch.setenv("ALONGSIDE_STATE", str(folder))

        with pytest.raises(NotRunning, match="start one with `make up`"):
            installation.find_installation()


def test_without_settings_and_local_stack_the_remedy_names_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installation, "entry_points", only_the_operators)

    with pytest.raises(
        NotRunning, match=r"ALONGSIDE_INTAKE_URL.*ALONGSIDE_SERVICE_TOKEN.*alongside-localstack"
    ):
        installation.find_installation()


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["trace", "a-referral"], "ALONGSIDE_TRACES_URL"),
        (["partner", "add", "north-clinic", "--name=North", "--setting=hospital"], "ALONGSIDE_KAFKA"),
    ],
)
def test_what_an_installation_does_not_name_is_asked_for(
    arguments: list[str], remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in SERVICES:
        monkeypatch.setenv(f"ALONGSIDE_{service.upper()}_URL", f"https://{service}.example")

    result = CliRunner().invoke(main.app, arguments)

    assert result.exit_code == 1
    assert f"set {remedy}" in result.stdout
