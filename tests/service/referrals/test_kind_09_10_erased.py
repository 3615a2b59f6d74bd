"""Erased stays erased: open referrals of an erased person are cancelled, and an admission heard afterwards is stale."""

import asyncio
from functools import partial

import pytest

from alongside_chassis.database import connection
from alongside_chassis.testing import ServiceBench
from alongside_contracts.partner import ReferralUpdated
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Actor, Reason, Status
from tests.builders import a_proposal, an_acceptance, an_admission, an_amendment, an_erasure
from tests.polling import poll_until
from tests.service.referrals.conftest import PARTNER, Journey, only

MOVE_TO_DEAD_LETTERS = """
    with gone as (delete from outbox returning id, topic, key, headers, payload)
    insert into dead_letter (id, at, topic, partition, "offset", record_ms, key, value, headers, reason, "where", remedy)
    select gen_random_uuid(), now(), topic, -1, id, 0, key, payload, headers, 'unsendable', 'outbox', '' from gone
"""
"""What the relay does with an announcement that the broker refuses."""
WAITING = "select count(*) from pg_locks where not granted"


async def test_an_open_referral_is_cancelled_and_the_partner_hears_it_under_its_own_reference(
    accepted: Journey,
) -> None:
    await accepted.bench.hear(an_erasure(accepted.admission.person_id))

    announced = await accepted.announced_events()
    (changed,) = only(announced, ReferralStatusChanged)
    assert (changed.status, changed.business_status, changed.reason, changed.actor) == (
        Status.CANCELLED,
        None,
        Reason.PERSON_ERASED,
        Actor.COORDINATOR,
    )
    assert accepted.proposal is not None
    assert changed.offer_id == accepted.proposal.offer_id
    (updated,) = only(announced, ReferralUpdated)
    assert (updated.partner, updated.reference, updated.status) == (
        PARTNER,
        accepted.admission.reference,
        Status.CANCELLED,
    )
    assert only(announced, ReferralSucceeded) == []
    assert (await accepted.timeline())[-1]["what"] == "cancelled"


async def test_every_open_referral_of_the_person_is_cancelled_and_nobody_elses(
    referrals_bench: ServiceBench,
) -> None:
    first, other = an_admission(), an_admission()
    second = an_admission(person_id=first.person_id)
    await referrals_bench.hear(first, second, other)
    await referrals_bench.announced(clear=True)

    await referrals_bench.hear(an_erasure(first.person_id))

    changed = only(await referrals_bench.announced(), ReferralStatusChanged)
    assert {change.referral_id for change in changed} == {first.referral_id, second.referral_id}


async def test_announcements_about_the_person_that_could_not_be_sent_are_emptied(
    referrals_bench: ServiceBench,
) -> None:
    erased, other = an_admission(), an_admission()
    await referrals_bench.hear(erased, other)
    await referrals_bench.pool.execute(MOVE_TO_DEAD_LETTERS)
    naming = "select id from dead_letter where position($1::text in convert_from(value, 'utf8')) > 0"
    named = {row["id"] for row in await referrals_bench.pool.fetch(naming, str(erased.person_id))}

    await referrals_bench.hear(an_erasure(erased.person_id))

    letters = await referrals_bench.dead_letters()
    assert {letter.id for letter in letters if letter.bytes is None} == named
    assert 0 < len(named) < len(letters)


async def test_what_ended_before_stays_as_it_ended(accepted: Journey) -> None:
    await accepted.done("complete", outcome="engaged")
    await accepted.announced_events()

    await accepted.bench.hear(an_erasure(accepted.admission.person_id))

    assert await accepted.announced_events() == []
    assert (await accepted.state())["status"] == "completed"


@pytest.mark.parametrize("ended_before", [False, True], ids=["open", "ended"])
async def test_nothing_that_may_identify_the_person_remains(accepted: Journey, ended_before: bool) -> None:
    note, reference = "asks for Maria", accepted.admission.reference
    await accepted.done("contact-attempts", reached=True, key="k-1")
    await accepted.done("hold", reason="other", note=note)
    if ended_before:
        await accepted.done("cancel", reason="other", note=note, actor="coordinator")

    await accepted.bench.hear(an_erasure(accepted.admission.person_id))
    await accepted.announced_events()

    everything = await all_text(accepted.bench)
    assert not [trace for trace in (reference, "Maria", "grief") if trace in everything]


async def test_a_partner_hears_nothing_more_once_its_reference_is_gone(accepted: Journey) -> None:
    await accepted.bench.hear(an_erasure(accepted.admission.person_id))
    await accepted.announced_events()

    await accepted.done("withdraw-as-error", actor="coordinator")

    announced = await accepted.announced_events()
    assert len(only(announced, ReferralStatusChanged)) == 1
    assert only(announced, ReferralUpdated) == []


async def test_an_admission_heard_after_the_erasure_is_stale_and_so_is_everything_about_it(
    referrals_bench: ServiceBench,
) -> None:
    admission, other = an_admission(), an_admission()
    proposal = a_proposal(admission.referral_id)
    await referrals_bench.hear(an_erasure(admission.person_id))

    await referrals_bench.hear(admission, other)
    await referrals_bench.hear(proposal)
    await referrals_bench.hear(an_acceptance(proposal), an_amendment(admission))

    changed = only(await referrals_bench.announced(), ReferralStatusChanged)
    assert [change.referral_id for change in changed] == [other.referral_id]
    assert await referrals_bench.dead_letters() == []
    answer = await referrals_bench.client.get(f"/referrals/{admission.referral_id}")
    assert answer.status_code == 404


async def test_an_admission_that_is_handled_while_the_person_is_erased_waits_and_is_stale(
    referrals_bench: ServiceBench,
) -> None:
    admission, pool = an_admission(), referrals_bench.pool
    async with connection(pool) as erasing, erasing.transaction():
        await erasing.execute("lock table erased_person in exclusive mode")
        await erasing.execute("insert into erased_person values ($1, now())", admission.person_id)

        handling = asyncio.create_task(referrals_bench.hear(admission))
        await poll_until(partial(pool.fetchval, WAITING), bool, "the handler to wait for the lock")
    await handling

    assert await referrals_bench.announced() == []
    assert await pool.fetchval("select count(*) from referral") == 0


async def test_an_ended_referral_of_an_erased_person_gets_no_successor(accepted: Journey) -> None:
    person = accepted.admission.person_id
    erasure = "insert into erased_person (person_id, erased_at) values ($1, now())"
    await accepted.bench.pool.execute(erasure, person)  # the erasure commits while the target gives up

    await accepted.done("fail", reason="no-capacity", return_to_matching=True)

    assert only(await accepted.announced_events(), ReferralSucceeded) == []


async def test_a_dead_letter_of_the_person_loses_its_payload(referrals_bench: ServiceBench) -> None:
    admission = an_admission()
    bad = referrals_bench.record_of(admission)
    await referrals_bench.hear_raw(
        bad.key, bad.value.replace(b'"grief"', b"7") if bad.value else None, bad.headers, bad.topic
    )

    await referrals_bench.hear(an_erasure(admission.person_id))

    (letter,) = await referrals_bench.dead_letters()
    assert (letter.state, letter.because, letter.bytes) == ("dropped", "erased", None)


async def all_text(bench: ServiceBench) -> str:
    """Return every row of every table as text."""
    tables = await bench.pool.fetch("select tablename from pg_tables where schemaname = 'public'")
    rows = [str(await bench.pool.fetch(f'select t::text from "{name}" t')) for (name,) in tables]
    return "\n".join(rows)
