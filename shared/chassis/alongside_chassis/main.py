"""The command line every service shares: serve, or bring its database up to date."""

import gc
import importlib
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from pydantic import ValidationError

from alongside_chassis.settings import Settings
from alongside_contracts.codes import CodesError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Config, Server

SettingsT = TypeVar("SettingsT", bound=Settings)
KEEP_ALIVE_SECONDS: Final = 5
"""How long a connection waits for its next request."""


def main(package: str) -> None:
    """`python -m <package>` serves; `python -m <package> migrate` upgrades the database and ends.

    The package has a `settings.Settings` and an `app.build(settings)`. Each command imports only what it needs, because
    imports take most of the start time. Exits with status 2 and one line per missing or invalid setting.
    """
    settings = read_settings(importlib.import_module(f"{package}.settings").Settings)
    match sys.argv[1:]:
        case []:
            serve(_build(package, settings), settings)
        case ["migrate"]:
            _migrate(package, settings)
        case _:
            sys.exit(f"usage: python -m {package} [migrate]")


def _build(package: str, settings: Settings) -> "FastAPI":
    try:
        app: FastAPI = importlib.import_module(f"{package}.app").build(settings)
    except CodesError as error:
        remedy = "Correct ALONGSIDE_CODES_OF, or the files in ALONGSIDE_REGIONS; `alongside codes check` shows the same."
        sys.stderr.write(f"{error}\n{remedy}\n")
        sys.exit(2)
    return app


def serve(app: "FastAPI", settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests in progress are finished first.

    Exits with status 2 and one line when the public port cannot be opened.
    """
    _collect_garbage_seldom()
    server = http_server(app, settings)
    if settings.public_http_port:
        app.state.public_server = _public_server(app.state.public_app, settings, server)
    server.run()


def _public_server(app: "FastAPI", settings: Settings, own: "Server") -> "Server":
    """Return the server of the public routes, which the application starts and stops."""
    listening = _bind(settings.public_http_host, settings.public_http_port)
    server_type = importlib.import_module("alongside_chassis.lifecycle.public_server").PublicServer
    server: Server = server_type(_server_config(app, settings, lifespan="off"), listening, own)
    return server


def _bind(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to the address and does not listen yet."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        remedy = "Set ALONGSIDE_PUBLIC_HTTP_HOST and ALONGSIDE_PUBLIC_HTTP_PORT to a free address."
        sys.stderr.write(f"The public port {host}:{port} cannot be opened: {error.strerror}. {remedy}\n")
        sys.exit(2)
    return listening


def http_server(app: "FastAPI", settings: Settings, *, lifespan: Literal["on", "off"] = "on") -> "Server":
    """Return the HTTP server of an application, not started; tests run it without the lifespan."""
    uvicorn = importlib.import_module("uvicorn")
    server: Server = uvicorn.Server(_server_config(app, settings, lifespan=lifespan))
    return server


def _server_config(app: "FastAPI", settings: Settings, *, lifespan: Literal["on", "off"]) -> "Config":
    uvicorn = importlib.import_module("uvicorn")
    slow_clients = importlib.import_module("alongside_chassis.http.slow_clients")
    limits = slow_clients.ConnectionLimits(settings.http_read_seconds_max, settings.http_connections_max)
    config: Config = uvicorn.Config(
        app,
        http=partial(slow_clients.BoundedConnection, limits),
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        backlog=2048,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        lifespan=lifespan,
        proxy_headers=False,  # nothing here depends on the client's address or scheme, and anybody can send X-Forwarded-*
        server_header=False,
        access_log=False,
        log_level="critical",  # our own middleware writes the canonical line
        timeout_graceful_shutdown=2,
    )
    return config


def _collect_garbage_seldom() -> None:
    """Collect garbage less often: a batch creates tens of thousands of objects and hardly any cycles to find."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _migrate(package: str, settings: Settings) -> None:
    upgrade = importlib.import_module("alongside_chassis.migrations").upgrade
    make_log = importlib.import_module("alongside_chassis.observe.logs").make_log
    revision = upgrade(settings.database_url.get_secret_value(), package)
    make_log(package, form=settings.log_format).info("migrated", revision=revision)


def read_settings(settings_type: type[SettingsT]) -> SettingsT:
    """Return the settings of the environment, or exit with status 2 and one line per missing or invalid setting."""
    try:
        return settings_type()
    except ValidationError as error:
        wrong = [
            f"ALONGSIDE_{str(item['loc'][0]).upper()}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_input=False)
        ]
        sys.stderr.write("\n".join(["These settings are missing or invalid:", *wrong]) + "\n")
        sys.exit(2)
