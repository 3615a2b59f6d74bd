"""Imports uploaded directories as offers, in the background and in bounded transactions.

Progress is in the database, so after a crash another process starts the file again: services that were stored already
count as unchanged. The steps: 1 claim; 2 read and check the whole file; 3 store the report; 4 store the records as
published, a batch per transaction; 5 store the services as offers, a batch per transaction; 6 finish: add tombstones
for vanished records, and schedule a waitlist sweep.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from itertools import chain, count, islice
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_chassis.database import connection
from alongside_chassis.lifecycle import Runtime
from alongside_contracts.ids import new_id
from alongside_matching.catalogue import listed_offers
from alongside_matching.catalogue.listed_offers import (
    KEPT_BY_STAFF,
    KEPT_REMEDY,
    NewOffer,
    PausedBecause,
    TooManyMissing,
)
from alongside_matching.directory.codes import LineKind
from alongside_matching.directory.documents import records_of
from alongside_matching.directory.listing.listing import read_directory
from alongside_matching.directory.listing.model import DirectoryService, Listing
from alongside_matching.directory.report import ImportReport
from alongside_matching.directory.source.errors import DirectoryError
from alongside_matching.directory.source.tables import Table
from alongside_matching.directory.store import imports
from alongside_matching.directory.store import records as directory_records
from alongside_matching.directory.store.imports import ClaimedImport, LineRemark
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.names import DIRECTORY_IMPORTED
from alongside_matching.settings import Settings

ATTEMPTS_MAX: Final = 3


async def import_directories(runtime: Runtime, policies: Policies, settings: Settings) -> None:
    """Import the waiting directories, then poll again, until the service stops."""
    while True:
        while await import_next(runtime, policies, settings):
            pass
        await asyncio.sleep(settings.directory_poll_seconds)


async def import_next(runtime: Runtime, policies: Policies, settings: Settings) -> bool:
    """Import one directory that no other process has claimed; False when there is none."""
    async with connection(runtime.pool) as conn:  # the claim (1) belongs to this connection, and ends with it
        import_id = await imports.claim(conn)
        if import_id is None:
            return False
        began = runtime.clock.monotonic()
        try:
            await _import(runtime, conn, import_id, policies, settings)
        except DirectoryError as error:
            async with runtime.transaction() as tx:
                await imports.finish(tx.conn, import_id, tx.now, problem=str(error), remedy=error.remedy)
        finally:
            await imports.release_claim(conn, import_id)
        await _log_import(runtime, import_id, runtime.clock.monotonic() - began)
    return True


async def _import(
    runtime: Runtime, conn: asyncpg.Connection, import_id: UUID, policies: Policies, settings: Settings
) -> None:
    async with runtime.transaction() as tx:
        claimed = await imports.begin(tx.conn, import_id)
        if claimed.attempts > ATTEMPTS_MAX:
            await _give_up(tx, import_id)
            return
    listing = await _read(conn, import_id)  # 2
    report = ImportReport(listing)
    async with runtime.transaction() as tx:  # 3
        await imports.store_report(
            tx.conn,
            import_id,
            of=report.services_read,
            quarantined=report.services_quarantined,
            remarks=_remarks(listing),
        )
    await _store_records(runtime, claimed, listing, settings.directory_batch_max)  # 4
    await _store_offers(runtime, claimed, report, policies, settings.directory_batch_max)  # 5
    await _finish(runtime, claimed, listing, policies)  # 6


async def _give_up(tx: Tx, import_id: UUID) -> None:
    problem = f"The import failed {ATTEMPTS_MAX} times because of an internal error"
    remedy = "Report it to the operators of matching; its log has the error."
    await imports.finish(tx.conn, import_id, tx.now, problem=problem, remedy=remedy)


async def _read(conn: asyncpg.Connection, import_id: UUID) -> Listing:
    """Assemble the file and read it in a separate thread, so that routes keep answering."""
    with tempfile.TemporaryDirectory(prefix="alongside-directory-") as folder:
        file = Path(folder) / "datapackage.zip"
        with file.open("wb") as target:
            async for part in imports.parts(conn, import_id):
                target.write(part)
        return await asyncio.to_thread(read_directory, file)


async def _store_records(runtime: Runtime, claimed: ClaimedImport, listing: Listing, batch_max: int) -> None:
    """Store every entity as an HSDS 3.0 document, created in a separate thread a batch at a time."""
    records = records_of(listing, claimed.region)
    while batch := await asyncio.to_thread(lambda: list(islice(records, batch_max))):
        async with runtime.transaction() as tx:
            await directory_records.upsert(
                tx.conn, batch, region=claimed.region, import_id=claimed.id, now=tx.now
            )


async def _store_offers(
    runtime: Runtime, claimed: ClaimedImport, report: ImportReport, policies: Policies, batch_max: int
) -> None:
    services, policy = report.listing.services, policies.of(claimed.region)
    for start in range(0, len(services), batch_max):
        batch = services[start : start + batch_max]
        new = [_offer(service, claimed.region, policy) for service in batch]
        async with runtime.transaction() as tx:
            added = await listed_offers.add_listed_offers(tx, new, policies)
            await imports.add_progress(
                tx.conn,
                claimed.id,
                read=report.services_quarantined + start + len(batch),
                created=len(added.created),
                changed=len(added.changed),
            )
            await imports.add_flagged(tx.conn, claimed.id, _kept(added.kept))


async def _finish(runtime: Runtime, claimed: ClaimedImport, listing: Listing, policies: Policies) -> None:
    async with runtime.transaction() as tx:
        vanished = 0
        if claimed.pause_vanished:
            listed_ids = [
                *(service.source_id for service in listing.services),
                *(row.source_id for row in listing.quarantined if row.table is Table.SERVICES),
            ]
            match await listed_offers.pause_vanished(tx, _source(claimed.region), listed_ids):
                case TooManyMissing() as refused:
                    await imports.add_flagged(tx.conn, claimed.id, [_too_many_missing(refused)])
                case int(vanished):
                    pass
        await directory_records.add_tombstones(
            tx.conn, region=claimed.region, import_id=claimed.id, now=tx.now
        )
        await imports.finish(tx.conn, claimed.id, tx.now, vanished=vanished)
        listed_offers.sweep_after_import(tx, claimed.region, policies.of(claimed.region))


async def _log_import(runtime: Runtime, import_id: UUID, seconds: float) -> None:
    async with runtime.read() as conn:
        stored = await imports.view(conn, import_id)
    field_names = ("state", "region", "read", "created", "changed", "unchanged", "quarantined", "vanished")
    if stored is not None:
        fields = {name: getattr(stored, name) for name in field_names}
        runtime.log.info(DIRECTORY_IMPORTED, seconds=round(seconds, 3), **fields)


def _source(region: str) -> str:
    return f"directory:{region}"


def _offer(service: DirectoryService, region: str, policy: Policy) -> NewOffer:
    """Return a listed service as an offer. The region's policy assumes its places, and its language if it names none."""
    coordinates = service.coordinates
    return NewOffer(
        id=new_id(),
        kind=service.kind.value,
        region=region,
        name=service.name,
        needs=sorted(need.value for need in service.needs),
        languages=sorted(service.languages) or [policy.directory_language],
        formats=sorted(format_.value for format_ in service.formats),
        modes=(),
        age_bands=(),
        capacity=policy.directory_capacity,
        paused_because=None if service.is_active else PausedBecause.NOT_ACTIVE,
        source=_source(region),
        source_id=service.source_id,
        content_hash=service.content_hash,
        latitude=coordinates.latitude if coordinates else None,
        longitude=coordinates.longitude if coordinates else None,
    )


def _kept(kept: Sequence[listed_offers.Kept]) -> Sequence[LineRemark]:
    """Return a remark on each field that stays as staff set it; its line is not known (0)."""
    return [
        LineRemark(
            0, LineKind.FLAGGED, Table.SERVICES, 0, each.source_id, field, KEPT_BY_STAFF, "", KEPT_REMEDY
        )
        for each in kept
        for field in each.fields
    ]


def _too_many_missing(refused: TooManyMissing) -> LineRemark:
    detail = f"{refused.missing} of {refused.before} services are missing; none was paused"
    remedy = "Import the whole directory; if it is right, pause the offers that it no longer lists."
    return LineRemark(0, LineKind.FLAGGED, Table.SERVICES, 0, "", "", "too-many-missing", detail, remedy)


def _remarks(listing: Listing) -> Sequence[LineRemark]:
    numbers = count(1)
    quarantined = (
        LineRemark(
            next(numbers),
            LineKind.QUARANTINED,
            row.table,
            row.line,
            row.source_id,
            "",
            row.reason,
            row.detail,
            row.remedy,
        )
        for row in listing.quarantined
    )
    flagged = (
        LineRemark(
            next(numbers),
            LineKind.FLAGGED,
            flag.table,
            flag.line,
            flag.source_id,
            flag.column,
            flag.kind,
            flag.detail,
            "",
        )
        for flag in listing.flags
    )
    return tuple(chain(quarantined, flagged))
