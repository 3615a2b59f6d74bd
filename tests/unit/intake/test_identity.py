"""References prove who a person is only where nobody else could have sent them; a placeholder proves nothing."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from alongside_contracts.codes import load_codes
from alongside_contracts.vocabulary import LinkReason
from alongside_intake.domain.decide import Admitted, Escalated, Held, Linked
from alongside_intake.domain.facts import (
    CurrentSubmission,
    Identity,
    OpenEscalation,
    OpenReferral,
    PriorRecords,
    State,
)
from alongside_intake.domain.identity import finds_person_by, identify, is_unguessable
from alongside_intake.domain.problem import Code
from tests.unit.intake.facts import CODES, FIRST, REFERRAL, SUBMISSION, decide_submission

PLACEHOLDERS = [
    "unknown", "UNKNOWN-", "N/A", "n.a.", "na", "none", "NULL", "test", "Test-Patient", "me", "self", "anonymous", "john-doe",
    "John.Doe", "000", "0", "00000000-0000-0000-0000-000000000000", "x", "XX", "x-x", "tbd", "string", "unknown/unknown",
    "Unbekannt", "k.A.", "desconocido", "Sin.nombre", "inconnu", "inconnue", "enkoni", "desconhecida", "-", "",
]  # fmt: skip
OWN = [
    "p-1", "1", "7", "11", "000017", "mrn-4711", "p-7f3a91c2", "smh-run7-1-0003", "unknown-17", "patient-0", "test1", "nadia",
    "BH-2026-00417", "A", "x1", "meg", "none-such",
]  # fmt: skip


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_identifies_nobody_however_it_is_written(text: str) -> None:
    assert text in CODES.placeholders
    assert not finds_person_by(text, CODES, is_public=False)


@pytest.mark.parametrize("text", OWN)
def test_a_partners_own_number_or_code_is_no_placeholder(text: str) -> None:
    assert text not in CODES.placeholders
    assert finds_person_by(text, CODES, is_public=False)


@pytest.mark.parametrize("text", ["sin-papeles", "SIN PAPELES", "ohne.Akte", "Gan Ainm", "gan-ainm"])
def test_a_region_adds_the_placeholders_of_its_languages(text: str, tmp_path: Path) -> None:
    own = json.dumps({"placeholders": ["Sin papéles", "ohne Akte", "gan ainm"]})
    (tmp_path / "us-fl-miami.json").write_text(own, encoding="utf-8")

    assert text in load_codes(regions=tmp_path).placeholders
    assert text not in CODES.placeholders


@pytest.mark.parametrize(
    "reference",
    [
        "868ef060-7451-445d-9e46-ff1318e137e7",
        "web-01a228e0-87f8-7682-a8c3-8d908bab313a",
        "E129412D-7BC6-4A2C-A6A6-02C7F3AB956B",
        "9e5bd07773d34fc8a43fb7029673582a",
        "9f86d081884c7d65",
        "p:9f86d081884c7d659a2f",
    ],
)
def test_a_random_token_cannot_be_guessed(reference: str) -> None:
    assert is_unguessable(reference)


@pytest.mark.parametrize(
    "reference",
    [
        "p1", "p-1", "maria-gonzalez-1985", "mariagonzalez1985miami", "3055550123", "3055550123-19850412", "2026112919850412",
        "9f86d081884c7d6", "00000000-0000-0000-0000-000000000017", "aaaaaaaaaaaaaaaaaaaa1", str(UUID(int=17)),
    ],
)  # fmt: skip
def test_a_name_a_number_or_a_counter_can_be_guessed(reference: str) -> None:
    assert not is_unguessable(reference)


def test_references_prove_what_nobody_else_could_have_sent() -> None:
    token = str(uuid4())

    assert identify("r-1", "p-1", CODES, is_public=False) == Identity()
    assert identify("r-1", token, CODES, is_public=True) == Identity()
    assert identify("r-1", "p-1", CODES, is_public=True) == Identity(frozenset(), False, False)
    assert identify("r-1", "me", CODES, is_public=False) == Identity(
        frozenset({"person_reference"}), False, True
    )
    assert identify("n/a", token, CODES, is_public=True) == Identity(frozenset({"reference"}), True, False)
    both = frozenset({"reference", "person_reference"})
    assert identify("n/a", "me", CODES, is_public=False) == Identity(both, False, False)


@pytest.mark.parametrize(
    ("field", "code"),
    [("reference", Code.REFERENCE_MISSING), ("person_reference", Code.PERSON_REFERENCE_MISSING)],
)
def test_a_placeholder_holds_the_submission_and_is_named(field: str, code: Code) -> None:
    decision = decide_submission(replace(SUBMISSION, identity=Identity(frozenset({field}))))

    assert isinstance(decision, Held)
    assert [(problem.code, problem.where) for problem in decision.problems] == [(code, field)]


def test_a_submission_that_finds_nobody_is_linked_to_nobody() -> None:
    prior = PriorRecords(open_referrals=(OpenReferral(REFERRAL, FIRST, frozenset({"grief"})),))
    stranger = replace(SUBMISSION, identity=Identity(finds_person=False))

    assert decide_submission(SUBMISSION, prior) == Linked(LinkReason.SAME_PERSON_AND_NEED, FIRST, REFERRAL)
    assert decide_submission(stranger, prior) == Admitted()


def test_a_submission_that_repeats_none_is_decided_by_itself() -> None:
    prior = PriorRecords(CurrentSubmission(FIRST, State.ADMITTED, REFERRAL))
    stranger = replace(SUBMISSION, identity=Identity(finds_submission=False))

    assert decide_submission(SUBMISSION, prior) == Linked(LinkReason.SAME_REFERENCE, FIRST, REFERRAL)
    assert decide_submission(stranger, prior) == Admitted()


def test_a_strangers_alarm_silences_nobodys() -> None:
    risks = frozenset({"danger-to-self"})
    prior = PriorRecords(CurrentSubmission(FIRST, State.ESCALATED), (OpenEscalation(FIRST, risks),))
    both = frozenset({"reference", "person_reference"})
    stranger = replace(
        SUBMISSION, risks=risks, identity=Identity(both, finds_person=False, finds_submission=False)
    )

    decision = decide_submission(stranger, prior)

    assert isinstance(decision, Escalated)
    assert {problem.code for problem in decision.problems} == {
        Code.REFERENCE_MISSING,
        Code.PERSON_REFERENCE_MISSING,
    }
