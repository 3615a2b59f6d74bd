"""A bare service as a separate process that can be killed: `python -m … <prefix> faulty|mended`.

It stores every reference that begins with the prefix. While faulty, it refuses those that continue with `bad`.
"""

import sys

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.errors import Unprocessable
from alongside_chassis.main import serve
from alongside_chassis.service import Service, build_app
from alongside_chassis.settings import Settings
from alongside_contracts import streams
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_contracts.vocabulary import ProblemCode


def handlers(prefix: str, *, faulty: bool) -> Handlers:
    """Register the service's handlers."""
    made = Handlers()

    async def note(key: str, reference: str, tx: Tx) -> None:
        if not reference.startswith(prefix):
            return  # the broker is shared with other tests
        await tx.conn.execute("insert into seen (key, note) values ($1, $2)", key, reference)
        if faulty and reference.startswith(f"{prefix}bad"):
            raise Unprocessable(ProblemCode.NOT_ELIGIBLE, "reference", "wait until this is mended")

    @made.on(SubmissionReceived)
    async def received(event: SubmissionReceived, tx: Tx) -> None:
        await note(event.person_reference, event.reference, tx)

    @made.on(SubmissionAdmitted)
    async def admitted(event: SubmissionAdmitted, tx: Tx) -> None:
        await note(event.key, event.reference, tx)

    return made


def main(prefix: str, state: str) -> None:
    """Serve until killed."""
    settings = Settings()
    service = Service(
        name="bare",
        title="Bare",
        settings=settings,
        handlers=handlers(prefix, faulty=state == "faulty"),
        hears=(streams.JOURNEY, streams.PARTNER_REFERRALS),
    )
    serve(build_app(service), settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
