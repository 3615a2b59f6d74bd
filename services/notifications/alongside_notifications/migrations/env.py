"""Alembic's entry to this service's history."""

from alongside_chassis.migrations import run_env
from alongside_notifications.tables import metadata

run_env(metadata)
