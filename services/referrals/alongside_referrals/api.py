"""HTTP API: commands of the parties, and reads of referrals. Parse, call, answer; no rules."""

from typing import Annotated, Final
from uuid import UUID

import asyncpg
from fastapi import Path, Query, Response

from alongside_chassis.announce import Tx
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import (
    PAGE_MAX,
    APIRouter,
    Command,
    Page,
    Read,
    cursor_number,
    decode_cursor,
    decode_id_cursor,
    encode_cursor,
    refuses_with,
)
from alongside_referrals import store
from alongside_referrals.domain import commands
from alongside_referrals.domain.decisions import Refusal, Refused, Stale, TimelineOnly, Transitioned
from alongside_referrals.domain.machine import decide
from alongside_referrals.domain.policy import Policies
from alongside_referrals.recording import record
from alongside_referrals.views import (
    CommandForm,
    CompleteForm,
    ContactAttemptForm,
    EntryView,
    FailForm,
    FeedbackForm,
    ReasonForm,
    ReferralsQuery,
    ReferralView,
    RejectForm,
    entry_view,
    referral_view,
)

FORBIDDEN, CONFLICT, UNPROCESSABLE = 403, 409, 422
HTTP_STATUS: Final = {
    Refusal.ACTOR_NOT_ALLOWED: FORBIDDEN,
    Refusal.REFERRAL_ENDED: CONFLICT,
    Refusal.WRONG_STATUS: CONFLICT,
    Refusal.NOBODY_ASKED: CONFLICT,
    Refusal.CONSENT_REVOKED: CONFLICT,
    Refusal.NOTHING_TO_REVIEW: CONFLICT,
}
_REFUSED: Final = refuses_with(FORBIDDEN, CONFLICT)
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
ReferralPath = Annotated[UUID, Path(description="The referral's id.")]


def router(policies: Policies) -> APIRouter:
    """Return every route of the service."""
    routes = APIRouter(prefix="/referrals", tags=["referrals"])
    _add_steps(routes, policies)
    _add_reports(routes, policies)
    _add_endings(routes, policies)
    _add_reads(routes)
    return routes


def _add_steps(routes: APIRouter, policies: Policies) -> None:
    """Add the commands with which an open referral begins, pauses and goes on."""

    @routes.post("/{referral_id}/start", response_model=ReferralView, responses=_REFUSED)
    async def start_referral(referral_id: ReferralPath, form: CommandForm, command: Command) -> Response:
        """Record that target and person have met."""
        action = commands.Start(actor=form.actor, note=form.note)
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/hold", response_model=ReferralView, responses=_REFUSED)
    async def hold_referral(referral_id: ReferralPath, form: ReasonForm, command: Command) -> Response:
        """Pause the referral, for a reason."""
        action = commands.Hold(actor=form.actor, reason=form.reason, note=form.note)
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/resume", response_model=ReferralView, responses=_REFUSED)
    async def resume_referral(referral_id: ReferralPath, form: CommandForm, command: Command) -> Response:
        """Continue after a pause."""
        action = commands.Resume(actor=form.actor, note=form.note)
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/review", response_model=ReferralView, responses=_REFUSED)
    async def review_referral(referral_id: ReferralPath, form: CommandForm, command: Command) -> Response:
        """Record that the coordinator reviewed what changed; the referral goes on as before."""
        action = commands.Review(actor=form.actor, note=form.note)
        return await _carry_out(command, referral_id, form, action, policies)


def _add_reports(routes: APIRouter, policies: Policies) -> None:
    """Add the commands that report how an open referral goes."""

    @routes.post("/{referral_id}/contact-attempts", response_model=ReferralView, responses=_REFUSED)
    async def record_contact_attempt(
        referral_id: ReferralPath, form: ContactAttemptForm, command: Command
    ) -> Response:
        """Record that the target tried to reach the person, and whether it did."""
        action = commands.RecordContact(actor=form.actor, note=form.note, reached=form.reached)
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/interim-notes", response_model=ReferralView, responses=_REFUSED)
    async def add_interim_note(referral_id: ReferralPath, form: CommandForm, command: Command) -> Response:
        """Report that support continues, though there is no outcome yet."""
        action = commands.NoteInterim(actor=form.actor, note=form.note)
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/feedback", response_model=ReferralView, responses=_REFUSED)
    async def give_feedback(referral_id: ReferralPath, form: FeedbackForm, command: Command) -> Response:
        """Report whether person and offer fit each other; with `rematch`, the person continues with another offer."""
        kind = commands.AskRematch if form.rematch else commands.GiveFeedback
        action = kind(actor=form.actor, note=form.note, fit=form.fit, meetings=form.meetings)
        return await _carry_out(command, referral_id, form, action, policies)


def _add_endings(routes: APIRouter, policies: Policies) -> None:
    """Add the commands that end the referral."""

    @routes.post("/{referral_id}/reject", response_model=ReferralView, responses=_REFUSED)
    async def reject_referral(referral_id: ReferralPath, form: RejectForm, command: Command) -> Response:
        """Reject as the target; the person returns to matching unless the reason excludes it."""
        action = commands.Reject(
            actor=form.actor, reason=form.reason, note=form.note, return_to_matching=form.return_to_matching
        )
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/cancel", response_model=ReferralView, responses=_REFUSED)
    async def cancel_referral(referral_id: ReferralPath, form: ReasonForm, command: Command) -> Response:
        """Cancel; either side may. When the target cancels, the person returns to matching if the reason allows it."""
        action = commands.Cancel(actor=form.actor, reason=form.reason, note=form.note)
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/complete", response_model=ReferralView, responses=_REFUSED)
    async def complete_referral(referral_id: ReferralPath, form: CompleteForm, command: Command) -> Response:
        """Complete the referral, with its outcome."""
        action = commands.Complete(actor=form.actor, note=form.note, outcome=form.outcome)
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/fail", response_model=ReferralView, responses=_REFUSED)
    async def fail_referral(referral_id: ReferralPath, form: FailForm, command: Command) -> Response:
        """End the referral without success; `return_to_matching` asks for another offer."""
        action = commands.Fail(
            actor=form.actor, reason=form.reason, note=form.note, return_to_matching=form.return_to_matching
        )
        return await _carry_out(command, referral_id, form, action, policies)

    @routes.post("/{referral_id}/withdraw-as-error", response_model=ReferralView, responses=_REFUSED)
    async def withdraw_referral_as_error(
        referral_id: ReferralPath, form: ReasonForm, command: Command
    ) -> Response:
        """Mark the referral as entered in error."""
        action = commands.WithdrawAsError(actor=form.actor, reason=form.reason, note=form.note)
        return await _carry_out(command, referral_id, form, action, policies)


def _add_reads(routes: APIRouter) -> None:
    @routes.get("")
    async def list_referrals(read: Read, query: Annotated[ReferralsQuery, Query()]) -> Page[ReferralView]:
        """List referrals, newest first. `overdue` selects referrals that missed a due time since their last transition."""
        now = read.runtime.clock.now()
        before = decode_id_cursor(query.cursor)
        listed = await store.list_referrals(read.conn, query.as_filter(now), before=before, limit=query.limit)
        next_cursor = encode_cursor(str(listed[-1].referral.id)) if len(listed) == query.limit else None
        return Page(items=[referral_view(referral, now) for referral in listed], next_cursor=next_cursor)

    @routes.get("/{referral_id}")
    async def get_referral(referral_id: ReferralPath, read: Read) -> ReferralView:
        """Show a referral, with the four parts of its loop."""
        return referral_view(await _load(read.conn, referral_id), read.runtime.clock.now())

    @routes.get("/{referral_id}/timeline")
    async def list_timeline(
        referral_id: ReferralPath, read: Read, cursor: str | None = None, limit: Limit = 100
    ) -> Page[EntryView]:
        """List the timeline, oldest entry first. Notes are stored and never shown."""
        await _load(read.conn, referral_id)
        last = decode_cursor(cursor, cursor_number)
        after = last[0] if last else 0
        entries = await store.list_timeline(read.conn, referral_id, after=after, limit=limit)
        next_cursor = encode_cursor(str(entries[-1].entry)) if len(entries) == limit else None
        return Page(items=[entry_view(entry) for entry in entries], next_cursor=next_cursor)


async def _carry_out(
    command: Command, referral_id: UUID, form: CommandForm, action: commands.Action, policies: Policies
) -> Response:
    """Run a command: 1 lock; 2 decide; 3 record; 4 answer with the new state. After an HttpProblem nothing changed."""

    async def work(tx: Tx) -> ReferralView:
        referral = (await store.lock_referrals(tx.conn, [referral_id])).get(referral_id)  # 1
        if referral is None:
            raise _not_found()
        if form.expected_sequence not in (None, referral.sequence):
            raise _sequence_conflict(referral.sequence)
        match decide(referral, action, tx.now, policies.of(referral.region)):  # 2
            case Refused() as refused:
                raise _refused(refused)
            case Stale():
                raise _sequence_conflict(referral.sequence)
            case Transitioned() | TimelineOnly() as change:
                await record(tx, change, policies)  # 3
        return referral_view(await _load(tx.conn, referral_id), tx.now)  # 4

    return await command.run(work)


async def _load(conn: asyncpg.Connection, referral_id: UUID) -> store.StoredReferral:
    referral = await store.find_referral(conn, referral_id)
    if referral is None:
        raise _not_found()
    return referral


def _not_found() -> HttpProblem:
    return HttpProblem(
        status=404,
        code="referral-not-found",
        title="No referral has this id",
        remedy="Find it with GET /referrals by partner and reference; it exists once its submission is admitted.",
        field="referral_id",
    )


def _sequence_conflict(sequence: int) -> HttpProblem:
    return HttpProblem(
        status=CONFLICT,
        code="referral-moved",
        title="The referral has changed since you read it",
        detail=f"It is at sequence {sequence} now.",
        remedy=f"Read it again. If the command still applies, repeat it with expected_sequence {sequence}.",
        field="expected_sequence",
    )


def _refused(refused: Refused) -> HttpProblem:
    return HttpProblem(
        status=HTTP_STATUS.get(refused.code, UNPROCESSABLE),
        code=refused.code.value,
        title="The command was refused; the referral is unchanged",
        detail=_sentence(refused.detail),
        remedy=_sentence(refused.remedy),
        field=refused.field,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
