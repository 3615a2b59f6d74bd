"""Listings as the directory announced them last."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from alongside_contracts.vocabulary import WithdrawalEffect
from alongside_matching.columns import Base, check_one_of


class ListingRow(Base, table=True):
    """The newest state of a listing, by its source and the source's own id; `effect` is that of its withdrawal, if any.

    `number` and `sequence` are those of its event. It is kept after a withdrawal, so that nothing older counts any more.
    """

    __tablename__ = "listing"
    __table_args__ = (check_one_of("effect", *WithdrawalEffect),)

    source: str = Field(primary_key=True, sa_type=Text)
    source_id: str = Field(primary_key=True, sa_type=Text)
    number: int
    sequence: int = Field(sa_type=BigInteger)
    region: str = Field(sa_type=Text)
    state: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    effect: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime
