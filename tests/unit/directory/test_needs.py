"""Taxonomy terms are mapped to the needs, formats and kind of a listed service."""

import re

import pytest

from alongside_contracts.vocabulary import Format, Need, OfferKind
from alongside_directory.listing.needs import Term, formats_of, is_hotline, kind_of, needs_of
from alongside_directory.listing.taxonomy_rules import FORMATS, NEEDS, SUPPORTING
from alongside_directory.listing.taxonomy_words import WORDS


@pytest.mark.parametrize(
    ("code", "name", "needs"),
    [
        ("PN-8100.1000-080", "Bereaved Child Support Groups", {Need.GRIEF}),
        ("RP-1400.8000-100", "Bereavement Counseling", {Need.GRIEF}),
        ("PN-8100.0500-070", "Alcohol Use Disorder Support Groups", {Need.ALCOHOL, Need.SUBSTANCE_USE}),
        ("RX-8450.1150-180", "Comprehensive Outpatient Drug Use Disorder Treatment", {Need.SUBSTANCE_USE}),
        ("RX-8450.5000-510", "Methadone Clinics", {Need.OPIOIDS, Need.SUBSTANCE_USE}),
        (
            "PN-8100.0500-230",
            "Families/Friends of Individuals With an Alcohol Use Disorder",
            {Need.CAREGIVING},
        ),
        ("RP-1400.8000-825", "Suicide Counseling", {Need.SELF_HARM}),
        ("PN-8100.0200-180", "Domestic Violence Support Groups", {Need.DOMESTIC_VIOLENCE, Need.TRAUMA}),
        ("FF-1900", "Ex-Offender Reentry Programs", {Need.REENTRY}),
        ("BH-3800.7000", "Rent Payment Assistance", {Need.HOUSING}),
        ("ND-6500.9200", "Veteran Employment Programs", {Need.EMPLOYMENT, Need.VETERAN}),
        ("PH-6100.6800", "Parenting Skills Classes", {Need.PARENTING}),
    ],
)
def test_a_term_answers_the_needs_of_the_most_specific_rule(code: str, name: str, needs: set[Need]) -> None:
    assert needs_of([Term(code, name)]) == needs


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("PX-1800.1500-250", "Suicide Prevention Volunteer Opportunities"),
        ("RX-8250.0500", "Alcohol Use Disorder Education/Prevention"),
        ("RX-8450.7900", "Smoking Cessation"),
        ("RX-0400.1850", "Drug/Alcohol Testing"),
        ("FN-1700.1800", "Drug Crime Reporting"),
        ("RF-3300", "Individual Counseling"),
        ("LF-4900.2400", "HIV Testing"),
        ("BD-1800.2000-640", "Ongoing Emergency Food Assistance"),
    ],
)
def test_a_term_that_supports_nobody_through_something_answers_no_need(code: str, name: str) -> None:
    assert needs_of([Term(code, name)]) == frozenset()


def test_a_population_term_counts_only_beside_a_supporting_term() -> None:
    veterans, group, soup = (
        Term("YN-9000", "Veterans"),
        Term("PN-8100", "Support Groups"),
        Term("BD-5000.8300", "Soup"),
    )

    assert needs_of([veterans, soup]) == frozenset()
    assert needs_of([veterans, group]) == {Need.VETERAN}


@pytest.mark.parametrize(
    ("name", "need"),
    [
        ("Grief counseling", Need.GRIEF),
        ("Substance abuse recovery", Need.SUBSTANCE_USE),
        ("Hearing Voices groups", Need.HEARING_VOICES),
        ("PTSD treatment", Need.PTSD),
        ("LGBTQ centers", Need.LGBTQ),
    ],
)
def test_terms_of_other_taxonomies_are_read_by_their_words(name: str, need: Need) -> None:
    assert need in needs_of([Term("open-eligibility-1102", name)])


ALCOHOL_GROUP = Term("PN-8100.0500-070", "Alcohol Use Disorder Support Groups")
BEREAVEMENT_GROUP = Term("PN-8100.1000", "Bereavement Support Groups")


@pytest.mark.parametrize(
    "name",
    [
        "Al-Anon Family Groups",
        "AL ANON",
        "Alanon Tuesday",
        "Alateen",
        "Ala-Teen",
        "Nar-Anon",
        "Families Anonymous",
        "Adult Children of Alcoholics",
        "Family and friends of alcoholics",
        "Friends & families support",
        "Support for family members of problem drinkers",
        "Spouses of alcoholics",
        "Children of alcoholics",
        "NAMI Family Support Group",
        "Familiares y amigos de alcohólicos",
        "Al\u2011Anon",
        "Al\u2013Anon",
        "Al\u00a0Anon",
        "Al\u00ad-Anon",
        "Al - Anon",
        "Nar\u2011Anon",
        "S-Anon",
        "Families of people with a mental illness",
    ],
)
def test_what_is_for_families_by_its_name_answers_caregiving_and_never_the_drinkers_need(name: str) -> None:
    assert needs_of([ALCOHOL_GROUP], [name]) == {Need.CAREGIVING}


@pytest.mark.parametrize(
    "name",
    [
        "Alcoholics Anonymous",
        "AA Friends World Wide",
        "Healthy Families Miami-Dade",
        "Department of Children and Families",
        "Supportive Services for Veteran Families",
        "Friends of the Library",
        "Family Medicine",
        "Talanoa Canon Group",
        "Family of God Recovery Center",
        "Gambler's Anon",
        "Treatment for individuals, families and friends",
        "We are Family and Friends AA",
        "",
    ],
)
def test_other_names_with_families_or_friends_in_them_change_no_need(name: str) -> None:
    assert needs_of([ALCOHOL_GROUP], [name]) == {Need.ALCOHOL, Need.SUBSTANCE_USE}


@pytest.mark.parametrize(
    ("term", "needs"),
    [
        (Term("local-1", "Families and friends of alcoholism patients"), {Need.CAREGIVING}),
        (Term("local-3", "Family and Friends of Suicide Survivors"), {Need.GRIEF}),
        (
            Term("RX-8450.9999", "Families/Friends of Individuals With an Alcohol Use Disorder"),
            {Need.CAREGIVING},
        ),
        (
            Term("PN-8100.0500-235", "Families/Friends of Individuals With a Drug Use Disorder"),
            {Need.CAREGIVING},
        ),
    ],
)
def test_a_term_for_families_answers_caregiving_unless_they_grieve(term: Term, needs: set[Need]) -> None:
    assert needs_of([term]) == needs


def test_a_name_for_families_alone_makes_no_need_unless_it_is_a_fellowship() -> None:
    assert needs_of([Term("BD-1800", "Food")], ["Family and Friends Kitchen"]) == frozenset()
    assert needs_of([], ["Al-Anon"]) == {Need.CAREGIVING}


def test_what_families_need_themselves_stays() -> None:
    assert needs_of([BEREAVEMENT_GROUP], ["Family and friends circle"]) == {Need.GRIEF}
    assert needs_of([Term("PN-8100.6500-650", "Parenting")], ["Families of inmates"]) == {
        Need.PARENTING,
        Need.CAREGIVING,
    }


@pytest.mark.parametrize(
    ("terms", "name", "expected"),
    [
        ([], "24 hour hotline", True),
        ([], "Homeless Help Line", True),
        ([], "Crisis Text Line", True),
        ([], "Línea de crisis", True),
        ([], "Linea de ayuda", True),
        ([], "Hot\u2011line", True),
        ([], "Domestic Violence Shelter and Hotline", False),
        (
            [Term("RP-1500.1400-200", "Domestic Violence Hotlines")],
            "Domestic Violence Shelter and Hotline",
            True,
        ),
        ([ALCOHOL_GROUP], "Alcohol helpline", True),
        ([Term("RP-1500.1400-800", "Suicide Prevention Hotlines")], "The Trevor Project", True),
        ([Term("RF-8380", "Talklines/Warmlines")], "Parent help", True),
        ([Term("RP-1500.1400-800", "Suicide Prevention Hotlines")], "Trevor Lifeline", True),
        ([Term("RP-1500.1400", "Hotlines"), ALCOHOL_GROUP], "Recovery centre", False),
        ([Term("PX-1800.1500-150", "Helpline Volunteer Opportunities")], "Volunteers", False),
        ([], "Chai Lifeline", False),
        ([], "Lifeline Assistance Program", False),
        ([ALCOHOL_GROUP], "Thin blue line", False),
    ],
)
def test_a_line_that_people_call_at_once_is_a_hotline(terms: list[Term], name: str, expected: bool) -> None:
    assert is_hotline(terms, [name]) is expected


def test_a_term_for_a_line_answers_no_need() -> None:
    line = Term("RP-1500.1400-800", "Suicide Prevention Hotlines")

    assert needs_of([line]) == frozenset()
    assert needs_of([line, ALCOHOL_GROUP]) == {Need.ALCOHOL, Need.SUBSTANCE_USE}


def test_every_need_of_the_vocabulary_can_be_answered_by_some_term() -> None:
    answered = frozenset(need for needs in NEEDS.values() for need in needs)
    by_words = frozenset(need for _, needs in WORDS for need in needs)

    assert answered | by_words == frozenset(Need)


def test_every_rule_is_for_a_whole_taxonomy_code() -> None:
    whole = re.compile(r"[A-Z]{1,2}(-\d{4}(\.\d{4}(-\d{3}(\.\d{2})?)?)?)?")

    assert [code for code in (*NEEDS, *FORMATS, *SUPPORTING) if not whole.fullmatch(code)] == []


def test_a_listing_is_a_group_when_support_groups_are_most_of_what_it_does() -> None:
    group, adults = Term("PN-8100.1000", "Bereavement Support Groups"), Term("YB-0500", "Adults")
    shelter = [group, *(Term(f"BH-1800.{number}500", "Shelter") for number in range(1, 6))]

    assert kind_of([group, adults]) is OfferKind.GROUP
    assert kind_of([group, Term("RP-1400.8000-100", "Bereavement Counseling")]) is OfferKind.GROUP
    assert kind_of(shelter) is OfferKind.SERVICE
    assert kind_of([]) is OfferKind.SERVICE
    assert kind_of([Term("local-7", "Grief support group")]) is OfferKind.GROUP


def test_a_service_that_also_holds_groups_says_so_in_its_formats() -> None:
    terms = [Term("PN-8100", "Support Groups"), Term("RF-3300", "Individual Counseling"), Term("TA-1", "?")]

    assert formats_of(terms) == {Format.GROUP, Format.ONE_TO_ONE}
