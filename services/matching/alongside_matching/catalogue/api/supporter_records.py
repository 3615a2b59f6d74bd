"""A supporter's record: agreement, certificates, trainings, supervision, and signs of strain."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg
from fastapi import Response
from pydantic import Field

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, Read, refuses_with
from alongside_contracts.fields.times import Day
from alongside_contracts.vocabulary import OfferKind
from alongside_matching.catalogue import offer_updates, supporter_records
from alongside_matching.catalogue.api import refusals
from alongside_matching.catalogue.api.offer_fields import (
    AgreementForm,
    CertificateForm,
    Minutes,
    Strict,
    TrainingForm,
)
from alongside_matching.catalogue.api.offer_views import CertificateView, OfferView, RecordView, TrainingView
from alongside_matching.catalogue.rules.certificates import Sound, Unsound
from alongside_matching.catalogue.rules.codes import LogKind
from alongside_matching.catalogue.rules.supervision import SupervisorFull
from alongside_matching.catalogue.store import offers, supporters
from alongside_matching.catalogue.store.offers import StoredOffer
from alongside_matching.catalogue.supporter_records import InTheFuture, Noted
from alongside_matching.engine.policy import Policies

SUPERVISIONS_SHOWN: Final = 50


class DayForm(Strict):
    """A log entry for a day, and its duration in minutes."""

    on: Day
    minutes: Minutes = 0


class SelfCheckForm(Strict):
    """Three answers, 0 (not at all) to 4 (entirely): rested, supported, able to take somebody on."""

    rested: int = Field(ge=0, le=4)
    supported: int = Field(ge=0, le=4)
    able: int = Field(ge=0, le=4)


def router(policies: Policies) -> APIRouter:
    """Return the routes below `/offers/{id}` that are for supporters only."""
    routes = APIRouter(prefix="/offers/{offer_id}", tags=["supporters"])
    _add_record(routes, policies)
    _add_agreement(routes, policies)
    _add_certificates(routes, policies)
    _add_log_entries(routes, policies)
    _add_self_check(routes, policies)
    return routes


def _add_record(routes: APIRouter, policies: Policies) -> None:
    @routes.get("/record", responses=refuses_with(409))
    async def get_record(offer_id: UUID, read: Read) -> RecordView:
        """Return the record of a supporter, without self-checks, crises and time spent supporting."""
        offer = _supporter(offer_id, await offers.view(read.conn, offer_id))
        today = policies.of(offer.region).day(read.runtime.clock.now())
        return await _record(read.conn, offer_id, today)


def _add_agreement(routes: APIRouter, policies: Policies) -> None:
    @routes.put("/agreement", response_model=OfferView, responses=refuses_with(409))
    async def set_agreement(offer_id: UUID, form: AgreementForm, command: Command) -> Response:
        """Set the agreed hours a week and the supervisor."""

        async def set_agreement(tx: Tx, offer: StoredOffer) -> None:
            match await supporter_records.agree(
                tx,
                offer,
                hours_per_week_max=form.hours_per_week_max,
                supervisor=form.supervisor,
                policies=policies,
            ):
                case SupervisorFull(supporters_max=supporters_max):
                    raise refusals.supervisor_full(supporters_max)
                case Noted():
                    pass

        async def work(tx: Tx) -> OfferView:
            await supporter_records.lock_supervisor(tx, form.supervisor)
            return await _change_supporter(offer_id, set_agreement)(tx)

        return await command.run(work)


def _add_certificates(routes: APIRouter, policies: Policies) -> None:
    @routes.post("/certificates", status_code=201, response_model=OfferView, responses=refuses_with(409))
    async def add_certificate(offer_id: UUID, form: CertificateForm, command: Command) -> Response:
        """Add a certificate; an expired one is refused."""

        async def work(tx: Tx, offer: StoredOffer) -> None:
            match await supporter_records.certify(tx, offer, form.certificate(), policies):
                case Unsound() as refused:
                    raise refusals.unsound_certificate(refused)
                case Sound():
                    pass

        return await command.run(_change_supporter(offer_id, work), status=201)

    @routes.post("/trainings", status_code=201, response_model=OfferView, responses=refuses_with(409))
    async def add_training(offer_id: UUID, form: TrainingForm, command: Command) -> Response:
        """Add a completed training."""

        async def work(tx: Tx, offer: StoredOffer) -> None:
            _refuse_future_day(
                await supporter_records.train(tx, offer, form.training(), policies), "body.completed_on"
            )

        return await command.run(_change_supporter(offer_id, work), status=201)


def _add_log_entries(routes: APIRouter, policies: Policies) -> None:
    def add(path: str, kind: LogKind, description: str) -> None:
        @routes.post(
            path,
            name=f"note_{kind}",
            status_code=201,
            response_model=OfferView,
            responses=refuses_with(409),
            description=description,
        )
        async def note(offer_id: UUID, form: DayForm, command: Command) -> Response:
            async def work(tx: Tx, offer: StoredOffer) -> None:
                decision = await supporter_records.note(
                    tx, offer, kind, form.on, minutes=form.minutes, policies=policies
                )
                _refuse_future_day(decision, "body.on")

            return await command.run(_change_supporter(offer_id, work), status=201)

    add("/supervisions", LogKind.SUPERVISION, "Note that a supervision took place.")
    add(
        "/support",
        LogKind.SUPPORT,
        "Note time spent supporting; once all agreed hours are spent, no new places are offered for a while.",
    )
    add(
        "/crises",
        LogKind.CRISIS,
        "Note exposure to a crisis, which lowers the supporter's places for a while.",
    )


def _add_self_check(routes: APIRouter, policies: Policies) -> None:
    @routes.post("/self-checks", status_code=201, response_model=OfferView, responses=refuses_with(409))
    async def store_self_check(offer_id: UUID, form: SelfCheckForm, command: Command) -> Response:
        """Store a self-check. No route shows it again; only the number of places changes with it."""

        async def work(tx: Tx, _offer: StoredOffer) -> None:
            await supporter_records.check_self(tx, offer_id, **form.model_dump(), policies=policies)

        return await command.run(_change_supporter(offer_id, work), status=201)


def _change_supporter(
    offer_id: UUID, change: Callable[[Tx, StoredOffer], Awaitable[None]]
) -> Callable[[Tx], Awaitable[OfferView]]:
    """Return a command that changes a locked supporter and answers with the offer as it is afterwards."""

    async def work(tx: Tx) -> OfferView:
        await change(tx, _supporter(offer_id, await offer_updates.lock_offer(tx, offer_id)))
        return OfferView.of(_supporter(offer_id, await offers.view(tx.conn, offer_id)))

    return work


def _supporter(offer_id: UUID, offer: StoredOffer | None) -> StoredOffer:
    if offer is None:
        raise refusals.no_offer(offer_id)
    if offer.kind is not OfferKind.SUPPORTER:
        raise refusals.no_supporter()
    return offer


def _refuse_future_day(decision: Noted | InTheFuture, field: str) -> None:
    if isinstance(decision, InTheFuture):
        raise refusals.not_yet(field)


async def _record(conn: asyncpg.Connection, offer_id: UUID, today: date) -> RecordView:
    agreement = await supporters.load_agreement(conn, offer_id)
    certificates = (await supporters.load_certificates(conn, [offer_id]))[offer_id]
    trainings = await supporters.load_trainings(conn, offer_id)
    return RecordView(
        hours_per_week_max=agreement.hours_per_week_max,
        supervisor=agreement.supervisor,
        certificates=tuple(
            CertificateView(
                issuer=certificate.issuer,
                endorsement=certificate.endorsement,
                issued_on=certificate.issued_on,
                expires_on=certificate.expires_on,
                valid=certificate.issued_on <= today <= certificate.expires_on,
            )
            for certificate in certificates
        ),
        trainings=tuple(
            TrainingView.model_validate(training, from_attributes=True) for training in trainings
        ),
        training_hours=sum(training.hours for training in trainings),
        supervised_on=tuple(await supporters.load_supervisions(conn, offer_id, SUPERVISIONS_SHOWN)),
    )
