"""`alongside up`: starts everything, loads a sample region, and shows referrals as they change."""

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
from alongside_cli.network import Network, open_network
from alongside_contracts.partner import ReferralUpdated
from alongside_contracts.services import SERVICES
from alongside_localstack.demo.partner_client import (
    PartnerInbox,
    PartnerPublisher,
    open_inboxes,
    open_publishers,
)
from alongside_localstack.demo.targets import Targets
from alongside_localstack.foreground import run_in_foreground
from alongside_localstack.sample.loading import load_contact_routes, load_partners
from alongside_localstack.sample.partners import SamplePartner, partners
from alongside_localstack.sample.records import record
from alongside_localstack.sample.submissions import Series, submissions
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack
from alongside_localstack.state import StateFolder

MOVES_SHOWN: Final = 14
POLL_SECONDS: Final = 0.5
PAUSE_SECONDS_RANGE: Final = (0.5, 3.0)
DECLINE_ONE_IN: Final = 6


@dataclass(frozen=True, slots=True)
class UpOptions:
    """Options of `up`. Without `sample`, the network starts empty and no referrals are sent."""

    sample: bool = True
    live: bool = True


@dataclass(slots=True)
class LiveView:
    """The content of the screen: addresses, counts, and the latest status changes."""

    addresses: Mapping[str, str]
    broker: str
    counts: Counter[str] = field(default_factory=Counter)
    moves: deque[tuple[str, str, str]] = field(default_factory=lambda: deque(maxlen=MOVES_SHOWN))

    def add_update(self, partner: str, update: ReferralUpdated) -> None:
        """Add one status change."""
        if update.sequence == 1:
            self.counts["referrals"] += 1
        self.counts[update.status.value] += update.business_status is None
        business = f" ({update.business_status})" if update.business_status else ""
        outcome = f" ({update.outcome})" if update.outcome else ""
        self.moves.append((partner, str(update.referral_id), f"{update.status.value}{business}{outcome}"))


async def up(console: Console, settings: StackSettings, options: UpOptions) -> None:
    """Start everything and run it until Ctrl-C. Raises CommandError when a part cannot be started."""
    sample_partners = partners()
    stack = LocalStack(
        StateFolder(settings.state),
        settings=settings,
        topics=topics_of(partner.id for partner in sample_partners),
        report_progress=lambda text: console.print(f"[dim]{text}[/]"),
    )
    stack.subscribe(_StartUpPrinter(console))

    async def when_up(running_stack: LocalStack) -> None:
        async with open_network(
            running_stack.addresses(), service_token=running_stack.service_token
        ) as network:
            await _show_network(console, running_stack, network, sample_partners, options)

    await run_in_foreground(stack, when_up=when_up)
    console.print("everything is stopped; the data is kept for the next `make up`")


async def _show_network(
    console: Console,
    stack: LocalStack,
    network: Network,
    sample_partners: tuple[SamplePartner, ...],
    options: UpOptions,
) -> None:
    view = LiveView(stack.addresses(), stack.broker.kind)
    if not options.sample:
        console.print(_render_addresses(view))
        return
    await load_partners(network, sample_partners, lambda text: console.print(f"[dim]{text}[/]"))
    partner_ids = [partner.id for partner in sample_partners]
    async with (
        open_inboxes(stack.kafka_as, partner_ids) as inboxes,
        open_publishers(stack.kafka_as, partner_ids, stack.url("traces")) as publishers,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(Targets(network, decline_one_in=DECLINE_ONE_IN).run())
        tasks.create_task(_publish_referrals(network, sample_partners, publishers))
        tasks.create_task(_show_updates(console, view, inboxes, live=options.live))


async def _publish_referrals(
    network: Network, sample_partners: tuple[SamplePartner, ...], publishers: Mapping[str, PartnerPublisher]
) -> None:
    """Publish a sample submission every few seconds, with new references at every start."""
    rng, clock = random.Random(), SystemClock()
    series = Series(f"up-{int(clock.now().timestamp())}", 0, clock.now())
    queues = {partner.id: submissions(partner, series) for partner in sample_partners}
    while True:
        partner = rng.choice(sample_partners)
        submission = next(queues[partner.id])
        await load_contact_routes(network, [(partner, submission.person_reference)])
        await publishers[partner.id].publish(
            record(partner, submission, f"e-{submission.reference}", clock.now())
        )
        await asyncio.sleep(rng.uniform(*PAUSE_SECONDS_RANGE))


async def _show_updates(
    console: Console, view: LiveView, inboxes: Mapping[str, PartnerInbox], *, live: bool
) -> None:
    if not (live and console.is_terminal):
        console.print(_render_addresses(view))
        await _print_moves(console, view, inboxes)
        return
    with Live(_render(view), console=console, refresh_per_second=4) as screen:
        while True:
            for partner, update in _new_updates(inboxes):
                view.add_update(partner, update)
            screen.update(_render(view))
            await asyncio.sleep(POLL_SECONDS)


async def _print_moves(console: Console, view: LiveView, inboxes: Mapping[str, PartnerInbox]) -> None:
    """Print one line per status change, for a terminal that cannot redraw."""
    while True:
        for partner, update in _new_updates(inboxes):
            view.add_update(partner, update)
            partner_id, referral, change = view.moves[-1]
            console.print(f"{partner_id:<20} {referral}  {change}", highlight=False)
        await asyncio.sleep(POLL_SECONDS)


def _new_updates(inboxes: Mapping[str, PartnerInbox]) -> Iterator[tuple[str, ReferralUpdated]]:
    """Yield the updates that partners received since the last call, and empty their inboxes."""
    for partner, inbox in inboxes.items():
        answers, inbox.answers = inbox.answers, []
        for answer in answers:
            if isinstance(answer.event, ReferralUpdated):
                yield partner, answer.event


def _render(view: LiveView) -> Group:
    moves = Table(box=None, padding=(0, 1), show_header=False)
    for partner, referral, change in view.moves:
        moves.add_row(Text(partner, "cyan"), Text(referral, "dim"), change)
    return Group(
        _render_addresses(view),
        Panel(moves, title="latest referral updates", title_align="left"),
        _render_counts(view),
    )


def _render_addresses(view: LiveView) -> Panel:
    table = Table(box=None, padding=(0, 1), show_header=False)
    for name, address in view.addresses.items():
        displayed = f"{address}/docs" if name in SERVICES else address
        table.add_row(Text(name, "bold"), displayed)
    return Panel(table, title=f"Alongside runs on {view.broker}; Ctrl-C stops it", title_align="left")


def _render_counts(view: LiveView) -> Text:
    counts = view.counts
    text = f"{counts['referrals']} referrals, {counts['completed']} completed.  `alongside trace <referral id>` draws its traces."
    return Text(text, "dim")


class _StartUpPrinter:
    """Prints one line for each node that becomes ready, restarts or fails."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: Any) -> None:
        """Print the event, if it is one of these states."""
        state = getattr(event, "state", None)
        if state is not None and state.value in ("ready", "restarting", "failed"):
            detail = getattr(event, "detail", "")
            self._console.print(
                f"  {event.name:<22} {state.value} {detail}".rstrip(), style="dim", highlight=False
            )
