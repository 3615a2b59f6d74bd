"""A distribution works with its declared dependencies alone, and its wheel holds every file it needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from alongside_contracts.services import SERVICES
from tests.architecture.alone import needed
from tests.architecture.source import ROOT, distribution_folders, name_of, report, written_files

ALONE = Path(__file__).with_name("alone.py")
# Files for reading, building or deploying the distribution, which are not installed.
NOT_SHIPPED = {"README.md", "deploy.toml", "pyproject.toml"}


def deployed() -> list[Path]:
    """List the folders of the distributions that deploy/Dockerfile builds an image of."""
    return [*(ROOT / "services" / name for name in SERVICES), ROOT / "cli"]


def shipped_by(folder: Path, target: Path) -> list[str]:
    """Build a distribution's wheel into an empty folder and list its files."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return zipfile.ZipFile(next(target.glob("*.whl"))).namelist()


@pytest.mark.parametrize("folder", distribution_folders(), ids=lambda folder: folder.name)
def test_a_distribution_starts_with_only_what_it_declares(folder: Path) -> None:
    package = next(folder.glob("alongside_*"))

    finished = subprocess.run(
        [sys.executable, ALONE, name_of(folder), package.name], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, report(
        finished.stderr.strip().splitlines()[-3:],
        f"declare it in {folder.relative_to(ROOT)}/pyproject.toml, or do without",
    )


@pytest.mark.parametrize("folder", deployed(), ids=lambda folder: folder.name)
def test_an_image_holds_no_laboratory_and_no_local_stack(folder: Path, tmp_path: Path) -> None:
    parts = [
        ROOT / "shared" / "contracts",
        ROOT / "shared" / "chassis",
        ROOT / "shared" / "publishers",
        folder,
    ]  # what deploy/Dockerfile builds

    packages = {name.split("/")[0] for part in parts for name in shipped_by(part, tmp_path / part.name)}
    ours = {name for name in packages if not name.endswith((".dist-info", ".data"))}
    distributions = {name for name in needed(name_of(folder)) if name.startswith("alongside")}

    assert ours == {next(part.glob("alongside_*")).name for part in parts}
    assert distributions <= {name_of(part) for part in parts}


@pytest.mark.parametrize("folder", distribution_folders(), ids=lambda folder: folder.name)
def test_a_wheel_holds_every_file_of_its_distribution(folder: Path, tmp_path: Path) -> None:
    written = [
        file.relative_to(folder).as_posix() for file in written_files(folder) if file.name not in NOT_SHIPPED
    ]

    shipped = shipped_by(folder, tmp_path)
    missing = [file for file in written if not any(f"/{name}".endswith(f"/{file}") for name in shipped)]

    assert not missing, report(
        missing, f"see `[tool.hatch.build.targets.wheel]` in {folder.name}/pyproject.toml"
    )
