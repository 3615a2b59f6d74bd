"""HTTP routes that return contact routes: only for the network's own services, at the moment of sending."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import APIRouter, Read, ServiceOnly
from alongside_contracts.fields.texts import AnyId
from alongside_intake.names import CONTACT_ROUTE_UNREADABLE
from alongside_intake.people import contacts
from alongside_intake.people.contacts import ContactRoute
from alongside_intake.people.vault import CannotOpen, Owner, Vault

RECIPIENTS_MAX: Final = 200

RouteProblem: TypeAlias = Literal["contact-route-missing", "contact-route-unreadable"]
"""Missing: no route is registered, or it was erased. Unreadable: the stored route cannot be opened, and a person must
find out why."""


class RecipientQuery(BaseModel):
    """One recipient of a message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["person", "partner"]
    id: AnyId


class ContactRoutesQuery(BaseModel):
    """The recipients of one round of sending."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipients: Annotated[Sequence[RecipientQuery], Field(min_length=1, max_length=RECIPIENTS_MAX)]


class RecipientRouteView(BaseModel):
    """The answer for one recipient: an address, or the code of the problem with it."""

    kind: str
    id: str
    email: str | None = None
    problem: RouteProblem | None = None

    @classmethod
    def of(cls, recipient: RecipientQuery, route: ContactRoute | CannotOpen | None) -> Self:
        """Return the answer for a recipient, from what the vault holds."""
        match route:
            case ContactRoute(email=email):
                return cls(kind=recipient.kind, id=recipient.id, email=email)
            case CannotOpen():
                return cls(kind=recipient.kind, id=recipient.id, problem="contact-route-unreadable")
            case None:
                return cls(kind=recipient.kind, id=recipient.id, problem="contact-route-missing")


class RecipientRoutesView(BaseModel):
    """One answer for each recipient, in the order they were asked for."""

    routes: Sequence[RecipientRouteView]


def contact_routes_router(vault: Vault) -> APIRouter:
    """Return the routes that look up one recipient, or all recipients of one round of sending."""
    router = APIRouter(prefix="/contact-routes", tags=["people"], dependencies=[ServiceOnly])

    @router.post("/query")
    async def query_contact_routes(body: ContactRoutesQuery, read: Read) -> RecipientRoutesView:
        """Look up the contact routes of many recipients; a problem with one does not affect the others. Read-only."""
        owners = {recipient: Owner(recipient.kind, recipient.id) for recipient in body.recipients}
        routes = await contacts.find_routes(read.conn, vault, set(owners.values()))
        for owner, route in routes.items():
            if isinstance(route, CannotOpen):
                read.runtime.log.error(CONTACT_ROUTE_UNREADABLE, kind=owner.kind, exc=route)
        answers = [RecipientRouteView.of(each, routes.get(owners[each])) for each in body.recipients]
        return RecipientRoutesView(routes=answers)

    @router.get("/{kind}/{owner_id}")
    async def get_contact_route(
        kind: Literal["person", "partner"], owner_id: AnyId, read: Read
    ) -> ContactRoute:
        """Show the contact route of one person or partner, with everything that was registered."""
        owner = Owner(kind, owner_id)
        return _require_route((await contacts.find_routes(read.conn, vault, [owner])).get(owner))

    return router


def _require_route(route: ContactRoute | CannotOpen | None) -> ContactRoute:
    """Return the route. Raises HttpProblem when there is none, and CannotOpen when it cannot be opened."""
    if isinstance(route, CannotOpen):
        raise route
    if route is None:
        raise HttpProblem(
            status=404,
            code="contact-route-missing",
            title="No contact route is registered, or it was erased",
            remedy="Register one: a person's with PUT /people/{namespace}/{person_reference}/contact-route, a partner's"
            " as contact_email of PUT /partners/{partner_id}.",
            field="owner_id",
        )
    return route
