"""The workforce record of a supporter, beside the offer it belongs to. No name is part of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text
from sqlmodel import Field

from alongside_matching.tables.columns import Base, of_offer, one_of


class SupporterRow(Base, table=True):
    """What is agreed with a supporter beside the places: hours, and who supervises them (an opaque reference)."""

    __tablename__ = "supporter"
    __table_args__ = (CheckConstraint("hours_per_week_max > 0", name="hours_per_week_max"),)

    offer_id: UUID = Field(sa_column=of_offer(primary_key=True))
    hours_per_week_max: float | None = None
    supervisor: str | None = Field(default=None, sa_type=Text)


class CertificationRow(Base, table=True):
    """A certificate and what it endorses its holder for."""

    __tablename__ = "certification"
    __table_args__ = (
        CheckConstraint("expires_on > issued_on", name="expires_on"),
        Index(None, "offer_id"),
    )

    id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(sa_column=of_offer())
    issuer: str = Field(sa_type=Text)
    endorsement: str = Field(sa_type=Text)
    issued_on: date
    expires_on: date


class TrainingRow(Base, table=True):
    """A training that was completed."""

    __tablename__ = "training"
    __table_args__ = (CheckConstraint("hours > 0", name="hours"), Index(None, "offer_id"))

    id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(sa_column=of_offer())
    topic: str = Field(sa_type=Text)
    hours: float
    completed_on: date


class SupporterLogRow(Base, table=True):
    """What happened on a day: supervision that took place, exposure to a crisis, time spent supporting."""

    __tablename__ = "supporter_log"
    __table_args__ = (
        one_of("kind", "supervision", "crisis", "support"),
        CheckConstraint("minutes >= 0 and minutes <= 1440", name="minutes"),
        Index(None, "offer_id", "on_day"),
    )

    id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(sa_column=of_offer())
    kind: str = Field(sa_type=Text)
    on_day: date
    minutes: int


class SelfCheckRow(Base, table=True):
    """Three private answers, 0 (not at all) to 4 (entirely). Read by the well-being rule alone: no door shows them."""

    __tablename__ = "self_check"
    __table_args__ = (
        CheckConstraint("rested between 0 and 4", name="rested"),
        CheckConstraint("supported between 0 and 4", name="supported"),
        CheckConstraint("able between 0 and 4", name="able"),
        Index(None, "offer_id", "taken_at"),
    )

    id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(sa_column=of_offer())
    rested: int = Field(sa_type=SmallInteger)
    supported: int = Field(sa_type=SmallInteger)
    able: int = Field(sa_type=SmallInteger)
    taken_at: datetime
