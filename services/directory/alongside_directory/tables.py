"""Uploaded directories, and the directory as published: one HSDS 3.0 document per entity."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel

from alongside_chassis.tables import NAMING_CONVENTION, chassis_tables
from alongside_contracts.vocabulary import WithdrawalEffect
from alongside_directory.codes import ImportState, LineKind, RecordKind

metadata = MetaData(naming_convention=NAMING_CONVENTION)
chassis_tables(metadata)


class Base(SQLModel):
    """Base class that collects this service's tables in its own MetaData."""

    metadata = metadata


def check_one_of(column: str, *allowed: str) -> CheckConstraint:
    """Return a CHECK that limits a column to a closed list of codes."""
    listed = ", ".join(f"'{code}'" for code in allowed)
    return CheckConstraint(f"{column} in ({listed})", name=column)


def count_column() -> Column[int]:
    """Return an integer column that starts at 0."""
    return Column(Integer, nullable=False, server_default=text("0"))


class DirectorySourceRow(Base, table=True):
    """A publisher whose packages are imported. Ids of records derive from `key`, which never changes; `name` may.

    `rows`: how many rows each table had in the package that was imported last.
    """

    __tablename__ = "directory_source"
    __table_args__ = (UniqueConstraint("name"),)

    key: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    rows: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'")))
    created_at: datetime


class DirectoryImportRow(Base, table=True):
    """One uploaded directory and the progress of its import; `source` is the name under which it was sent.

    `confirm` is what somebody has confirmed, `confirmation` what would confirm the `questions` that came up. `moved` and
    `kept` are null until it was decided that the import may change something. `digest_key` is null when it has ended.
    """

    __tablename__ = "directory_import"
    __table_args__ = (
        check_one_of("state", *ImportState),
        Index(
            "ix_directory_import_unfinished",
            "id",
            postgresql_where=text("state in ('queued', 'reading', 'storing')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    region: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    source_key: str = Field(sa_type=Text)
    digest_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    pause_vanished: bool
    dry_run: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    confirm: str | None = Field(default=None, sa_type=Text)
    confirmation: str | None = Field(default=None, sa_type=Text)
    questions: list[Any] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'[]'")))
    moved: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    kept: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    attempts: int = Field(sa_column=count_column())
    state: str = Field(sa_type=Text)
    of: int | None = None
    read: int = Field(sa_column=count_column())
    created: int = Field(sa_column=count_column())
    changed: int = Field(sa_column=count_column())
    unchanged: int = Field(sa_column=count_column())
    quarantined: int = Field(sa_column=count_column())
    lines_quarantined: int = Field(sa_column=count_column())
    flagged: int = Field(sa_column=count_column())
    vanished: int = Field(sa_column=count_column())
    problem: str | None = Field(default=None, sa_type=Text)
    remedy: str | None = Field(default=None, sa_type=Text)
    created_at: datetime
    finished_at: datetime | None = None


class DirectoryImportPartRow(Base, table=True):
    """A part of an uploaded file, in the database so that any process can continue after a crash; then deleted.

    A package may have the streets of confidential places, so the table is unlogged: its rows are in no archive of the log and
    in no base backup. After a crash of PostgreSQL they are gone, and the import asks for its file again.
    """

    __tablename__ = "directory_import_part"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    import_id: UUID = Field(
        sa_column=Column(
            PG_UUID(as_uuid=True), ForeignKey("directory_import.id", ondelete="CASCADE"), primary_key=True
        )
    )
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DirectoryImportLineRow(Base, table=True):
    """One remark on one line of the file: where it is and its digest, nothing of its content."""

    __tablename__ = "directory_import_line"
    __table_args__ = (check_one_of("kind", *LineKind),)

    import_id: UUID = Field(
        sa_column=Column(
            PG_UUID(as_uuid=True), ForeignKey("directory_import.id", ondelete="CASCADE"), primary_key=True
        )
    )
    number: int = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    file: str = Field(sa_type=Text)
    path: str = Field(sa_type=Text)
    line: int
    digest: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    column: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    remedy: str = Field(sa_type=Text)


def _ids() -> Column[list[UUID]]:
    return Column(ARRAY(PG_UUID(as_uuid=True)), nullable=False, server_default=text("'{}'"))


class DirectoryRecordRow(Base, table=True):
    """One published entity. `id` follows from `source`, kind and `source_id`, so that it is the same in every import.

    `verified_on` is when its publisher last verified it, null when not published; `changed_at` is when its content
    last changed here; `removed_at` is a tombstone: the publisher no longer lists it, and readers can see that. Of a
    tombstone only its names and terms are kept. `search` has its words as the stemmers of `languages` know them, which are text search
    configurations such as `spanish`; it is outdated until the record is `indexed`.
    """

    __tablename__ = "directory_record"
    __table_args__ = (
        check_one_of("kind", *RecordKind),
        UniqueConstraint("source", "kind", "source_id"),
        Index(
            "ix_directory_record_listed", "kind", "region", "id", postgresql_where=text("removed_at is null")
        ),
        Index(None, "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(
            "ix_directory_record_not_indexed",
            "source",
            "id",
            postgresql_where=text("not indexed and removed_at is null"),
        ),
        Index(None, "terms", postgresql_using="gin"),
        Index(None, "organization_id"),
        Index(None, "service_id"),
        Index("ix_directory_record_place", "region", "latitude", "longitude"),
    )

    id: UUID = Field(primary_key=True)
    region: str = Field(sa_type=Text)
    source: str = Field(sa_column=Column(Text, ForeignKey("directory_source.key"), nullable=False))
    kind: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    hotline: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    organization_id: UUID | None = None
    service_id: UUID | None = None
    taxonomy_id: UUID | None = None
    parent_id: UUID | None = None
    terms: list[UUID] = Field(sa_column=_ids())
    latitude: float | None = None
    longitude: float | None = None
    postal_code: str | None = Field(default=None, sa_type=Text)
    languages: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'")))
    search: Any = Field(sa_column=Column(TSVECTOR, nullable=False, server_default=text("''")))
    indexed: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    verified_on: date | None = None
    first_import: UUID
    last_import: UUID
    created_at: datetime
    changed_at: datetime
    removed_at: datetime | None = None


class DirectoryLanguageRow(Base, table=True):
    """A text search configuration in which some record is or was indexed, so that nothing is searched for in others."""

    __tablename__ = "directory_language"

    config: str = Field(primary_key=True, sa_type=Text)


class DirectoryListingRow(Base, table=True):
    """A service as it was announced last. `state` is what its readers decide by; `number` counts the listings of its source.

    `sequence` grows with each announcement. `withdrawn` says what its withdrawal means for readers; null while it is listed.
    `content_hash` is that of its service in the package; null when it has to be announced by the next import anyhow.
    """

    __tablename__ = "directory_listing"
    __table_args__ = (
        check_one_of("withdrawn", *WithdrawalEffect),
        UniqueConstraint("source", "number"),
    )

    source: str = Field(sa_column=Column(Text, ForeignKey("directory_source.key"), primary_key=True))
    source_id: str = Field(primary_key=True, sa_type=Text)
    number: int
    sequence: int = Field(sa_type=BigInteger)
    state: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    content_hash: str | None = Field(default=None, sa_type=Text)
    withdrawn: str | None = Field(default=None, sa_type=Text)
