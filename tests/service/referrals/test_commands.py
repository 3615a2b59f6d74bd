"""The parties move a referral over HTTP; a refusal has a code, says what to do, and changes nothing."""

import re
from typing import Any

import pytest

from alongside_contracts.ids import new_id
from alongside_contracts.partner import ReferralUpdated
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Status
from tests.service.referrals.conftest import Journey, only


async def test_a_referral_goes_from_admission_to_completion(accepted: Journey) -> None:
    await accepted.done("contact-attempts", reached=True)
    await accepted.done("start")
    await accepted.done("hold", reason="person-declined")
    await accepted.done("resume")
    await accepted.done("interim-notes", note="met twice")
    ended = await accepted.done("complete", outcome="goals-met")

    assert (ended["status"], ended["outcome"], ended["next_actor"], ended["due_at"]) == (
        "completed",
        "goals-met",
        None,
        None,
    )
    changes = only(await accepted.announced_events(), ReferralStatusChanged)
    assert [change.sequence for change in changes] == [4, 5, 6, 7, 8, 9]
    assert [change.status.value for change in changes] == [
        "accepted", "in-progress", "on-hold", "in-progress", "in-progress", "completed",
    ]  # fmt: skip


async def test_the_partner_hears_every_transition(accepted: Journey) -> None:
    await accepted.done("start")
    await accepted.done("complete", outcome="engaged")

    announced = await accepted.announced_events()

    updates, changes = only(announced, ReferralUpdated), only(announced, ReferralStatusChanged)
    assert [(update.sequence, update.status) for update in updates] == [
        (change.sequence, change.status) for change in changes
    ]


async def test_failing_as_unable_to_contact_needs_the_recorded_attempts(accepted: Journey) -> None:
    for _ in range(2):
        await accepted.done("contact-attempts", reached=False)
    too_soon = await accepted.post("fail", reason="unable-to-contact")
    third = await accepted.done("contact-attempts", reached=False)
    ended = await accepted.done("fail", reason="unable-to-contact")

    assert (too_soon.status_code, too_soon.json()["code"]) == (422, "contact-attempts-missing")
    assert (third["contact_attempts"], third["sequence"]) == (3, 3)
    assert ended["status"] == "failed"


async def test_a_rejection_returns_the_person_to_matching_without_that_offer(asked: Journey) -> None:
    assert asked.proposal is not None
    await asked.announced_events()

    rejected = await asked.done("reject", reason="no-capacity")

    announced = await asked.announced_events()
    (succeeded,) = only(announced, ReferralSucceeded)
    assert str(succeeded.referral_id) == rejected["replaced_by"]
    assert (succeeded.replaces, succeeded.request) == (asked.id, asked.admission.request)
    assert succeeded.excluded_offers == (asked.proposal.offer_id,)
    assert succeeded.key == str(succeeded.referral_id)
    of_old, of_new = only(announced, ReferralStatusChanged)
    assert (of_old.referral_id, of_old.status) == (asked.id, Status.REJECTED)
    assert (of_new.referral_id, of_new.status, of_new.sequence) == (
        succeeded.referral_id,
        Status.REQUESTED,
        1,
    )
    successor = await asked.state(succeeded.referral_id)
    assert (successor["replaces"], successor["next_actor"]) == (str(asked.id), "matching")


async def test_a_successor_is_matched_and_accepted_independently(asked: Journey) -> None:
    rejected = await asked.done("reject", reason="no-capacity")
    successor = Journey(
        asked.bench, asked.admission.model_copy(update={"referral_id": rejected["replaced_by"]})
    )

    await successor.proposed()
    await successor.accepted()

    assert (await successor.state())["status"] == "accepted"
    assert (await asked.state())["status"] == "rejected"


@pytest.mark.parametrize(("wanted", "successors"), [(False, 0), (True, 1)])
async def test_a_failure_returns_the_person_to_matching_on_request(
    accepted: Journey, wanted: bool, successors: int
) -> None:
    await accepted.done("fail", reason="safety-conflict", return_to_matching=wanted)

    assert len(only(await accepted.announced_events(), ReferralSucceeded)) == successors


async def test_the_person_may_always_cancel(accepted: Journey) -> None:
    stopped = await accepted.done("cancel", actor="person", reason="no-longer-needs")

    assert (stopped["status"], stopped["reason"]) == ("cancelled", "no-longer-needs")


async def test_a_referral_entered_in_error_can_be_withdrawn(accepted: Journey) -> None:
    withdrawn = await accepted.done("withdraw-as-error", actor="requester")

    assert (withdrawn["status"], withdrawn["next_actor"]) == ("entered-in-error", None)


REFUSALS: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "not theirs": ("start", {"actor": "requester"}, 403, "actor-not-allowed"),
    "wrong status": ("resume", {}, 409, "wrong-status"),
    "not asked any more": ("reject", {"reason": "no-capacity"}, 409, "wrong-status"),
    "no reason": ("cancel", {}, 422, "reason-missing"),
    "other without note": ("hold", {"reason": "other"}, 422, "note-missing"),
    "no outcome": ("complete", {}, 422, "outcome-missing"),
    "too few attempts": ("fail", {"reason": "unable-to-contact"}, 422, "contact-attempts-missing"),
    "nobody to match": (
        "fail",
        {"reason": "duplicate", "return_to_matching": True},
        422,
        "reason-ends-the-search",
    ),
    "seen too long ago": ("start", {"expected_sequence": 1}, 409, "referral-moved"),
    "unknown actor": ("start", {"actor": "neighbour"}, 422, "invalid-request"),
    "unknown reason": ("cancel", {"reason": "weather"}, 422, "invalid-request"),
    "unknown field": ("start", {"acotr": "target"}, 422, "invalid-request"),
    "a long note": ("hold", {"reason": "other", "note": "x" * 2_001}, 422, "invalid-request"),
}


async def test_a_refused_command_names_the_problem_and_remedy_and_changes_nothing(accepted: Journey) -> None:
    before, entries = await accepted.state(), await accepted.timeline()

    answers = {case: await accepted.post(command, **body) for case, (command, body, _, _) in REFUSALS.items()}

    for case, (_, _, status, code) in REFUSALS.items():
        problem = answers[case].json()
        assert (answers[case].status_code, problem["code"]) == (status, code), case
        assert answers[case].headers["content-type"] == "application/problem+json", case
        assert problem["title"], case
        assert problem["remedy"], case
    assert (await accepted.state(), await accepted.timeline(), await accepted.announced_events()) == (
        before,
        entries,
        [],
    )


REMEDIES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "the allowed actor": ("start", {"actor": "requester"}, {"actor": "target"}),
    "a reason": ("cancel", {}, {"reason": "no-longer-needs"}),
    "a note": ("hold", {"reason": "other"}, {"reason": "other", "note": "ill for a week"}),
    "an outcome": ("complete", {}, {"outcome": "engaged"}),
    "no return to matching": (
        "fail",
        {"reason": "duplicate", "return_to_matching": True},
        {"reason": "duplicate"},
    ),
    "the present sequence": ("start", {"expected_sequence": 1}, {"expected_sequence": 3}),
}


@pytest.mark.parametrize("case", REMEDIES)
async def test_a_refused_command_succeeds_once_the_named_field_is_corrected(
    accepted: Journey, case: str
) -> None:
    command, wrong, corrected = REMEDIES[case]
    refused = (await accepted.post(command, **wrong)).json()

    assert wrong.get(refused["field"]) != corrected.get(refused["field"])
    assert (await accepted.post(command, **corrected)).status_code == 200


async def test_recording_the_missing_contact_attempts_allows_the_reason(accepted: Journey) -> None:
    refused = (await accepted.post("fail", reason="unable-to-contact")).json()
    recorded, needed = re.findall(r"\d+", refused["detail"])

    for _ in range(int(needed) - int(recorded)):
        await accepted.done("contact-attempts", reached=False)

    assert "POST contact-attempts" in refused["remedy"]
    assert (await accepted.done("fail", reason="unable-to-contact"))["status"] == "failed"


async def test_an_ended_referral_is_never_edited(accepted: Journey) -> None:
    await accepted.done("complete", outcome="engaged")

    answer = await accepted.post("cancel", reason="no-longer-needs")

    assert (answer.status_code, answer.json()["code"]) == (409, "referral-ended")


async def test_a_referral_cannot_be_rejected_before_an_offer_is_asked(admitted: Journey) -> None:
    answer = await admitted.post("reject", reason="no-capacity")

    assert (answer.status_code, answer.json()["code"]) == (409, "nobody-asked")


async def test_an_unknown_referral_is_not_found(accepted: Journey) -> None:
    answer = await accepted.bench.client.post(f"/referrals/{new_id()}/start", json={"actor": "target"})

    assert (answer.status_code, answer.json()["code"]) == (404, "referral-not-found")


async def test_a_request_repeated_with_its_idempotency_key_is_carried_out_once(accepted: Journey) -> None:
    first = await accepted.post("contact-attempts", key="k-1", reached=False)
    again = await accepted.post("contact-attempts", key="k-1", reached=False)
    other = await accepted.post("contact-attempts", key="k-1", reached=True)

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert again.json() == first.json()
    assert (await accepted.state())["contact_attempts"] == 1


async def test_a_note_is_stored_and_never_shown_or_announced(accepted: Journey) -> None:
    secret = "has moved in with a sister"

    shown = await accepted.post("cancel", reason="other", note=secret)

    assert secret not in shown.text
    assert secret not in str(await accepted.timeline())
    assert (await accepted.timeline())[-1]["has_note"] is True
    payloads = await accepted.bench.pool.fetch("select payload from outbox")
    assert not any(secret.encode() in row["payload"] for row in payloads)
    assert await accepted.bench.pool.fetchval("select count(*) from timeline where note = $1", secret) == 1
