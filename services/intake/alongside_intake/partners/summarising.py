"""Summarises each day of a partner on its status stream, once, and later if intake did not run at the end of the day."""

from datetime import datetime
from typing import Final

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Handlers, Timer, dead_letters, quarantine
from alongside_chassis.lifecycle import Runtime
from alongside_chassis.origin import RecordOrigin
from alongside_contracts import streams
from alongside_intake import announcements
from alongside_intake.partners import store
from alongside_intake.partners.summaries import DAY, Period, Summary, periods_between

SUMMARY: Final = "partner-summary"
"""The timer at the end of a partner's day; its key is the partner's id."""


class SummariesOfAll:
    """Begins the days of the partners that were registered by a release without summaries."""

    unready_because: str | None = None

    async def __call__(self, runtime: Runtime) -> None:
        """Begin their first day now."""
        async with runtime.transaction() as tx:
            for partner in await store.begin_missing_summaries(tx):
                set_summary_timer(tx, partner, tx.now)


def summarise_partners(handlers: Handlers) -> None:
    """Register the handler that summarises the days of a partner."""

    @handlers.on_timer(SUMMARY)
    async def summarise_days(timer: Timer, tx: Tx) -> None:
        partner = timer.key
        since = await store.lock_summarised_to(tx, partner)
        if since is None:
            return
        for period in periods_between(since, tx.now):
            summary = await _summary_of(tx, partner, period)
            if summary.has_news:
                tx.announce(announcements.summarised(partner, summary), partner=partner)
            since = period.ends_at
        await store.set_summarised_to(tx, partner, since)
        if (await _summary_of(tx, partner, Period(since, since + DAY))).has_news:
            set_summary_timer(tx, partner, since)


async def have_summarised(tx: Tx, partner: str, origin: RecordOrigin) -> None:
    """Have a record of a registered partner, which is refused now, counted in a summary, whatever is summarised meanwhile.

    1 begin the first day if none began; 2 hold summaries back until the commit; 3 count the record in the next day if its own
    was summarised since this unit of work began; 4 set the timer.
    """
    await store.begin_missing_summary(tx, partner)  # 1
    summarised_to = await store.hold_summary_back(tx, partner)  # 2
    if tx.now < summarised_to:
        await dead_letters.move_to(tx.conn, *origin[:3], at=tx.now, later=summarised_to)  # 3
    set_summary_timer(tx, partner, summarised_to)  # 4


def set_summary_timer(tx: Tx, partner: str, summarised_to: datetime) -> None:
    """Have the day of a partner summarised at its end: there is something to summarise."""
    tx.set_timer(SUMMARY, partner, summarised_to + DAY)


async def _summary_of(tx: Tx, partner: str, period: Period) -> Summary:
    topic = streams.PARTNER_REFERRALS.topic(partner)
    between = period.begins_at, period.ends_at
    return Summary(
        period,
        await store.count_decided(tx, partner, *between),
        tuple(await dead_letters.count_by_reason(tx.conn, topic, *between)),
        await quarantine.paused_since(tx.conn, topic, period.ends_at),
    )
