"""The tables of the service, private to store and migrations."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Column, DateTime, MetaData
from sqlmodel import Field, SQLModel

from alongside_chassis.tables import NAMING_CONVENTION, chassis_tables

metadata = MetaData(naming_convention=NAMING_CONVENTION)
chassis_tables(metadata)


class Base(SQLModel):
    """Keeps this service's tables in separate metadata."""

    metadata: ClassVar[MetaData] = metadata


class Milestone(Base, table=True):
    """A referral that has begun. The primary key allows it once."""

    __tablename__ = "milestone"

    referral_id: UUID = Field(primary_key=True)
    reached_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
