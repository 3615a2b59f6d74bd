"""Alembic's entry point; the code is in the chassis."""

from alongside_milestones.tables import Base

from alongside_chassis.migrations import run_env

run_env(Base.metadata)
