"""What every table of matching is made with: its own MetaData, and the columns many of them share."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import SQLModel

from alongside_chassis.tables import NAMING_CONVENTION, chassis_tables

metadata = MetaData(naming_convention=NAMING_CONVENTION)
chassis_tables(metadata)


class Base(SQLModel):
    """Keeps this service's tables in a MetaData of their own."""

    metadata = metadata


def codes() -> Column[list[str]]:
    """Codes of a closed list, or names that others chose; empty when nothing is said."""
    return Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))


def count() -> Column[int]:
    """A number that starts at 0."""
    return Column(Integer, nullable=False, server_default=text("0"))


def of_offer(*, primary_key: bool = False) -> Column[UUID]:
    """The offer a row belongs to; it goes when the offer goes."""
    return Column(
        PG_UUID(as_uuid=True),
        ForeignKey("offer.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


def one_of(column: str, *allowed: str) -> CheckConstraint:
    """A closed list, kept by the database too."""
    listed = ", ".join(f"'{code}'" for code in allowed)
    return CheckConstraint(f"{column} in ({listed})", name=column)
