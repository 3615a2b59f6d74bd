"""`alongside up`: everything started, a sample region loaded, and referrals moving before one's eyes."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alongside_chassis.clock import SystemClock
from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import Network, network
from alongside_contracts.partner import ReferralUpdated
from alongside_contracts.services import SERVICES
from alongside_localstack.demo.desk import Desk, Post, listening, posting
from alongside_localstack.demo.targets import Targets
from alongside_localstack.foreground import hold
from alongside_localstack.sample.loading import load_contact_routes, load_partners
from alongside_localstack.sample.partners import SamplePartner, partners
from alongside_localstack.sample.records import record
from alongside_localstack.sample.submissions import Series, submissions
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack
from alongside_localstack.state import StateFolder

MOVES_SHOWN: Final = 14
LOOK_SECONDS: Final = 0.5
PAUSE_SECONDS: Final = (0.5, 3.0)
DECLINE_ONE_IN: Final = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """How `up` should go about it. Without `sample`, the network starts empty and stays still."""

    sample: bool = True
    live: bool = True


@dataclass(slots=True)
class Scene:
    """What the screen shows: where everything is, how much there is of it, and the latest moves."""

    addresses: Mapping[str, str]
    broker: str
    counts: Counter[str] = field(default_factory=Counter)
    moves: deque[tuple[str, str, str]] = field(default_factory=lambda: deque(maxlen=MOVES_SHOWN))

    def take(self, partner: str, update: ReferralUpdated) -> None:
        """Note one move."""
        if update.sequence == 1:
            self.counts["referrals"] += 1
        self.counts[update.status.value] += update.business_status is None
        business = f" ({update.business_status.value})" if update.business_status else ""
        outcome = f" ({update.outcome.value})" if update.outcome else ""
        self.moves.append((partner, str(update.referral_id), f"{update.status.value}{business}{outcome}"))


async def up(console: Console, settings: StackSettings, wish: Wish) -> None:
    """Start everything and hold it until Ctrl-C. Raises CommandError when a part cannot be started."""
    cast = partners()
    stack = LocalStack(
        StateFolder(settings.state),
        settings=settings,
        topics=topics_of(partner.id for partner in cast),
        tell=lambda text: console.print(f"[dim]{text}[/]"),
    )
    stack.subscribe(_Starting(console))

    async def when_up(ready: LocalStack) -> None:
        async with network(ready.addresses(), service_token=ready.service_token) as doors:
            await _alive(console, ready, doors, cast, wish)

    await hold(stack, when_up=when_up)
    console.print("everything is stopped; what was recorded is kept for the next `make up`")


async def _alive(
    console: Console, stack: LocalStack, doors: Network, cast: tuple[SamplePartner, ...], wish: Wish
) -> None:
    scene = Scene(stack.addresses(), stack.broker.kind)
    if not wish.sample:
        console.print(_doors(scene))
        return
    await load_partners(doors, cast, lambda text: console.print(f"[dim]{text}[/]"))
    names = [partner.id for partner in cast]
    async with (
        listening(stack.kafka_as, names) as desks,
        posting(stack.kafka_as, names, stack.url("traces")) as posts,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(Targets(doors, decline_one_in=DECLINE_ONE_IN).run())
        tasks.create_task(_refer(doors, cast, posts))
        tasks.create_task(_show(console, scene, desks, live=wish.live))


async def _refer(doors: Network, cast: tuple[SamplePartner, ...], posts: Mapping[str, Post]) -> None:
    """Partners refer somebody every now and then, with new references at every start."""
    dice, clock = random.Random(), SystemClock()
    series = Series(f"up-{int(clock.now().timestamp())}", 0, clock.now())
    waiting = {partner.id: submissions(partner, series) for partner in cast}
    while True:
        partner = dice.choice(cast)
        submission = next(waiting[partner.id])
        await load_contact_routes(doors, [(partner, submission.person_reference)])
        await posts[partner.id].publish(record(partner, submission, f"e-{submission.reference}", clock.now()))
        await asyncio.sleep(dice.uniform(*PAUSE_SECONDS))


async def _show(console: Console, scene: Scene, desks: Mapping[str, Desk], *, live: bool) -> None:
    if not (live and console.is_terminal):
        console.print(_doors(scene))
        await _print_moves(console, scene, desks)
        return
    with Live(_picture(scene), console=console, refresh_per_second=4) as screen:
        while True:
            for partner, update in _news(desks):
                scene.take(partner, update)
            screen.update(_picture(scene))
            await asyncio.sleep(LOOK_SECONDS)


async def _print_moves(console: Console, scene: Scene, desks: Mapping[str, Desk]) -> None:
    """For a terminal that cannot redraw: a line per move."""
    while True:
        for partner, update in _news(desks):
            scene.take(partner, update)
            who, referral, what = scene.moves[-1]
            console.print(f"{who:<20} {referral}  {what}", highlight=False)
        await asyncio.sleep(LOOK_SECONDS)


def _news(desks: Mapping[str, Desk]) -> Iterator[tuple[str, ReferralUpdated]]:
    """What partners heard since the last look; each desk is emptied."""
    for partner, desk in desks.items():
        heard, desk.answers = desk.answers, []
        for answer in heard:
            if isinstance(answer.event, ReferralUpdated):
                yield partner, answer.event


def _picture(scene: Scene) -> Group:
    moves = Table(box=None, padding=(0, 1), show_header=False)
    for partner, referral, what in scene.moves:
        moves.add_row(Text(partner, "cyan"), Text(referral, "dim"), what)
    return Group(
        _doors(scene), Panel(moves, title="referrals, as they move", title_align="left"), _numbers(scene)
    )


def _doors(scene: Scene) -> Panel:
    table = Table(box=None, padding=(0, 1), show_header=False)
    for name, address in scene.addresses.items():
        shown = f"{address}/docs" if name in SERVICES else address
        table.add_row(Text(name, "bold"), shown)
    return Panel(table, title=f"Alongside runs on {scene.broker}; Ctrl-C stops it", title_align="left")


def _numbers(scene: Scene) -> Text:
    counts = scene.counts
    text = f"{counts['referrals']} referrals, {counts['completed']} completed.  alongside trace <referral id> shows a way."
    return Text(text, "dim")


class _Starting:
    """One line for each part that becomes ready, or crashes and comes back."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: Any) -> None:
        """Print what a person waiting wants to know."""
        state = getattr(event, "state", None)
        if state is not None and state.value in ("ready", "restarting", "failed"):
            detail = getattr(event, "detail", "")
            self._console.print(
                f"  {event.name:<22} {state.value} {detail}".rstrip(), style="dim", highlight=False
            )
