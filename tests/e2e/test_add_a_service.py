"""docs/how-to/add-a-service.md, followed literally in a copy: after two edited files the sixth service works."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-service.md"
ADDED = ROOT / "docs" / "how-to" / "a-sixth-service"
COPIED = ("cli", "deploy", "docs", "services", "shared", "tests", "tools")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.egg-info", "*_cache")

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository after the page's steps 1 to 4."""
    folder = tmp_path_factory.mktemp("copy")
    folder.chmod(0o711)
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=NOT_COPIED)
    for file in ("docker-compose.yml", "pyproject.toml", "requirements.in", "requirements.lock"):
        shutil.copy(ROOT / file, folder / file)
    shutil.copytree(ADDED, folder, dirs_exist_ok=True)
    for file, old, new in edits():
        text = (folder / file).read_text()
        assert text.count(old) == 1, f"{file} has not just once: {old}"
        (folder / file).write_text(text.replace(old, new))
    run(folder, "-m", "tools.generate")
    run(folder, "-m", "alongside_contracts.schemas")
    return folder


def edits() -> list[tuple[str, str, str]]:
    """Return each hunk of the page's diffs: the file, the old lines, the new lines."""
    hunks_found = []
    for diff in re.findall(r"^```diff\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL):
        header, *hunks = diff.split("@@\n")
        file = re.search(r"^\+\+\+ b/(.+)$", header, flags=re.MULTILINE)
        assert file is not None
        for hunk in hunks:
            lines = hunk.splitlines()
            old = "\n".join(line[1:] for line in lines if line[:1] in (" ", "-"))
            new = "\n".join(line[1:] for line in lines if line[:1] in (" ", "+"))
            hunks_found.append((file[1], old, new))
    return hunks_found


def run(folder: Path, *arguments: str) -> str:
    """Run Python with the copy's packages before the installed ones; return its output."""
    package_folders = [folder, folder / "cli", *folder.glob("shared/*"), *folder.glob("services/*")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, package_folders))}
    result = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_page_edits_two_files() -> None:
    assert {file for file, _, _ in edits()} == {
        "shared/contracts/alongside_contracts/services.py",
        "shared/contracts/alongside_contracts/streams.py",
    }


def test_the_added_files_replace_no_existing_file() -> None:
    assert [
        file for file in ADDED.rglob("*") if file.is_file() and (ROOT / file.relative_to(ADDED)).exists()
    ] == []


def test_every_generated_file_contains_the_new_service(copy: Path) -> None:
    for file in (
        "docker-compose.yml",
        "deploy/prometheus/prometheus.yml",
        "pyproject.toml",
        "requirements.in",
    ):
        assert "milestones" in (copy / file).read_text(), file
    assert "MILESTONES_DB_PASSWORD=" in (copy / "deploy/example.env").read_text()
    assert "| `milestones` | `referrals.journey.v1` |" in (copy / "docs/operations.md").read_text()


def test_the_checks_pass_with_the_new_service(copy: Path) -> None:
    run(copy, "-m", "tools.generate", "--check")
    run(copy, "-m", "alongside_contracts.schemas", "--check")
    run(copy, "tools/check_migrations.py", "milestones")
    run(copy, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    compose = Path(sys.executable).with_name("docker-compose")
    subprocess.run([compose, "--profile", "*", "config", "--quiet"], cwd=copy, check=True)


def test_the_new_service_starts_migrates_hears_and_announces(copy: Path) -> None:
    answer = json.loads(run(copy, "tests/e2e/drive_a_sixth_service.py"))

    assert answer["announced"]["referral_id"] == answer["sent"]
