"""Alembic's entry into intake's tables."""

from alongside_chassis.migrations import run_env
from alongside_intake.tables import Base

run_env(Base.metadata)
