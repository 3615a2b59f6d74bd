"""Copies of migrated databases, one for each test: emptied and lent again, which costs a tenth of a new one."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier

from alongside_localstack.postgres.databases import Database, Server

_SHAPE = """
select (select count(*) from pg_class where relkind <> 't'), (select count(*) from pg_attribute),
       (select count(*) from pg_constraint), (select count(*) from pg_trigger), (select count(*) from pg_proc)
"""
_TABLES = """
select relname from pg_class
where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
"""
_COUNT_ANEW = """
select setval(format('%I.%I', schemaname, sequencename), start_value, false)
from pg_sequences where last_value is not null
"""
_END_CONNECTIONS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


class Copies:
    """Lends copies of templates, whose tables have to be empty; nobody may be connected to a template."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._free: dict[str, list[Database]] = defaultdict(list)
        self._shapes: dict[str, tuple[object, ...]] = {}

    @contextmanager
    def lending(self) -> Iterator["Loan"]:
        """Lend copies to one test; all of them are returned at its end."""
        loan = Loan(self)
        try:
            yield loan
        finally:
            for template, copy in loan.taken:
                self._take_back(template, copy)

    def lend(self, template: Database) -> Database:
        """Return a copy that is not lent."""
        if free := self._free[template.name]:
            return free.pop()
        copy = self._server.clone(template)
        if template.name not in self._shapes:
            with self._server.connection(copy.name) as connection:
                self._shapes[template.name] = _shape(connection)
        return copy

    def _take_back(self, template: Database, copy: Database) -> None:
        """Empty it, or remove it when its test changed more than rows."""
        with self._server.connection(copy.name) as connection:
            connection.execute(_END_CONNECTIONS)
            as_it_was = _shape(connection) == self._shapes[template.name]
            if as_it_was:
                _empty(connection)
        if as_it_was:
            self._free[template.name].append(copy)
        else:
            self._server.drop_database(copy.name)


class Loan:
    """The copies one test has borrowed."""

    def __init__(self, copies: Copies) -> None:
        self._copies = copies
        self.taken: list[tuple[Database, Database]] = []

    def copy_of(self, template: Database) -> Database:
        """Return a copy of `template`, valid until the end of the test."""
        copy = self._copies.lend(template)
        self.taken.append((template, copy))
        return copy


def _shape(connection: psycopg.Connection) -> tuple[object, ...]:
    found = connection.execute(_SHAPE).fetchone()
    assert found
    return found


def _empty(connection: psycopg.Connection) -> None:
    tables = [name for (name,) in connection.execute(_TABLES)]
    holds_rows = SQL(" union all ").join(
        SQL("select {} where exists (select from {})").format(name, Identifier(name)) for name in tables
    )
    filled = [Identifier(name) for (name,) in connection.execute(holds_rows)]
    if filled:
        connection.execute(SQL("truncate {} cascade").format(SQL(", ").join(filled)))
    connection.execute(_COUNT_ANEW)
