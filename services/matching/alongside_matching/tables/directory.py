"""The directory as it was published: one HSDS 3.0 document per entity, with where it came from."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field

from alongside_matching.tables.columns import Base, one_of


def _ids() -> Column[list[UUID]]:
    return Column(ARRAY(PG_UUID(as_uuid=True)), nullable=False, server_default=text("'{}'"))


class DirectoryRecordRow(Base, table=True):
    """One published entity. `id` follows from region, kind and `source_id`, so that it is the same at every import.

    `verified_on` is when its publisher last checked it, null when they do not say; `changed_at` is when its content
    last differed here; `removed_at` is a tombstone: the publisher no longer lists it, and readers can hear of that.
    """

    __tablename__ = "directory_record"
    __table_args__ = (
        one_of("kind", "organization", "service", "service_at_location", "taxonomy", "taxonomy_term"),
        UniqueConstraint("region", "kind", "source_id"),
        Index(
            "ix_directory_record_listed", "kind", "region", "id", postgresql_where=text("removed_at is null")
        ),
        Index(None, "search", postgresql_using="gin"),
        Index(None, "terms", postgresql_using="gin"),
        Index(None, "organization_id"),
        Index(None, "service_id"),
        Index("ix_directory_record_place", "region", "latitude", "longitude"),
    )

    id: UUID = Field(primary_key=True)
    region: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    organization_id: UUID | None = None
    service_id: UUID | None = None
    taxonomy_id: UUID | None = None
    parent_id: UUID | None = None
    terms: list[UUID] = Field(sa_column=_ids())
    latitude: float | None = None
    longitude: float | None = None
    postal_code: str | None = Field(default=None, sa_type=Text)
    search: Any = Field(sa_column=Column(TSVECTOR, nullable=False))
    content_hash: str = Field(sa_type=Text)
    verified_on: date | None = None
    first_import: UUID
    last_import: UUID
    created_at: datetime
    changed_at: datetime
    removed_at: datetime | None = None
