"""Per transition: who must act after it, and that they were notified, unless they just acted themselves or are a program."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.referrals import ReferralStatusChanged
from tests.builders import a_consent_change, a_decline, a_waitlisting, a_withdrawal, an_amendment, taken_back
from tests.service.forwarding import forward_announcements
from tests.service.referrals.conftest import Journey

Step = Callable[[Journey], Awaitable[Any]]


async def hear(journey: Journey, event: Any) -> None:
    """Let referrals hear an event of another service."""
    await journey.bench.hear(event)


def command(name: str, **body: Any) -> Step:
    """Return the step of this command; the target gives it unless another actor is named."""
    return lambda journey: journey.done(name, **body)


def proposal_answered(answer: Callable[[Any], Any]) -> Step:
    """Return the step in which matching reports what became of the latest proposal."""
    return lambda journey: hear(journey, answer(journey.proposal))


ADMITTED: Step = Journey.admitted
ASKED: Step = Journey.proposed
ACCEPTED: Step = Journey.accepted
STARTED = command("start")
PAUSED = command("hold", reason="other", note="away")
CONSENT_TAKEN_BACK: Step = lambda journey: hear(journey, a_consent_change(journey.admission, covers=False))  # noqa: E731
CONSENT_GIVEN: Step = lambda journey: hear(  # noqa: E731
    journey, a_consent_change(journey.admission, covers=True, sequence=2)
)
AMENDED: Step = lambda journey: hear(journey, an_amendment(journey.admission))  # noqa: E731
WITHDRAWN: Step = lambda journey: hear(journey, a_withdrawal(journey.admission))  # noqa: E731
WAITLISTED: Step = lambda journey: hear(journey, a_waitlisting(journey.id))  # noqa: E731

TRANSITIONS: dict[str, tuple[tuple[Step, ...], str | None, str]] = {
    # the step with those before it; who must act after it; the roles that are notified of it
    "requested": ((ADMITTED,), "matching", "person"),
    "an offer is asked": ((ADMITTED, ASKED), "target", "target"),
    "declined": ((ADMITTED, ASKED, proposal_answered(a_decline)), "matching", ""),
    "taken back": ((ADMITTED, ASKED, proposal_answered(taken_back)), "matching", ""),
    "waitlisted": ((ADMITTED, WAITLISTED), "coordinator", "coordinator person referrer"),
    "accepted": ((ADMITTED, ASKED, ACCEPTED), "target", "person referrer"),
    "contacted": ((ADMITTED, ASKED, ACCEPTED, command("contact-attempts", reached=True)), "target", ""),
    "started": ((ADMITTED, ASKED, ACCEPTED, STARTED), "target", ""),
    "interim note": ((ADMITTED, ASKED, ACCEPTED, STARTED, command("interim-notes")), "target", "referrer"),
    "on hold": ((ADMITTED, ASKED, ACCEPTED, PAUSED), "target", "person referrer"),
    "resumed by the target": (
        (ADMITTED, ASKED, ACCEPTED, PAUSED, command("resume")),
        "target",
        "person referrer",
    ),
    "resumed by a coordinator": (
        (ADMITTED, ASKED, ACCEPTED, PAUSED, command("resume", actor="coordinator")),
        "target",
        "person referrer target",
    ),
    "amended": ((ADMITTED, ASKED, ACCEPTED, AMENDED), "coordinator", "coordinator"),
    "reviewed": (
        (ADMITTED, ASKED, ACCEPTED, AMENDED, command("review", actor="coordinator")),
        "target",
        "target",
    ),
    "consent taken back": (
        (ADMITTED, ASKED, ACCEPTED, CONSENT_TAKEN_BACK),
        "coordinator",
        "coordinator referrer target",
    ),
    "consent given again and resumed": (
        (
            ADMITTED,
            ASKED,
            ACCEPTED,
            CONSENT_TAKEN_BACK,
            CONSENT_GIVEN,
            command("resume", actor="coordinator"),
        ),
        "target",
        "person referrer target",
    ),
    "withdrawn": ((ADMITTED, ASKED, ACCEPTED, WITHDRAWN), None, "person target"),
    "cancelled by the person": (
        (ADMITTED, ASKED, ACCEPTED, command("cancel", actor="person", reason="no-longer-needs")),
        None,
        "referrer target",
    ),
    "completed": (
        (ADMITTED, ASKED, ACCEPTED, STARTED, command("complete", outcome="engaged")),
        None,
        "person referrer",
    ),
    "entered in error": (
        (ADMITTED, command("withdraw-as-error", actor="requester")),
        None,
        "person",
    ),
}
ROLE_OF_ACTOR = {"target": "target", "coordinator": "coordinator"}


@pytest.mark.parametrize("name", TRANSITIONS)
async def test_the_party_that_must_act_after_a_transition_was_notified_or_acted_itself(
    referrals_bench: ServiceBench, notifications_bench: ServiceBench, name: str
) -> None:
    steps, next_actor, expected = TRANSITIONS[name]
    journey = Journey(referrals_bench)
    *before, last = steps
    for step in before:
        await step(journey)
    await forward_announcements(referrals_bench, notifications_bench)
    await notifications_bench.pool.execute("delete from notice")

    await last(journey)

    [changed] = [
        item.event
        for item in await referrals_bench.announced()
        if isinstance(item.event, ReferralStatusChanged)
    ]
    await forward_announcements(referrals_bench, notifications_bench)
    notified = {row["role"] for row in await notifications_bench.pool.fetch("select role from notice")}
    assert (changed.next_actor, notified) == (next_actor, set(expected.split()))
    if next_actor in ROLE_OF_ACTOR:
        assert ROLE_OF_ACTOR[next_actor] in notified or changed.actor == next_actor
