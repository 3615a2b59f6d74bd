"""Intake's event handlers: submissions of partners, ends of referrals, and the timer of held submissions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Handlers, Refusal, Timer, UnreadRecord, dead_letters
from alongside_chassis.errors import Unprocessable
from alongside_chassis.origin import RecordOrigin
from alongside_contracts import streams
from alongside_contracts.intake import PersonErased, SubmissionReceived
from alongside_contracts.partner import ConsentStated, Problem, SubmissionWithdrawalRequested
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import TERMINAL, ProblemCode
from alongside_intake import announcements, store
from alongside_intake.danger.hearing import DangerHearing, ReportedDanger, record_id
from alongside_intake.domain.facts import CurrentSubmission
from alongside_intake.partners.answers import answer_partners
from alongside_intake.partners.summarising import summarise_partners
from alongside_intake.people import store as people_store
from alongside_intake.people.erasure import (
    ERASURE_EXPIRY,
    KEPT_FOR,
    Erasure,
    NamedBy,
    SentReference,
    erased_problem,
)
from alongside_intake.submissions import store as submissions_store
from alongside_intake.submissions.record import ReceivedSubmission, identity_of
from alongside_intake.submissions.service import HELD_OVERDUE, SubmissionService, announce_decision
from alongside_intake.submissions.statements import Statements


def intake_handlers(submissions: SubmissionService, erasure: Erasure) -> Handlers:
    """Return the handlers of everything intake hears."""
    handlers, statements = Handlers(), Statements(submissions)

    @handlers.on_batch(SubmissionReceived)
    async def receive(events: Sequence[SubmissionReceived], tx: Tx) -> None:
        received = await _with_senders(events, submissions.danger, tx)
        if kept := await _drop_erased(list(zip(events, received, strict=True)), erasure, tx):
            decisions = await submissions.receive([each for _, each in kept], tx)
            for (event, _), decided in zip(kept, decisions, strict=True):
                tx.caused_by(event)
                announce_decision(decided, tx)

    @handlers.on_batch(ReferralStatusChanged)
    async def close_ended_referrals(events: Sequence[ReferralStatusChanged], tx: Tx) -> None:
        await submissions_store.close_referrals(
            tx, [event.referral_id for event in events if event.status in TERMINAL]
        )

    @handlers.on(ReferralSucceeded)
    async def follow_successor(event: ReferralSucceeded, tx: Tx) -> None:
        await statements.follow_successor(event, tx)

    @handlers.on_timer(HELD_OVERDUE)
    async def assign_coordinator_when_overdue(timer: Timer, tx: Tx) -> None:
        await submissions.assign_coordinator(UUID(timer.key), tx)

    @handlers.on_timer_failed(HELD_OVERDUE)
    async def assign_coordinator_after_failure(timer: Timer, again_at: datetime, tx: Tx) -> None:
        await store.assign_coordinator(tx, UUID(timer.key), again_at)

    _hear_statements(handlers, statements, erasure)
    _hear_dangers(handlers, submissions.danger, erasure)
    answer_partners(handlers, erasure)
    summarise_partners(handlers)
    _keep_erased(handlers, erasure)
    return handlers


def _hear_statements(handlers: Handlers, statements: Statements, erasure: Erasure) -> None:
    """Register the handlers of what partners state about submissions that they sent before."""

    @handlers.on(ConsentStated)
    async def state_consent(event: ConsentStated, tx: Tx) -> None:
        current = await _stated_about(event.reference, erasure, tx)
        if current is None:
            return
        if current.content is None:
            raise _unknown_reference()
        await statements.state_consent(current.submission_id, event.consent, tx, cause=tx.cause)

    @handlers.on(SubmissionWithdrawalRequested)
    async def withdraw(event: SubmissionWithdrawalRequested, tx: Tx) -> None:
        current = await _stated_about(event.reference, erasure, tx)
        if current is not None:
            await statements.withdraw(current.submission_id, event.reason, tx)


async def _drop_erased(
    submitted: Sequence[tuple[SubmissionReceived, ReceivedSubmission]],
    erasure: Erasure,
    tx: Tx,
) -> list[tuple[SubmissionReceived, ReceivedSubmission]]:
    """Answer the submissions that were sent before their people were erased, and return the others."""
    sent = []
    for event, received in submitted:
        tx.caused_by(event)
        assert tx.record is not None  # noqa: S101  (an event handler always has its record)
        sent.append(SentReference.proving(received, tx.record))
    kept = []
    for each, reference, is_erased in zip(submitted, sent, await erasure.sent_before(tx, sent), strict=True):
        if is_erased and reference is not None:
            tx.caused_by(each[0])
            _answer_erased(tx, reference.named_by, each[0].reference)
        else:
            kept.append(each)
    return kept


def _answer_erased(tx: Tx, named_by: NamedBy, reference: str) -> None:
    assert tx.record is not None  # noqa: S101  (an event handler always has its record)
    answer = announcements.refused_as_erased(_partner_of(tx), erased_problem(named_by), tx.record, reference)
    tx.announce(answer, partner=_partner_of(tx))


async def _stated_about(reference: str, erasure: Erasure, tx: Tx) -> CurrentSubmission | None:
    """Return the submission that a partner's record is about; None, and the answer, if its person was erased since.

    Raises Unprocessable for an unknown sender or reference.
    """
    assert tx.record is not None  # noqa: S101  (an event handler always has its record)
    registered = await people_store.registered_partners(tx.conn, {_partner_of(tx)})
    partner = _verified_sender(tx.record, registered)
    if any(await erasure.sent_before(tx, [SentReference.of_submission(reference, tx.record)])):
        _answer_erased(tx, NamedBy.SUBMISSION, reference)
        return None
    current = await submissions_store.find_current(tx.conn, (partner, reference))
    if current is None:
        raise _unknown_reference()
    return current


def _partner_of(tx: Tx) -> str:
    assert tx.record is not None  # noqa: S101  (an event handler always has its record)
    return str(tx.record.partner)


def _unknown_reference() -> Unprocessable:
    return Unprocessable(
        ProblemCode.UNKNOWN_REFERENCE, "reference", "send the submission first, or correct the reference"
    )


def _keep_erased(handlers: Handlers, erasure: Erasure) -> None:
    """Register the handlers of erasures: one that a restored backup forgot is repeated, and an old one expires."""

    @handlers.on(PersonErased)
    async def erase_again(event: PersonErased, tx: Tx) -> None:
        await erasure.erase_again(tx, event)

    @handlers.on_timer(ERASURE_EXPIRY)
    async def purge_erasures(timer: Timer, tx: Tx) -> None:
        await people_store.purge_erasures(tx, timer.due_at - KEPT_FOR)


def _hear_dangers(handlers: Handlers, danger: DangerHearing, erasure: Erasure) -> None:
    """Register the handlers that escalate a danger in a refused record, and in one that waits on a paused stream.

    A record from before the erasure of its person says nothing any more, and none of it is kept.
    """

    @handlers.on_dead_lettered(streams.PARTNER_REFERRALS)
    async def hear_refused_record(refused: Refusal, tx: Tx) -> None:
        if await erasure.record_sent_before(tx, refused.origin, refused.value):
            await dead_letters.erase_at(tx.conn, *refused.origin[:3], at=tx.now)
            return
        await _hear(refused.origin, refused.value, danger, tx, problem=refused.problem)

    @handlers.on_unread(streams.PARTNER_REFERRALS)
    async def hear_unread_record(unread: UnreadRecord, tx: Tx) -> None:
        if await erasure.record_sent_before(tx, unread.origin, unread.value):
            return
        await _hear(unread.origin, unread.value, danger, tx, unread=unread)


async def _hear(
    origin: RecordOrigin,
    value: bytes | None,
    danger: DangerHearing,
    tx: Tx,
    *,
    problem: Problem | None = None,
    unread: UnreadRecord | None = None,
) -> None:
    found = await danger.read(value or b"")
    if found is None or value is None or origin.partner is None:
        return
    reported = ReportedDanger(
        found,
        value,
        partner=origin.partner,
        is_registered=await people_store.is_registered(tx.conn, origin.partner),
        problem=problem,
        unread=unread,
        record_id=record_id(origin, value),
        cause=origin.event_id,
    )
    await danger.hear(reported, tx)


async def _with_senders(
    events: Sequence[SubmissionReceived], danger: DangerHearing, tx: Tx
) -> list[ReceivedSubmission]:
    """Return the submissions, each with its sender. Raises Unprocessable as `_verified_sender` does."""
    origins = []
    for event in events:
        tx.caused_by(event)
        assert tx.record is not None  # noqa: S101  (an event handler always has its record)
        origins.append(tx.record)
    registered = await people_store.registered_partners(tx.conn, {str(origin.partner) for origin in origins})
    senders = [_verified_sender(origin, registered) for origin in origins]
    return [
        ReceivedSubmission(
            event,
            identity_of(event, sender, danger.policies.codes),
            sender,
            tx.cause_of(event),
            said_more=await danger.read_more(tx.value_of(event), event),
            record_id=record_id(origin, tx.value_of(event)),
            not_before=registered[sender],
        )
        for event, origin, sender in zip(events, origins, senders, strict=True)
    ]


def _verified_sender(origin: RecordOrigin, registered: Collection[str]) -> str:
    """Return the partner whose topic the record lies on. Raises Unprocessable when unregistered, or for a forged source.

    Only the topic's partner can write there (the broker's access list), so the topic is the identity and the
    CloudEvents source must agree with it.
    """
    partner = origin.partner
    if partner is None or partner not in registered:
        raise Unprocessable(
            ProblemCode.UNKNOWN_PARTNER, "topic", "ask the network to register this partner, then send again"
        )
    if origin.source != f"urn:alongside:partner:{partner}":
        raise Unprocessable(
            ProblemCode.FORGED_SOURCE, "source", "send urn:alongside:partner:<your partner id> as the source"
        )
    return partner
