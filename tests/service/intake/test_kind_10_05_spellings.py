"""One identity has one meaning however it is spelled: the source of a record, and an id that is a UUID."""

from typing import Any

import pytest

from alongside_contracts import cloudevents
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.vocabulary import Answer, ProblemCode
from tests.builders import a_submission
from tests.service.intake.intake_client import HOSPITAL, IntakeClient, codes

SPELLINGS = [
    f"URN:alongside:partner:{HOSPITAL}",
    f"urn:ALONGSIDE:partner:{HOSPITAL}",
    f"Urn:Alongside:partner:{HOSPITAL}",
]


async def submitted(intake: IntakeClient, source: str, event_id: str, **given: Any) -> list[Any]:
    """Let the hospital submit under a source and an id, and return all answers so far."""
    await intake.bench.hear(a_submission(**given), partner=HOSPITAL, source=source, event_id=event_id)
    return list(await intake.answers())


@pytest.mark.parametrize("source", SPELLINGS)
async def test_a_partners_source_is_taken_in_any_case_of_scheme_and_namespace(
    intake: IntakeClient, source: str
) -> None:
    (answer,) = await submitted(intake, source, "1")

    assert answer.answer == Answer.ADMITTED


@pytest.mark.parametrize("source", SPELLINGS)
async def test_a_record_sent_again_with_the_source_in_another_case_is_a_repeat(
    intake: IntakeClient, source: str
) -> None:
    said: dict[str, Any] = {"reference": "R-1", "person_reference": "P-1"}
    await submitted(intake, f"urn:alongside:partner:{HOSPITAL}", "1", **said)

    answers = await submitted(intake, source, "1", **said)

    assert len(answers) == 1


@pytest.mark.parametrize("source", SPELLINGS)
async def test_an_id_that_was_used_is_used_in_every_case_of_the_source(
    intake: IntakeClient, source: str
) -> None:
    await submitted(intake, source, "1", reference="R-1")

    _, refused = await submitted(intake, f"urn:alongside:partner:{HOSPITAL}", "1", reference="R-2")

    assert codes(refused)[0][0] == ProblemCode.ID_REUSED


@pytest.mark.parametrize(
    "source",
    [
        f"urn:alongside:PARTNER:{HOSPITAL}",
        f"urn:alongside:partner:{HOSPITAL.upper()}",
        "urn:alongside:",
        "urn::x",
    ],
)
async def test_what_follows_the_namespace_is_another_source_in_another_case(
    intake: IntakeClient, source: str
) -> None:
    (answer,) = await submitted(intake, source, "1")

    assert codes(answer)[0][0] == ProblemCode.FORGED_SOURCE


def test_a_source_that_is_no_urn_is_kept_as_it_is() -> None:
    for source in ("HTTPS://Example.org/A", "Urn:x:y", "urn:", "/A", "URN:a b:c"):
        assert cloudevents.one_spelling(source) == source


async def test_a_submission_is_shown_by_its_id_in_any_case(intake: IntakeClient) -> None:
    submission_id = str((await intake.hear()).submission_id)

    shown = await intake.http.get(f"/submissions/{submission_id.upper()}")

    assert shown.json()["submission_id"] == submission_id


async def test_ids_in_a_submission_are_the_same_in_any_case(intake: IntakeClient) -> None:
    offer = "0197c1c0-0000-7000-8000-00000000abcd"

    answer = await intake.post(a_submission(), offers_avoided=[offer.upper()], continue_with=offer.upper())

    assert answer.json()["decision"] == "admitted"
    (admitted,) = [row.event for row in await intake.announced()]
    assert isinstance(admitted, SubmissionAdmitted)
    assert [str(each) for each in admitted.request.offers_avoided] == [offer]
    assert str(admitted.request.continue_with) == offer
