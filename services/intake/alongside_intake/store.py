"""SQL statements about submissions and open referrals, one function per question.

A transaction that decides about a person holds the lock of the person's row: `lock_people` and `lock_submission` take
it until the transaction ends, so that two submissions of one person, over Kafka or HTTP, are decided one after the other.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from alongside_chassis.announce import Tx
from alongside_contracts.codes import Codes
from alongside_contracts.codes.fields import AS_STORED
from alongside_contracts.ids import PersonId, SubmissionId, new_id
from alongside_contracts.intake import Submission
from alongside_intake.domain.decide import NextActor
from alongside_intake.domain.facts import (
    SELF,
    CurrentSubmission,
    OpenEscalation,
    OpenReferral,
    State,
    UnreadDanger,
)
from alongside_intake.submissions.batch_state import BatchState, DecidedSubmission
from alongside_intake.submissions.record import (
    ExternalRef,
    ReceivedSubmission,
    RunningRequest,
    StoredSubmission,
    SubmissionKey,
    SubmissionRecord,
    identity_of,
    submission_key,
)
from alongside_intake.submissions.rows import NEW, decision_values, row_of

PAGE_ROWS_MAX: Final = 200
_MAX_ID: Final = UUID(int=2**128 - 1)
"""Above every id: the first page starts below it."""


async def lock_people(tx: Tx, people: Collection[ExternalRef]) -> dict[ExternalRef, PersonId]:
    """Return the people with these references, created where missing, and lock them in the order of the references."""
    ordered = sorted(people)
    ids, namespaces, references = [new_id() for _ in ordered], *zip(*ordered, strict=True)
    rows = await tx.conn.fetch(_LOCK_PEOPLE, ids, namespaces, references, tx.now)
    return {(row["namespace"], row["reference"]): PersonId(row["id"]) for row in rows}


async def lock_references(tx: Tx, refs: Collection[ExternalRef]) -> None:
    """Lock the references of submissions in one order, whether they were used before or not.

    Takes one advisory lock each, so a batch may hold as many as it has records: a reason why `batch_records_max` is
    bounded.
    """
    await tx.conn.execute(_LOCK_REFERENCES, [f"{source} {reference}" for source, reference in refs])


async def load_batch_state(tx: Tx, submissions: Sequence[SubmissionRecord]) -> BatchState:
    """Load the stored records of the references and people of these submissions, and of the records they came in."""
    asked = zip(*{submission.key for submission in submissions}, strict=True)
    records = {submission.received.record_id for submission in submissions} - {None}
    current: dict[SubmissionKey, CurrentSubmission] = {}
    escalations: dict[SubmissionKey, tuple[OpenEscalation, ...]] = {}
    unread: dict[UUID | SubmissionKey, UnreadDanger] = {}
    latest: dict[UUID | SubmissionKey, datetime] = {}
    for row in await tx.conn.fetch(_PRIOR_SUBMISSIONS, *asked, list(records)):
        key, id_ = submission_key((row["source"], row["reference"]), row["person_id"]), row["id"]
        risks = frozenset(row["risks"])
        name = row["record_id"] if row["is_of_record"] else key
        latest[name] = max(row["at"], latest.get(name, row["at"]))
        if row["is_current"]:
            content = as_stored(row["facts"]) if row["is_read"] and row["facts"] else None
            current[key] = CurrentSubmission(id_, State(row["state"]), row["referral_id"], content)
        if row["state"] == State.ESCALATED and not row["is_of_record"]:
            escalations[key] = (*escalations.get(key, ()), OpenEscalation(id_, risks))
        if not row["is_read"]:
            danger = UnreadDanger(id_, risks, cleared=row["cleared_at"] is not None)
            unread |= {row["record_id"]: danger} if row["is_of_record"] else {}
            unread |= {key: danger} if row["is_current"] and not danger.cleared else {}
    people = {submission.person_id for submission in submissions}
    open_referrals, latest_of_people = await _open_referrals(tx, people)
    return BatchState(current, escalations, open_referrals, unread, latest | latest_of_people)


async def record(tx: Tx, decided: Sequence[DecidedSubmission]) -> None:
    """Store new submissions with their decisions; one of them may supersede another.

    1 mark earlier submissions as superseded; 2 insert the submissions, or complete the rows of dangers heard before they
    were read; 3 insert the referrals that begin.
    """
    replacement_of = {item.supersedes: item.submission.id for item in decided if item.supersedes is not None}
    earlier = replacement_of.keys() - {item.submission.id for item in decided}
    if earlier:
        await tx.conn.execute(_SUPERSEDE, list(earlier), [replacement_of[id_] for id_ in earlier])  # 1
    rows = [
        row_of(item, superseded_by=replacement_of.get(item.submission.id))
        for item in decided
        if item.submission.reads is None
    ]
    await tx.conn.execute(_INSERT_SUBMISSIONS, *NEW.arrays(rows), tx.now)  # 2
    for item in decided:
        if item.submission.reads is not None:
            await _read_late(tx, item)
    await _insert_open_referrals(tx, decided)  # 3


async def _read_late(tx: Tx, decided: DecidedSubmission) -> None:
    """Store a submission and its decision in the row of the danger that was heard before the submission was read."""
    submission = decided.submission
    content, (_, reference) = submission.content, submission.submission_ref
    await tx.conn.execute(
        _READ_LATE,
        submission.id,
        reference,
        submission.person_id,
        content.region,
        content.setting,
        content.model_dump_json(exclude_none=True),
        decided.repeats,
        submission.received.cause,
        *decision_values(decided),
        decided.pages,
        decided.at,
    )


async def decide_again(tx: Tx, decided: DecidedSubmission) -> None:
    """Replace the decision of a waiting submission, and what it is found by. The risks that escalated it stay on record.

    When a referral begins, repeats that were linked to the submission alone point to the referral from now on.
    """
    submission = decided.submission
    facts = submission.content.model_dump_json(exclude_none=True)
    await tx.conn.execute(
        _DECIDE_AGAIN,
        submission.id,
        facts,
        *decision_values(decided),
        decided.at,
        submission.person_id,
        submission.submission_ref[1],
    )
    if decided.new_referral_id is not None:
        await tx.conn.execute(_LINK_REPEATS, submission.id, decided.new_referral_id)
        await _insert_open_referrals(tx, [decided])


async def lock_submission(
    tx: Tx, submission_id: UUID, codes: Codes
) -> tuple[StoredSubmission, SubmissionRecord | None] | None:
    """Load a submission to decide it again, and lock its person.

    Its record is None when the person was erased, and for a danger that was heard while the submission cannot be read.
    """
    row = await tx.conn.fetchrow(
        f"""
        select {_COLUMNS}, facts from submission s join person p on p.id = s.person_id
        where s.id = $1 for update of p, s
        """,
        submission_id,
    )
    if row is None:
        return None
    stored = _stored_submission(row)
    if stored.is_erased or not stored.is_read:
        return stored, None
    content = as_stored(row["facts"])
    return stored, SubmissionRecord(
        id=SubmissionId(stored.id),
        person_id=PersonId(stored.person_id),
        received=ReceivedSubmission(content, identity_of(content, stored.partner, codes), stored.partner),
        submission_ref=(stored.source, stored.reference),
        cleared=stored.cleared_at is not None,
    )


def as_stored(facts: str) -> Submission:
    """Return a stored submission: codes that ended since it was taken, or that a newer release took, stay in it."""
    return Submission.model_validate_json(facts, context=AS_STORED)


async def clear(tx: Tx, submission_id: UUID, *, coordinator: str, reason: str) -> None:
    """Store which coordinator cleared the risks of a submission, and why."""
    await tx.conn.execute(
        """
        update submission set cleared_by = $2, cleared_because = $3, cleared_at = greatest($4, decided_at) where id = $1
        """,
        submission_id,
        coordinator,
        reason,
        tx.now,
    )


async def set_next_actor(tx: Tx, submission_id: UUID, next_actor: NextActor, due_at: datetime) -> None:
    """Set who must complete a held submission, and until when."""
    await tx.conn.execute(
        "update submission set next_actor = $2, due_at = $3 where id = $1",
        submission_id,
        next_actor.value,
        due_at,
    )


async def assign_coordinator(tx: Tx, submission_id: UUID, due_at: datetime) -> None:
    """Make a coordinator the next actor of a submission that is still held, without loading the submission."""
    await tx.conn.execute(
        """
        update submission set next_actor = 'coordinator', due_at = $2
        where id = $1 and state = 'held' and next_actor is not null
        """,
        submission_id,
        due_at,
    )


async def find_submission(conn: asyncpg.Connection, submission_id: UUID) -> StoredSubmission | None:
    """Return one stored submission, or None."""
    row = await conn.fetchrow(f"select {_COLUMNS} from submission s where s.id = $1", submission_id)
    return None if row is None else _stored_submission(row)


async def list_submissions(
    conn: asyncpg.Connection, *, state: State | None, before: UUID | None, limit: int
) -> list[StoredSubmission]:
    """List submissions that were not superseded, newest first; `before` is the last id of the previous page."""
    rows = await conn.fetch(
        f"""
        select {_COLUMNS} from submission s
        where s.id < $1 and ($2::text is null or s.state = $2) and s.superseded_by is null
        order by s.id desc limit $3
        """,
        before or _MAX_ID,
        state.value if state else None,
        min(limit, PAGE_ROWS_MAX),
    )
    return [_stored_submission(row) for row in rows]


_LOCK_PEOPLE: Final = """
    insert into person (id, namespace, reference, created_at)
    select id, namespace, reference, $4 from unnest($1::uuid[], $2::text[], $3::text[]) as new (id, namespace, reference)
    on conflict (namespace, reference) do update set reference = excluded.reference
    returning id, namespace, reference
"""
_LOCK_REFERENCES: Final = """
    select pg_advisory_xact_lock(key)
    from (select distinct hashtextextended(name, 0) as key from unnest($1::text[]) as name order by key) as in_order
"""
# One lookup for each reference in each of the three indexes; a reference over the public API counts for one person, because
# strangers may use the same. Without `offset 0`, a plan made while the table was small may scan the whole table, and
# PostgreSQL keeps using that plan.
_FOUND: Final = """
    select id, source, reference, person_id, state, referral_id, risks, is_read, record_id, cleared_at, facts,
        greatest(decided_at, cleared_at, (select max(r.decided_at) from submission r where r.repeats = s.id)) as at
"""
_ASKED: Final = "unnest($1::text[], $2::text[], $3::uuid[]) as asked (source, reference, person_id)"
_PRIOR_SUBMISSIONS: Final = f"""
    select found.* from {_ASKED}, lateral (
        {_FOUND}, true as is_current, false as is_of_record from submission s
        where s.source = asked.source and s.source <> '{SELF}' and s.reference = asked.reference
            and repeats is null and superseded_by is null
        offset 0) as found
    union all
    select found.* from {_ASKED}, lateral (
        {_FOUND}, true as is_current, false as is_of_record from submission s
        where s.source = '{SELF}' and s.reference = asked.reference and s.person_id = asked.person_id
            and repeats is null and superseded_by is null
        offset 0) as found
    union all
    select found.* from {_ASKED}, lateral (
        {_FOUND}, false as is_current, false as is_of_record from submission s
        where s.source = asked.source and s.reference = asked.reference and state = 'escalated'
            and (s.source <> '{SELF}' or s.person_id = asked.person_id)
            and superseded_by is null and repeats is not null
        offset 0) as found
    union all
    {_FOUND}, false as is_current, true as is_of_record from submission s
    where record_id = any($4::uuid[]) and not is_read and superseded_by is null
    order by id
"""
# People without a decision, most of a batch, have neither a latest one nor an open referral, and end at the first lookup.
# `offset 0` as above: a plan of the small table joins every asked person with every open referral of the region.
_OPEN_REFERRALS: Final = """
    select asked.person_id, latest.at, o.referral_id, o.submission_id, o.needs, o.sequence, o.covered, o.content, o.sent
    from unnest($1::uuid[]) as asked (person_id) cross join lateral (
        select max(greatest(d.decided_at, d.cleared_at)) as at from submission d where d.person_id = asked.person_id
        offset 0) as latest
    left join lateral (
        select r.referral_id, r.submission_id, r.needs, r.sequence, r.covered,
            coalesce(r.content, s.facts) as content, coalesce(r.sent, s.facts) as sent
        from open_referral r join submission s on s.id = r.submission_id
        where r.person_id = asked.person_id and r.ended_at is null
        offset 0) as o on true
    where latest.at is not null order by o.referral_id
"""
_SUPERSEDE: Final = """
    update submission set superseded_by = later.id, next_actor = null, due_at = null
    from unnest($1::uuid[], $2::uuid[]) as later (supersedes, id) where submission.id = later.supersedes
"""
_INSERT_SUBMISSIONS: Final = f"""
    insert into submission ({NEW.names}, received_at) select {NEW.values}, {NEW.next} from {NEW.rows}
"""
# The risks that were heard stay on record, and so does the time to acknowledge them unless somebody is paged again.
_READ_LATE: Final = """
    update submission set reference = $2, person_id = $3, region = $4, setting = $5, facts = $6, repeats = $7, cause = $8,
        state = $9, problems = $10, suggestions = string_to_array($11, ' '),
        risks = case when $12 = '' then risks else string_to_array($12, ' ') end, because = $13, referral_id = $14,
        next_actor = $15, due_at = case when $17 or $9 <> 'escalated' then $16 else due_at end,
        is_read = true, decided_at = $18
    where id = $1
"""
_INSERT_OPEN_REFERRALS: Final = """
    insert into open_referral (referral_id, person_id, submission_id, needs)
    select referral_id, person_id, submission_id, string_to_array(needs, ' ')
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as new (referral_id, person_id, submission_id, needs)
"""
_DECIDE_AGAIN: Final = """
    update submission set facts = $2, state = $3, problems = $4, suggestions = string_to_array($5, ' '),
        risks = case when $6 = '' then risks else string_to_array($6, ' ') end,
        because = $7, referral_id = $8, next_actor = $9, due_at = $10, decided_at = $11, person_id = $12, reference = $13
    where id = $1
"""
_LINK_REPEATS: Final = """
    update submission set referral_id = $2 where repeats = $1 and state in ('linked', 'amended') and referral_id is null
"""
_COLUMNS: Final = """
    s.id, s.source, s.reference, s.person_id, s.region, s.setting, s.state, s.problems, s.suggestions, s.risks,
    s.because, s.referral_id, s.repeats, s.superseded_by, s.next_actor, s.due_at, s.cleared_by, s.cleared_at,
    s.received_at, s.decided_at, s.is_read, s.facts is null as is_erased, s.withdrawn_because
"""


def _stored_submission(row: asyncpg.Record) -> StoredSubmission:
    columns: dict[str, Any] = {name: row[name] for name in StoredSubmission.__slots__}
    columns["state"] = State(columns["state"])
    columns["problems"] = tuple(orjson.loads(columns["problems"]))
    columns["suggestions"], columns["risks"] = tuple(columns["suggestions"]), tuple(columns["risks"])
    return StoredSubmission(**columns)


async def _open_referrals(
    tx: Tx, people: Collection[PersonId]
) -> tuple[dict[UUID, tuple[OpenReferral, ...]], dict[UUID | SubmissionKey, datetime]]:
    """Return the open referrals of these people, and the time of the latest decision about each who has one."""
    referrals: dict[UUID, tuple[OpenReferral, ...]] = {}
    latest: dict[UUID | SubmissionKey, datetime] = {}
    for row in await tx.conn.fetch(_OPEN_REFERRALS, list(people)):
        latest[row["person_id"]] = row["at"]
        if row["referral_id"] is not None:
            referrals[row["person_id"]] = (*referrals.get(row["person_id"], ()), _open_referral(row))
    return referrals, latest


def _open_referral(row: asyncpg.Record) -> OpenReferral:
    running = RunningRequest(as_stored(row["content"]), as_stored(row["sent"])) if row["content"] else None
    return OpenReferral(
        row["referral_id"],
        row["submission_id"],
        frozenset(row["needs"]),
        running,
        row["sequence"],
        row["covered"],
    )


async def _insert_open_referrals(tx: Tx, decided: Sequence[DecidedSubmission]) -> None:
    """Insert the referrals that begin, with their needs."""
    rows = [
        (
            item.new_referral_id,
            item.submission.person_id,
            item.submission.id,
            " ".join(item.submission.content.needs),
        )
        for item in decided
        if item.new_referral_id is not None
    ]
    if rows:
        await tx.conn.execute(_INSERT_OPEN_REFERRALS, *zip(*rows, strict=True))
