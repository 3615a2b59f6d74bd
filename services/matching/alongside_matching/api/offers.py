"""Offers: add, read, change, pause."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from alongside_chassis.http import Command, Page, Read, decode_id_cursor
from alongside_chassis.transaction import Tx
from alongside_contracts.vocabulary import OfferKind
from alongside_matching import offering
from alongside_matching.api import refusals
from alongside_matching.api.cursors import next_cursor
from alongside_matching.api.offer_forms import (
    BatchAdded,
    OfferBatch,
    OfferChanges,
    OfferFilter,
    OfferForm,
    OfferView,
    check_kind,
)
from alongside_matching.domain.places import BelowPromised, Fits
from alongside_matching.domain.policy import Policies
from alongside_matching.store import offers
from alongside_matching.store.offer_batches import Added


def router(policies: Policies) -> APIRouter:
    """`/offers` and what is below it."""
    routes = APIRouter(prefix="/offers", tags=["offers"])
    _add_reading(routes)
    _add_adding(routes, policies)
    _add_changing(routes, policies)
    _add_pausing(routes, policies)
    return routes


def _add_reading(routes: APIRouter) -> None:
    @routes.get("")
    async def list_offers(read: Read, wanted: Annotated[OfferFilter, Query()]) -> Page[OfferView]:
        """Offers in the order they were added."""
        rows = await offers.page(
            read.conn,
            after=decode_id_cursor(wanted.cursor),
            region=wanted.region,
            kind=wanted.kind.value if wanted.kind else None,
            need=wanted.need.value if wanted.need else None,
            paused=wanted.paused,
            source=wanted.source,
            limit=wanted.limit,
        )
        items = [OfferView.model_validate(dict(row)) for row in rows]
        return Page(items=items, next_cursor=next_cursor(items, wanted.limit))

    @routes.get("/{offer_id}")
    async def read_offer(offer_id: UUID, read: Read) -> OfferView:
        """One offer."""
        row = await offers.view(read.conn, offer_id)
        if row is None:
            raise refusals.no_offer(offer_id)
        return OfferView.model_validate(dict(row))


def _add_adding(routes: APIRouter, policies: Policies) -> None:
    @routes.post("", status_code=201, response_model=OfferView)
    async def add_offer(form: OfferForm, command: Command) -> Response:
        """Add an offer; those who wait for one like it are looked at at once."""

        async def work(tx: Tx) -> OfferView:
            new = form.as_new()
            await offering.add(tx, new, policies)
            return await _view(tx, new.id)

        return await command.run(work, status=201)

    @routes.post("/batch", response_model=BatchAdded)
    async def add_batch(batch: OfferBatch, command: Command) -> Response:
        """Add up to a thousand offers, or change those known by the same source and source_id; all or none."""

        async def work(tx: Tx) -> BatchAdded:
            new = [form.as_listed() for form in batch.offers]
            match await offering.add_many(tx, new):
                case Added(created=created, changed=changed):
                    unchanged = len(new) - len(created) - len(changed)
                    return BatchAdded(created=len(created), changed=len(changed), unchanged=unchanged)
                case conflicts:
                    raise refusals.batch_refused(conflicts)

        return await command.run(work)


def _add_changing(routes: APIRouter, policies: Policies) -> None:
    @routes.patch("/{offer_id}", response_model=OfferView)
    async def change_offer(offer_id: UUID, changes: OfferChanges, command: Command) -> Response:
        """Change what an offer says of itself; those who wait for one like it are looked at at once."""
        sent = changes.model_dump(mode="json", exclude_unset=True)

        async def work(tx: Tx) -> OfferView:
            before = await offering.locked(tx, offer_id)
            if before is None:
                raise refusals.no_offer(offer_id)
            wanted = {**before, **sent}
            try:
                check_kind(OfferKind(wanted["kind"]), wanted["name"], wanted["capacity"])
            except ValueError as why:
                raise refusals.not_its_kind(str(why)) from why
            match await offering.change(tx, offer_id, wanted, policies):
                case BelowPromised() as refused:
                    raise refusals.below_promised(refused)
                case Fits():
                    return await _view(tx, offer_id)

        return await command.run(work)


def _add_pausing(routes: APIRouter, policies: Policies) -> None:
    @routes.post("/{offer_id}/pause", response_model=OfferView)
    async def pause_offer(offer_id: UUID, command: Command) -> Response:
        """Ask this offer no more. Proposals it has already stay open."""

        async def work(tx: Tx) -> OfferView:
            if not await offering.pause(tx, offer_id):
                raise refusals.no_offer(offer_id)
            return await _view(tx, offer_id)

        return await command.run(work)

    @routes.post("/{offer_id}/resume", response_model=OfferView)
    async def resume_offer(offer_id: UUID, command: Command) -> Response:
        """Ask this offer again; those who wait are looked at at once."""

        async def work(tx: Tx) -> OfferView:
            if not await offering.resume(tx, offer_id, policies):
                raise refusals.no_offer(offer_id)
            return await _view(tx, offer_id)

        return await command.run(work)


async def _view(tx: Tx, offer_id: UUID) -> OfferView:
    row = await offers.view(tx.conn, offer_id)
    if row is None:
        raise refusals.no_offer(offer_id)
    return OfferView.model_validate(dict(row))
