"""The MetaData of matching's tables, and the columns that several of them share."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import SQLModel

from alongside_chassis.tables import NAMING_CONVENTION, chassis_tables, erased_person_table

metadata = MetaData(naming_convention=NAMING_CONVENTION)
chassis_tables(metadata)
erased_person_table(metadata)


class Base(SQLModel):
    """Base class that collects this service's tables in its own MetaData."""

    metadata = metadata


def codes_column() -> Column[list[str]]:
    """Return a list column for codes of a closed list or names that others chose; empty by default."""
    return Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))


def count_column() -> Column[int]:
    """Return an integer column that starts at 0."""
    return Column(Integer, nullable=False, server_default=text("0"))


def offer_column(*, primary_key: bool = False) -> Column[UUID]:
    """Return a foreign key to the offer that a row belongs to; the row is deleted with the offer."""
    return Column(
        PG_UUID(as_uuid=True),
        ForeignKey("offer.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


def check_one_of(column: str, *allowed: str) -> CheckConstraint:
    """Return a CHECK that limits a column to a closed list of codes."""
    listed = ", ".join(f"'{code}'" for code in allowed)
    return CheckConstraint(f"{column} in ({listed})", name=column)
