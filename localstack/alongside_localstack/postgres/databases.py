"""Databases and roles on a PostgreSQL server: one database per service, one role that can access nothing else."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg.sql import SQL, Identifier, Literal

SUPERUSER = "postgres"
_CONNECT_SECONDS_MAX = 5


@dataclass(frozen=True)
class Database:
    """One database and the role that owns it."""

    host: str
    port: int
    name: str
    role: str
    password: str

    @property
    def url(self) -> str:
        """`postgresql://role:password@host:port/name`."""
        secret = quote(self.password, safe="")
        return f"postgresql://{quote(self.role, safe='')}:{secret}@{self.host}:{self.port}/{self.name}"


@dataclass(frozen=True)
class Server:
    """A running server, used as its superuser. All methods block; from asyncio use `asyncio.to_thread`."""

    host: str
    port: int
    password: str
    superuser: str = SUPERUSER
    maintenance: str = "postgres"

    @staticmethod
    def from_url(url: str) -> Server:
        """Parse `postgresql://superuser:password@host:port[/maintenance-database]`."""
        parts = urlsplit(url)
        return Server(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 5432,
            password=unquote(parts.password or ""),
            superuser=unquote(parts.username or SUPERUSER),
            maintenance=parts.path.lstrip("/") or "postgres",
        )

    @property
    def url(self) -> str:
        """The superuser's URL of the maintenance database."""
        return Database(self.host, self.port, self.maintenance, self.superuser, self.password).url

    def answers(self) -> bool:
        """Return whether the superuser can log in and run a statement now."""
        try:
            with self.connection() as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    @contextlib.contextmanager
    def connection(self, database: str | None = None) -> Iterator[psycopg.Connection]:
        """Open an autocommitting connection as superuser."""
        with psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.superuser,
            password=self.password,
            dbname=database or self.maintenance,
            connect_timeout=_CONNECT_SECONDS_MAX,
            autocommit=True,
        ) as connection:
            yield connection

    def close_shared_databases(self) -> None:
        """Revoke the access of service roles to the default databases. Only for a server started here."""
        with self.connection() as connection:
            for name in ("postgres", "template1"):
                connection.execute(_REVOKE_CONNECT.format(Identifier(name)))

    def ensure_database(self, name: str, role: str, password: str) -> Database:
        """Create a database owned by `role`, the only role that may connect; if it exists, only set the password."""
        with self.connection() as connection:
            _ensure_role(connection, role, password)
            if not _exists(connection, "pg_database", "datname", name):
                connection.execute(
                    SQL("create database {} owner {}").format(Identifier(name), Identifier(role))
                )
            connection.execute(_REVOKE_CONNECT.format(Identifier(name)))
        return Database(self.host, self.port, name, role, password)

    def create_database(self, name: str | None = None) -> Database:
        """Create an empty database with a role of the same name; without a name, a random one. For tests."""
        chosen = name or f"test_{secrets.token_hex(6)}"
        return self.ensure_database(chosen, chosen, secrets.token_urlsafe(12))

    def clone(self, template: Database, name: str | None = None) -> Database:
        """Copy `template`, with the same owner, in milliseconds; the template may have no open connections."""
        chosen = name or f"{template.name}_{secrets.token_hex(6)}"
        with self.connection() as connection:
            connection.execute(
                SQL("create database {} template {} owner {} strategy file_copy").format(
                    Identifier(chosen), Identifier(template.name), Identifier(template.role)
                )
            )
            connection.execute(_REVOKE_CONNECT.format(Identifier(chosen)))
        return Database(self.host, self.port, chosen, template.role, template.password)

    def drop_database(self, name: str) -> None:
        """Drop a database and end all its connections."""
        with self.connection() as connection:
            connection.execute(SQL("drop database if exists {} with (force)").format(Identifier(name)))


_REVOKE_CONNECT = SQL("revoke connect, temporary on database {} from public")


def _ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    verb = SQL("alter" if _exists(connection, "pg_roles", "rolname", role) else "create")
    connection.execute(
        SQL("{} role {} login nosuperuser nocreatedb nocreaterole password {}").format(
            verb, Identifier(role), Literal(password)
        )
    )


def _exists(connection: psycopg.Connection, table: str, column: str, name: str) -> bool:
    query = SQL("select 1 from {} where {} = %s").format(Identifier(table), Identifier(column))
    return connection.execute(query, (name,)).fetchone() is not None
