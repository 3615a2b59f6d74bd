"""How an offer is reached, for our own services only."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from alongside_chassis.http import Read, ServiceOnly
from alongside_matching.api import refusals
from alongside_matching.store import offers


class ContactRoute(BaseModel):
    """Where a notice for an offer goes."""

    email: str


def router() -> APIRouter:
    """`/contact-routes/offer/{offer_id}`."""
    routes = APIRouter(prefix="/contact-routes", tags=["contact routes"], dependencies=[ServiceOnly])

    @routes.get("/offer/{offer_id}")
    async def read_contact(offer_id: UUID, read: Read) -> ContactRoute:
        """The contact route of an offer."""
        email = await offers.contact(read.conn, offer_id)
        if email is None:
            raise refusals.no_contact()
        return ContactRoute(email=email)

    return routes
