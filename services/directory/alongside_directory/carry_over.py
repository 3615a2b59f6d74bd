"""Carries an installation's directory over from matching, where it was until it became a service; once.

`python -m alongside_directory.carry_over` reads `ALONGSIDE_MATCHING_DATABASE_URL` as it is at one moment and writes
`ALONGSIDE_DATABASE_URL` in one transaction, so that it may be killed at any time. The steps: 1 refuse what cannot be carried over;
2 copy the tables, with ids, keys and times as they are; 3 store a listing for each offer that matching made of a listed service, and for
each hotline; 4 compare the numbers of rows. Uploaded files are not carried over.

What a package said about a service is known only from its offer. So what staff have set there counts as what the publisher
lists, until the next import of its source announces every listing as it is published.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

import asyncpg
from pydantic import ValidationError

from alongside_chassis.announce import Tx, one_transaction
from alongside_chassis.clock import SystemClock
from alongside_chassis.database import UNANSWERED, connected, snapshot
from alongside_chassis.main import read_settings
from alongside_contracts import streams
from alongside_contracts.directory import NAME_CHARS_MAX, Listing
from alongside_contracts.vocabulary import OfferKind, WithdrawalEffect
from alongside_directory.documents import service_id
from alongside_directory.settings import CarryOverSettings
from alongside_directory.store import former, listings, sources
from alongside_directory.store.former import FormerOffer, ServiceWithoutOffer
from alongside_directory.store.listings import NewListing

Say: TypeAlias = Callable[[str], None]
"""Shows a line on the terminal."""
LISTINGS: Final = "directory_listing"
_NOT_OF_LISTING_STATE: Final = {"source", "source_id", "number", "sequence"}
_SHOWN_MAX: Final = 5
NEXT: Final = "The directory is carried over. Start it if it does not run, then announce its listings: alongside directory announce"


class NotCarriedOver(Exception):
    """The directory cannot be carried over as things are, and nothing is changed. `remedy` says what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy} Nothing is changed.")


@dataclass(frozen=True, slots=True)
class CarriedListing:
    """A listing as the directory would have announced it, and what its withdrawal means if it is withdrawn."""

    source: str
    new: NewListing
    withdrawn: WithdrawalEffect | None


@dataclass(slots=True)
class _Result:
    """Counts: listings that were stored, and offers and services that have none."""

    listings: int = 0
    left_out: list[str] = field(default_factory=list)
    without_offer: int = 0


def main() -> None:
    """Carry over. Exits with status 1 and one line when it is refused, with status 2 for missing or invalid settings."""
    settings = read_settings(CarryOverSettings)
    try:
        asyncio.run(carry_over(settings, partial(print, flush=True)))
    except NotCarriedOver as refused:
        sys.exit(str(refused))
    except UNANSWERED as error:
        sys.exit(f"A database does not answer, or refuses: {error}. Nothing is changed; run it again.")


async def carry_over(settings: CarryOverSettings, say: Say) -> None:
    """Carry everything over in one transaction. Raises NotCarriedOver."""
    async with (
        connected(settings.of_matching) as matching_pool,
        connected(settings) as pool,
        snapshot(matching_pool) as matching,
        one_transaction(
            pool, service=streams.DIRECTORY, now=SystemClock().now(), shards=settings.outbox_shards
        ) as tx,
    ):
        await _refuse_what_cannot_be_carried(matching, tx.conn)  # 1
        for table in former.CARRIED_TABLES:  # 2
            await former.copy_table(matching, tx.conn, table)
            say(f"{table}: {await former.count_rows(tx.conn, table):,} rows")
        result = await _store_listings(matching, tx)  # 3
        say(f"{LISTINGS}: {result.listings:,} rows")
        await _compare(matching, tx.conn, result)  # 4
    for line in (*_remarks(result), NEXT):
        say(line)


async def _refuse_what_cannot_be_carried(matching: asyncpg.Connection, own: asyncpg.Connection) -> None:
    """Check both databases; nobody adds a source or an import of a new one before this transaction ends."""
    if not await former.is_up_to_date(own):
        raise NotCarriedOver(
            "The directory's database is not up to date", "Run python -m alongside_directory migrate."
        )
    if not await former.has_sources(matching):
        raise NotCarriedOver(
            "ALONGSIDE_MATCHING_DATABASE_URL is not a database of matching at migration 0018 or later",
            "Upgrade matching first.",
        )
    await sources.lock_all(own)
    if await former.has_rows(own):
        raise NotCarriedOver(
            "The directory was carried over already, or has imports of its own", "Leave it as it is."
        )
    if unfinished := await former.count_unfinished(matching):
        raise NotCarriedOver(
            f"Imports in matching that have not ended: {unfinished}",
            "Let the former release finish them, or mark them as failed (docs/upgrade.md).",
        )


async def _store_listings(matching: asyncpg.Connection, tx: Tx) -> _Result:
    """Store listings of offers, then of hotlines; each source's are numbered in this order."""
    result = _Result()
    async for page in former.offers(matching):
        found = {offer.id: listing_of_offer(offer) for offer in page}
        result.left_out += [str(it) for it, listing in found.items() if listing is None]
        await _store(tx, [listing for listing in found.values() if listing], result)
    async for services in former.services_without_offer(matching):
        hotlines = {service.source_id: listing_of_hotline(service) for service in services if service.hotline}
        result.without_offer += len(services) - len(hotlines)
        result.left_out += [source_id for source_id, listing in hotlines.items() if listing is None]
        await _store(tx, [listing for listing in hotlines.values() if listing], result)
    return result


async def _store(tx: Tx, page: Sequence[CarriedListing], result: _Result) -> None:
    of_source: dict[str, list[CarriedListing]] = defaultdict(list)
    for it in page:
        of_source[it.source].append(it)
    for source, its in of_source.items():
        await listings.store(tx.conn, source, [it.new for it in its], tx.now)
        for effect in WithdrawalEffect:
            withdrawn = [it.new.source_id for it in its if it.withdrawn is effect]
            await listings.withdraw(tx.conn, source, withdrawn, effect, tx.now)
    result.listings += len(page)


def listing_of_offer(offer: FormerOffer) -> CarriedListing | None:
    """Return the listing that an offer was made of; None when readers of listings would refuse it."""
    if offer.source is None or offer.region != offer.source_region or offer.kind == OfferKind.SUPPORTER:
        return None
    is_hotline = offer.hotline and offer.withdrawn
    effect = None if is_hotline else _withdrawal(offer)
    given: dict[str, Any] = {
        "name": (offer.name or "")[:NAME_CHARS_MAX],
        "needs": offer.needs,
        "languages": offer.languages,
        "formats": offer.formats,
        "hotline": is_hotline,
        "active": is_hotline or effect is WithdrawalEffect.PAUSE or not offer.withdrawn,
    }
    if offer.latitude is not None:
        given["position"] = {"latitude": offer.latitude, "longitude": offer.longitude}
    new = _new(offer.source, offer.source_id, region=offer.region, kind=offer.kind, **given)
    return CarriedListing(offer.source, new, effect) if new else None


def _withdrawal(offer: FormerOffer) -> WithdrawalEffect | None:
    """Return what it means that an offer's service is listed no more; None while it is listed, also as not active."""
    if offer.withdrawn and (offer.removed or offer.paused_because == "vanished"):
        return WithdrawalEffect.PAUSE
    return WithdrawalEffect.HIDE if offer.removed else None


def listing_of_hotline(service: ServiceWithoutOffer) -> CarriedListing | None:
    """Return the listing of a hotline, to which nobody is referred; None when readers of listings would refuse it."""
    name = (service.name or "")[:NAME_CHARS_MAX]
    new = _new(
        service.source,
        service.source_id,
        region=service.region,
        kind="service",
        name=name,
        hotline=True,
        active=bool(service.active),
    )
    return CarriedListing(service.source, new, None) if new else None


def _new(source: str, source_id: str, **given: Any) -> NewListing | None:
    """Return a listing that the next import announces anyhow; None when its readers would refuse it, as for ids of several lines."""
    ids: dict[str, Any] = {
        "source": source,
        "source_id": source_id,
        "listing_id": service_id(source, source_id),
    }
    try:
        checked = Listing(**ids, **given, number=1, sequence=1)
    except ValidationError:
        return None
    state: Mapping[str, Any] = checked.model_dump(
        mode="json", exclude=_NOT_OF_LISTING_STATE, exclude_none=True
    )
    return NewListing(source_id, state, content_hash=None)


async def _compare(matching: asyncpg.Connection, own: asyncpg.Connection, result: _Result) -> None:
    expected = {table: await former.count_rows(matching, table) for table in former.CARRIED_TABLES}
    expected[LISTINGS] = result.listings
    for table, rows in expected.items():
        if (found := await former.count_rows(own, table)) != rows:
            raise NotCarriedOver(
                f"{table} has {found:,} rows and should have {rows:,}", "Report it; run it again."
            )


def _remarks(result: _Result) -> list[str]:
    remarks = []
    if result.left_out:
        shown = ", ".join(result.left_out[:_SHOWN_MAX])
        remarks.append(
            f"Offers and hotlines that no listing can be made of, which stay as they are: {len(result.left_out):,} ({shown})"
        )
    if result.without_offer:
        remarks.append(
            f"Listed services without an offer: {result.without_offer:,}; they are announced by the next import"
        )
    return remarks


if __name__ == "__main__":
    main()
