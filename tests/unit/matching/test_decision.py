"""What a decision stores, and what may be shown of it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from alongside_contracts.vocabulary import MatchReason
from alongside_matching.engine.decisions.decision import (
    NAMED_MAX,
    Decision,
    Different,
    Reproduced,
    decide,
    rank_again,
    replay,
)
from alongside_matching.engine.decisions.document import from_document, to_document
from alongside_matching.engine.decisions.plain_words import ENGLISH, Sentence, sentences_for_person
from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.ranking import rank
from tests.unit.matching.facts import POLICY, TODAY, a_supporter, an_id, someone
from tests.unit.matching.regions import pools, requests


def decided(pool: list[Offer], request: Request, *, choose: int = 0) -> Decision:
    """Return the decision for the candidate at index `choose`; for no offer when none may be asked."""
    ranking = rank(pool, request, POLICY, TODAY, top=POLICY.ranked_max)
    chosen = ranking.candidates[choose] if ranking.candidates else None
    known = {offer.id: offer for offer in pool}
    return decide(ranking, chosen, known.get)


@given(pools, requests)
def test_a_stored_decision_is_reproduced_to_the_last_bit(pool: list[Offer], request: Request) -> None:
    decision = decided(pool, request)

    stored = json.dumps(to_document(decision))
    read = from_document(json.loads(stored))

    assert read == decision
    assert replay(read, POLICY) == Reproduced()
    assert json.dumps(to_document(read)) == stored


def test_a_decision_stores_the_chosen_offer_even_when_many_scored_better() -> None:
    pool = [a_supporter(id=an_id(number)) for number in range(1, 31)]

    decision = decided(pool, someone(), choose=20)

    assert len(decision.ranked) == NAMED_MAX + 1
    assert decision.chosen == decision.ranked[-1].offer_id
    assert replay(decision, POLICY) == Reproduced()


def test_reasons_have_no_shared_need_where_there_is_none() -> None:
    known = a_supporter(needs=frozenset({"grief"}))

    decision = decided([known], someone({"housing"}, continue_with=known.id))

    assert decision.chosen == known.id
    assert "shared-need" not in decision.reasons


def test_a_replay_detects_a_decision_whose_facts_were_changed() -> None:
    decision = decided([a_supporter(capacity=4)], someone())
    (offer,) = decision.snapshot.offers

    forged = replace(decision, snapshot=replace(decision.snapshot, offers=(replace(offer, taken=1),)))

    assert isinstance(replay(forged, POLICY), Different)


def test_a_decision_is_not_replayed_under_another_policy() -> None:
    decision = decided([a_supporter()], someone())

    with pytest.raises(ValueError, match=POLICY.version):
        replay(decision, replace(POLICY, wake_max=POLICY.wake_max + 1))


def test_another_policy_can_be_tried_on_the_stored_facts() -> None:
    fits, roomy = a_supporter({"grief", "stress"}, capacity=4, taken=3), a_supporter({"grief"}, capacity=4)
    decision = decided([fits, roomy], someone({"grief", "stress"}))
    spread_policy = replace(POLICY, weights=replace(POLICY.weights, free_places=9.0))

    assert decision.chosen == fits.id
    assert rank_again(decision, spread_policy).candidates[0].offer_id == roomy.id


def test_a_decision_is_refused_when_an_offer_was_removed_after_the_ranking() -> None:
    ranking = rank([a_supporter()], someone(), POLICY, TODAY, top=1)

    with pytest.raises(ValueError, match="rank again"):
        decide(ranking, ranking.candidates[0], lambda _offer_id: None)


def test_a_decision_for_no_offer_has_the_exclusions_per_rule() -> None:
    decision = decided([a_supporter(paused=True), a_supporter(capacity=0)], someone())

    assert (decision.chosen, dict(decision.excluded), decision.considered) == (
        None,
        {"paused": 1, "capacity": 1},
        2,
    )


@given(pools, requests)
def test_every_reason_for_staff_has_a_code(pool: list[Offer], request: Request) -> None:
    for reason in decided(pool, request).reasons:
        assert MatchReason(reason)


HISTORY = {"needs": frozenset({"grief", "psychosis", "reentry"}), "interests": frozenset({"music"}),
           "identities": frozenset({"lgbtq"}), "organisations": frozenset({"city-hospital"}),
           "endorsements": frozenset({"forensic"})}  # fmt: skip


@given(pools, requests)
def test_the_person_hears_the_same_whatever_the_supporter_has_lived_through(
    pool: list[Offer], request: Request
) -> None:
    decision = decided(pool, request)
    if decision.candidate is None:
        return
    values = dict(zip(decision.shares, decision.candidate.factors, strict=True))
    private = {"shared_need", "hopes", "interests", "identities", "free_places"}

    turned = tuple(1.0 - value if name in private else value for name, value in values.items())
    other = decision.candidate._replace(factors=turned)
    sentences = sentences_for_person(replace(decision, ranked=(other,), chosen=other.offer_id))

    assert sentences == sentences_for_person(decision)


def test_every_sentence_exists_and_names_no_code() -> None:
    codes = {code for history in HISTORY.values() for code in history}

    assert set(ENGLISH) == set(Sentence)
    assert not any(code in text for text in ENGLISH.values() for code in codes)


def test_a_person_without_a_match_reads_that_the_search_continues() -> None:
    assert sentences_for_person(decided([], someone())) == (Sentence.NOBODY_FREE, Sentence.WE_KEEP_LOOKING)


def test_a_matched_person_reads_what_fits_and_that_they_may_decline() -> None:
    supporter = a_supporter(formats=frozenset({"one-to-one"}), modes=frozenset({"phone"}))

    sentences = sentences_for_person(
        decided([supporter], someone(formats=frozenset({"one-to-one"}), modes=frozenset({"text", "phone"})))
    )

    assert sentences == (
        Sentence.OFFERED, Sentence.SAME_LANGUAGE, Sentence.YOUR_FORMAT, Sentence.YOUR_WAY, Sentence.YOU_MAY_DECLINE,
    )  # fmt: skip
