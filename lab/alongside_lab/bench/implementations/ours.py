"""Our implementation: a service with one handler on the chassis."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import FastAPI

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.main import serve
from alongside_chassis.service import Service, build_app
from alongside_contracts.ids import SubmissionId, new_id
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.partner import SubmissionAnswered
from alongside_contracts.streams import PARTNER_REFERRALS
from alongside_contracts.vocabulary import Answer
from alongside_lab.bench.settings import HopSettings

_ADD = """
    insert into hop (id, reference, person_reference, region, received_at)
    select u.*, $5 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) u
"""


def build(settings: HopSettings) -> FastAPI:
    """Return the hop as an ASGI application."""
    handlers = Handlers()

    @handlers.on_batch(SubmissionReceived)
    async def keep_and_answer(events: Sequence[SubmissionReceived], tx: Tx) -> None:
        ids = [new_id() for _ in events]
        await tx.conn.execute(
            _ADD,
            ids,
            [event.reference for event in events],
            [event.person_reference for event in events],
            [event.region for event in events],
            tx.now,
        )
        for event, id_ in zip(events, ids, strict=True):
            tx.caused_by(event)
            tx.announce(
                SubmissionAnswered(
                    partner=settings.hop_partner,
                    reference=event.reference,
                    submission_id=SubmissionId(id_),
                    answer=Answer.ADMITTED,
                ),
                partner=settings.hop_partner,
            )

    return build_app(
        Service(
            name=settings.hop_name,
            title="The hop",
            settings=settings,
            handlers=handlers,
            hears=(replace(PARTNER_REFERRALS, name=settings.hop_from),),
        )
    )


def main() -> None:
    """Serve until SIGTERM."""
    settings = HopSettings.model_validate({})
    serve(build(settings), settings)


if __name__ == "__main__":
    main()
