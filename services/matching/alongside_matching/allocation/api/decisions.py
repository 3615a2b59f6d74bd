"""Decisions: why an offer was chosen or none, the same decision replayed, and the effect of another policy.

For staff, except the plain version, which is for the person.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.http import PAGE_MAX, APIRouter, Page, Read, decode_id_cursor, encode_cursor
from alongside_contracts.ids import RegionId
from alongside_matching.allocation import decision_replay
from alongside_matching.allocation.api import refusals
from alongside_matching.allocation.decision_replay import UNSEEN, NotReplayable
from alongside_matching.allocation.store import decisions
from alongside_matching.allocation.store.decisions import StoredDecision
from alongside_matching.context import MatchingContext
from alongside_matching.engine.decisions.decision import Decision, Different, Reproduced
from alongside_matching.engine.decisions.plain_words import ENGLISH, Sentence, sentences_for_person
from alongside_matching.engine.ranking import Candidate
from alongside_matching.policy_file import PolicyFileError, parse_policies

TRIED_MAX = 2_000
MOVED_MAX = 200


class FactorView(BaseModel):
    """The contribution of one factor to a score: its value, 0 to 1, times its share of the weights that count."""

    factor: str
    value: float
    share: float
    contribution: float


class CandidateView(BaseModel):
    """An offer that could be asked, and the factors that give its rank."""

    offer_id: UUID
    kind: str
    score: float
    places: int | None
    """Free places at that moment; null when the offer is open to everyone."""
    factors: tuple[FactorView, ...]


class DecisionView(BaseModel):
    """The chosen offer (null for none), the ranking, best first, and how many offers each hard rule excluded."""

    id: UUID
    referral_id: UUID
    region: str
    decided_at: datetime
    policy_version: str
    chosen: UUID | None
    proposal_id: UUID | None
    reasons: tuple[str, ...]
    considered: int
    eligible: int
    excluded: dict[str, int]
    meanwhile: dict[str, Any] | None
    """For a waiting referral: an interim offer open to everyone, or how many each protecting rule excluded."""
    ranking: tuple[CandidateView, ...]


class PlainView(BaseModel):
    """A decision in words for the person; nothing in it depends on what a supporter has lived through."""

    referral_id: UUID
    codes: tuple[Sentence, ...]
    sentences: tuple[str, ...]


class ReplayView(BaseModel):
    """Whether a replayed decision is the same to the last bit."""

    id: UUID
    outcome: str
    why: str | None = None


class TrialForm(BaseModel):
    """A policy document in the shape of the policy file, and the past referrals to try it on."""

    model_config = ConfigDict(extra="forbid")

    policies: dict[str, Any]
    region: RegionId | None = None
    last: int = Field(default=500, ge=1, le=TRIED_MAX)


class MovedView(BaseModel):
    """A referral's offer under the present policy (`now`) and under the proposed one (`then`); null is no offer."""

    referral_id: UUID
    now: UUID | None
    then: UUID | None


class TrialView(BaseModel):
    """The present policy and the proposed one, applied to the same past referrals."""

    tried: int
    whole: int
    """How many decisions named every offer that could be asked, so that the trial compares all of these offers."""
    moved: int
    present: dict[str, float]
    proposed: dict[str, float]
    examples: tuple[MovedView, ...]
    unseen: tuple[str, ...] = UNSEEN
    """What the trial cannot see, in sentences."""


class DecisionFilter(BaseModel):
    """Filter for listing decisions."""

    model_config = ConfigDict(extra="forbid")

    referral_id: UUID | None = None
    region: RegionId | None = None
    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=PAGE_MAX)


def router(context: MatchingContext) -> APIRouter:
    """Return the routes below `/decisions`."""
    routes = APIRouter(prefix="/decisions", tags=["decisions"])
    _add_trying(routes, context)
    _add_reading(routes)
    return routes


def _add_reading(routes: APIRouter) -> None:
    @routes.get("")
    async def list_decisions(read: Read, wanted: Annotated[DecisionFilter, Query()]) -> Page[DecisionView]:
        """List decisions, newest first."""
        page = await decisions.page(
            read.conn,
            before=decode_id_cursor(wanted.cursor),
            referral_id=wanted.referral_id,
            region=wanted.region,
            limit=wanted.limit,
        )
        cursor = encode_cursor(str(page[-1].id)) if len(page) == wanted.limit else None
        return Page(items=[_view(stored) for stored in page], next_cursor=cursor)

    @routes.get("/plain/{referral_id}")
    async def get_plain_decision(referral_id: UUID, read: Read) -> PlainView:
        """Return the newest decision about a referral, in words for the person it is about."""
        newest = await decisions.page(read.conn, referral_id=referral_id, limit=1)
        if not newest:
            raise refusals.no_decision(referral_id)
        codes = sentences_for_person(newest[0].decision)
        return PlainView(
            referral_id=referral_id, codes=codes, sentences=tuple(ENGLISH[code] for code in codes)
        )

    @routes.get("/{decision_id:uuid}")
    async def get_decision(decision_id: UUID, read: Read) -> DecisionView:
        """Return one decision."""
        return _view(await _load(read, decision_id))

    @routes.get("/{decision_id}/replay")
    async def replay_decision(decision_id: UUID, read: Read) -> ReplayView:
        """Decide again from what was stored, under the policy the decision was made with."""
        stored = await _load(read, decision_id)
        return _replay_view(decision_id, await decision_replay.replay_decision(read.conn, stored))


def _add_trying(routes: APIRouter, context: MatchingContext) -> None:
    @routes.post("/try")
    async def try_policy(form: TrialForm, read: Read) -> TrialView:
        """Compare another policy with the present one on past referrals. Nothing is changed."""
        try:
            proposed = parse_policies(form.policies)
        except PolicyFileError as error:
            raise refusals.bad_policy(str(error)) from error
        past = await decisions.page_packed(read.conn, region=form.region, limit=form.last)
        trial = await asyncio.to_thread(decision_replay.compare_policies, past, context.policies, proposed)
        return TrialView(
            tried=trial.tried,
            whole=trial.whole,
            moved=len(trial.moved),
            present=dict(decision_replay.summary(trial.present, trial)),
            proposed=dict(decision_replay.summary(trial.proposed, trial)),
            examples=tuple(
                MovedView(referral_id=changed.referral_id, now=changed.now, then=changed.then)
                for changed in trial.moved[:MOVED_MAX]
            ),
        )


async def _load(read: Read, decision_id: UUID) -> StoredDecision:
    stored = await decisions.load(read.conn, decision_id)
    if stored is None:
        raise refusals.no_decision(decision_id)
    return stored


def _view(stored: StoredDecision) -> DecisionView:
    decision = stored.decision
    return DecisionView(
        id=stored.id,
        referral_id=stored.referral_id,
        region=stored.region,
        decided_at=stored.decided_at,
        policy_version=decision.policy_version,
        chosen=decision.chosen,
        proposal_id=stored.proposal_id,
        reasons=decision.reasons,
        considered=decision.considered,
        eligible=decision.eligible,
        excluded=_sorted(decision.excluded),
        meanwhile=None if stored.interim is None else dict(stored.interim),
        ranking=tuple(_candidate(decision, candidate) for candidate in decision.ranked),
    )


def _replay_view(decision_id: UUID, result: Reproduced | Different | NotReplayable) -> ReplayView:
    match result:
        case Reproduced():
            return ReplayView(id=decision_id, outcome="reproduced")
        case Different():
            why = "the ranking differs from the stored one"
            return ReplayView(id=decision_id, outcome="different", why=why)
        case NotReplayable(why=why):
            return ReplayView(id=decision_id, outcome="unrepeatable", why=why)


def _candidate(decision: Decision, candidate: Candidate) -> CandidateView:
    return CandidateView(
        offer_id=candidate.offer_id,
        kind=candidate.kind,
        score=candidate.score,
        places=candidate.places,
        factors=tuple(
            FactorView(factor=line.factor, value=line.value, share=line.share, contribution=line.contribution)
            for line in decision.explained(candidate)
        ),
    )


def _sorted(excluded: Mapping[str, int]) -> dict[str, int]:
    """Sort rules by how many offers they excluded, most first."""
    return dict(sorted(excluded.items(), key=lambda item: (-item[1], item[0])))
