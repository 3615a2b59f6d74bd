"""Rules for files: meaningful names, no addresses of one machine, READMEs that answer five questions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alongside_contracts.services import SERVICES
from tests.architecture.source import ROOT, distribution_folders, report, written_files

# Written in two halves so that this file does not break its own rule.
REGISTRY_HOSTS = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "repo" + ".maven.apache.org",
    "repo1." + "maven",
)
MACHINE_PATH = re.compile(
    r"(?<![\w./-])/(?:" + "|".join(("wor" + "k", "roo" + "t", "hom" + "e", "User" + "s")) + r")/\w"
)
EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
README_HEADINGS = ("owns", "hears", "announces", "run it alone", "change it")


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    broken = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for file, text in written_texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if any(host in line for host in REGISTRY_HOSTS) or MACHINE_PATH.search(line)
    ]

    assert not broken, report(
        broken, "leave registries to each machine's own settings, and spell paths from the repository's root"
    )


def test_no_lock_file_holds_an_address() -> None:
    broken = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for file, text in written_texts()
        if re.search(r"(\.lock|[-.]lock\.(json|ya?ml)|shrinkwrap\.json)$", file.name)
        for number, line in enumerate(text.splitlines(), start=1)
        if "://" in line or line.startswith(("-i ", "-e ", "--index", "--extra-index", "--find-links"))
    ]

    assert not broken, report(broken, "write the lock with `make lock`, which leaves addresses out")


def test_every_locked_dependency_has_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    broken = [
        entry.split(" ")[0]
        for entry in re.split(r"\n(?! )", lock)
        if "==" in entry and "--hash=" not in entry
    ]

    assert not broken, report(broken, "write the lock with `make lock`, which asks for hashes")


def test_no_folder_or_module_has_an_empty_name() -> None:
    broken = [
        str(path.relative_to(ROOT))
        for folder in distribution_folders()
        for path in sorted(folder.glob("alongside_*/**/*"))
        if path.stem.lower() in EMPTY_NAMES and (path.is_dir() or path.suffix == ".py")
    ]

    assert not broken, report(broken, "find the noun or verb that is true (style 3)")


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_readme_answers_the_five_questions(service: str) -> None:
    readme = ROOT / "services" / service / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    headings = {heading.strip().lower() for heading in re.findall(r"^#+\s+(.+)$", text, flags=re.MULTILINE)}
    missing = [heading for heading in README_HEADINGS if heading not in headings]

    assert not missing, report(
        [f"services/{service}/README.md lacks: {', '.join(missing)}"],
        "give it the headings Owns, Hears, Announces, Run it alone, Change it",
    )


def written_texts() -> list[tuple[Path, str]]:
    """Read every text file; skip data files that are not UTF-8."""
    texts = []
    for file in written_files():
        try:
            texts.append((file, file.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return texts
