"""Imports uploaded directories and announces what is listed, in the background and in bounded transactions.

Progress is in the database, so after a crash another process starts the file again: services that were stored already
count as unchanged. The steps: 1 claim its source, so that packages of one source never overlap; 2 read and check the whole
file; 3 decide what it would do (`plan`): a package in doubt is held here, a dry run ends here; 4 store the report and the
decision; 5 store organisations and terms, a batch per transaction; 6 store and announce services, a batch per transaction; 7 finish:
add tombstones for vanished records, withdraw vanished listings.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_chassis.database import connection
from alongside_chassis.lifecycle import Runtime
from alongside_contracts.vocabulary import WithdrawalEffect
from alongside_directory.announcing import announce, listing_of
from alongside_directory.codes import ImportState
from alongside_directory.documents import (
    Record,
    location_id,
    service_id,
    service_records,
    shared_records,
)
from alongside_directory.finding.indexing import index_stored
from alongside_directory.listing.listing import read_directory
from alongside_directory.listing.model import DirectoryService, Listing
from alongside_directory.names import DIRECTORY_CLAIM_LOST, DIRECTORY_IMPORTED
from alongside_directory.plan import ImportPlan, Stored, StoredService, plan_import
from alongside_directory.policy import DirectoryPolicy, policy_of
from alongside_directory.remarks import remarks_of
from alongside_directory.settings import Settings
from alongside_directory.source.errors import DirectoryError, UploadLost
from alongside_directory.source.reader import UPLOADED
from alongside_directory.store import imports, listings, sources
from alongside_directory.store import records as directory_records
from alongside_directory.store.imports import ClaimedImport, ClaimLost
from alongside_directory.store.listings import ToAnnounce

ATTEMPTS_MAX: Final = 10
"""Starts of one import, each ended by a killed process or a lost database, after which it is given up."""


@dataclass(frozen=True, slots=True)
class Importer:
    """What an import needs: what each region decides about directories, and settings."""

    regions: Mapping[str, DirectoryPolicy]
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Work:
    """One import after its file was read and it was decided what it does."""

    claimed: ClaimedImport
    listing: Listing
    plan: ImportPlan
    importer: Importer

    @property
    def batch_max(self) -> int:
        """Return how many services one transaction stores."""
        return self.importer.settings.directory_batch_max


async def import_directories(runtime: Runtime, importer: Importer) -> None:
    """Import the waiting directories, then poll again, until the service stops."""
    while True:
        while await import_next(runtime, importer):
            pass
        await asyncio.sleep(importer.settings.directory_poll_seconds)


async def import_next(runtime: Runtime, importer: Importer) -> bool:
    """Import one directory of a source that no other process works on; False when there is none."""
    async with connection(runtime.pool) as conn:  # the claim (1) belongs to this connection, and ends with it
        import_id = await imports.claim(conn)
        if import_id is None:
            return False
        began = runtime.clock.monotonic()
        try:
            async with runtime.transaction() as tx:
                claimed = await imports.begin(tx.conn, import_id)
            await _import_or_fail(runtime, conn, claimed, importer)
        except ClaimLost:
            runtime.log.warning(DIRECTORY_CLAIM_LOST)
        finally:
            await imports.release_claim(conn, import_id)
        await _log_import(runtime, import_id, runtime.clock.monotonic() - began)
    return True


async def _import_or_fail(
    runtime: Runtime, conn: asyncpg.Connection, claimed: ClaimedImport, importer: Importer
) -> None:
    if claimed.attempts > ATTEMPTS_MAX:
        problem = f"The import failed {ATTEMPTS_MAX} times because of an internal error"
        await _fail(
            runtime, claimed, problem, "Report it to the operators of the directory; its log has the error."
        )
        return
    try:
        await _import(runtime, conn, claimed, importer)
    except DirectoryError as error:
        await _fail(runtime, claimed, str(error), error.remedy)


async def _import(
    runtime: Runtime, conn: asyncpg.Connection, claimed: ClaimedImport, importer: Importer
) -> None:
    listing, digest = await _read(conn, claimed, policy_of(importer.regions, claimed.region))  # 2
    stored = await _load_stored(conn, claimed)
    plan = await asyncio.to_thread(_plan, listing, digest, stored, claimed, importer)  # 3
    work = _Work(claimed, listing, plan, importer)
    async with _turn(runtime, claimed) as tx:
        await _store_report(tx, work)  # 4
        if claimed.dry_run:
            await _predict(tx, work)
            return
        if plan.holds:
            await imports.finish(tx.conn, claimed.id, tx.now, state=ImportState.HELD)
            return
        await imports.store_decision(tx.conn, claimed.id, plan.decision)
    await _store_shared(runtime, work)  # 5
    await _store_services(runtime, work)  # 6
    await _finish(runtime, work)  # 7


@asynccontextmanager
async def _turn(runtime: Runtime, claimed: ClaimedImport) -> AsyncIterator[Tx]:
    """Open a transaction of an import. Raises ClaimLost when another process continues it: a claim ends with its connection."""
    async with runtime.transaction() as tx:
        await imports.lock_claimed(tx.conn, claimed)
        yield tx


async def _fail(runtime: Runtime, claimed: ClaimedImport, problem: str, remedy: str) -> None:
    async with _turn(runtime, claimed) as tx:
        await imports.finish(
            tx.conn, claimed.id, tx.now, state=ImportState.FAILED, problem=problem, remedy=remedy
        )


async def _read(
    conn: asyncpg.Connection, claimed: ClaimedImport, policy: DirectoryPolicy
) -> tuple[Listing, str]:
    """Assemble the file in memory, so that no killed process leaves it on a disk, and read it in a separate thread, so that
    routes keep answering; return its digest too."""
    package = io.BytesIO()
    async for part in imports.parts(conn, claimed.id):
        package.write(part)
    if not package.tell():
        raise UploadLost(UPLOADED, "the uploaded file is gone", "Send the package again.")
    digest = sha256(package.getbuffer()).hexdigest()
    listing = await asyncio.to_thread(
        read_directory, package, area=policy.area, digest_key=claimed.digest_key
    )
    return listing, digest


async def _load_stored(conn: asyncpg.Connection, claimed: ClaimedImport) -> Stored:
    services = await directory_records.services_of_source(conn, claimed.source_key)
    return Stored(
        listed=await directory_records.listed_ids(conn, claimed.source_key),
        services={source_id: StoredService(*facts) for source_id, facts in services.items()},
        listings=await listings.load(conn, claimed.source_key),
        rows=await sources.load_rows(conn, claimed.source_key),
    )


def _plan(
    listing: Listing, digest: str, stored: Stored, claimed: ClaimedImport, importer: Importer
) -> ImportPlan:
    plan = plan_import(
        listing,
        stored,
        source_key=claimed.source_key,
        package=digest,
        share_max=policy_of(importer.regions, claimed.region).retire_share_max,
        pause_vanished=claimed.pause_vanished,
        confirm=claimed.confirm,
        dry_run=claimed.dry_run,
    )
    if claimed.decision is None:
        return plan
    return replace(plan, decision=claimed.decision, holds=False)  # it was decided before it was interrupted


async def _store_report(tx: Tx, work: _Work) -> None:
    listing, plan = work.listing, work.plan
    await imports.store_report(
        tx.conn,
        work.claimed.id,
        of=listing.services_read,
        quarantined=listing.services_quarantined,
        remarks=remarks_of(listing, moved=plan.decision.moved, kept=plan.decision.kept),
    )
    if work.claimed.decision is None:
        await imports.store_questions(tx.conn, work.claimed.id, plan.questions, plan.confirmation)


async def _predict(tx: Tx, work: _Work) -> None:
    """End a dry run: store what the import would count, once it is confirmed if it would be held."""
    import_id, plan = work.claimed.id, work.plan
    await imports.add_progress(
        tx.conn,
        import_id,
        read=work.listing.services_read,
        created=len(plan.created),
        changed=len(plan.changed),
    )
    state = ImportState.HELD if plan.holds else ImportState.DONE
    await imports.finish(tx.conn, import_id, tx.now, state=state, vanished=_paused(work))


def _paused(work: _Work) -> int:
    """Return how many listings are withdrawn so that nobody is referred there any more."""
    return len(work.plan.vanished) if work.claimed.pause_vanished else 0


async def _store_shared(runtime: Runtime, work: _Work) -> None:
    """Store organisations and terms as HSDS 3.0 documents, created in a separate thread a batch at a time."""
    records = shared_records(work.listing, work.claimed.source_key)
    while batch := await asyncio.to_thread(lambda: list(islice(records, work.batch_max))):
        async with _turn(runtime, work.claimed) as tx:
            await directory_records.upsert(tx.conn, batch, of=work.claimed, now=tx.now)
            await _index(tx, work)


async def _index(tx: Tx, work: _Work) -> None:
    await index_stored(tx, work.claimed.source_key, work.importer.regions)


async def _store_services(runtime: Runtime, work: _Work) -> None:
    listing, claimed = work.listing, work.claimed
    for start in range(0, len(listing.services), work.batch_max):
        batch = listing.services[start : start + work.batch_max]
        records = await asyncio.to_thread(list, service_records(listing, batch, claimed.source_key))
        async with _turn(runtime, claimed) as tx:
            changed = await _store_batch(tx, work, batch, records)
            created = {it.listing.source_id for it in changed} & work.plan.created
            await imports.add_progress(
                tx.conn,
                claimed.id,
                read=listing.services_quarantined + start + len(batch),
                created=len(created),
                changed=len(changed) - len(created),
            )


async def _store_batch(
    tx: Tx, work: _Work, batch: Sequence[DirectoryService], records: Sequence[Record]
) -> Sequence[ToAnnounce]:
    """Store services and announce those that changed; an id that keeps what it was keeps its records too."""
    claimed, kept = work.claimed, work.plan.decision.kept
    applied = [it for it in batch if it.source_id not in kept]
    kept_ids = {service_id(claimed.source_key, it.source_id) for it in batch if it.source_id in kept}
    await directory_records.upsert(
        tx.conn, [it for it in records if it.service_id not in kept_ids], of=claimed, now=tx.now
    )
    await directory_records.keep(tx.conn, kept_ids, of=claimed)
    await _index(tx, work)
    new = [listing_of(it, claimed.source_key, claimed.region) for it in applied]
    changed = await listings.store(tx.conn, claimed.source_key, new, tx.now)
    announce(tx, changed)
    return changed


async def _finish(runtime: Runtime, work: _Work) -> None:
    claimed, listing = work.claimed, work.listing
    async with _turn(runtime, claimed) as tx:
        quarantined = [service_id(claimed.source_key, it) for it in listing.quarantined_services]
        await directory_records.keep(tx.conn, quarantined, of=claimed)
        await directory_records.add_tombstones(tx.conn, of=claimed, now=tx.now)
        await _withdraw(tx, work)
        await _index(tx, work)
        await directory_records.analyze(tx.conn)
        rows = {table.value: count.read for table, count in listing.counts.items()}
        await sources.set_rows(tx.conn, claimed.source_key, rows)
        await imports.finish(tx.conn, claimed.id, tx.now, state=ImportState.DONE, vanished=_paused(work))


async def _withdraw(tx: Tx, work: _Work) -> None:
    """Withdraw what is listed no more, and announce without its position what has a confidential place now."""
    claimed = work.claimed
    effect = WithdrawalEffect.PAUSE if claimed.pause_vanished else WithdrawalEffect.HIDE
    announce(tx, await listings.withdraw(tx.conn, claimed.source_key, work.plan.vanished, effect, tx.now))
    locations = [location_id(claimed.source_key, it) for it in sorted(work.listing.confidential)]
    hidden = await directory_records.hide_outdated(tx.conn, locations, of=claimed, now=tx.now)
    announce(tx, await listings.forget_positions(tx.conn, claimed.source_key, hidden, tx.now))


async def _log_import(runtime: Runtime, import_id: UUID, seconds: float) -> None:
    async with runtime.read() as conn:
        stored = await imports.view(conn, import_id)
    field_names = (
        *("state", "region", "source", "dry_run", "read", "created", "changed", "unchanged"),
        *("quarantined", "vanished"),
    )
    if stored is not None:
        fields = {name: getattr(stored, name) for name in field_names}
        runtime.log.info(DIRECTORY_IMPORTED, seconds=round(seconds, 3), **fields)
