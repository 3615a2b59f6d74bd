"""A room works with what it declares and nothing else, and its wheel holds every file it needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, report, rooms, written_files

ALONE = Path(__file__).with_name("alone.py")
# For those who read, build or deploy the room, not for those who install it.
NOT_SHIPPED = {"README.md", "deploy.toml", "pyproject.toml"}


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_a_room_starts_with_only_what_it_declares(room: Path) -> None:
    package = next(room.glob("alongside_*"))
    distribution = "alongside" if room.name == "cli" else package.name.replace("_", "-")

    finished = subprocess.run(
        [sys.executable, ALONE, distribution, package.name], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, report(
        finished.stderr.strip().splitlines()[-3:],
        f"declare it in {room.relative_to(ROOT)}/pyproject.toml, or do without",
    )


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_a_wheel_holds_every_file_of_its_room(room: Path, tmp_path: Path) -> None:
    written = [
        file.relative_to(room).as_posix() for file in written_files(room) if file.name not in NOT_SHIPPED
    ]

    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=room, check=True, capture_output=True)
    shipped = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    missing = [file for file in written if not any(f"/{name}".endswith(f"/{file}") for name in shipped)]

    assert not missing, report(
        missing, f"see `[tool.hatch.build.targets.wheel]` in {room.name}/pyproject.toml"
    )
