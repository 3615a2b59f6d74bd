"""Offers: add, read, change, pause."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, Page, Read, decode_id_cursor, refuses_with
from alongside_contracts.vocabulary import OfferKind
from alongside_matching.catalogue import offer_updates
from alongside_matching.catalogue.api import refusals
from alongside_matching.catalogue.api.offer_fields import mask_of
from alongside_matching.catalogue.api.offer_forms import (
    AvailabilityForm,
    CapacityForm,
    OfferBatch,
    OfferChanges,
    OfferFilter,
    OfferForm,
    PauseForm,
    check_kind,
)
from alongside_matching.catalogue.api.offer_views import BatchAdded, OfferView
from alongside_matching.catalogue.rules.places import BelowPromised, Fits
from alongside_matching.catalogue.store import offers
from alongside_matching.catalogue.store.offer_batches import Added
from alongside_matching.catalogue.store.offers import StoredOffer
from alongside_matching.cursors import next_cursor
from alongside_matching.engine.policy import Policies
from alongside_matching.region_codes import require_codes_of


def router(policies: Policies) -> APIRouter:
    """Return the routes below `/offers`."""
    routes = APIRouter(prefix="/offers", tags=["offers"])
    _add_reading(routes)
    _add_adding(routes, policies)
    _add_changing(routes, policies)
    _add_places(routes, policies)
    _add_pausing(routes, policies)
    _add_following(routes, policies)
    return routes


def _add_reading(routes: APIRouter) -> None:
    @routes.get("")
    async def list_offers(read: Read, wanted: Annotated[OfferFilter, Query()]) -> Page[OfferView]:
        """List offers in the order they were added."""
        page = await offers.page(
            read.conn,
            after=decode_id_cursor(wanted.cursor),
            region=wanted.region,
            kind=wanted.kind,
            need=wanted.need,
            paused=wanted.paused,
            source=wanted.source,
            limit=wanted.limit,
        )
        items = [OfferView.of(offer) for offer in page]
        return Page(items=items, next_cursor=next_cursor(items, wanted.limit))

    @routes.get("/{offer_id:uuid}")
    async def get_offer(offer_id: UUID, read: Read) -> OfferView:
        """Return one offer."""
        return OfferView.of(_existing(offer_id, await offers.view(read.conn, offer_id)))


def _add_adding(routes: APIRouter, policies: Policies) -> None:
    @routes.post("", status_code=201, response_model=OfferView)
    async def add_offer(form: OfferForm, command: Command) -> Response:
        """Add an offer, and propose it to waiting referrals at once."""

        async def work(tx: Tx) -> OfferView:
            new = form.as_new()
            match await offer_updates.add(tx, new, policies):
                case Added():
                    return await _view(tx, new.id)
                case conflicts:
                    raise refusals.offer_refused(conflicts)

        return await command.run(work, status=201)

    @routes.post("/batch", response_model=BatchAdded, responses=refuses_with(409))
    async def add_offers(batch: OfferBatch, command: Command) -> Response:
        """Add up to a thousand offers, or change those with the same source and source_id; all or none."""

        async def work(tx: Tx) -> BatchAdded:
            new = [form.as_listed() for form in batch.offers]
            match await offer_updates.add_many(tx, new, policies):
                case Added() as added:
                    return BatchAdded.of(added, len(new))
                case conflicts:
                    raise refusals.batch_refused(conflicts)

        return await command.run(work)


def _add_changing(routes: APIRouter, policies: Policies) -> None:
    @routes.patch("/{offer_id:uuid}", response_model=OfferView, responses=refuses_with(409))
    async def change_offer(offer_id: UUID, changes: OfferChanges, command: Command) -> Response:
        """Change an offer's profile, and propose it to waiting referrals at once."""

        async def work(tx: Tx) -> OfferView:
            offer = await _locked(tx, offer_id)
            require_codes_of(offer.region, changes.model_dump(exclude_unset=True), asdict(offer.profile))
            profile, capacity = changes.profile(offer.profile), changes.places(offer.capacity)
            _check_kind(offer.kind, profile.name, capacity)
            match await offer_updates.change(
                tx, offer, profile, capacity, email=changes.contact_email, policies=policies
            ):
                case BelowPromised() as refused:
                    raise refusals.below_promised(refused)
                case Fits():
                    return await _view(tx, offer_id)

        return await command.run(work)


def _add_places(routes: APIRouter, policies: Policies) -> None:
    @routes.put("/{offer_id}/capacity", response_model=OfferView, responses=refuses_with(409))
    async def set_capacity(offer_id: UUID, form: CapacityForm, command: Command) -> Response:
        """Set the agreed number of places; never below the number held or taken."""

        async def work(tx: Tx) -> OfferView:
            offer = await _locked(tx, offer_id)
            _check_kind(offer.kind, offer.profile.name, form.capacity)
            match await offer_updates.set_agreed_places(tx, offer, form.capacity, policies):
                case BelowPromised() as refused:
                    raise refusals.below_promised(refused)
                case Fits():
                    return await _view(tx, offer_id)

        return await command.run(work)

    @routes.put("/{offer_id}/availability", response_model=OfferView)
    async def set_availability(offer_id: UUID, form: AvailabilityForm, command: Command) -> Response:
        """Replace the offer's free periods in the region's week."""

        async def work(tx: Tx) -> OfferView:
            await _locked(tx, offer_id)
            await offer_updates.set_availability(tx, offer_id, mask_of(form.windows), policies)
            return await _view(tx, offer_id)

        return await command.run(work)


def _add_pausing(routes: APIRouter, policies: Policies) -> None:
    @routes.post("/{offer_id}/pause", response_model=OfferView)
    async def pause_offer(offer_id: UUID, command: Command, form: PauseForm | None = None) -> Response:
        """Stop asking this offer, until a time if one is given. Its open proposals stay open."""

        async def work(tx: Tx) -> OfferView:
            match await offer_updates.pause(tx, offer_id, form.until if form else None):
                case offer_updates.InThePast():
                    raise refusals.until_in_the_past()
                case False:
                    raise refusals.no_offer(offer_id)
                case True:
                    return await _view(tx, offer_id)

        return await command.run(work)

    @routes.post("/{offer_id}/resume", response_model=OfferView)
    async def resume_offer(offer_id: UUID, command: Command) -> Response:
        """Ask this offer again, and propose it to waiting referrals at once."""

        async def work(tx: Tx) -> OfferView:
            if not await offer_updates.resume(tx, offer_id, policies):
                raise refusals.no_offer(offer_id)
            return await _view(tx, offer_id)

        return await command.run(work)


def _add_following(routes: APIRouter, policies: Policies) -> None:
    @routes.post("/{offer_id}/follow-source", response_model=OfferView)
    async def follow_source(offer_id: UUID, command: Command) -> Response:
        """Let the offer's source set again what staff have set: a listing does at once, a file or list at its next import.

        A pause stays until it is resumed.
        """

        async def work(tx: Tx) -> OfferView:
            await offer_updates.follow_source(tx, await _locked(tx, offer_id), policies)
            return await _view(tx, offer_id)

        return await command.run(work)


async def _locked(tx: Tx, offer_id: UUID) -> StoredOffer:
    return _existing(offer_id, await offer_updates.lock_offer(tx, offer_id))


async def _view(tx: Tx, offer_id: UUID) -> OfferView:
    return OfferView.of(_existing(offer_id, await offers.view(tx.conn, offer_id)))


def _existing(offer_id: UUID, offer: StoredOffer | None) -> StoredOffer:
    if offer is None:
        raise refusals.no_offer(offer_id)
    return offer


def _check_kind(kind: OfferKind, name: str | None, capacity: int | None) -> None:
    try:
        check_kind(kind, name, capacity)
    except ValueError as error:
        raise refusals.not_its_kind(str(error)) from error
