"""Alembic's entry: the chassis does the rest."""

from alongside_chassis.migrations import run_env
from alongside_matching.tables import LEFT_TABLES, metadata

run_env(metadata, left_tables=LEFT_TABLES)
