"""`alongside kafka`: set up an external Kafka cluster, and give partners access to it.

The cluster's address and the administrator's log-in come from settings (`ALONGSIDE_KAFKA…`). Runs as a one-shot job
before the services, and alone: `python -m alongside_cli.kafka.command add-partner st-mary`.
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
from alongside_contracts.access import group_prefix_of
from alongside_contracts.streams import PARTNER_ID

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Topics, users and access rules of a Kafka cluster."
)

T = TypeVar("T")
PartnerId = Annotated[
    str, typer.Argument(help="The partner's id: 3 to 40 lower-case letters, digits and hyphens.")
]


@app.callback()
def kafka() -> None:
    """Topics, users and access rules of a Kafka cluster."""
    # The command prints errors itself, with a remedy.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


@app.command()
def set_up() -> None:
    """Create the shared topics and the services' users, and grant exactly the rights that the streams need."""
    settings = _settings()
    result = _run(settings, cluster.set_up(settings))
    _print_topics(result)
    for rule in result.withdrawn:
        print(f"withdrawn: {rule.user} may no longer {rule.right} {rule.resource} {rule.name}")


@app.command()
def add_partner(
    partner: PartnerId,
    new_password: Annotated[bool, typer.Option(help="Set a new password for an existing partner.")] = False,
) -> None:
    """Create a partner's two topics and its user, and print its password once."""
    settings = _settings()
    result = _run(
        settings, cluster.add_partner(settings, _valid_partner_id(partner), new_password=new_password)
    )
    _print_topics(result)
    if result.user:
        print(f"user       {result.user}")
        print(f"password   {result.password or 'unchanged'}")
        print(f"groups     {group_prefix_of(partner)}<any name>")


@app.command()
def remove_partner(partner: PartnerId) -> None:
    """Delete a partner's user and rights; its topics stay, so that the records it sent are still handled."""
    settings = _settings()
    _run(settings, cluster.remove_partner(settings, _valid_partner_id(partner)))
    print(f"{partner} may no longer log in, read or write")


@app.command()
def copy_offsets(
    old: Annotated[str, typer.Option("--from", help="The group whose offsets are copied.")],
    new: Annotated[str, typer.Option("--to", help="The group that gets the offsets.")],
    topic: Annotated[str | None, typer.Option(help="Copy the offsets of this topic only.")] = None,
) -> None:
    """Copy a consumer group's offsets to its new name. Neither group may have members."""
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
            f"{partner!r} is not a partner id: use 3 to 40 lower-case letters, digits and hyphens"
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
            f"The request to Kafka at {settings.kafka} failed: {reason}.",
            remedy="check the log-in settings (ALONGSIDE_KAFKA_USER, …_PASSWORD), then the brokers' logs.",
        ) from error


def _print_topics(result: cluster.SetUpResult) -> None:
    for topic in result.topics:
        print(f"{topic.name}  {topic.partitions} partitions")


if __name__ == "__main__":
    app()
