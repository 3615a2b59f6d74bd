"""The partners of the fault suite hear of their referrals in every way there is, and imports are many transactions."""

import pytest
from pydantic import SecretStr

from alongside_directory.settings import Settings
from alongside_lab.faults.directory.packages import SERVICES_OF_SOURCE
from alongside_lab.faults.injection.environment import ENV_OF_DIRECTORY, registration
from alongside_localstack.sample.partners import partners


def test_one_partner_chose_both_channels_one_email_alone_and_all_others_their_stream() -> None:
    registrations = [registration(partner, number) for number, partner in enumerate(partners())]

    channels = [body["channels"] for body in registrations]
    assert channels[:2] == [["stream", "email"], ["email"]]
    assert {tuple(each) for each in channels[2:]} == {("stream",)}


def test_exactly_the_partners_that_chose_email_have_an_address() -> None:
    registrations = [registration(partner, number) for number, partner in enumerate(partners())]

    with_address = [body["contact_email"] is not None for body in registrations]
    assert with_address == ["email" in body["channels"] for body in registrations]


def test_an_import_of_the_suite_is_stored_in_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENV_OF_DIRECTORY.items():
        monkeypatch.setenv(name, value)

    settings = Settings(database_url=SecretStr("postgresql://nobody@127.0.0.1/none"))

    assert settings.directory_batch_max * 4 <= SERVICES_OF_SOURCE
