"""Indexes records: within the transaction that stores them, or in the background those that were stored otherwise.

The latter are records of an earlier release, and those that were carried over. Until they are indexed, no words find them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.lifecycle import Runtime
from alongside_directory.finding.texts import IndexedRecord, indexed_record
from alongside_directory.names import DIRECTORY_INDEXED
from alongside_directory.policy import DirectoryPolicy, policy_of
from alongside_directory.store import index
from alongside_directory.store.index import NotIndexed

BATCH_MAX: Final = 500


async def index_stored(
    conn: asyncpg.Connection, source_key: str, regions: Mapping[str, DirectoryPolicy]
) -> None:
    """Index what the transaction of an import has stored of its source."""
    while await _index_batch(conn, source_key, regions):
        pass


async def index_others(runtime: Runtime, regions: Mapping[str, DirectoryPolicy]) -> None:
    """Index the records of all sources that are not indexed, a batch per transaction; then return, to be started again."""
    indexed = 0
    while True:
        async with runtime.transaction() as tx:
            batch = await _index_batch(tx.conn, None, regions)
        if not batch:
            break
        indexed += batch
    if indexed:
        runtime.log.info(DIRECTORY_INDEXED, records=indexed)


async def _index_batch(
    conn: asyncpg.Connection, source_key: str | None, regions: Mapping[str, DirectoryPolicy]
) -> int:
    """Index a batch of records; return how many there were."""
    records = await index.lock_not_indexed(conn, source_key, limit=BATCH_MAX)
    await index.store(conn, await asyncio.to_thread(_indexed, records, regions))
    return len(records)


def _indexed(
    records: Sequence[NotIndexed], regions: Mapping[str, DirectoryPolicy]
) -> Mapping[UUID, IndexedRecord]:
    return {
        it.id: indexed_record(it.kind, it.document, it.service, policy_of(regions, it.region).language)
        for it in records
    }
