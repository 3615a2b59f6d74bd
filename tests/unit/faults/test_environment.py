"""The partners of the fault suite hear of their referrals in every way there is."""

from alongside_lab.faults.injection.environment import registration
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
