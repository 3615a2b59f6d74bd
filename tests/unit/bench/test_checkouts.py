"""A second checkout is created from a commit, built by its `make setup`, and removed in every case."""

import subprocess
from pathlib import Path

import pytest

from alongside_lab.bench.against.checkouts import commit_of, running_checkout, second_checkout
from alongside_lab.bench.errors import CheckoutFailed, UnknownRevision
from alongside_localstack.errors import AlreadyRunning

SETUP = """
setup:
\t@mkdir -p .venv && echo $(PYTHON) > .venv/python && echo "$(ARGS)$$PYTHONPATH" > .venv/arguments
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of two commits; its `make setup` writes down its arguments."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    for text in ("first", "second"):
        (root / "Makefile").write_text(SETUP)
        (root / "text").write_text(text)
        git(root, "add", ".")
        git(root, "commit", "--quiet", "--message", text)
    return root


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@alongside.example")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_a_commit_is_checked_out_and_built_by_its_own_make(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "of-this-checkout")
    monkeypatch.setenv("MAKEFLAGS", " -- ARGS=--against\\ HEAD~1")  # as under `make bench`
    (repository / "text").write_text("changed since")

    with second_checkout(repository, commit_of(repository, "HEAD~1"), tmp_path / "state") as old:
        assert (old.root / "text").read_text() == "first"
        assert (old.root / ".venv" / "python").read_text().strip()
        assert (old.root / ".venv" / "arguments").read_text().strip() == ""
        assert old.python == old.root / ".venv" / "bin" / "python"

    assert not old.root.exists()
    assert git(repository, "worktree", "list").count("\n") == 0
    assert (repository / "text").read_text() == "changed since"


def test_the_checkout_is_gone_after_an_interruption(repository: Path, tmp_path: Path) -> None:
    def interrupted() -> None:
        with second_checkout(repository, commit_of(repository, "HEAD"), tmp_path / "state") as old:
            places.append(old.root)
            raise KeyboardInterrupt

    places: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert not places[0].exists()
    assert git(repository, "worktree", "list").count("\n") == 0


def test_leftovers_of_killed_runs_are_removed(repository: Path, tmp_path: Path) -> None:
    first, second = commit_of(repository, "HEAD~1"), commit_of(repository, "HEAD")
    for commit in (first, second):
        leftover = tmp_path / "state" / commit[:12]
        git(repository, "worktree", "add", "--detach", str(leftover), commit)
        (leftover / "text").write_text("half measured")

    with second_checkout(repository, first, tmp_path / "state") as old:
        assert (old.root / "text").read_text() == "first"
        assert not (tmp_path / "state" / second[:12]).exists()

    assert git(repository, "worktree", "list").count("\n") == 0


def test_two_comparisons_do_not_share_a_folder(repository: Path, tmp_path: Path) -> None:
    commit = commit_of(repository, "HEAD")

    with (
        second_checkout(repository, commit, tmp_path / "state") as old,
        pytest.raises(AlreadyRunning, match="Another comparison"),
        second_checkout(repository, commit, tmp_path / "state"),
    ):
        pass

    assert not old.root.exists()


def test_a_setup_that_fails_shows_what_it_printed(repository: Path, tmp_path: Path) -> None:
    (repository / "Makefile").write_text("setup:\n\t@echo no network here; exit 3\n")
    git(repository, "commit", "--quiet", "--all", "--message", "break it")

    with (
        pytest.raises(CheckoutFailed, match="no network here"),
        second_checkout(repository, commit_of(repository, "HEAD"), tmp_path / "state"),
    ):
        pass

    assert git(repository, "worktree", "list").count("\n") == 0


@pytest.mark.parametrize("revision", ["no-such-branch", "", "HEAD:text", "--all", "HEAD~9"])
def test_a_revision_that_is_not_a_commit_is_refused_by_name(repository: Path, revision: str) -> None:
    with pytest.raises(UnknownRevision, match="is not a commit") as refused:
        commit_of(repository, revision)

    assert repr(revision) in str(refused.value)


def test_the_running_checkout_is_the_one_this_code_lies_in() -> None:
    found = running_checkout()

    assert Path(__file__).is_relative_to(found.root)
    assert found.python.exists()
