"""The command line every service shares: serve, or bring its database up to date."""

import gc
import importlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ValidationError

from alongside_chassis.settings import Settings
from alongside_contracts.codes import CodesError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Server


KEEP_ALIVE_SECONDS: Final = 5
"""How long a connection waits for its next request."""


def main(package: str) -> None:
    """`python -m <package>` serves; `python -m <package> migrate` upgrades the database and ends.

    The package has a `settings.Settings` and an `app.build(settings)`. Each command imports only what it needs, because
    imports take most of the start time. Exits with status 2 and one line per missing or invalid setting.
    """
    settings = _settings(importlib.import_module(f"{package}.settings").Settings)
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
    """Serve until SIGTERM or SIGINT; requests in progress are finished first."""
    _collect_garbage_seldom()
    http_server(app, settings).run()


def http_server(app: "FastAPI", settings: Settings, *, lifespan: Literal["on", "off"] = "on") -> "Server":
    """Return the HTTP server of an application, not started; tests run it without the lifespan."""
    uvicorn = importlib.import_module("uvicorn")
    slow_clients = importlib.import_module("alongside_chassis.http.slow_clients")
    limits = slow_clients.ConnectionLimits(settings.http_read_seconds_max, settings.http_connections_max)
    config = uvicorn.Config(
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
    server: Server = uvicorn.Server(config)
    return server


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


def _settings(settings_type: type[Settings]) -> Settings:
    try:
        return settings_type()
    except ValidationError as error:
        wrong = [
            f"ALONGSIDE_{str(item['loc'][0]).upper()}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_input=False)
        ]
        sys.stderr.write("\n".join(["These settings are missing or invalid:", *wrong]) + "\n")
        sys.exit(2)
