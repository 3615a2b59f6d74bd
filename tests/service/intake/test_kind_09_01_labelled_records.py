"""Kind 09.04: of several hundred labelled records every danger is heard, at every entry point, and nothing else pages."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts import streams
from alongside_contracts.vocabulary import Risk
from tests.conftest import PERSON_KEY
from tests.service.intake.danger_records import Labelled, labelled_records
from tests.service.intake.intake_client import IntakeClient
from tests.service.intake.raw_danger import escalations

Delivery = Callable[[IntakeClient, Labelled], Awaitable[object]]


@pytest.fixture
async def intake(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[IntakeClient]:
    """Return a client of intake that pauses no stream by itself."""
    limits = {"partner_refused_in_a_row_max": 100_000, "partner_refused_share_max": 1.0}
    async with bench_of("intake", person_key=PERSON_KEY, **limits) as bench:
        intake = IntakeClient(bench)
        await intake.register()
        yield intake


async def read(intake: IntakeClient, labelled: Labelled) -> None:
    """Have a record read from the stream."""
    await intake.bench.hear_records(labelled.sent(intake))


async def scan(intake: IntakeClient, labelled: Labelled) -> None:
    """Have a record scanned while it waits on the stream."""
    await intake.bench.scan(streams.PARTNER_REFERRALS, labelled.sent(intake))


async def post(intake: IntakeClient, labelled: Labelled) -> None:
    """Send the body of a record over HTTP."""
    await intake.http.post(
        "/submissions", content=labelled.body, headers={"content-type": "application/json"}
    )


async def escalated_of(intake: IntakeClient, deliver: Delivery) -> Mapping[str, frozenset[str]]:
    """Return the risks that were escalated for each record that was delivered."""
    escalated: dict[str, frozenset[str]] = {}
    for labelled in labelled_records():
        await deliver(intake, labelled)
        risks = [risk for escalation in await escalations(intake) for risk in escalation.risks]
        await intake.bench.announced(clear=True)
        assert len(risks) == len(set(risks)), f"{labelled.name} was heard twice"
        escalated[labelled.name] = frozenset(risks)
    return escalated


@pytest.mark.parametrize("deliver", [read, scan, post])
async def test_every_danger_in_the_labelled_records_is_heard_and_nothing_else_pages(
    intake: IntakeClient, deliver: Delivery
) -> None:
    escalated = await escalated_of(intake, deliver)

    missed: list[str] = []
    false_alarms: list[str] = []
    accepted: list[str] = []
    for labelled in labelled_records():
        risks, name = escalated[labelled.name], labelled.name
        if not labelled.codes <= risks:
            missed.append(f"{name}: {sorted(risks)} without {sorted(labelled.codes - risks)}")
        if risks - labelled.codes - {Risk.UNRECOGNISED_RISK} or (risks and not labelled.risk):
            (accepted if labelled.false_alarm_accepted else false_alarms).append(f"{name}: {sorted(risks)}")
    counts = f"{len(missed)} missed, {len(false_alarms)} false alarms, {len(accepted)} more that are accepted"
    report = "\n".join([counts, "missed:", *missed, "false alarms:", *false_alarms])
    assert (missed, false_alarms) == ([], []), report
