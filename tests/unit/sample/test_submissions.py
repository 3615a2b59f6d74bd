"""Sample submissions are admitted and matched."""

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from alongside_contracts.cloudevents import decode
from alongside_contracts.event import parse
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.vocabulary import AgeBand, Need, Setting
from alongside_intake.domain.decide import Admitted
from alongside_intake.people.contacts import ContactRoute
from alongside_intake.views import PartnerCommand
from alongside_localstack.sample.needs import PREVALENCE, RELATED_NEEDS
from alongside_localstack.sample.partners import SamplePartner, demo_partners, partners
from alongside_localstack.sample.places import REGIONS
from alongside_localstack.sample.records import record
from alongside_localstack.sample.submissions import Series, contact_route, submission, submissions
from alongside_matching.engine.eligibility import sift
from tests.unit.sample.network import NOW, SEED, decision_of, matched, pool, request_for

SERIES = Series("run1", SEED, NOW)
EVERY = pytest.mark.parametrize("partner", partners(), ids=lambda partner: partner.id)


@EVERY
def test_intake_admits_everything_a_sample_partner_submits(partner: SamplePartner) -> None:
    for generated in submissions(partner, SERIES, 300):
        assert isinstance(decision_of(generated), Admitted), generated


@EVERY
def test_a_record_decodes_to_its_submission(partner: SamplePartner) -> None:
    for generated in submissions(partner, SERIES, 50):
        topic, key, value, headers = record(partner, generated, "e-1", NOW)
        event = decode(key, value, headers)

        assert parse(SubmissionReceived, event.data) == generated
        assert (event.source, event.type, event.time) == (partner.source, SubmissionReceived.type, NOW)
        assert (topic, key) == (f"partner.{partner.id}.referrals.v1", generated.reference.encode())


@EVERY
def test_everyone_can_be_offered_more_than_one_way(partner: SamplePartner) -> None:
    offered = pool(partner.region)

    for generated in submissions(partner, SERIES, 100):
        assert len(sift(offered, request_for(generated), NOW.date()).eligible) >= 2, generated


def test_two_hundred_find_a_place_before_anybody_has_to_wait() -> None:
    both = [generated for partner in demo_partners() for generated in submissions(partner, SERIES, 100)]

    found = matched(both, pool(both[0].region))

    assert None not in found
    assert {offer.kind for offer in found if offer} == {"supporter", "group", "service"}


@EVERY
def test_the_same_series_tells_the_same_and_never_ends(partner: SamplePartner) -> None:
    ten = list(submissions(partner, SERIES, 10))

    assert list(islice(submissions(partner, SERIES), 10)) == ten
    assert submission(partner, SERIES, 10) == ten[-1]


def test_two_runs_of_one_seed_tell_the_same_story_about_other_people() -> None:
    hospital = demo_partners()[0]
    one, other = submission(hospital, SERIES, 1), submission(hospital, replace(SERIES, run="run2"), 1)

    assert one.reference != other.reference
    assert one.person_reference != other.person_reference
    unnamed = {"reference": "r", "person_reference": "p"}
    assert one.model_copy(update=unnamed) == other.model_copy(update=unnamed)


def test_no_reference_and_no_person_comes_twice() -> None:
    generated = [each for partner in partners() for each in submissions(partner, SERIES, 200)]
    generated += list(submissions(partners()[0], replace(SERIES, run="run2"), 200))

    assert len({each.reference for each in generated}) == len(generated)
    assert len({each.person_reference for each in generated}) == len(generated)


@pytest.mark.parametrize("run", ["", "Run", "run 1", "run-", "-run", "r" * 21, "añ"])
def test_a_run_that_cannot_be_part_of_a_reference_is_refused(run: str) -> None:
    with pytest.raises(ValueError, match="1 to 20 lower-case letters"):
        Series(run, SEED, NOW)


def test_the_longest_reference_still_fits_an_address() -> None:
    longest = Series("r" * 20, 2**32 - 1, NOW)

    for partner in partners():
        generated = submission(partner, longest, 10**9)
        route = ContactRoute.model_validate(contact_route(generated.person_reference))
        assert len(route.email.partition("@")[0]) <= 64


def test_protected_needs_come_with_a_written_consent_that_names_them() -> None:
    protected = {Need.SUBSTANCE_USE, Need.ALCOHOL, Need.OPIOIDS}
    seen = 0
    for generated in submissions(demo_partners()[1], SERIES, 200):
        assert generated.consent is not None
        named = "substance-use" in generated.consent.categories
        assert named == bool(protected & set(generated.needs))
        seen += named

    assert seen > 50


def test_minors_come_with_a_guardians_consent() -> None:
    school = next(partner for partner in partners() if partner.setting is Setting.EDUCATION)
    minors = [
        generated
        for generated in submissions(school, SERIES, 100)
        if generated.age_band is AgeBand.FROM_13_TO_17
    ]

    assert len(minors) > 40
    assert all(generated.guardian_consent for generated in minors)


def test_each_setting_refers_with_what_it_sees() -> None:
    seen = {
        partner.setting: Counter(
            need for generated in submissions(partner, SERIES, 400) for need in generated.needs
        )
        for partner in partners()
    }

    court, hospital, school = (
        seen[Setting.CRIMINAL_JUSTICE],
        seen[Setting.HOSPITAL],
        seen[Setting.EDUCATION],
    )
    assert court[Need.REENTRY] > 4 * hospital[Need.REENTRY]
    assert hospital[Need.CHRONIC_ILLNESS] > 2 * court[Need.CHRONIC_ILLNESS]
    assert school[Need.REENTRY] == school[Need.VETERAN] == 0


def test_every_need_has_a_weight_and_something_that_comes_with_it() -> None:
    assert PREVALENCE.keys() == RELATED_NEEDS.keys() == set(Need)
    assert all(need not in beside for need, beside in RELATED_NEEDS.items())


def test_intake_accepts_every_partner_with_its_unique_id_and_prefix() -> None:
    assert len({partner.id for partner in partners()}) == len({partner.prefix for partner in partners()}) == 6
    assert {partner.region for partner in partners()} == REGIONS.keys()
    for partner in partners():
        command = PartnerCommand.model_validate(partner.request_body())
        assert command.contact_email == f"desk@{partner.id}.example"
