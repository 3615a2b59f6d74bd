"""Migrates a service's database to the current schema, and checks that every step can be undone.

Each service's package carries its own Alembic history; the chassis' tables are created by that history's first step
through the versioned functions below, so that a later chassis never changes an old migration.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Final

from alembic import command, context, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, pool, text

from alongside_chassis.tables import (
    DEAD_LETTER_RULES_V2,
    NAMING_CONVENTION,
    PAUSE_REASONS_V3,
    chassis_tables_v1,
    chassis_tables_v3,
    dead_letter_columns_v2,
    erased_person_table,
    inbox_digest_v5,
    partner_channels_table,
)

LOCK: Final = 0x6D696772  # "migr": one migration of a database at a time


def upgrade(url: str, package: str) -> str | None:
    """Upgrade the database at `url` to the newest revision of `package`; return that revision."""
    with _config(url, package) as config:
        command.upgrade(config, "head")
        connection: Connection = config.attributes["connection"]
        return MigrationContext.configure(connection).get_current_revision()


def downgrade(url: str, package: str) -> None:
    """Undo every migration."""
    with _config(url, package) as config:
        command.downgrade(config, "base")


def check(url: str, package: str) -> None:
    """Compare tables and migrations. Raises alembic's CommandError when they differ."""
    with _config(url, package) as config:
        command.check(config)


def run_env(metadata: MetaData, *, left_tables: Collection[str] = ()) -> None:
    """Run the migrations of a service, whose `migrations/env.py` only calls this function.

    `left_tables` are in the database and no more in the code, until a later release drops them; they are not compared.
    """
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=False,
        include_name=lambda name, kind, _parents: kind != "table" or name not in left_tables,
    )
    with context.begin_transaction():
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK})")
        context.run_migrations()


def create_chassis_tables_v1() -> None:
    """Create inbox, outbox, dead_letter, timer and idempotency_key as of version 1."""
    for table in chassis_tables_v1(MetaData(naming_convention=NAMING_CONVENTION)):
        table.create(op.get_bind())
    op.execute(
        "alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"
    )


def drop_chassis_tables_v1() -> None:
    """Undo `create_chassis_tables_v1`."""
    for table in reversed(chassis_tables_v1(MetaData(naming_convention=NAMING_CONVENTION))):
        table.drop(op.get_bind())


def upgrade_dead_letter_v2() -> None:
    """Add the columns that record how a dead letter is settled. Existing dead letters become `waiting`.

    Code of version 1 can still write to the table: every new column has a default or may be null.
    """
    for column in dead_letter_columns_v2():
        op.add_column("dead_letter", column)
    for name, rule in DEAD_LETTER_RULES_V2.items():
        op.create_check_constraint(op.f(f"ck_dead_letter_{name}"), "dead_letter", rule)
    op.create_index(op.f("ix_dead_letter_settled_at"), "dead_letter", ["settled_at"])


def downgrade_dead_letter_v2() -> None:
    """Undo `upgrade_dead_letter_v2`, deleting settled dead letters: to version 1 they would be waiting again."""
    op.execute("delete from dead_letter where state <> 'waiting'")
    op.drop_index(op.f("ix_dead_letter_settled_at"), "dead_letter")
    for name in DEAD_LETTER_RULES_V2:
        op.drop_constraint(op.f(f"ck_dead_letter_{name}"), "dead_letter")
    for column in reversed(dead_letter_columns_v2()):
        op.drop_column("dead_letter", column.name)


def upgrade_quarantine_v3() -> None:
    """Create the tables that count partners' refused records and pause their streams."""
    for table in chassis_tables_v3(MetaData(naming_convention=NAMING_CONVENTION)):
        table.create(op.get_bind())
    op.create_index(
        "ix_dead_letter_waiting", "dead_letter", ["topic"], postgresql_where=text("state = 'waiting'")
    )


def downgrade_quarantine_v3() -> None:
    """Undo `upgrade_quarantine_v3`; older code reads every partner's stream."""
    op.drop_index("ix_dead_letter_waiting", "dead_letter")
    for table in reversed(chassis_tables_v3(MetaData(naming_convention=NAMING_CONVENTION))):
        table.drop(op.get_bind())


def upgrade_quarantine_v4() -> None:
    """Let the reason of a pause be one of another release: its list is open."""
    op.drop_constraint(op.f("ck_quarantine_because"), "quarantine")


def downgrade_quarantine_v4() -> None:
    """Undo `upgrade_quarantine_v4`. A row with a newer reason stays, and cannot be changed until the next upgrade."""
    listed = ", ".join(f"'{reason}'" for reason in PAUSE_REASONS_V3)
    op.create_check_constraint(
        op.f("ck_quarantine_because"), "quarantine", f"because in ({listed})", postgresql_not_valid=True
    )


def upgrade_inbox_v5() -> None:
    """Add the column that shows whether a used id comes back with different content. Code of version 4 can still write."""
    op.add_column("inbox", inbox_digest_v5())


def downgrade_inbox_v5() -> None:
    """Undo `upgrade_inbox_v5`; whatever comes under a used id is a repeat again."""
    op.drop_column("inbox", "digest")


def create_erased_person() -> None:
    """Create the table of people who were erased."""
    erased_person_table(MetaData(naming_convention=NAMING_CONVENTION)).create(op.get_bind())


def create_partner_channels() -> None:
    """Create the table of how partners want to hear of their referrals."""
    partner_channels_table(MetaData(naming_convention=NAMING_CONVENTION)).create(op.get_bind())


@contextmanager
def _config(url: str, package: str) -> Iterator[Config]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=pool.NullPool)
    try:
        with as_file(files(package) / "migrations") as folder, engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(folder))
            config.attributes["connection"] = connection
            yield config
    finally:
        engine.dispose()
