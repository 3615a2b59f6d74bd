"""Hears the dangers in what is refused or not read yet: records them, announces them, keeps the words.

The same danger is heard once: a record has an id, a repeat of the reference is covered by an escalation that nobody has
cleared, if it names all its risks and all its words.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.consume import UnreadRecord
from alongside_chassis.lifecycle import is_read
from alongside_chassis.long_bodies import beside_the_loop
from alongside_chassis.origin import RecordOrigin
from alongside_contracts.codes import Codes
from alongside_contracts.ids import PersonId, SubmissionId, new_id
from alongside_contracts.intake import Submission, SubmissionEscalated
from alongside_contracts.partner import Problem
from alongside_intake import store as submissions_store
from alongside_intake.danger import store
from alongside_intake.danger.reading import Danger, may_say_more, read_danger
from alongside_intake.danger.store import UnreadSubmission
from alongside_intake.danger.words import RiskWords
from alongside_intake.domain.facts import SELF, Policies
from alongside_intake.domain.identity import finds_person_by
from alongside_intake.people import store as people_store
from alongside_intake.submissions.record import ExternalRef

UNKNOWN_SETTING: Final = "unknown"
"""The setting of a submission that is not read."""


@dataclass(frozen=True, slots=True)
class ReportedDanger:
    """A danger, who sent it, and in what.

    `partner` is None at the HTTP door; an unregistered partner is known by its topic alone. `problem` is why the record or
    request was refused; `unread` is a record that waits on a paused stream; `record_id` names a record.
    """

    danger: Danger
    body: bytes
    partner: str | None = None
    is_registered: bool = True
    problem: Problem | None = None
    unread: UnreadRecord | None = None
    record_id: UUID | None = None
    cause: str | None = None

    @property
    def namespace(self) -> str:
        """The namespace of the sender's references."""
        return self.partner or SELF

    def ref(self, codes: Codes) -> ExternalRef:
        """Return the partner's reference, or one that stands for the bytes that were sent: nobody can submit it."""
        reference = self.danger.reference
        if self.partner is None or reference is None or reference in codes.placeholders:
            reference = f"unread {blake2b(self.body, digest_size=16).hexdigest()}"
        return self.namespace, reference

    def person_ref(self, codes: Codes) -> ExternalRef | None:
        """Return the sender's reference to the person, if it identifies one."""
        reference = self.danger.person_reference
        if reference is None or not finds_person_by(reference, codes, is_public=self.partner is None):
            return None
        return self.namespace, reference


@dataclass(frozen=True, slots=True)
class DangerHearing:
    """Hears dangers by the `policies` of their regions."""

    policies: Policies
    words: RiskWords

    async def read(self, body: bytes) -> Danger | None:
        """Return the danger that can be read in what was sent, or None; a large body is read beside the event loop."""
        known_risks = self.policies.codes["risks"].names
        return await beside_the_loop(partial(read_danger, body, known_risks), len(body))

    async def read_more(self, body: bytes, submission: Submission) -> Danger | None:
        """Return the danger in the bytes of an accepted submission that its fields do not say, or None."""
        if not may_say_more(body, submission.risks, submission.urgency):
            return None
        danger = await self.read(body)
        return danger if danger and not danger.risks.issubset(submission.risks) else None

    async def hear(self, reported: ReportedDanger, tx: Tx) -> SubmissionId | None:
        """Escalate a danger unless that was done before; return the id of the escalation, None for a record that was read meanwhile.

        1 lock the person, if one can be read, then the reference; 2 the same record; 3 an escalation of the reference that
        covers it; 4 record, announce, keep the words.
        """
        person = await self._lock(reported, tx)  # 1
        if reported.unread is not None and await is_read(tx.conn, reported.unread):
            return None
        if reported.record_id is not None:
            earlier = await store.find_by_record(tx.conn, reported.record_id)  # 2
            if earlier is not None:
                if reported.problem is not None:
                    await store.add_problem(tx, earlier, reported.problem)
                return SubmissionId(earlier)
        current, open_dangers = await store.prior_of(tx.conn, reported.ref(self.policies.codes))
        said = await self.words.open(tx.conn, [item.submission_id for item in open_dangers])
        for item in open_dangers:  # 3
            has_new_words = reported.danger.has_new_words(said.get(item.submission_id, ()))
            if reported.danger.risks <= item.risks and not has_new_words:
                return SubmissionId(item.submission_id)
        if person is None:
            reference = f"unread {new_id()}"
            person = await people_store.find_or_create_person(tx, reported.namespace, reference)
        repeats = current.submission_id if current else None
        return await self._escalate(reported, person, repeats, tx)  # 4

    async def _lock(self, reported: ReportedDanger, tx: Tx) -> PersonId | None:
        person, person_ref = None, reported.person_ref(self.policies.codes)
        if person_ref is not None:
            person = (await submissions_store.lock_people(tx, {person_ref}))[person_ref]
        await submissions_store.lock_references(tx, {reported.ref(self.policies.codes)})
        return person

    async def _escalate(
        self, reported: ReportedDanger, person: PersonId, repeats: UUID | None, tx: Tx
    ) -> SubmissionId:
        submission_id, region = SubmissionId(new_id()), self._region_of(reported)
        policy = self.policies.of(region)
        unread = UnreadSubmission(
            id=submission_id,
            ref=reported.ref(self.policies.codes),
            person_id=person,
            region=region,
            setting=UNKNOWN_SETTING,
            risks=tuple(sorted(reported.danger.risks)),
            problems=(reported.problem,) if reported.problem else (),
            acknowledge_by=tx.now + timedelta(minutes=policy.escalation_minutes_max),
            repeats=repeats,
            record_id=reported.record_id,
            cause=reported.cause,
        )
        await store.add(tx, unread)
        await self.words.seal(tx, submission_id, person, reported.danger.words)
        tx.announce(
            SubmissionEscalated(
                submission_id=submission_id,
                person_id=person,
                partner=reported.partner,
                region=region,
                risks=unread.risks,
                acknowledge_by=unread.acknowledge_by,
            )
        )
        return submission_id

    def _region_of(self, reported: ReportedDanger) -> str:
        """Return the region that was read, if the network serves it and knows the sender, or else the reserved one."""
        region = reported.danger.region
        if region is None or not reported.is_registered:
            return self.policies.elsewhere.id
        return self.policies.of(region).id


def record_id(origin: RecordOrigin, value: bytes) -> UUID:
    """Return the id of a record and its content: the same however often the record is delivered.

    It is made of the CloudEvents identity and the bytes, or of the position for a record whose identity cannot be read.
    """
    name = (
        f"{origin.partner}|{origin.source}|{origin.event_id}"
        if origin.event_id is not None
        else f"{origin.topic}/{origin.partition}/{origin.offset}"
    )
    digest = blake2b(value, digest_size=16, key=blake2b(name.encode(), digest_size=32).digest())
    return UUID(bytes=digest.digest())
