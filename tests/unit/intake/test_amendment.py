"""Rules on a repeat: each field has one, and none lowers, removes or exchanges what it may not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alongside_contracts.intake import Submission
from alongside_intake.domain.amendment import RULES, FieldRule, add, amend, takes_back
from alongside_intake.domain.facts import ConsentRecord
from tests.builders import a_submission

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENT = dict(Submission(**a_submission().model_dump()))


def repeated(**stated: Any) -> tuple[dict[str, Any], list[str]]:
    """Return what a repeat changes of a submission that was sent, and the fields it does not take over."""
    amendment = amend(SENT, SENT, stated)
    return dict(amendment.changes), [problem.where for problem in amendment.not_taken_over]


def test_every_field_of_a_submission_has_a_rule_or_is_decided_apart() -> None:
    assert RULES.keys() | {"reference", "risks", "consent"} == Submission.model_fields.keys()
    assert set(RULES.values()) == set(FieldRule)


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_field_that_is_sent_as_before_or_as_null_says_nothing(name: str) -> None:
    assert repeated(**{name: SENT[name]}) == ({}, [])
    assert repeated(**{name: None}) == ({}, [])


def test_what_was_sent_before_says_nothing_new_though_it_was_changed_since() -> None:
    content = SENT | {"languages": ("es",)}

    assert amend(content, SENT, {"languages": SENT["languages"]}).changes == {}


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule is FieldRule.KEPT])
def test_a_kept_field_is_named_and_not_changed(name: str) -> None:
    assert repeated(**{name: "another"}) == ({}, [name])


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule is FieldRule.EXTENDED])
def test_an_extended_field_only_grows(name: str) -> None:
    content = SENT | {name: ("a", "b")}

    amendment = amend(content, content, {name: ("b", "c")})

    assert amendment.changes == {name: ("a", "b", "c")}
    assert [problem.where for problem in amendment.not_taken_over] == [name]


def test_under_another_reference_needs_are_not_touched_and_nothing_is_removed() -> None:
    changes = add(SENT, {"needs": ("housing",), "languages": ("es",), "region": "us-fl-broward"}).changes

    assert changes == {"languages": (*SENT["languages"], "es")}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (ConsentRecord(given=False), True),
        (ConsentRecord(given=True, categories=frozenset({"contact"})), True),
        (ConsentRecord(given=True, categories=frozenset({"needs"}), expires_at=NOW), True),
        (ConsentRecord(given=True, categories=frozenset({"needs"}), expires_at=NOW + timedelta(1)), False),
        (ConsentRecord(given=False, signed_at=NOW - timedelta(3)), False),
        (ConsentRecord(given=False, signed_at=NOW - timedelta(1)), True),
    ],
)
def test_consent_is_taken_back_by_a_refusal_an_end_or_nothing_named_unless_it_is_older(
    record: ConsentRecord, expected: bool
) -> None:
    earlier = ConsentRecord(given=True, categories=frozenset({"needs"}), signed_at=NOW - timedelta(2))

    assert takes_back(record, earlier, NOW) is expected
