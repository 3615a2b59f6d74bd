"""`alongside kafka`: set up a cluster that is not the local stack's, and let partners in.

Everything else it is told by settings: where the cluster is and as whom it is called (`ALONGSIDE_KAFKA…`). Runs as a
one-shot job before the services, and alone: `python -m alongside_cli.kafka.command add-partner st-mary`.
"""

import asyncio
import logging
import re
import sys
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_cli.errors import CommandError
from alongside_cli.kafka import offsets
from alongside_cli.kafka import set_up as cluster
from alongside_cli.kafka.settings import ClusterSettings
from alongside_contracts.access import groups_of
from alongside_contracts.streams import PARTNER_ID

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Topics, users and rights of a cluster.")

T = TypeVar("T")
PartnerId = Annotated[str, typer.Argument(help="Its id: 3 to 40 small letters, digits and hyphens.")]


@app.callback()
def kafka() -> None:
    """Topics, users and rights of a cluster."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters is told here, with a remedy


@app.command()
def set_up() -> None:
    """Create the shared topics, let the services in, and grant exactly what the streams ask for."""
    settings = _settings()
    result = _run(settings, cluster.set_up(settings))
    _print_topics(result)
    for rule in result.withdrawn:
        print(f"withdrawn: {rule.user} may no longer {rule.right} {rule.resource} {rule.name}")


@app.command()
def add_partner(
    partner: PartnerId,
    new_password: Annotated[
        bool, typer.Option(help="Give a new password to a partner that has one.")
    ] = False,
) -> None:
    """Create a partner's two topics, let it in, and print its password once."""
    settings = _settings()
    result = _run(
        settings, cluster.add_partner(settings, _valid_partner_id(partner), new_password=new_password)
    )
    _print_topics(result)
    if result.user:
        print(f"user       {result.user}")
        print(f"password   {result.password or 'as before'}")
        print(f"groups     {groups_of(partner)}<any name>")


@app.command()
def remove_partner(partner: PartnerId) -> None:
    """Take a partner's log-in and rights away; its topics stay, so that what it sent is still handled."""
    settings = _settings()
    _run(settings, cluster.remove_partner(settings, _valid_partner_id(partner)))
    print(f"{partner} may no longer log in, read or write")


@app.command()
def copy_offsets(
    old: Annotated[str, typer.Option("--from", help="The group that read so far.")],
    new: Annotated[str, typer.Option("--to", help="The group that shall go on.")],
    topic: Annotated[str | None, typer.Option(help="Only this topic; without it, all.")] = None,
) -> None:
    """Let a renamed consumer group go on where the old one ended; both without members."""
    settings = _settings()
    copied = _run(settings, offsets.copy_offsets(settings.cluster, old=old, new=new, topic=topic))
    for partition, offset in sorted(copied.items()):
        print(f"{new}  {partition.topic}  partition {partition.partition}  offset {offset}")


def _settings() -> ClusterSettings:
    try:
        return ClusterSettings()
    except ValidationError as error:
        for item in error.errors(include_input=False):
            print(f"ALONGSIDE_{str(item['loc'][0]).upper()}: {item['msg']}", file=sys.stderr)
        raise typer.Exit(2) from None


def _valid_partner_id(partner: str) -> str:
    if not re.fullmatch(PARTNER_ID, partner):
        raise typer.BadParameter(
            f"{partner!r} is no partner id: small letters, digits and hyphens, 3 to 40 of them"
        )
    return partner


def _run(settings: ClusterSettings, work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(_with_diagnosis(settings, work))
    except CommandError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


async def _with_diagnosis(settings: ClusterSettings, work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except (KafkaError, OSError) as error:
        reason = await diagnose_connection(error, settings.cluster)
        raise CommandError(
            f"{settings.kafka} does not do as asked: {reason}.",
            remedy="look at the log-in, then at the brokers' health and logs.",
        ) from error


def _print_topics(result: cluster.SetUpResult) -> None:
    for topic in result.topics:
        print(f"{topic.name}  {topic.partitions} partitions")


if __name__ == "__main__":
    app()
