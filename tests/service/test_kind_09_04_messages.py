"""The documented table, cell by cell: two real services come to the state, hear the message, and do what the cell says."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_contracts.vocabulary import Need, Reason
from alongside_matching.allocation.rules.changes import Effect
from tests.builders import a_consent_change, a_withdrawal, an_amendment, an_erasure
from tests.service.matching.bench import an_offer
from tests.service.pair import Pair
from tools.generate.messages import MESSAGES, STATED, STATES, MessageEffect, words_of

PAGE: Final = Path(__file__).parents[2] / "docs" / "architecture.md"
HEADING: Final = "### What a message does, by the state of the referral"
STEPS: Final[Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]]] = {
    "in progress": (("start", {}),),
    "on hold": (("start", {}), ("hold", {"reason": "person-declined"})),
    "on hold without consent": (("start", {}),),
    "ended": (("start", {}), ("complete", {"outcome": "engaged"})),
}
"""The target's commands after the acceptance, by state."""
BEFORE_A_PROPOSAL: Final = {"draft", "waitlisted"}
PAIRS: Final = [(message, state) for message in MESSAGES for state in STATES]


@pytest.fixture
def pair(referrals_bench: ServiceBench, matching_bench: ServiceBench) -> Pair:
    """Return the two services and a referral that neither has heard of yet."""
    return Pair(referrals_bench, matching_bench)


@pytest.mark.parametrize(("message", "state"), PAIRS, ids=[f"{m.strip('`')} - {s}" for m, s in PAIRS])
async def test_a_message_does_what_the_documented_table_says(pair: Pair, message: str, state: str) -> None:
    await bring_to(pair, state)

    seen = await effect_of_hearing(pair, event_of(message, pair.admission), state)

    assert words_of(seen) == documented()[message][state]
    await pair.forward()
    assert (await pair.referrals.dead_letters(), await pair.matching.dead_letters()) == ([], [])
    if seen.effect is Effect.CLOSE and pair.proposals:
        assert await pair.accept() == 409


def test_the_table_has_a_cell_for_every_message_and_state() -> None:
    assert {message: set(cells) for message, cells in documented().items()} == {
        message: set(STATES) for message in MESSAGES
    }


async def bring_to(pair: Pair, state: str) -> None:
    """Bring the referral to the state, through the handlers and commands of both services.

    The second supporter suits the amended request only. A draft is one that matching has not heard of yet.
    """
    if state not in BEFORE_A_PROPOSAL:
        await an_offer(pair.matching, needs=["grief"])
    await an_offer(pair.matching, needs=["anxiety"])
    await pair.referrals.hear(pair.admission)
    if state == "draft":
        return
    await pair.matching.hear(pair.admission)
    await pair.forward()
    if state in ("waitlisted", "proposed"):
        return
    assert await pair.accept() == 200
    await pair.forward()
    for step, body in STEPS.get(state, ()):
        await pair.command(step, body)
    if state == "on hold without consent":
        revocation = a_consent_change(pair.admission, covers=False)
        for bench in (pair.referrals, pair.matching):
            await bench.hear(revocation)
    await pair.forward()


def event_of(message: str, admission: SubmissionAdmitted) -> Event:
    """Return the event of a row of the table."""
    match message.replace("`", ""):
        case "SubmissionAmended":
            return an_amendment(admission, 9, needs=(Need.ANXIETY,))
        case "ConsentChanged, covers it no longer":
            return a_consent_change(admission, covers=False, sequence=9)
        case "ConsentChanged, covers it":
            return a_consent_change(admission, covers=True, sequence=9)
        case "SubmissionWithdrawn":
            return a_withdrawal(admission, Reason.SENT_IN_ERROR)
        case "PersonErased":
            return an_erasure(admission.person_id)
        case unknown:
            raise ValueError(f"no event for the row {unknown}")


async def effect_of_hearing(pair: Pair, event: Event, state: str) -> MessageEffect:
    """Let both services hear the event, in one batch with the admission for a draft, and return what it did."""
    before, entries = await pair.referral(), (await pair.last_entry())["entry"]
    request = await pair.request()
    await pair.referrals.announced(clear=True)
    await pair.referrals.hear(event)
    events = [pair.admission, event] if state == "draft" else [event]
    await pair.matching.hear_records(*(pair.matching.record_of(each) for each in events))
    after, last = await pair.referral(), await pair.last_entry()
    changed = any(isinstance(a.event, ReferralStatusChanged) for a in await pair.referrals.announced())
    return MessageEffect(
        previous=before["status"],
        status=after["status"],
        business=after["business_status"],
        reason=STATED if after["reason"] == Reason.SENT_IN_ERROR else after["reason"],
        next_actor=after["next_actor"],
        entry=last["what"] if last["entry"] > entries else None,
        announced=changed,
        effect=await matching_effect(pair, request),
    )


async def matching_effect(pair: Pair, before: Mapping[str, Any]) -> Effect:
    """Return what matching did, from what it announced and stored."""
    announced = [type(row.event).__name__ for row in await pair.matching.announced()]
    after = await pair.request()
    if announced == ["MatchWithdrawn", "MatchProposed"]:
        return Effect.CHECK_PROPOSAL
    if announced[-1:] == ["MatchProposed"] and after["needs"] == ["anxiety"]:
        return Effect.MATCH_AGAIN
    if after["state"] == "closed" != before.get("state"):
        return Effect.RELEASE if before.get("state") == "matched" else Effect.CLOSE
    if announced == [] and after["amendment"] != before["amendment"]:
        return Effect.STORE
    assert before in ({}, after)
    return Effect.NOTHING


def documented() -> dict[str, dict[str, str]]:
    """Return the cells of the documented table, by message and state."""
    section = PAGE.read_text(encoding="utf-8").partition(HEADING)[2]
    lines = [line for line in section.partition("<!-- end of")[0].splitlines() if line.startswith("|")]
    header, _, *rows = [[cell.strip() for cell in re.split(r"\|", line)[1:-1]] for line in lines]
    return {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows}
