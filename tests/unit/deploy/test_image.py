"""An image holds contracts, chassis and one other distribution, and only locked dependencies."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise

import pytest

from deploy.needed import cut, entries, requirements_of
from tests.unit.deploy.files import DEPLOY, ROOT, SERVICES, containers

LOCK = """\
orjson==3.13.0 \\
    --hash=sha256:aaaa
Some_Thing==1.0 ; python_version < '3.12' \\
    --hash=sha256:bbbb \\
    --hash=sha256:cccc
some-thing==2.0 ; python_version >= '3.12' \\
    --hash=sha256:dddd
"""
MAY_BE_COPIED = {
    "requirements.lock",
    "deploy/needed.py",
    *(
        f"shared/{room}{file}"
        for room in ("contracts", "chassis", "publishers")
        for file in ("", "/pyproject.toml")
    ),
    "${ROOM}",
    "${ROOM}/pyproject.toml",
}


def instructions(word: str) -> list[str]:
    """Return the arguments of every instruction of that name in the Dockerfile, with continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{word}\s+(.+)$", text, flags=re.MULTILINE)


def test_the_image_is_built_from_the_lock_the_shared_rooms_and_one_more() -> None:
    copied = {
        source
        for line in instructions("COPY")
        if not line.startswith("--from=")
        for source in shlex.split(line)[:-1]
    }

    assert copied == MAY_BE_COPIED
    assert not instructions("ADD")
    assert instructions("ARG").count("ROOM=services/${SERVICE}") == 1


def test_dependencies_are_installed_with_hashes_and_our_rooms_without_an_index() -> None:
    commands = [part.strip() for line in instructions("RUN") for part in line.split("&&")]
    installs = [command for command in commands if re.search(r"pip\b.*\b(install|wheel|download)\b", command)]

    assert installs
    assert all("--require-hashes" in command or "--no-index" in command for command in installs)


def test_the_program_is_process_one_without_rights_and_its_health_is_asked_by_itself() -> None:
    (command,) = instructions("CMD")
    (health,) = instructions("HEALTHCHECK")

    assert json.loads(command) == ["sh", "-c", 'exec python -m "alongside_${SERVICE}"']
    assert instructions("USER") == ["10001:10001"]
    assert "/health/live" in health
    assert json.loads(health.partition("CMD ")[2])[0] == "python"
    assert all(image.startswith("python:${PYTHON}") for image in instructions("FROM"))


@pytest.mark.parametrize(
    "container", [*SERVICES, *(f"migrate-{service}" for service in SERVICES), "kafka-set-up"]
)
def test_compose_builds_each_image_with_its_own_room(container: str) -> None:
    build = containers()[container]["build"]
    room = "cli" if container == "kafka-set-up" else container.removeprefix("migrate-")

    assert build["dockerfile"] == "deploy/Dockerfile"
    assert build["args"] == {"SERVICE": room} | ({"ROOM": "cli"} if room == "cli" else {})
    assert containers()[container]["image"] == f"alongside/{room}:${{VERSION:-dev}}"


def test_nothing_but_source_and_lock_reaches_the_builder() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]

    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {
        "requirements.lock",
        "deploy/needed.py",
        "shared",
        "services",
        "cli",
    }
    assert "**/.env*" in lines


def test_a_distribution_asks_for_its_dependencies_and_not_for_our_other_distributions() -> None:
    asked = requirements_of(str(ROOT / "services" / "intake"))

    assert any(requirement.startswith("cryptography") for requirement in asked)
    assert not [requirement for requirement in asked if requirement.startswith("alongside")]


def test_the_cut_keeps_every_hash_and_every_marker_of_what_is_needed() -> None:
    assert cut(LOCK, ["some-thing"]) == LOCK.partition("Some_Thing")[1] + LOCK.partition("Some_Thing")[2]


def test_what_the_lock_does_not_hold_is_not_installed() -> None:
    with pytest.raises(LookupError, match="make lock"):
        cut(LOCK, ["orjson", "unheard-of"])


def test_the_lock_is_read_whole() -> None:
    lock = (ROOT / "requirements.lock").read_text()

    assert "".join(entries(lock).values()).count("--hash=") == lock.count("--hash=")
    assert all("==" in block.splitlines()[0] for block in entries(lock).values())
    assert all(before < after for before, after in pairwise(sorted(entries(lock))))
