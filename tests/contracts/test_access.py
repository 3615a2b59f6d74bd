"""Access rules follow from streams.py: the few a reader can check by hand, and what must hold for all."""

import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from alongside_chassis.service import Service
from alongside_contracts import streams
from alongside_contracts.access import (
    Rule,
    groups_of,
    is_ours,
    partner_rules,
    rules_for,
    shared_rules,
    user_of,
)
from tests.conftest import PERSON_KEY

PARTNERS = st.from_regex(streams.PARTNER_ID, fullmatch=True)


def test_a_partner_writes_its_inbound_stream_reads_its_answers_and_nothing_else() -> None:
    own = {rule for rule in rules_for(["bayside", "sunrise"]) if rule.user == "partner.bayside"}

    assert own == {
        Rule("partner.bayside", "write", "topic", "partner.bayside.referrals.v1"),
        Rule("partner.bayside", "read", "topic", "partner.bayside.status.v1"),
        Rule("partner.bayside", "read", "group", "partner.bayside.", prefix=True),
    }


def test_intake_alone_hears_partners_and_cannot_read_what_they_are_answered() -> None:
    about = {rule for rule in partner_rules("bayside") if not rule.user.startswith("partner.")}

    assert about == {
        Rule("intake", "read", "topic", "partner.bayside.referrals.v1"),
        Rule("intake", "write", "topic", "partner.bayside.status.v1"),
        Rule("referrals", "write", "topic", "partner.bayside.status.v1"),
    }


def test_notifications_alone_hears_of_a_crisis_and_in_a_group_of_its_own() -> None:
    crisis = {rule for rule in shared_rules() if "crisis" in rule.name or "urgent" in rule.name}

    assert crisis == {
        Rule("intake", "write", "topic", "crisis.v1"),
        Rule("notifications", "read", "topic", "crisis.v1"),
        Rule("notifications", "read", "group", "notifications-urgent"),
    }


@given(one=PARTNERS, other=PARTNERS)
def test_no_partner_is_another_or_a_service_and_no_prefix_covers_anothers_groups(
    one: str, other: str
) -> None:
    assert user_of(one) not in streams.SERVICES
    assert is_ours(user_of(one))
    assert (user_of(one) == user_of(other)) == (one == other)
    assert groups_of(other).startswith(groups_of(one)) == (one == other)


def test_only_a_partners_groups_are_told_by_a_prefix() -> None:
    prefixes = [rule for rule in rules_for(["bayside"]) if rule.prefix]

    assert [rule.resource for rule in prefixes] == ["group"]


@pytest.mark.parametrize("name", streams.SERVICES)
def test_each_service_hears_exactly_the_streams_it_may_read_each_in_the_group_it_may_join(name: str) -> None:
    given = {"person_key": SecretStr(PERSON_KEY)} if name == "intake" else {}
    package = f"alongside_{name}"
    chosen = importlib.import_module(f"{package}.settings").Settings(
        database_url=SecretStr("postgresql://nobody@127.0.0.1/none"), **given
    )
    service: Service = importlib.import_module(f"{package}.app").service(chosen)

    assert {*service.hears, *service.urgent} == {each for each in streams.ALL if name in each.readers}
    assert all(each.urgent for each in service.urgent)
    assert not any(each.urgent for each in service.hears)
