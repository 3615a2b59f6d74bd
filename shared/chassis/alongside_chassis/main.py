"""The command line every service shares: serve, or bring its database up to date."""

import sys
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from alongside_chassis.logs import make_log
from alongside_chassis.migrations import upgrade
from alongside_chassis.settings import Settings

S = TypeVar("S", bound=Settings)


def main(package: str, settings_type: type[S], build: Callable[[S], FastAPI]) -> None:
    """`python -m <package>` serves; `python -m <package> migrate` upgrades the database and ends.

    Ends with status 2 and one line per wrong setting when the environment does not make sense.
    """
    settings = _settings(settings_type)
    match sys.argv[1:]:
        case []:
            serve(build(settings), settings)
        case ["migrate"]:
            revision = upgrade(settings.database_url.get_secret_value(), package)
            make_log(package, form=settings.log_format).info("migrated", revision=revision)
        case _:
            sys.exit(f"usage: python -m {package} [migrate]")


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests in hand are finished first."""
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        lifespan="on",
        access_log=False,
        log_level="critical",  # our own middleware writes the canonical line
        timeout_graceful_shutdown=2,
    )


def _settings(settings_type: type[S]) -> S:
    try:
        return settings_type()
    except ValidationError as error:
        wrong = [
            f"ALONGSIDE_{str(item['loc'][0]).upper()}: {item['msg']}"
            for item in error.errors(include_input=False)
        ]
        sys.stderr.write("\n".join(["These settings need attention:", *wrong]) + "\n")
        sys.exit(2)
