"""Submissions, regions and prior records to decide about, in as few words as a test needs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from alongside_contracts.codes import load_codes
from alongside_intake.domain.decide import Decision, decide
from alongside_intake.domain.facts import (
    ConsentRecord,
    CrisisResource,
    CurrentSubmission,
    Facts,
    OpenReferral,
    Policies,
    PriorRecords,
    RegionPolicy,
    State,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRST, REFERRAL = UUID(int=1), UUID(int=2)

CONSENT = ConsentRecord(given=True, categories=frozenset({"needs", "contact"}))
PART_2_CONSENT = replace(
    CONSENT, categories=CONSENT.categories | {"substance-use"}, signed_at=NOW - timedelta(days=1)
)
EXPIRED_CONSENT = replace(CONSENT, expires_at=NOW - timedelta(seconds=1))
REFUSED_CONSENT = ConsentRecord(given=False)

SUBMISSION = Facts(
    region="us-fl-miami",
    needs=frozenset({"grief"}),
    setting="hospital",
    postal_code="33130",
    age_band="26-64",
    consent=CONSENT,
)

MIAMI = RegionPolicy(
    id="us-fl-miami",
    name="Miami-Dade",
    postal_prefixes=("330", "331"),
    age_bands=frozenset({"13-17", "18-25", "26-64", "65-plus"}),
    comfort_sharing_min=2,
    comfort_listening_min=3,
    escalation_minutes_max=15,
    held_days_max=7,
    crisis_resources=(CrisisResource("crisis", "Lifeline", "988"),),
)
ELSEWHERE = replace(MIAMI, id="elsewhere", postal_prefixes=(), escalation_minutes_max=5)
CODES = load_codes()
POLICIES = Policies(regions={"us-fl-miami": MIAMI}, elsewhere=ELSEWHERE, codes=CODES)
NEWCOMER = PriorRecords()


def decide_submission(
    submission: Facts, prior: PriorRecords = NEWCOMER, *, cleared: bool = False
) -> Decision:
    """Decide with the test's region and clock."""
    return decide(submission, POLICIES, prior, NOW, cleared=cleared)


def prior_decision(state: State, *, referral: UUID | None = None) -> PriorRecords:
    """Return the records of an earlier submission with the same reference."""
    return PriorRecords(current=CurrentSubmission(FIRST, state, referral))


def prior_referral(*needs: str) -> PriorRecords:
    """Return the records of an open referral of the same person."""
    return PriorRecords(open_referrals=(OpenReferral(REFERRAL, FIRST, frozenset(needs)),))
