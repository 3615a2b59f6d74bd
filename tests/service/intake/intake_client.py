"""A client of intake for tests: submit as the hospital, submit over HTTP, read the answers."""

from typing import Any
from uuid import UUID

import httpx2

from alongside_chassis.testing import Announced, ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.partner import SubmissionAnswered
from alongside_contracts.streams import PEOPLE
from tests.builders import a_submission

HOSPITAL = "st-mary-hospital"
SERVICE = {"Authorization": "Bearer a-token-for-tests"}


class IntakeClient:
    """Intake on the bench, with one registered partner: the hospital."""

    def __init__(self, bench: ServiceBench) -> None:
        self.bench, self.http = bench, bench.client

    async def register(self, partner: str = HOSPITAL, **more: object) -> httpx2.Response:
        """Register a partner in the sample region, and forget that it was announced: most tests ask what follows it."""
        answer = await self.register_and_announce(partner, **more)
        await self.bench.pool.execute("delete from outbox where topic = $1", PEOPLE.topic())
        return answer

    async def register_and_announce(self, partner: str = HOSPITAL, **more: object) -> httpx2.Response:
        """Register a partner in the sample region."""
        body = {"name": "St. Mary Hospital", "setting": "hospital", "region": "us-fl-miami"} | more
        return await self.http.put(f"/partners/{partner}", json=body)

    async def hear(self, event: Event | None = None, **given: Any) -> SubmissionAnswered:
        """Let the hospital submit, and return intake's one answer to it."""
        before = len(await self.answers())
        await self.bench.hear(event or a_submission(**given), partner=HOSPITAL)
        answers = await self.answers()
        assert len(answers) == before + 1, "a submission gets exactly one answer"
        return answers[-1]

    async def post(self, submission: SubmissionReceived, **changes: Any) -> httpx2.Response:
        """Submit over HTTP, as the person or a coordinator."""
        body = submission.model_dump(mode="json", exclude_none=True) | changes
        return await self.http.post("/submissions", json=body)

    async def announced(self) -> list[Announced]:
        """Return what intake announced to the network, without the answers to partners."""
        return [
            item for item in await self.bench.announced() if not isinstance(item.event, SubmissionAnswered)
        ]

    async def announced_types(self) -> list[str]:
        """Return the event types that intake announced to the network."""
        return [type(item.event).__name__ for item in await self.announced()]

    async def answers(self) -> list[SubmissionAnswered]:
        """Return intake's answers to partners, oldest first."""
        return [
            item.event for item in await self.bench.announced() if isinstance(item.event, SubmissionAnswered)
        ]

    async def submission(self, submission_id: UUID | str | None) -> dict[str, Any]:
        """Read a submission over HTTP."""
        response = await self.http.get(f"/submissions/{submission_id}")
        assert response.status_code == 200, response.text
        submission: dict[str, Any] = response.json()
        return submission

    async def clear(self, submission_id: UUID | str | None) -> httpx2.Response:
        """Clear an escalated submission as a coordinator."""
        body = {"coordinator": "coordinator-7", "reason": "spoke with the person, safe tonight"}
        return await self.http.post(f"/submissions/{submission_id}/clear", json=body)

    async def all_text(self) -> str:
        """Return every row of every table as text, to search for data that must not be stored."""
        tables = await self.bench.pool.fetch(
            "select tablename from pg_tables where schemaname = 'public' order by tablename"
        )
        rows = [
            str(await self.bench.pool.fetch(f'select t::text from "{table["tablename"]}" t'))
            for table in tables
        ]
        return "\n".join(rows)


def codes(answer: SubmissionAnswered) -> list[tuple[str, str]]:
    """Return an answer's problems, as code and place."""
    return [(problem.code, problem.where) for problem in answer.problems]
