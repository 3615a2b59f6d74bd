"""The parts of a stack as nodes to supervise: PostgreSQL and its databases, the mail sink, the trace receiver, services."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alongside_cli.errors import Unavailable
from alongside_localstack.ports import LOOPBACK
from alongside_localstack.postgres.cluster import Cluster
from alongside_localstack.postgres.databases import Database, Server
from alongside_localstack.supervisor.probes import http, sql
from alongside_localstack.supervisor.processes import Node, Process, StartUpTask

POSTGRES, DATABASES, MAIL, TRACES, TOPICS = "postgres", "databases", "mail", "traces", "topics"
_EXTERNAL_SECONDS_MAX = 10.0


def postgres(cluster: Cluster) -> tuple[Node, ...]:
    """Return a PostgreSQL started here: its files, the server, and the closing of its shared databases."""

    def create() -> None:
        cluster.await_previous()
        cluster.create()

    files = StartUpTask(name="postgres-files", run=lambda: asyncio.to_thread(create))
    server = Process(
        name=POSTGRES,
        argv=cluster.argv(),
        cwd=Path("/"),
        after=(files.name,),
        probe=sql(cluster.server),
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
        stop_seconds_max=30,
        account=cluster.account,
        remedy="check for a full disk, too little memory or a used port",
    )
    closed = StartUpTask(
        name="postgres-closed",
        run=lambda: asyncio.to_thread(cluster.server.close_shared_databases),
        after=(server.name,),
    )
    return files, server, closed


def external_postgres(server: Server) -> tuple[Node, ...]:
    """Return a step that only checks an external server."""

    async def check() -> None:
        if not await asyncio.to_thread(server.answers):
            raise Unavailable(
                f"PostgreSQL on {server.host}:{server.port} refuses the log-in of {server.superuser}, or does not answer.",
                remedy="correct ALONGSIDE_POSTGRES (postgresql://superuser:password@host:port).",
            )

    return (StartUpTask(name=POSTGRES, run=check, seconds_max=_EXTERNAL_SECONDS_MAX),)


def databases(server: Server, wanted: Mapping[str, Database], *, after: tuple[str, ...]) -> StartUpTask:
    """Return the step that creates every database with its role."""

    def ensure() -> None:
        for database in wanted.values():
            server.ensure_database(database.name, database.role, database.password)

    return StartUpTask(name=DATABASES, run=lambda: asyncio.to_thread(ensure), after=after)


@dataclass(frozen=True)
class Mail:
    """The mail sink's ports."""

    smtp_port: int
    http_port: int

    @property
    def url(self) -> str:
        """The base URL of the HTTP API that lists delivered messages."""
        return f"http://{LOOPBACK}:{self.http_port}"


def mail_sink(mail: Mail, folder: Path) -> Process:
    """Return the mail sink's process."""
    return Process(
        name=MAIL,
        argv=(
            *(sys.executable, "-m", "alongside_localstack.mail.sink"),
            *("--port", str(mail.smtp_port)),
            *("--http-port", str(mail.http_port)),
            *("--folder", str(folder)),
        ),
        probe=http(f"{mail.url}/health/ready"),
    )


def trace_receiver(database: Database, port: int) -> Process:
    """Return the process of the span receiver, which stores spans in a separate database."""
    return Process(
        name=TRACES,
        argv=(sys.executable, "-m", "alongside_localstack.traces.receiver"),
        env={
            "ALONGSIDE_DATABASE_URL": database.url,
            "ALONGSIDE_HTTP_HOST": LOOPBACK,
            "ALONGSIDE_HTTP_PORT": str(port),
        },
        after=(DATABASES,),
        probe=http(f"http://{LOOPBACK}:{port}/health/ready"),
    )


def migration(service: str, env: Mapping[str, str]) -> Process:
    """Return the process that migrates a service's database; it must succeed before the service starts."""
    return Process(
        name=f"{service}-migrate",
        argv=(sys.executable, "-m", f"alongside_{service}", "migrate"),
        env=env,
        after=(DATABASES,),
        once=True,
        ready_seconds_max=120,
        remedy="correct the migration and start again; a failed migration leaves the database unchanged",
    )


def service_instance(service: str, name: str, env: Mapping[str, str], *, after: tuple[str, ...]) -> Process:
    """Return the process of one instance of a service, ready when its /health/ready answers 200."""
    return Process(
        name=name,
        argv=(sys.executable, "-m", f"alongside_{service}"),
        env=env,
        after=(f"{service}-migrate", *after),
        probe=http(f"http://{LOOPBACK}:{env['ALONGSIDE_HTTP_PORT']}/health/ready"),
        ready_seconds_max=90,
    )
