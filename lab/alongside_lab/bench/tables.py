"""The tables of the hop: those of the chassis, and one with a row per record."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import MetaData, Text, create_engine
from sqlmodel import Field, SQLModel

from alongside_chassis.tables import NAMING_CONVENTION, chassis_tables

_metadata: Final = MetaData(naming_convention=NAMING_CONVENTION)
chassis_tables(_metadata)


class Base(SQLModel):
    """Keeps the hop's tables in separate metadata."""

    metadata: ClassVar[MetaData] = _metadata


class HopRow(Base, table=True):
    """The row that each implementation stores for each record."""

    __tablename__ = "hop"

    id: UUID = Field(primary_key=True)
    reference: str = Field(sa_type=Text)
    person_reference: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    received_at: datetime


def create_tables(url: str) -> None:
    """Create all tables in an empty database."""
    engine = create_engine(psycopg_url(url))
    try:
        _metadata.create_all(engine)
    finally:
        engine.dispose()


def psycopg_url(url: str) -> str:
    """Return the URL in SQLAlchemy's form for psycopg."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
