"""All SQL statements of the span store, one function per query."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy
from pydantic import TypeAdapter

from alongside_cli.traces.model import REFERRAL_ATTRIBUTE, Span
from alongside_localstack.traces.errors import StoreUnavailable

CONNECTIONS_MAX = 4
SECONDS_MAX = 5.0  # for a connection, and for a statement
TRACES_PER_REFERRAL_MAX = 100
SPANS_PER_ANSWER_MAX = 5_000  # an answer holds at most this many, the earliest ones
REFERRAL_ID_LENGTH_MAX = 200  # longer values do not fit into an index entry

# Columns only for queried fields; the span itself is one document. Spans of the earlier table layout are dropped.
SCHEMA = """
drop table if exists spans;
create table if not exists span (
    arrival bigint generated always as identity,
    trace_id text not null,
    span_id text not null,
    parent_id text,
    service text not null,
    start_ns bigint not null check (start_ns >= 0),
    referral_id text,
    document json not null,
    primary key (trace_id, span_id)
);
create unique index if not exists span_by_arrival on span (arrival);
create index if not exists span_by_referral on span (referral_id, trace_id) where referral_id is not null;
"""

INSERT = """
insert into span (trace_id, span_id, parent_id, service, start_ns, referral_id, document)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::json[])
on conflict (trace_id, span_id) do nothing
"""

# `offset $1` from the newest is the first span too many: it and all earlier arrivals are deleted.
DELETE_OLDEST = """
delete from span where arrival <= (select arrival from span order by arrival desc offset $1 limit 1)
"""

SPANS_OF_TRACE = "select document from span where trace_id = $1 order by start_ns, span_id limit $2"

TRACES_OF_REFERRAL = """
select document from span
where trace_id in (
    select trace_id from span where referral_id = $1
    group by trace_id order by min(start_ns), trace_id limit $3)
order by start_ns, span_id limit $2
"""

EDGES_OF_TRACE = """
select distinct parent.service, child.service
from span child join span parent on parent.trace_id = child.trace_id and parent.span_id = child.parent_id
where child.trace_id = $1 and parent.service <> child.service
"""

_SPAN = TypeAdapter(Span)
_SCHEMA_LOCK = 7_236_001  # without it, two processes running "create … if not exists" can collide


class SpanStore:
    """A pool of connections, opened on first use. Every method raises StoreUnavailable without PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def create_schema(self) -> None:
        """Create missing tables and indexes; drop the table of the earlier layout."""
        async with self._connection() as connection, connection.transaction():
            await connection.execute(f"select pg_advisory_xact_lock({_SCHEMA_LOCK})")
            await connection.execute(SCHEMA)

    async def ping(self) -> None:
        """Return when the database answers. Raises StoreUnavailable."""
        async with self._connection() as connection:
            await connection.execute("select 1")

    async def insert(self, spans: Iterable[Span]) -> int:
        """Insert these spans, all or none, and return the number of new ones; a known id is not replaced."""
        # Sorted, so that two exports with the same spans cannot deadlock.
        rows = sorted((_row(span) for span in spans), key=lambda row: row[:2])
        if not rows:
            return 0
        async with self._connection() as connection:
            return _count(await connection.execute(INSERT, *zip(*rows, strict=True)))

    async def delete_oldest(self, *, spans_max: int) -> int:
        """Delete all but the newest `spans_max` spans; return the number deleted."""
        async with self._connection() as connection:
            return _count(await connection.execute(DELETE_OLDEST, spans_max))

    async def spans_of_trace(self, trace_id: str) -> list[Span]:
        """Return the spans of a trace by start, at most SPANS_PER_ANSWER_MAX."""
        return await self._spans(SPANS_OF_TRACE, trace_id, SPANS_PER_ANSWER_MAX)

    async def traces_of_referral(self, referral_id: str) -> list[Span]:
        """Return all spans of the traces in which at least one span names the referral, by start.

        At most the first TRACES_PER_REFERRAL_MAX traces and their first SPANS_PER_ANSWER_MAX spans.
        """
        return await self._spans(
            TRACES_OF_REFERRAL, referral_id, SPANS_PER_ANSWER_MAX, TRACES_PER_REFERRAL_MAX
        )

    async def edges_of_trace(self, trace_id: str) -> set[tuple[str, str]]:
        """Return (parent service, child service) for every direct parent and child in different services."""
        async with self._connection() as connection:
            return {(parent, child) for parent, child in await connection.fetch(EDGES_OF_TRACE, trace_id)}

    async def _spans(self, query: str, *arguments: str | int) -> list[Span]:
        async with self._connection() as connection:
            rows = await connection.fetch(query, *arguments)
        return [_SPAN.validate_json(row["document"]) for row in rows]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[PoolConnectionProxy]:
        try:
            async with self._pool.acquire(timeout=SECONDS_MAX) as connection:
                yield connection
        except _UNAVAILABLE as error:
            raise StoreUnavailable(f"{type(error).__name__}: {error}".rstrip(": ")) from error


_UNAVAILABLE = (
    OSError,  # connection refused; TimeoutError is a subclass
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server closed the connection between two queries, and the close has not arrived yet
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
)


@asynccontextmanager
async def open_store(database_url: str) -> AsyncIterator[SpanStore]:
    """Open the store of this database; close its connections at the end of the block."""
    pool = asyncpg.create_pool(
        database_url,
        min_size=0,
        max_size=CONNECTIONS_MAX,
        timeout=SECONDS_MAX,
        command_timeout=SECONDS_MAX,
        server_settings={
            "synchronous_commit": "off",
            "jit": "off",
        },  # losing spans in a crash is acceptable
    )
    async with pool:
        yield SpanStore(pool)


def _row(span: Span) -> tuple[object, ...]:
    referral = span.attributes.get(REFERRAL_ATTRIBUTE)
    return (
        span.trace_id,
        span.span_id,
        span.parent_id,
        span.service,
        span.start_ns,
        None if referral is None else str(referral)[:REFERRAL_ID_LENGTH_MAX],
        orjson.dumps(span).decode(),
    )


def _count(status: str) -> int:
    """Return the row count at the end of PostgreSQL's answer, as in `INSERT 0 17`."""
    return int(status.rpartition(" ")[2])
