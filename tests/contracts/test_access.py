"""Access rules follow from streams.py: a few examples to check by hand, and properties of all rules."""

import importlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from alongside_chassis.service import Service
from alongside_contracts import streams
from alongside_contracts.access import (
    Rule,
    group_prefix_of,
    is_network_user,
    partner_rules,
    rules_for,
    shared_rules,
    user_of,
)
from alongside_contracts.registry import all_events
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import by_group
from tests.conftest import PERSON_KEY

PARTNERS = st.from_regex(streams.PARTNER_ID, fullmatch=True)


def test_a_partner_writes_its_inbound_stream_reads_its_answers_and_nothing_else() -> None:
    own = {rule for rule in rules_for(["bayside", "sunrise"]) if rule.user == "partner.bayside"}

    assert own == {
        Rule("partner.bayside", "write", "topic", "partner.bayside.referrals.v1"),
        Rule("partner.bayside", "read", "topic", "partner.bayside.status.v1"),
        Rule("partner.bayside", "read", "group", "partner.bayside.", prefix=True),
    }


def test_only_intake_reads_partners_records_and_no_service_reads_partners_answers() -> None:
    service_rules = {rule for rule in partner_rules("bayside") if not rule.user.startswith("partner.")}

    assert service_rules == {
        Rule("intake", "read", "topic", "partner.bayside.referrals.v1"),
        Rule("intake", "write", "topic", "partner.bayside.status.v1"),
        Rule("referrals", "write", "topic", "partner.bayside.status.v1"),
    }


def test_only_notifications_reads_crises_and_in_a_separate_group() -> None:
    crisis = {rule for rule in shared_rules() if "crisis" in rule.name or "urgent" in rule.name}

    assert crisis == {
        Rule("intake", "write", "topic", "crisis.v1"),
        Rule("notifications", "read", "topic", "crisis.v1"),
        Rule("notifications", "read", "group", "notifications-urgent"),
    }


@given(one=PARTNERS, other=PARTNERS)
def test_partners_have_separate_users_and_group_prefixes(one: str, other: str) -> None:
    assert user_of(one) not in SERVICES
    assert is_network_user(user_of(one))
    assert (user_of(one) == user_of(other)) == (one == other)
    assert group_prefix_of(other).startswith(group_prefix_of(one)) == (one == other)


def test_only_a_partners_groups_are_named_by_a_prefix() -> None:
    prefixes = [rule for rule in rules_for(["bayside"]) if rule.prefix]

    assert [rule.resource for rule in prefixes] == ["group"]


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_hears_exactly_the_streams_it_may_read_each_in_the_group_it_may_join(name: str) -> None:
    service = service_of(name)

    assert set(service.hears) == {each for each in streams.ALL if name in each.readers}
    scanning = {group for stream in service.hears for group in stream.paused_groups.values()}
    assert by_group(name, service.hears).keys() | scanning == {
        rule.name for rule in shared_rules() if (rule.user, rule.resource) == (name, "group")
    }
    assert {stream.name for stream in service.hears if stream.paused_groups} == service.handlers.unread.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_handles_an_event_of_every_stream_it_may_read(name: str) -> None:
    handled = {contract.stream.name for contract in service_of(name).handlers.events}

    assert {each.name for each in streams.ALL if name in each.readers} == handled


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_announces_an_event_on_every_stream_it_may_write(name: str) -> None:
    code = "\n".join(file.read_text() for file in package_of(name).rglob("*.py"))
    announced = {
        event.stream.name
        for event in all_events()
        if name in event.stream.writers and re.search(rf"\b{event.__name__}\(", code)
    }

    assert {each.name for each in streams.ALL if name in each.writers} == announced


def test_every_writer_and_reader_is_a_service_or_a_partner() -> None:
    named = {party for each in streams.ALL for party in (*each.writers, *each.readers, *each.groups)}

    assert named <= {*SERVICES, "partner"}


def service_of(name: str) -> Service:
    """Return a service as its process builds it, without starting it."""
    required = {"person_key": SecretStr(PERSON_KEY)} if name == "intake" else {}
    package = f"alongside_{name}"
    settings = importlib.import_module(f"{package}.settings").Settings(
        database_url=SecretStr("postgresql://nobody@127.0.0.1/none"), **required
    )
    service: Service = importlib.import_module(f"{package}.app").service(settings)
    return service


def package_of(name: str) -> Path:
    """Return the folder of a service's code."""
    file = importlib.import_module(f"alongside_{name}").__file__
    assert file is not None
    return Path(file).parent


def test_a_paused_stream_is_scanned_in_a_separate_group() -> None:
    scanned = {stream.name: dict(stream.paused_groups) for stream in streams.ALL if stream.paused_groups}

    assert scanned == {"partner.{partner}.referrals.v1": {"intake": "intake-danger"}}
    assert Rule("intake", "read", "group", "intake-danger") in rules_for([])


def test_the_names_of_consumer_groups_are_never_changed() -> None:
    groups = {
        (stream.name, reader): stream.group_of(reader)
        for stream in streams.ALL
        for reader in stream.readers - {"partner"}
    }

    assert groups == {
        ("partner.{partner}.referrals.v1", "intake"): "intake",
        ("referrals.journey.v1", "intake"): "intake",
        ("referrals.journey.v1", "matching"): "matching",
        ("referrals.journey.v1", "referrals"): "referrals",
        ("referrals.journey.v1", "notifications"): "notifications",
        ("crisis.v1", "notifications"): "notifications-urgent",
        ("people.v1", "intake"): "intake-people",
        ("people.v1", "matching"): "matching-people",
        ("people.v1", "referrals"): "referrals-people",
        ("people.v1", "notifications"): "notifications-people",
        ("directory.network.listings.v1", "matching"): "matching-listings",
    }, "a group under a new name reads 90 days of crises again; see docs/operations.md on copy-offsets"


def test_streams_that_name_no_group_share_the_services_group() -> None:
    separate = replace(streams.CRISIS, name="separate.v1", groups={"intake": "intake-people"})

    found = by_group("intake", [separate, streams.JOURNEY, streams.PARTNER_REFERRALS])

    assert found == {
        "intake": [streams.JOURNEY, streams.PARTNER_REFERRALS],
        "intake-people": [separate],
    }
    assert next(iter(found)) == "intake"
