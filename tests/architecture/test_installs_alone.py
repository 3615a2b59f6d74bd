"""A room works with what it declares and nothing else, and its wheel holds every file it needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from alongside_contracts.services import SERVICES
from tests.architecture.alone import needed
from tests.architecture.source import ROOT, name_of, report, rooms, written_files

ALONE = Path(__file__).with_name("alone.py")
# For those who read, build or deploy the room, not for those who install it.
NOT_SHIPPED = {"README.md", "deploy.toml", "pyproject.toml"}


def deployed() -> list[Path]:
    """List the rooms that deploy/Dockerfile makes an image of."""
    return [*(ROOT / "services" / name for name in SERVICES), ROOT / "cli"]


def shipped_by(room: Path, folder: Path) -> list[str]:
    """Build a room's wheel into an empty folder and list what is in it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=room, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl"))).namelist()


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_a_room_starts_with_only_what_it_declares(room: Path) -> None:
    package = next(room.glob("alongside_*"))

    finished = subprocess.run(
        [sys.executable, ALONE, name_of(room), package.name], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, report(
        finished.stderr.strip().splitlines()[-3:],
        f"declare it in {room.relative_to(ROOT)}/pyproject.toml, or do without",
    )


@pytest.mark.parametrize("room", deployed(), ids=lambda room: room.name)
def test_an_image_holds_no_laboratory_and_no_local_stack(room: Path, tmp_path: Path) -> None:
    parts = [
        ROOT / "shared" / "contracts",
        ROOT / "shared" / "chassis",
        room,
    ]  # what deploy/Dockerfile builds

    packages = {name.split("/")[0] for part in parts for name in shipped_by(part, tmp_path / part.name)}
    ours = {name for name in packages if not name.endswith((".dist-info", ".data"))}
    distributions = {name for name in needed(name_of(room)) if name.startswith("alongside")}

    assert ours == {next(part.glob("alongside_*")).name for part in parts}
    assert distributions == {name_of(part) for part in parts}


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_a_wheel_holds_every_file_of_its_room(room: Path, tmp_path: Path) -> None:
    written = [
        file.relative_to(room).as_posix() for file in written_files(room) if file.name not in NOT_SHIPPED
    ]

    shipped = shipped_by(room, tmp_path)
    missing = [file for file in written if not any(f"/{name}".endswith(f"/{file}") for name in shipped)]

    assert not missing, report(
        missing, f"see `[tool.hatch.build.targets.wheel]` in {room.name}/pyproject.toml"
    )
