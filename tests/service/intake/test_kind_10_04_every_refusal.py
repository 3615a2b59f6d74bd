"""A danger is heard whatever a request is refused for: its size, its path, an error of ours, a database that is away."""

import asyncpg
import pytest

from alongside_contracts.vocabulary import Risk, Setting
from alongside_intake.submissions.service import SubmissionService
from tests.builders import a_submission
from tests.service.intake.intake_client import IntakeClient

DANGER = a_submission(setting=Setting.SELF, risks=(Risk.DANGER_TO_SELF,)).model_dump(
    mode="json", exclude_none=True
)


def failing(error: Exception) -> object:
    """Return a way to receive submissions that always fails."""

    async def receive(*_args: object) -> None:
        raise error

    return receive


async def test_a_path_with_a_slash_at_its_end_is_the_same_entry(intake: IntakeClient) -> None:
    answer = await intake.http.post("/submissions/", json=DANGER)

    assert (answer.status_code, answer.json()["decision"]) == (201, "escalated")


@pytest.mark.parametrize("path", ["/submissions", "/submissions/x/consent", "/submissions/x/withdrawal"])
async def test_a_body_that_is_too_large_is_heard_on_every_path_of_submissions(
    intake: IntakeClient, path: str
) -> None:
    answer = await intake.http.post(path, json=DANGER | {"note": "x" * 1_100_000})

    assert answer.status_code == 413
    assert answer.json()["escalated_as"] is not None
    assert await intake.announced_types() == ["SubmissionEscalated"]


@pytest.mark.parametrize("partner", ["clear", "consent", "submissions"])
async def test_a_partner_with_the_name_of_another_path_has_no_larger_body(
    intake: IntakeClient, partner: str
) -> None:
    answer = await intake.http.put(f"/partners/{partner}", content=b"{" + b" " * 1_100_000)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (asyncpg.DataError("a value"), 422),
        (asyncpg.DeadlockDetectedError("a race"), 503),
        (RuntimeError("a bug"), 500),
    ],
)
async def test_a_danger_is_escalated_when_its_submission_fails(
    intake: IntakeClient, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    monkeypatch.setattr(SubmissionService, "receive", failing(error))

    answer = await intake.http.post("/submissions", json=DANGER)

    assert answer.status_code == status
    assert answer.json()["crisis_resources"][0]["number"] == "988"
    assert await intake.announced_types() == ["SubmissionEscalated"]


async def test_a_danger_is_answered_with_crisis_lines_though_nothing_can_be_stored(
    intake: IntakeClient,
) -> None:
    await intake.bench.pool.execute("alter table submission rename to submission_away")
    try:
        answer = await intake.http.post("/submissions", json=DANGER)
    finally:  # the next test that is lent this database needs it
        await intake.bench.pool.execute("alter table submission_away rename to submission")

    assert answer.status_code >= 500
    assert answer.json()["crisis_resources"][0]["number"] == "988"
    assert "escalated_as" not in answer.json()
