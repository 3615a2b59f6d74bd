"""The loop closes when the referrer was notified of the end, and not before; missing parts are shown."""

from typing import Any

from alongside_chassis.testing import ServiceBench
from alongside_contracts.referrals import LoopClosed, ReferralStatusChanged
from alongside_contracts.vocabulary import Outcome, RecipientRole, Status
from tests.builders import an_admission
from tests.service.referrals.conftest import Journey, a_delivery, a_failed_notice, only

EVERYTHING = {"terminal", "outcome_recorded", "referrer_notified", "notice_delivered"}


async def test_the_delivered_notice_of_the_end_closes_the_loop_once(accepted: Journey) -> None:
    ended = await accepted.done("complete", outcome="connected")
    assert parts(ended) == {"terminal", "outcome_recorded"}
    await accepted.announced_events()

    await accepted.bench.hear(a_delivery(accepted.id), a_delivery(accepted.id))

    announced = await accepted.announced_events()
    assert [item.event for item in announced] == [
        LoopClosed(referral_id=accepted.id, status=Status.COMPLETED, outcome=Outcome.CONNECTED)
    ]
    state = await accepted.state()
    assert (parts(state), state["loop"]["closed"], state["loop"]["missing"]) == (EVERYTHING, True, [])
    assert state["sequence"] == ended["sequence"]
    assert (await accepted.timeline())[-1]["what"] == "loop-closed"


async def test_notices_about_other_statuses_do_not_close_the_loop(accepted: Journey) -> None:
    await accepted.done("complete", outcome="connected")

    await accepted.bench.hear(
        a_delivery(accepted.id, Status.ACCEPTED),
        a_delivery(accepted.id, None),
        a_delivery(accepted.id, role=RecipientRole.TARGET),
        a_delivery(accepted.id, role=RecipientRole.PERSON),
    )

    assert (await accepted.state())["loop"]["closed"] is False


async def test_the_loop_of_a_referral_without_outcome_stays_open_and_names_the_missing_part(
    accepted: Journey,
) -> None:
    await accepted.done("cancel", reason="no-longer-needs")

    await accepted.bench.hear(a_delivery(accepted.id, Status.CANCELLED))

    loop = (await accepted.state())["loop"]
    assert (loop["closed"], loop["missing"]) == (False, ["outcome_recorded"])


async def test_a_failed_notice_counts_as_notified_but_not_as_delivered(accepted: Journey) -> None:
    await accepted.done("complete", outcome="connected")
    (end,) = [
        item for item in await accepted.announced_events() if isinstance(item.event, ReferralStatusChanged)
    ]

    await accepted.bench.hear(a_failed_notice(accepted.id, cause=end.id))

    assert (await accepted.state())["loop"]["missing"] == ["notice_delivered"]


async def test_a_notice_to_a_self_referred_person_closes_the_loop(referrals_bench: ServiceBench) -> None:
    own = await Journey(referrals_bench, an_admission(partner=None)).admitted()
    await (await own.proposed()).accepted()
    await own.done("complete", outcome="engaged")

    await referrals_bench.hear(a_delivery(own.id))

    assert len(only(await own.announced_events(), LoopClosed)) == 1


def parts(state: dict[str, Any]) -> set[str]:
    return {part for part in EVERYTHING if state["loop"][part]}
