"""The checker finds a directory that is not what its publishers sent: lost, buried or stale services, and wrong offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alongside_directory import importing
from alongside_lab.faults.directory.packages import UPLOAD_LOST, SentImport
from alongside_lab.faults.evidence.evaluation import check, summary
from alongside_lab.faults.evidence.evidence import Evidence, FindingKind
from tests.unit.faults.healthy import healthy, with_row, without, without_event
from tests.unit.faults.healthy_directory import (
    BEFORE,
    CHANGED,
    LAST,
    OTHER_SOURCE,
    VANISHED_ID,
    WITH_NEED,
    WITHOUT_NEED,
)

Plant = Callable[[Evidence], Evidence]
FIRST_SOURCE = LAST.source
OFFERS_OF_FIRST = f"directory:{FIRST_SOURCE}"


def with_record(evidence: Evidence, service: str, **changes: Any) -> Evidence:
    """The evidence with the record of a service of the first source changed."""
    return with_row(evidence, "directory_services", {"source": FIRST_SOURCE, "source_id": service}, **changes)


def with_offer(evidence: Evidence, service: str, **changes: Any) -> Evidence:
    """The evidence with the offer of a service of the first source changed."""
    return with_row(
        evidence, "directory_offers", {"source": OFFERS_OF_FIRST, "source_id": service}, **changes
    )


def with_heard(evidence: Evidence, service: str, **changes: Any) -> Evidence:
    """The evidence with a listing of the first source changed, as matching heard it."""
    return with_row(evidence, "heard_listings", {"source": FIRST_SOURCE, "source_id": service}, **changes)


def replaced_by_the_other_source(evidence: Evidence) -> Evidence:
    """The second source's import took the first one's services for vanished, and the first's for the second's."""
    services = with_row(evidence, "directory_services", {"source": FIRST_SOURCE}, removed_at="12:09")
    return with_row(
        services, "directory_offers", {"source": OFFERS_OF_FIRST}, withdrawn=True, paused_because="vanished"
    )


def with_an_extra_record(evidence: Evidence, **changes: Any) -> Evidence:
    """The evidence with the first record once more, changed."""
    row = {**evidence.directory_services[0], **changes}
    return replace(evidence, directory_services=(*evidence.directory_services, row))


def not_accepted(evidence: Evidence) -> Evidence:
    """The evidence of a run whose last upload was refused, so that the first package is the last of its source."""
    first, second, _ = evidence.sent_imports
    return replace(evidence, sent_imports=(first, second, SentImport(LAST, None, "422 unknown-region")))


PLANTED: dict[str, tuple[str, Plant]] = {
    "a failed import": (
        "is failed",
        lambda e: with_row(e, "directory_imports", {"id": "import-1"}, state="failed", problem="broken"),
    ),
    "a lost upload that was not sent again": (
        "was lost and not sent again",
        lambda e: with_row(
            e,
            "directory_imports",
            {"id": "import-2"},
            state="failed",
            problem=f"x.zip: {UPLOAD_LOST}. Again.",
        ),
    ),
    "a held import": (
        "is held",
        lambda e: with_row(e, "directory_imports", {"id": "import-2"}, state="held"),
    ),
    "an import that was accepted and lost": (
        "is not stored",
        lambda e: without(e, "directory_imports", id="import-0"),
    ),
    "an upload that was refused": ("was not accepted", not_accepted),
    "a source whose services were replaced by another's": (
        f"{len(LAST.services)} services of its last package not listed",
        replaced_by_the_other_source,
    ),
    "a listed service without a record": (
        "not listed, 0 of them with a tombstone",
        lambda e: without(e, "directory_services", source=FIRST_SOURCE, source_id=WITH_NEED.id),
    ),
    "a vanished service that is still listed": (
        "listed that are not in its last package",
        lambda e: with_record(e, VANISHED_ID, removed_at=None),
    ),
    "a vanished service without a record": (
        "vanished without a tombstone",
        lambda e: without(e, "directory_services", source=FIRST_SOURCE, source_id=VANISHED_ID),
    ),
    "a tombstone of what never vanished": (
        "with a tombstone that never vanished",
        lambda e: with_record(e, WITH_NEED.id, removed_at="12:09"),
    ),
    "a service with two records": ("with several records", with_an_extra_record),
    "a service of no source": (
        "no package is of this source",
        lambda e: with_an_extra_record(e, source=None),
    ),
    "a change that was lost": (
        "listed under an earlier name",
        lambda e: with_record(e, CHANGED.id, name=CHANGED.name.removesuffix(", edition 2")),
    ),
    "a need without an offer": (
        "with a need and without an offer",
        lambda e: without(e, "directory_offers", source=OFFERS_OF_FIRST, source_id=WITH_NEED.id),
    ),
    "an offer twice": (
        "with several offers",
        lambda e: replace(e, directory_offers=(*e.directory_offers, e.directory_offers[0])),
    ),
    "a listed service whose offer is withdrawn": (
        "listed with a withdrawn offer",
        lambda e: with_offer(e, WITH_NEED.id, withdrawn=True, paused_because="vanished"),
    ),
    "a listed service whose offer is paused": (
        "listed with a paused offer",
        lambda e: with_offer(e, WITH_NEED.id, paused_because="not-active"),
    ),
    "a vanished service that is still offered": (
        "vanished without their offer withdrawn",
        lambda e: with_offer(e, VANISHED_ID, withdrawn=False, paused_because=None),
    ),
    "an offer of no service": (
        "that were in no package",
        lambda e: with_offer(e, WITHOUT_NEED.id, source_id="unknown"),
    ),
    "an offer of no source": (
        "no package is of this source",
        lambda e: with_offer(e, WITH_NEED.id, source="directory:us-fl-miami"),
    ),
    "an offer with its earlier name": (
        "with an offer under an earlier name",
        lambda e: with_offer(e, CHANGED.id, name="before"),
    ),
    "an offer with its earlier need": (
        "with an offer for other needs",
        lambda e: with_offer(e, CHANGED.id, needs=["veteran"]),
    ),
    "a listing that matching never heard": (
        "1 listings are not at matching",
        lambda e: without(e, "heard_listings", source=FIRST_SOURCE, source_id=WITH_NEED.id),
    ),
    "a listing that matching heard before its newest state": (
        "are in another state at matching",
        lambda e: with_heard(e, CHANGED.id, sequence=0),
    ),
    "a listing whose withdrawal matching took for another": (
        "are in another state at matching",
        lambda e: with_heard(e, VANISHED_ID, effect="hide"),
    ),
    "a listing that was not announced": (
        "1 listings are not on the stream",
        lambda e: without_event(e, "listing.withdrawn"),
    ),
    "an announced listing that is not stored": (
        "are on the stream and not at the directory",
        lambda e: without(
            without(e, "directory_listings", source=FIRST_SOURCE, source_id=WITH_NEED.id),
            "heard_listings",
            source=FIRST_SOURCE,
            source_id=WITH_NEED.id,
        ),
    ),
}


@pytest.mark.parametrize(("what", "plant"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_of_a_directory_is_found_and_named(what: str, plant: Plant) -> None:
    planted = plant(healthy())
    findings = check(planted)

    assert {finding.promise for finding in findings} == {FindingKind.DIRECTORY}
    assert what in " / ".join(finding.what for finding in findings)
    assert summary(planted, findings)["ok"] is False


def test_a_listing_that_becomes_older_on_its_stream_is_found() -> None:
    evidence = healthy()
    first = next(event for event in evidence.events if event.type == "listing.published")
    later = replace(first.position, offset=first.position.offset + 10_000)
    older = replace(first, id="older", position=later, facts={"listing": {"sequence": 0}})

    findings = check(replace(evidence, events=(*evidence.events, older)))

    assert FindingKind.OUT_OF_ORDER in {finding.promise for finding in findings}


def test_hundreds_of_services_with_one_cause_are_one_finding() -> None:
    findings = check(replaced_by_the_other_source(healthy()))

    assert {finding.subject for finding in findings} == {FIRST_SOURCE}
    assert len(findings) <= 4


def test_a_service_without_a_need_may_have_no_offer() -> None:
    evidence = without(healthy(), "directory_offers", source=OFFERS_OF_FIRST, source_id=WITHOUT_NEED.id)

    assert check(evidence) == ()


def test_an_upload_that_was_stored_twice_breaks_no_promise() -> None:
    again = {"id": "import-again", "state": "done", "attempts": 1, "problem": None}
    evidence = healthy()

    assert check(replace(evidence, directory_imports=(*evidence.directory_imports, again))) == ()


def test_a_lost_upload_that_was_sent_again_breaks_no_promise() -> None:
    lost = {"id": "import-lost", "state": "failed", "attempts": 2, "problem": f"x.zip: {UPLOAD_LOST}. Again."}
    evidence = healthy()

    assert check(replace(evidence, directory_imports=(*evidence.directory_imports, lost))) == ()


def test_the_problem_of_a_lost_upload_is_what_the_directory_says() -> None:
    source = Path(importing.__file__).read_text(encoding="utf-8")

    assert f'"{UPLOAD_LOST}"' in source


def test_the_summary_counts_imports_restarts_and_listed_services() -> None:
    numbers = summary(healthy(), ())

    assert (numbers["imports"], numbers["imports_restarted"], numbers["wrong_directory"]) == (3, 1, 0)
    assert numbers["services_listed"] == len(LAST.services) + len(OTHER_SOURCE.services)
    assert len(LAST.services) == len(BEFORE.services)
