"""Indexes records: within the transaction that stores them, or in the background those that were stored otherwise.

The latter are records of an earlier release, and those that were carried over. Until they are indexed, no words find them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.lifecycle import Runtime
from alongside_directory.finding.texts import IndexedTexts, indexed_record
from alongside_directory.names import DIRECTORY_INDEXED
from alongside_directory.policy import DirectoryPolicy, policy_of
from alongside_directory.store import index, records
from alongside_directory.store.index import NotIndexed

BATCH_MAX: Final = 500


async def index_stored(tx: Tx, source_key: str, regions: Mapping[str, DirectoryPolicy]) -> None:
    """Index what this transaction of an import has stored of its source."""
    configs: set[str] = set()
    while batch := await _index_batch(tx, regions, source_key=source_key, changed_at=tx.now):
        configs.update(*batch.values())
    await index.add_languages(tx.conn, configs)  # last: others wait for it


async def index_others(runtime: Runtime, regions: Mapping[str, DirectoryPolicy]) -> None:
    """Index the records of all sources that are not indexed, a batch per transaction; then return, to be started again."""
    indexed = 0
    while batch := await _index_other(runtime, regions):
        indexed += batch
    if indexed:
        async with runtime.transaction() as tx:
            await records.analyze(tx.conn)
        runtime.log.info(DIRECTORY_INDEXED, records=indexed)


async def _index_other(runtime: Runtime, regions: Mapping[str, DirectoryPolicy]) -> int:
    async with runtime.transaction() as tx:
        if batch := await _index_batch(tx, regions):
            await index.add_languages(tx.conn, set().union(*batch.values()))
    return len(batch)


async def _index_batch(
    tx: Tx,
    regions: Mapping[str, DirectoryPolicy],
    *,
    source_key: str | None = None,
    changed_at: datetime | None = None,
) -> Mapping[UUID, IndexedTexts]:
    """Index a batch of records and return their texts; none when there is no record left."""
    batch = await index.lock_not_indexed(
        tx.conn, source_key=source_key, changed_at=changed_at, limit=BATCH_MAX
    )
    if not batch:
        return {}
    texts = await asyncio.to_thread(_indexed, batch, regions)
    await index.store(tx.conn, texts)
    return texts


def _indexed(
    batch: Sequence[NotIndexed], regions: Mapping[str, DirectoryPolicy]
) -> Mapping[UUID, IndexedTexts]:
    return {
        it.id: indexed_record(it.kind, it.document, it.service, policy_of(regions, it.region).language)
        for it in batch
    }
