"""An ended referral is not reopened; a successor replaces it."""

from dataclasses import replace
from uuid import UUID

from alongside_contracts.vocabulary import Actor, Reason, Status
from alongside_referrals.domain.commands import Reject, Request
from alongside_referrals.domain.reopen import successor_of
from tests.unit.referrals.facts import ASKED, OFFER, OTHER_OFFER, transitioned


def test_a_successor_starts_again_for_the_same_person() -> None:
    rejected = transitioned(ASKED, Reject(actor=Actor.TARGET, reason=Reason.NO_CAPACITY)).referral

    successor = transitioned(successor_of(rejected, UUID(int=77)), Request(actor=Actor.COORDINATOR)).referral

    assert (successor.replaces, successor.person_id, successor.reference) == (
        ASKED.id,
        ASKED.person_id,
        "ref-1",
    )
    assert (successor.status, successor.sequence, successor.attempt) == (Status.REQUESTED, 1, 0)


def test_a_successor_excludes_the_offers_tried_before() -> None:
    tried = replace(ASKED, excluded_offers=(OTHER_OFFER,))
    rejected = transitioned(tried, Reject(actor=Actor.TARGET, reason=Reason.NO_CAPACITY)).referral

    assert successor_of(rejected, UUID(int=77)).excluded_offers == (OTHER_OFFER, OFFER)
