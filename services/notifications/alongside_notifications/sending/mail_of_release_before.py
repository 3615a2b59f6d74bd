"""Makes deliveries of the notices by e-mail that the release before stored as separate rows.

It may run beside ours during an upgrade, and goes on storing them, so this is asked again as long as the service runs. With the
next release these rows, and this module, go.
"""

import asyncio
from datetime import datetime
from typing import Final

from alongside_chassis.announce import Tx
from alongside_chassis.lifecycle import Runtime

NOTICES_MAX: Final = 1_000
PAUSE_SECONDS: Final = 60.0

# A notice that is being sent is left to its worker until the lease ends. The row in the app becomes the notice; where it was
# deleted, because its recipient was erased, the row of the e-mail becomes it, outside the inbox.
_MOVE: Final = """
    with mail as materialized (
        select mail.*, app.id as app_id
        from notice mail left join notice app on app.cause = mail.cause and app.role = mail.role
            and app.recipient_id = mail.recipient_id and app.channel = 'in-app'
        where mail.channel = 'email' and (mail.state <> 'sending' or mail.next_attempt_at <= $1)
        order by mail.id limit $2 for update of mail skip locked
    ),
    alone as (
        update notice set channel = 'in-app', message_id = null, in_inbox = false, reached_at = mail.delivered_at,
            state = 'delivered', next_attempt_at = null, trouble = null,
            delivered_at = coalesce(notice.delivered_at, notice.created_at)
        from mail where notice.id = mail.id and mail.app_id is null
    ),
    reached as (
        update notice set reached_at = notice.delivered_at from mail where notice.id = mail.app_id
    ),
    moved as (
        insert into delivery (notice_id, channel, referral_id, recipient_kind, recipient_id, urgent, state, attempts,
                              unforeseen, next_attempt_at, trouble, message_id, trace, delivered_at)
        select coalesce(app_id, id), 'email', referral_id, recipient_kind, recipient_id, urgent,
            case state when 'sending' then 'pending' else state end, attempts,
            unforeseen, next_attempt_at, trouble, message_id, trace, delivered_at
        from mail
        returning notice_id
    ),
    gone as (
        delete from notice using mail where notice.id = mail.id and mail.app_id is not null
    )
    select count(*) from moved
"""


async def adopt_mail(runtime: Runtime) -> None:
    """Make deliveries of all such notices, a bounded number at a time, and look for new ones until cancelled."""
    while True:
        async with runtime.transaction() as tx:
            moved = await move_mail(tx, before=runtime.clock.now())
        if moved == 0:
            await asyncio.sleep(PAUSE_SECONDS)


async def move_mail(tx: Tx, *, before: datetime) -> int:
    """Make deliveries of some of them; one whose lease ends later is left out. Return how many."""
    moved: int = await tx.conn.fetchval(_MOVE, before, NOTICES_MAX)
    return moved
