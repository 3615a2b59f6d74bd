"""Alembic's door; all of it is in the chassis."""

from alongside_chassis.migrations import run_env
from alongside_referrals.tables import Base

run_env(Base.metadata)
