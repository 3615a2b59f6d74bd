"""Alembic's entry: the chassis does the rest."""

from alongside_chassis.migrations import run_env
from alongside_directory.tables import metadata

run_env(metadata)
