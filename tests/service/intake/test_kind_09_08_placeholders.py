"""Strangers never become one person: a placeholder identifies nobody, nor does over HTTP what others could guess."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from alongside_contracts.intake import SubmissionAdmitted, SubmissionEscalated
from alongside_contracts.vocabulary import Answer, Need, Risk, Setting
from tests.builders import a_submission
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient, codes

PLACEHOLDERS = [
    "unknown",
    "N/A",
    "none",
    "test",
    "me",
    "self",
    "anonymous",
    "john-doe",
    "000",
    "x",
    "Unbekannt",
]
NOBODY = [("person-reference-missing", "person_reference")]
NO_REFERRAL = [("reference-missing", "reference")]
each_placeholder = pytest.mark.parametrize("placeholder", PLACEHOLDERS)


@each_placeholder
async def test_two_strangers_a_partner_cannot_name_are_held_as_two_people(
    intake: IntakeClient, placeholder: str
) -> None:
    answers = [await intake.hear(person_reference=placeholder) for _ in range(2)]

    assert [(answer.answer, codes(answer), answer.referral_id) for answer in answers] == [
        (Answer.HELD, NOBODY, None)
    ] * 2
    assert len({await person_of(intake, answer.submission_id) for answer in answers}) == 2
    assert await intake.announced() == []


@each_placeholder
async def test_two_strangers_with_a_placeholder_over_http_are_held_as_two_people(
    intake: IntakeClient, placeholder: str
) -> None:
    results = [
        (await intake.post(a_submission(setting=Setting.SELF, person_reference=placeholder))).json()
        for _ in range(2)
    ]

    assert [(result["decision"], problems(result)) for result in results] == [("held", NOBODY)] * 2
    assert len({result["person_id"] for result in results}) == 2


async def test_a_stranger_in_the_same_batch_is_another_person(intake: IntakeClient) -> None:
    strangers = [a_submission(reference="unknown", person_reference="unknown") for _ in range(3)]

    await intake.bench.hear(*strangers, partner=HOSPITAL)

    assert [answer.answer for answer in await intake.answers()] == [Answer.HELD] * 3
    assert await intake.bench.pool.fetchval("select count(distinct person_id) from submission") == 3
    assert await intake.bench.pool.fetchval("select count(*) from submission where repeats is not null") == 0


@each_placeholder
async def test_a_placeholder_as_the_reference_is_held_and_never_a_repeat(
    intake: IntakeClient, placeholder: str
) -> None:
    first, second = [await intake.hear(a_submission(reference=placeholder)) for _ in range(2)]

    assert [(answer.answer, codes(answer)) for answer in (first, second)] == [(Answer.HELD, NO_REFERRAL)] * 2
    assert first.submission_id != second.submission_id
    assert first.reference == placeholder, "the partner's own text identifies the record for the partner"
    assert (await intake.submission(first.submission_id))["superseded_by"] is None


async def test_strangers_in_danger_are_escalated_each_for_themself(intake: IntakeClient) -> None:
    in_danger: dict[str, Any] = {
        "reference": "N/A",
        "person_reference": "unknown",
        "risks": (Risk.DANGER_TO_SELF,),
    }
    await intake.hear(a_submission(**in_danger))
    await intake.hear(a_submission(**in_danger))
    await intake.post(a_submission(**in_danger))

    escalated = [item.event for item in await intake.announced()]

    assert all(isinstance(event, SubmissionEscalated) for event in escalated)
    assert len({event.person_id for event in escalated if isinstance(event, SubmissionEscalated)}) == 3


async def test_clearing_the_danger_does_not_tell_who_it_is(intake: IntakeClient) -> None:
    escalated = await intake.hear(person_reference="unknown", risks=(Risk.DANGER_TO_SELF,))

    cleared = (await intake.clear(escalated.submission_id)).json()

    assert (cleared["decision"], problems(cleared)) == ("held", NOBODY)


async def test_sending_it_again_with_the_persons_own_reference_supersedes_it(intake: IntakeClient) -> None:
    known = await intake.hear(person_reference="p-7", needs=(Need.HOUSING,))
    held = await intake.hear(a_submission(reference="H-1", person_reference="unknown"))

    again = await intake.hear(a_submission(reference="H-1", person_reference="p-7"))

    assert again.answer == Answer.ADMITTED
    assert await person_of(intake, again.submission_id) == await person_of(intake, known.submission_id)
    assert (await intake.submission(held.submission_id))["superseded_by"] == str(again.submission_id)


async def test_the_persons_own_reference_is_added_and_their_open_referral_is_found(
    intake: IntakeClient,
) -> None:
    known = await intake.hear(person_reference="p-7")
    held = await intake.hear(person_reference="unknown")

    result = (await add(intake, held.submission_id, person_reference="p-7")).json()

    assert (result["decision"], result["linked_because"]) == ("linked", "same-person-and-need")
    assert result["referral_id"] == str(known.referral_id)
    assert result["person_id"] == await person_of(intake, known.submission_id)


async def test_both_references_are_added_and_the_referral_begins_under_them(intake: IntakeClient) -> None:
    held = await intake.hear(a_submission(reference="unknown", person_reference="unknown"))

    result = (await add(intake, held.submission_id, reference="H-9", person_reference="p-9")).json()
    repeat = await intake.hear(a_submission(reference="H-9", person_reference="p-9"))

    assert (result["decision"], result["reference"]) == ("admitted", "H-9")
    admitted = next(
        item.event for item in await intake.announced() if isinstance(item.event, SubmissionAdmitted)
    )
    assert (admitted.reference, str(admitted.person_id)) == ("H-9", result["person_id"])
    assert (repeat.answer, str(repeat.referral_id)) == (Answer.LINKED, result["referral_id"])


async def test_another_placeholder_completes_nothing(intake: IntakeClient) -> None:
    held = await intake.hear(a_submission(reference="unknown", person_reference="unknown"))

    result = (await add(intake, held.submission_id, reference="tbd", person_reference="N/A")).json()

    assert (result["decision"], problems(result)) == ("held", NO_REFERRAL + NOBODY)


async def test_the_reference_of_another_referral_is_not_added(intake: IntakeClient) -> None:
    other = await intake.hear(a_submission(reference="H-1"))
    held = await intake.hear(a_submission(reference="unknown"))

    refused = await add(intake, held.submission_id, reference="H-1")

    assert (refused.status_code, refused.json()["code"]) == (409, "reference-in-use")
    assert str(other.submission_id) in refused.json()["remedy"]
    assert (await intake.submission(held.submission_id))["decision"] == "held"


@pytest.mark.parametrize("field", ["reference", "person_reference"])
async def test_one_person_does_not_become_another_by_an_addition(intake: IntakeClient, field: str) -> None:
    held = await intake.hear(a_submission(reference="H-1", person_reference="p-1", consent=None))

    refused = await add(intake, held.submission_id, **{field: "p-2"})

    assert (refused.status_code, refused.json()["code"]) == (409, "field-not-missing")
    assert refused.json()["field"] == field


async def test_who_can_guess_a_reference_over_http_learns_nothing_of_the_person(intake: IntakeClient) -> None:
    results = [
        (await intake.post(a_submission(setting=Setting.SELF, reference="r1", person_reference="p1"))).json()
        for _ in range(3)
    ]

    assert {result["decision"] for result in results} == {"admitted"}
    assert len({result["person_id"] for result in results}) == 3
    assert len({result["referral_id"] for result in results}) == 3


async def test_a_person_who_can_prove_it_over_http_is_the_same_person_again(intake: IntakeClient) -> None:
    person = str(uuid4())
    first = (await intake.post(a_submission(reference="r1", person_reference=person))).json()

    repeat = (await intake.post(a_submission(reference="r1", person_reference=person))).json()
    same_need = (await intake.post(a_submission(reference="r2", person_reference=person))).json()

    assert [repeat["linked_because"], same_need["linked_because"]] == [
        "same-reference",
        "same-person-and-need",
    ]
    assert {each["referral_id"] for each in (repeat, same_need)} == {first["referral_id"]}
    assert {each["person_id"] for each in (repeat, same_need)} == {first["person_id"]}


async def test_a_reference_used_by_another_person_over_http_is_a_submission_of_its_own(
    intake: IntakeClient,
) -> None:
    mine, theirs = str(uuid4()), str(uuid4())
    first = (await intake.post(a_submission(reference="r1", person_reference=mine))).json()

    other = (await intake.post(a_submission(reference="r1", person_reference=theirs))).json()
    again = (await intake.post(a_submission(reference="r1", person_reference=mine))).json()

    assert (other["decision"], other["repeats"]) == ("admitted", None)
    assert (again["linked_because"], again["repeats"]) == ("same-reference", first["submission_id"])


async def test_a_held_submission_over_http_is_superseded_by_the_same_person_alone(
    intake: IntakeClient,
) -> None:
    mine, theirs = str(uuid4()), str(uuid4())
    held = (await intake.post(a_submission(reference="r1", person_reference=mine, consent=None))).json()
    assert held["decision"] == "held"

    await intake.post(a_submission(reference="r1", person_reference=theirs))
    assert (await intake.submission(held["submission_id"]))["superseded_by"] is None

    completed = (await intake.post(a_submission(reference="r1", person_reference=mine))).json()
    assert (await intake.submission(held["submission_id"]))["superseded_by"] == completed["submission_id"]


async def test_a_persons_token_is_added_over_http_unless_they_used_the_reference_already(
    intake: IntakeClient,
) -> None:
    person = str(uuid4())
    held = [
        (await intake.post(a_submission(reference="r1", person_reference="me"))).json()["submission_id"]
        for _ in range(2)
    ]

    first = (await add(intake, held[0], person_reference=person)).json()
    second = await add(intake, held[1], person_reference=person)

    assert first["decision"] == "admitted"
    assert (second.status_code, second.json()["code"]) == (409, "reference-in-use")


async def test_the_references_of_a_partner_and_of_the_public_are_two_worlds(intake: IntakeClient) -> None:
    person = str(uuid4())
    partners = await intake.hear(a_submission(reference="r1", person_reference=person))

    public = (await intake.post(a_submission(reference="r1", person_reference=person))).json()

    assert public["decision"] == "admitted"
    assert public["person_id"] != await person_of(intake, partners.submission_id)


async def test_strangers_at_once_are_as_many_people(intake: IntakeClient) -> None:
    submissions = [a_submission(reference="unknown", person_reference="me") for _ in range(6)]

    responses = await asyncio.gather(*(intake.post(submission) for submission in submissions))

    assert {response.status_code for response in responses} == {201}
    assert len({response.json()["person_id"] for response in responses}) == 6


@pytest.mark.parametrize("placeholder", [*PLACEHOLDERS, "unknown/patient"])
@pytest.mark.parametrize("namespace", [HOSPITAL, "self"])
async def test_no_contact_route_is_registered_for_nobody(
    intake: IntakeClient, namespace: str, placeholder: str
) -> None:
    refused = await put_route(intake, namespace, placeholder)

    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422,
        "person-reference-missing",
        "person_reference",
    )
    assert refused.json()["remedy"]
    assert await intake.bench.pool.fetchval("select count(*) from person") == 0


async def test_a_contact_route_of_the_public_needs_a_reference_that_nobody_could_guess(
    intake: IntakeClient,
) -> None:
    person = str(uuid4())

    refused = await put_route(intake, "self", "p-1")
    registered = await put_route(intake, "self", person)
    submitted = (await intake.post(a_submission(setting=Setting.SELF, person_reference=person))).json()

    assert (refused.status_code, "UUID" in refused.json()["remedy"]) == (422, True)
    assert registered.json()["person_id"] == submitted["person_id"]


async def test_a_person_merged_before_under_a_placeholder_is_joined_by_nobody_new(
    intake: IntakeClient,
) -> None:
    merged = await intake.hear(person_reference="p-1")
    await intake.bench.pool.execute("update person set reference = 'unknown'")
    waiting = await intake.hear(person_reference="unknown")
    await intake.bench.pool.execute(
        "update submission set person_id = (select person_id from submission where state = 'admitted')"
    )

    answer = await intake.hear(person_reference="unknown")
    result = (
        await add(intake, waiting.submission_id, consent={"decision": "given", "categories": ["needs"]})
    ).json()

    assert (answer.answer, answer.referral_id) == (Answer.HELD, None)
    assert await person_of(intake, answer.submission_id) != await person_of(intake, merged.submission_id)
    assert (result["decision"], problems(result)) == ("held", NOBODY)


async def person_of(intake: IntakeClient, submission_id: object) -> str:
    """Return the id of a submission's person."""
    person_id: str = (await intake.submission(str(submission_id)))["person_id"]
    return person_id


def problems(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a submission's problems, as code and place."""
    return [(problem["code"], problem["where"]) for problem in result["problems"]]


async def add(intake: IntakeClient, submission_id: object, **added: Any) -> Any:
    """Add something to a held submission."""
    return await intake.http.post(f"/submissions/{submission_id}/consent", json=added)


async def put_route(intake: IntakeClient, namespace: str, person_reference: str) -> Any:
    """Register a contact route for a person."""
    return await intake.http.put(
        f"/people/{namespace}/{person_reference}/contact-route",
        json={"email": "someone.quiet@example.org"},
        headers=SERVICE,
    )
