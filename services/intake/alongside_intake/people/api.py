"""HTTP routes for partners, for registering people's contact routes, and for erasure."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path, Query, Response

from alongside_chassis.announce import Tx
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import (
    PAGE_MAX,
    APIRouter,
    Command,
    Page,
    Read,
    ServiceOnly,
    cursor_text,
    decode_cursor,
    encode_cursor,
    refuses_with,
)
from alongside_contracts.codes import Codes
from alongside_contracts.ids import PartnerId, Reference
from alongside_contracts.streams import PARTNER_REFERRALS, PARTNER_STATUS
from alongside_contracts.vocabulary import Channel
from alongside_intake import announcements
from alongside_intake.domain.facts import SELF, Policies
from alongside_intake.domain.identity import finds_person_by
from alongside_intake.domain.problem import Code
from alongside_intake.partners import store as partners_store
from alongside_intake.partners.answers import tell_what_was_before
from alongside_intake.people import contacts
from alongside_intake.people import store as people_store
from alongside_intake.people.contacts import ContactRoute
from alongside_intake.people.erasure import Erasure, announce_erased
from alongside_intake.people.store import Partner
from alongside_intake.people.vault import Owner, Vault
from alongside_intake.views import ErasureView, PartnerCommand, PartnerView, StoredContactRouteView

REMAINING_DATA: Final = (
    "decisions, under an opaque id: codes, region, setting and times",
    "at matching and referrals, under opaque ids: codes, the offers asked for the person, and those the person did not want to continue with",
    "events already announced, until their streams' retention ends: codes, opaque ids, the submitter's reference",
    "dead letters: that records of the person were refused and why, without what they said",
    "dead letters that name the person by none of the references: they cannot be attributed to anybody",
    "at a partner's own stream: the records it sent, until the stream's retention ends; none is handled again",
    "for 400 days: a keyed hash of each reference and the opaque id, so that nothing from before begins anything again",
)
"""What an erasure does not delete, as its answer lists it."""


def partners_router(policies: Policies, vault: Vault) -> APIRouter:
    """Return the routes that register and read partners."""
    router = APIRouter(prefix="/partners", tags=["partners"])
    _add_register(router, policies, vault)
    _add_read(router)
    return router


def _add_register(router: APIRouter, policies: Policies, vault: Vault) -> None:
    @router.put("/{partner_id}", response_model=PartnerView)
    async def register_partner(partner_id: PartnerId, partner: PartnerCommand, command: Command) -> Response:
        """Register a partner, or update its registration.

        Records of an unregistered partner are refused; those that still wait are answered once it is registered.
        """
        _check_registration(partner_id, partner, policies)

        async def work(tx: Tx) -> PartnerView:
            await partners_store.lock_registration(tx, partner_id)
            is_new = await people_store.register(
                tx,
                partner_id,
                name=partner.name,
                setting=partner.setting,
                region=partner.region,
                channels=None if partner.channels is None else tuple(dict.fromkeys(partner.channels)),
            )
            await tell_what_was_before(tx, partner_id, is_new=is_new)
            if partner.contact_email is not None:
                route = ContactRoute(email=partner.contact_email)
                await contacts.seal_route(tx, vault, Owner("partner", partner_id), route)
            registered = _require_partner(await people_store.find_partner(tx.conn, partner_id))
            _check_reachable(registered)
            if is_new or partner.channels is not None:
                tx.announce(announcements.partner_registered(registered, at=tx.now))
            return _view(registered)

        return await command.run(work)


def _add_read(router: APIRouter) -> None:
    @router.get("")
    async def list_partners(
        read: Read, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50
    ) -> Page[PartnerView]:
        """List partners by id."""
        after = decode_cursor(cursor, cursor_text)
        rows = await people_store.list_partners(read.conn, after=after[0] if after else "", limit=limit)
        next_cursor = encode_cursor(rows[-1].id) if len(rows) == limit else None
        return Page(items=[_view(row) for row in rows], next_cursor=next_cursor)

    @router.get("/{partner_id}")
    async def get_partner(partner_id: PartnerId, read: Read) -> PartnerView:
        """Show one partner."""
        return _view(_require_partner(await people_store.find_partner(read.conn, partner_id)))


def people_router(codes: Codes, erasure: Erasure) -> APIRouter:
    """Return the routes that register contact routes and erase people; all need the service token."""
    router = APIRouter(tags=["people"], dependencies=[ServiceOnly])

    @router.put(
        "/people/{namespace}/{person_reference:path}/contact-route", response_model=StoredContactRouteView
    )
    async def store_contact_route(
        namespace: Annotated[PartnerId, Path(description="The partner's id, or `self`.")],
        person_reference: Reference,
        route: ContactRoute,
        command: Command,
    ) -> Response:
        """Register how to reach a person, before or after their first submission.

        A reference that leads to nobody is refused: the route would never be found, or be a stranger's.
        """
        _check_leads_to_a_person(namespace, person_reference, codes)

        async def work(tx: Tx) -> StoredContactRouteView:
            if namespace != SELF:
                _require_partner(await people_store.find_partner(tx.conn, namespace))
            person_id = await people_store.find_or_create_person(tx, namespace, person_reference)
            await contacts.seal_route(tx, erasure.vault, Owner("person", str(person_id)), route)
            return StoredContactRouteView(person_id=person_id, kept_at=tx.now)

        return await command.run(work)

    @router.delete("/people/{person_id}", response_model=ErasureView, responses=refuses_with(409))
    async def erase_person(person_id: UUID, command: Command) -> Response:
        """Erase a person, and report what remains. Refused while an escalated submission of theirs is not cleared."""

        async def work(tx: Tx) -> ErasureView:
            return await _erase(tx, person_id, erasure)

        return await command.run(work)

    return router


async def _erase(tx: Tx, person_id: UUID, erasure: Erasure) -> ErasureView:
    await people_store.lock_erasures(tx)
    escalations = await people_store.lock_open_escalations(tx, person_id)
    if escalations:
        raise HttpProblem(
            status=409,
            code="alarm-still-rings",
            title="This person may be in danger: an escalated submission has not been cleared",
            remedy=f"Review submission {escalations[0]} and clear it first.",
        )
    erased = await erasure.erase(tx, person_id, tx.now)
    if erased is None:
        raise HttpProblem(
            status=404,
            code="person-not-found",
            title="No person has this id",
            remedy="Use the person_id of a submission.",
            field="person_id",
        )
    announce_erased(tx, erased, person_id)
    return ErasureView(
        person_id=person_id,
        erased_at=erased.erased_at,
        contact_route_erased=erased.contact_route_erased,
        submissions_emptied=len(erased.submissions),
        remains=REMAINING_DATA,
    )


def _check_registration(partner_id: str, partner: PartnerCommand, policies: Policies) -> None:
    """Raise HttpProblem for the reserved id `self`, and for an unknown region."""
    if partner_id == SELF:
        raise HttpProblem(
            status=422,
            code="partner-id-reserved",
            title="This id is reserved for people who submit for themselves",
            remedy="Choose another id.",
            field="partner_id",
        )
    if not policies.serves(partner.region):
        raise HttpProblem(
            status=422,
            code="region-not-found",
            title="The network has no such region",
            remedy="Use the id of a region that GET /regions lists.",
            field="region",
        )


def _check_reachable(partner: Partner) -> None:
    """Raise HttpProblem for a partner that wants e-mail alone and gave no address: it would hear nothing."""
    if set(partner.channels) == {Channel.EMAIL} and not partner.has_contact_route:
        raise HttpProblem(
            status=422,
            code="contact-route-missing",
            title="A partner that hears of its referrals by e-mail alone needs an address",
            remedy="Send contact_email as well, or choose the channel stream.",
            field="contact_email",
        )


def _check_leads_to_a_person(namespace: str, person_reference: str, codes: Codes) -> None:
    """Raise HttpProblem for a placeholder, and for a reference to a person who submits for themself that can be guessed."""
    is_public = namespace == SELF
    if finds_person_by(person_reference, codes, is_public=is_public):
        return
    raise HttpProblem(
        status=422,
        code=Code.PERSON_REFERENCE_MISSING,
        title="This reference does not lead to a person",
        remedy="Use the person_reference of their submissions, which has to hold a UUID: others could guess this one."
        if is_public
        else "Use your own id of this person, the person_reference of their submissions: a placeholder identifies nobody.",
        field="person_reference",
    )


def _require_partner(partner: Partner | None) -> Partner:
    if partner is None:
        raise HttpProblem(
            status=404,
            code="partner-not-found",
            title="No partner has this id",
            remedy="Register it with PUT /partners/{partner_id}.",
            field="partner_id",
        )
    return partner


def _view(partner: Partner) -> PartnerView:
    return PartnerView(
        id=partner.id,
        name=partner.name,
        setting=partner.setting,
        region=partner.region,
        registered_at=partner.registered_at,
        has_contact_route=partner.has_contact_route,
        channels=partner.channels,
        referrals_topic=PARTNER_REFERRALS.topic(partner.id),
        status_topic=PARTNER_STATUS.topic(partner.id),
    )
