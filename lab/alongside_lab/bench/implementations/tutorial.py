"""The tutorial: the design of the introductions to FastStream and SQLModel, one message and session at a time.

FastStream is imported in `build`, so that importing this module stays fast.
"""

from importlib import import_module
from typing import Any

import uvloop
from sqlmodel import Session, create_engine

from alongside_chassis.clock import SystemClock
from alongside_contracts.ids import SubmissionId, new_id
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.partner import SubmissionAnswered
from alongside_contracts.vocabulary import Answer
from alongside_lab.bench.settings import HopSettings
from alongside_lab.bench.tables import HopRow, psycopg_url


def build(settings: HopSettings) -> Any:
    """Return the FastStream application."""
    faststream, kafka = import_module("faststream"), import_module("faststream.kafka")
    broker = kafka.KafkaBroker(settings.kafka)
    engine = create_engine(psycopg_url(settings.database_url.get_secret_value()))

    @broker.subscriber(settings.hop_from, group_id=settings.hop_name, auto_offset_reset="earliest")  # type: ignore[untyped-decorator]
    @broker.publisher(settings.hop_to)  # type: ignore[untyped-decorator]
    async def answer(submission: SubmissionReceived) -> SubmissionAnswered:
        row = HopRow(
            id=new_id(),
            reference=submission.reference,
            person_reference=submission.person_reference,
            region=submission.region,
            received_at=SystemClock().now(),
        )
        with Session(engine) as session, session.begin():
            session.add(row)
            return SubmissionAnswered(
                partner=settings.hop_partner,
                reference=submission.reference,
                submission_id=SubmissionId(row.id),
                answer=Answer.ADMITTED,
            )

    return faststream.FastStream(broker)


def main() -> None:
    """Run until SIGTERM."""
    uvloop.run(build(HopSettings.model_validate({})).run())


if __name__ == "__main__":
    main()
