"""Contact routes of offers, for our own services only. Queries have the same shape as in intake's API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, Read, ServiceOnly, decode_id_cursor, encode_cursor
from alongside_contracts.fields.addresses import address_of
from alongside_matching.catalogue.api import refusals
from alongside_matching.catalogue.store import contacts, offers

RECIPIENTS_MAX: Final = 200


class ContactRouteView(BaseModel):
    """Where a notice for an offer goes."""

    email: str


class RecipientQuery(BaseModel):
    """One offer whose contact route is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["offer"]
    id: UUID


class RoutesQuery(BaseModel):
    """The recipients of one sending round."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipients: Annotated[Sequence[RecipientQuery], Field(min_length=1, max_length=RECIPIENTS_MAX)]


class RouteView(BaseModel):
    """The contact route of one offer: an address, or the code of the reason there is none."""

    kind: str
    id: UUID
    email: str | None = None
    problem: Literal["no-contact-route"] | None = None

    @classmethod
    def of(cls, query: RecipientQuery, email: str | None) -> Self:
        """Return the answer for one queried offer."""
        return cls(kind=query.kind, id=query.id, email=email, problem=None if email else "no-contact-route")


class RoutesView(BaseModel):
    """One answer per offer, in the order of the query."""

    routes: Sequence[RouteView]


class UnusableRouteView(BaseModel):
    """An offer whose contact no mail can be sent to; never the address."""

    kind: Literal["offer"]
    id: UUID
    problem: Literal["address-unusable"]
    unusable_since: datetime


class RoutesCheckedView(BaseModel):
    """One page of a check. `next_cursor` asks for the next; null on the last page."""

    checked: int
    unusable: Sequence[UnusableRouteView]
    next_cursor: str | None


def router() -> APIRouter:
    """Return the routes below `/contact-routes`: one offer, all offers of a sending round, and the check of all."""
    routes = APIRouter(prefix="/contact-routes", tags=["contact routes"], dependencies=[ServiceOnly])

    @routes.post("/query")
    async def query_contact_routes(wanted: RoutesQuery, read: Read) -> RoutesView:
        """Return the contact routes of many offers. It reads only."""
        emails = await offers.contact_emails(read.conn, {recipient.id for recipient in wanted.recipients})
        return RoutesView(
            routes=[RouteView.of(recipient, emails.get(recipient.id)) for recipient in wanted.recipients]
        )

    @routes.post("/check", response_model=RoutesCheckedView)
    async def check_contact_routes(command: Command, cursor: str | None = None) -> Response:
        """Check the next 200 contacts by today's rule for addresses. Those that cannot be used are marked, none is deleted."""
        after = decode_id_cursor(cursor) or UUID(int=0)

        async def work(tx: Tx) -> RoutesCheckedView:
            return await _check(tx, after)

        return await command.run(work)

    @routes.get("/offer/{offer_id}")
    async def get_contact_route(offer_id: UUID, read: Read) -> ContactRouteView:
        """Return the contact route of an offer."""
        email = (await offers.contact_emails(read.conn, [offer_id])).get(offer_id)
        if email is None:
            raise refusals.no_contact()
        return ContactRouteView(email=email)

    return routes


async def _check(tx: Tx, after: UUID) -> RoutesCheckedView:
    found = await contacts.lock_contacts_after(tx, after, limit=RECIPIENTS_MAX)
    unusable = {contact.offer_id: address_of(contact.email) is None for contact in found}
    await contacts.mark_contacts(tx, unusable)
    return RoutesCheckedView(
        checked=len(found),
        unusable=[
            UnusableRouteView(
                kind="offer",
                id=contact.offer_id,
                problem="address-unusable",
                unusable_since=contact.unusable_since or tx.now,
            )
            for contact in found
            if unusable[contact.offer_id]
        ],
        next_cursor=encode_cursor(str(found[-1].offer_id)) if len(found) == RECIPIENTS_MAX else None,
    )
