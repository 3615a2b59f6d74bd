"""Contact routes of offers, for our own services only. Queries have the same shape as in intake's API."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.http import APIRouter, Read, ServiceOnly
from alongside_matching.catalogue.api import refusals
from alongside_matching.catalogue.store import offers

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


def router() -> APIRouter:
    """Return the routes below `/contact-routes`: one offer, or all offers of a sending round."""
    routes = APIRouter(prefix="/contact-routes", tags=["contact routes"], dependencies=[ServiceOnly])

    @routes.post("/query")
    async def query_contact_routes(wanted: RoutesQuery, read: Read) -> RoutesView:
        """Return the contact routes of many offers. It reads only."""
        emails = await offers.contact_emails(read.conn, {recipient.id for recipient in wanted.recipients})
        return RoutesView(
            routes=[RouteView.of(recipient, emails.get(recipient.id)) for recipient in wanted.recipients]
        )

    @routes.get("/offer/{offer_id}")
    async def get_contact_route(offer_id: UUID, read: Read) -> ContactRouteView:
        """Return the contact route of an offer."""
        email = (await offers.contact_emails(read.conn, [offer_id])).get(offer_id)
        if email is None:
            raise refusals.no_contact()
        return ContactRouteView(email=email)

    return routes
