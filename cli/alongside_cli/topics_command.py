"""`alongside topics`: create every topic of streams.py on a cluster that is not the local stack's.

Runs as a one-shot job before the services, also alone: `python -m alongside_cli.topics_command create …`.
"""

import asyncio
import re
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from alongside_chassis.kafka import Kafka
from alongside_cli.stack.errors import StackError
from alongside_cli.stack.topics import create_topics
from alongside_cli.topics import topics_of
from alongside_contracts.streams import PARTNER_ID

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The topics every service needs.")


@app.callback()
def topics() -> None:
    """The topics every service needs."""


@app.command()
def create(
    bootstrap: Annotated[str, typer.Option(help="Brokers, host:port[,host:port].")],
    partner: Annotated[
        list[str] | None, typer.Option(help="Also this partner's two topics; repeat it.")
    ] = None,
    replicas: Annotated[
        int | None,
        typer.Option(min=1, max=9, help="Copies of each topic; without it one per broker, up to 3."),
    ] = None,
    seconds_max: Annotated[float, typer.Option(min=1, help="How long to wait for leaders.")] = 60.0,
) -> None:
    """Create what is missing and wait until all of it can be written; what exists is left as it is."""
    wanted = topics_of(_partners(partner or []))
    try:
        asyncio.run(create_topics(Kafka(bootstrap), wanted, replicas=replicas, seconds_max=seconds_max))
    except StackError as error:
        _refuse(str(error))
    except (KafkaError, OSError) as error:
        _refuse(
            f"{bootstrap} does not do as asked: {error!r}\nTo put it right: look at the brokers' health and logs."
        )
    for topic in wanted:
        print(f"{topic.name}  {topic.partitions} partitions")


def _partners(ids: Sequence[str]) -> list[str]:
    for each in ids:
        if not re.fullmatch(PARTNER_ID, each):
            raise typer.BadParameter(
                f"{each!r} is no partner id: small letters, digits and hyphens, 3 to 40 of them",
                param_hint="--partner",
            )
    return list(dict.fromkeys(ids))


def _refuse(why: str) -> None:
    print(why, file=sys.stderr)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
