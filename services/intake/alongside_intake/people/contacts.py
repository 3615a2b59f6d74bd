"""Contact routes of people and partners: sealed in the vault, opened only for the network's own services."""

from collections.abc import Collection

import asyncpg
from pydantic import BaseModel, ConfigDict

from alongside_chassis.announce import Tx
from alongside_contracts.codes.fields import AS_STORED
from alongside_contracts.fields.addresses import EmailAddress
from alongside_intake.people import store as people_store
from alongside_intake.people.vault import CannotOpen, Owner, Vault


class ContactRoute(BaseModel):
    """A way to reach somebody, and what is safe to do with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: EmailAddress
    safe_voicemail: bool = False
    neutral_sender: bool = True


async def seal_route(tx: Tx, vault: Vault, owner: Owner, route: ContactRoute) -> None:
    """Seal and store a contact route. The owner's row must be locked."""
    wrapped = await data_key(tx, vault, owner)
    await people_store.store_route(tx, owner, vault.seal(owner, wrapped, route.model_dump_json().encode()))


async def data_key(tx: Tx, vault: Vault, owner: Owner) -> bytes:
    """Return an owner's wrapped data key, made and stored if there is none. The owner's row must be locked."""
    wrapped = await people_store.wrapped_key(tx.conn, owner)
    if wrapped is None:
        wrapped = vault.new_key(owner)
        await people_store.store_key(tx, owner, wrapped)
    return wrapped


async def find_routes(
    conn: asyncpg.Connection, vault: Vault, owners: Collection[Owner]
) -> dict[Owner, ContactRoute | CannotOpen]:
    """Return the contact routes of these owners; an owner without one, or erased, is missing from the result.

    A route that cannot be opened is returned as its CannotOpen, so that it does not hide the others.
    """
    sealed = await people_store.sealed_routes(conn, owners)
    return {owner: open_route(vault, owner, *texts) for owner, texts in sealed.items()}


def open_route(vault: Vault, owner: Owner, wrapped: bytes, sealed: bytes) -> ContactRoute | CannotOpen:
    """Return a sealed route, or the CannotOpen that tells why it cannot be opened."""
    try:
        return ContactRoute.model_validate_json(vault.open(owner, wrapped, sealed), context=AS_STORED)
    except CannotOpen as error:
        return error
