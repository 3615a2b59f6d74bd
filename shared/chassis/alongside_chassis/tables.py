"""The tables every service owns for the chassis: inbox, outbox, dead letters, timers, idempotency keys,
and the pauses of partners' streams.

They are in the service's own database, so that a handler's changes, its announcements and the record that it handled the
event are one commit.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

NAMING_CONVENTION: Final = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
PAUSE_REASONS_V3: Final = ("refused-in-a-row", "refused-share", "kept-records", "kept-bytes")
_NOW: Final = text("clock_timestamp()")
DEAD_LETTER_RULES_V2: Final = {
    "state": "state in ('waiting', 'replayed', 'dropped')",
    "settled_at": "(state = 'waiting') = (settled_at is null)",
    "because": "(state = 'dropped') = (because is not null)",
}


def chassis_tables(metadata: MetaData) -> list[Table]:
    """Add the chassis' tables to a service's metadata, in the order they are created."""
    tables = chassis_tables_v1(metadata)
    metadata.tables["inbox"].append_column(inbox_digest_v5())
    letter = metadata.tables["dead_letter"]
    for column in dead_letter_columns_v2():
        letter.append_column(column)
    for name, rule in DEAD_LETTER_RULES_V2.items():
        letter.append_constraint(CheckConstraint(rule, name=name))
    Index(None, letter.c.settled_at)
    waiting_letters_v3(letter)
    tables += chassis_tables_v3(metadata)
    quarantine = metadata.tables["quarantine"]
    quarantine.constraints -= {
        each for each in quarantine.constraints if each.name == "ck_quarantine_because"
    }  # v4
    return tables


def chassis_tables_v1(metadata: MetaData) -> list[Table]:
    """Return the tables as created by every service's first migration; never change them, add versions."""
    return [
        _inbox(metadata),
        _outbox(metadata),
        _dead_letter(metadata),
        _timer(metadata),
        _idempotency_key(metadata),
    ]


def dead_letter_columns_v2() -> list[Column[Any]]:
    """Return the columns that record how a dead letter is settled: `attempts` counts replays, `because` is why it was dropped."""
    return [
        Column("state", Text, nullable=False, server_default=text("'waiting'")),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("settled_at", DateTime(timezone=True)),
        Column("because", Text),
    ]


def chassis_tables_v3(metadata: MetaData) -> list[Table]:
    """Return the tables with partners' counts and the pauses of their streams."""
    return [_refusal_tally(metadata), _quarantine(metadata)]


def waiting_letters_v3(letter: Table) -> Index:
    """Return the index that counts one partner's waiting dead letters."""
    return Index("ix_dead_letter_waiting", letter.c.topic, postgresql_where=text("state = 'waiting'"))


def inbox_digest_v5() -> Column[Any]:
    """Return the column with the digest of a partner's event: null for our own events, and for those of earlier versions."""
    return Column("digest", LargeBinary)


def erased_person_table(metadata: MetaData) -> Table:
    """Add the table of people who were erased, for services that begin something for people, and return it."""
    return Table(
        "erased_person",
        metadata,
        Column("person_id", Uuid, primary_key=True),
        Column("erased_at", DateTime(timezone=True), nullable=False),
    )


def partner_channels_table(metadata: MetaData) -> Table:
    """Add the table of how partners want to hear of their referrals, and return it."""
    return Table(
        "partner_channels",
        metadata,
        Column("partner", Text, primary_key=True),
        Column("channels", ARRAY(Text), nullable=False),
        Column("registered_at", DateTime(timezone=True), nullable=False),
    )


def _inbox(metadata: MetaData) -> Table:
    return Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
        Index(None, "received_at"),
    )


def _outbox(metadata: MetaData) -> Table:
    return Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("shard", SmallInteger, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", LargeBinary, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
        Index(None, "shard", "id"),
    )


def _dead_letter(metadata: MetaData) -> Table:
    return Table(
        "dead_letter",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("record_ms", BigInteger, nullable=False),
        Column("key", LargeBinary),
        Column("value", LargeBinary),
        Column("headers", JSONB, nullable=False),
        Column("event_id", Text),
        Column("event_type", Text),
        Column("reason", Text, nullable=False),
        Column("where", Text, nullable=False),
        Column("remedy", Text, nullable=False),
        UniqueConstraint("topic", "partition", "offset", "record_ms"),
        Index(None, "at"),
    )


def _timer(metadata: MetaData) -> Table:
    return Table(
        "timer",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("id", Uuid, nullable=False),
        Column("due_at", DateTime(timezone=True), nullable=False),
        Column("facts", JSONB, nullable=False),
        Column("trace", JSONB, nullable=False),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Index(None, "due_at"),
    )


def _idempotency_key(metadata: MetaData) -> Table:
    return Table(
        "idempotency_key",
        metadata,
        Column("key", Text, primary_key=True),
        Column("request", LargeBinary, nullable=False),
        Column("status", SmallInteger),
        Column("body", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
        Index(None, "created_at"),
    )


def _refusal_tally(metadata: MetaData) -> Table:
    """Return the table with one row per partner topic that ever had a refused record; locking the row locks the counts."""
    return Table(
        "refusal_tally",
        metadata,
        Column("topic", Text, primary_key=True),
        *(
            Column(name, Integer, nullable=False, server_default=text("0"))
            for name in ("in_a_row", "window_records", "window_refused")
        ),
    )


def _quarantine(metadata: MetaData) -> Table:
    codes = ", ".join(f"'{reason}'" for reason in PAUSE_REASONS_V3)
    return Table(
        "quarantine",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("topic", Text, nullable=False),
        Column("partner", Text, nullable=False),
        Column("because", Text, nullable=False),
        Column("refused", Integer, nullable=False),
        Column("reason", Text, nullable=False),
        Column("paused_at", DateTime(timezone=True), nullable=False),
        Column("resumed_at", DateTime(timezone=True)),
        Column("resumed_by", Text),
        CheckConstraint(f"because in ({codes})", name="because"),
        CheckConstraint("(resumed_at is null) = (resumed_by is null)", name="resumed_by_somebody"),
        Index("uq_quarantine_open", "topic", unique=True, postgresql_where=text("resumed_at is null")),
        Index(None, "partner", "id"),
    )
