"""Shared by tests of dead letters: a handler with a fault that can be corrected, and calls that settle dead letters."""

from contextlib import AbstractAsyncContextManager
from uuid import UUID, uuid4

import httpx2

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.dead_letters import DeadLetter
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.errors import Unprocessable
from alongside_chassis.testing import ServiceBench
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.vocabulary import ProblemCode
from tests.builders import a_proposal
from tests.service.chassis.conftest import BareBench

JOURNEY = "referrals.journey.v1"
TOKEN = "a-token-for-tests"
OURS = {"Authorization": f"Bearer {TOKEN}"}


class Fault(dict[str, Exception]):
    """The references the handler fails on now, and how; removing one corrects the fault."""

    def handlers(self) -> Handlers:
        """Build handlers that store a note and announce one fact per event, unless the fault applies."""
        handlers = Handlers()

        @handlers.on(SubmissionAdmitted)
        async def note(event: SubmissionAdmitted, tx: Tx) -> None:
            await tx.conn.execute("insert into seen (key, note) values ($1, $2)", event.key, event.reference)
            tx.announce(a_proposal(event.referral_id))
            if event.reference in self:
                raise self[event.reference]

        return handlers


def faulty(bare: BareBench, fault: Fault) -> AbstractAsyncContextManager[ServiceBench]:
    """Open a service whose handler has this fault, with a client that sends the service token."""
    return bare(fault.handlers(), service_token=TOKEN)


def at(where: str) -> Unprocessable:
    """Build a refusal of this field."""
    return Unprocessable(ProblemCode.NOT_ELIGIBLE, where, "mend it")


async def seen(bench: ServiceBench) -> list[str]:
    """The notes taken, in order."""
    return [row["note"] for row in await bench.pool.fetch("select note from seen order by at")]


async def the_dead_letter(bench: ServiceBench) -> DeadLetter:
    """The only dead letter there is."""
    (letter,) = await bench.dead_letters()
    return letter


async def post(bench: ServiceBench, letter: UUID, verb: str, body: object = None) -> httpx2.Response:
    """Settle a dead letter, with a new Idempotency-Key each time."""
    headers = OURS | {"Idempotency-Key": str(uuid4())}
    return await bench.client.post(f"/dead-letters/{letter}/{verb}", json=body, headers=headers)


async def replayed(bench: ServiceBench, letter: UUID) -> str:
    """The outcome of a replay."""
    answer = await post(bench, letter, "replay")
    assert answer.status_code == 200, answer.text
    outcome: str = answer.json()["outcome"]
    return outcome
