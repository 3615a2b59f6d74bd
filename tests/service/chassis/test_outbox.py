"""The plan of the relay's query on an outbox with thousands of inserted and deleted rows."""

import json
from typing import Any

import asyncpg

from alongside_chassis.announce import relay
from alongside_chassis.consume.handlers import Handlers
from tests.service.chassis.conftest import BareBench


def scans(plan: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Return the node types of a plan, outermost first, each with its index."""
    below = [step for part in plan.get("Plans", []) for step in scans(part)]
    return [(plan["Node Type"], plan.get("Index Name")), *below]


async def test_the_relay_reads_by_the_id_index_even_when_the_planner_believes_the_outbox_empty(
    bare: BareBench,
) -> None:
    async with bare(Handlers()) as bench:
        conn = await asyncpg.connect(
            bench.service.settings.database_url.get_secret_value(), server_settings=relay.SESSION
        )
        try:
            await conn.execute("analyze outbox")
            ids = await conn.fetchval(
                "select indexrelid::regclass::text from pg_index where indrelid = 'outbox'::regclass and indisprimary"
            )
            plan = await conn.fetchval(f"explain (format json) {relay._OLDEST}", [0, 1], 500, [])
        finally:
            await conn.close()

    assert scans(json.loads(plan)[0]["Plan"]) == [("Limit", None), ("Index Scan", ids)]
