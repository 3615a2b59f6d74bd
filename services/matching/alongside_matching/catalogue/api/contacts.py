"""How offers are reached, for our own services only. The shapes of the query are those of intake's door."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.http import Read, ServiceOnly
from alongside_matching.catalogue.api import refusals
from alongside_matching.catalogue.store import offers

RECIPIENTS_MAX: Final = 200


class ContactRouteView(BaseModel):
    """Where a notice for an offer goes."""

    email: str


class RecipientQuery(BaseModel):
    """One offer somebody is about to write to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["offer"]
    id: UUID


class RoutesQuery(BaseModel):
    """The recipients of one round of sending."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipients: Annotated[Sequence[RecipientQuery], Field(min_length=1, max_length=RECIPIENTS_MAX)]


class RouteView(BaseModel):
    """What is known of one offer: an address, or the code of what stands against one."""

    kind: str
    id: UUID
    email: str | None = None
    problem: Literal["no-contact-route"] | None = None

    @classmethod
    def of(cls, query: RecipientQuery, email: str | None) -> Self:
        """As it was found."""
        return cls(kind=query.kind, id=query.id, email=email, problem=None if email else "no-contact-route")


class RoutesView(BaseModel):
    """One answer for each offer, in the order they were asked for."""

    routes: Sequence[RouteView]


def router() -> APIRouter:
    """How to reach one offer, or as many as one round of sending has."""
    routes = APIRouter(prefix="/contact-routes", tags=["contact routes"], dependencies=[ServiceOnly])

    @routes.post("/query")
    async def query(query: RoutesQuery, read: Read) -> RoutesView:
        """The contact routes of many offers. It reads only."""
        emails = await offers.contact_emails(read.conn, {each.id for each in query.recipients})
        return RoutesView(routes=[RouteView.of(each, emails.get(each.id)) for each in query.recipients])

    @routes.get("/offer/{offer_id}")
    async def read_contact(offer_id: UUID, read: Read) -> ContactRouteView:
        """The contact route of an offer."""
        email = (await offers.contact_emails(read.conn, [offer_id])).get(offer_id)
        if email is None:
            raise refusals.no_contact()
        return ContactRouteView(email=email)

    return routes
