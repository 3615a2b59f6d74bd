"""Erases people, and recognises what was sent about them before: an erased person stays erased (docs/decisions/0033).

What is read again, or late, may name somebody who was erased meanwhile. The references are not kept for that; a keyed hash
of each is, with the time of the erasure, for as long as the network's streams and backups may bring the record back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final, Self
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.long_bodies import beside_the_loop
from alongside_chassis.origin import RecordOrigin
from alongside_contracts import streams
from alongside_contracts.ids import PersonId
from alongside_contracts.intake import PersonErased
from alongside_contracts.partner import Problem
from alongside_contracts.vocabulary import ProblemCode
from alongside_intake.danger.reading import read_references
from alongside_intake.domain.facts import SELF
from alongside_intake.people import store
from alongside_intake.people.letters import KnownReferences, letters_about
from alongside_intake.people.store import ErasureResult, KnownPerson
from alongside_intake.people.vault import Vault
from alongside_intake.submissions.record import ExternalRef, ReceivedSubmission
from alongside_intake.submissions.service import HELD_OVERDUE

ERASURE_EXPIRY: Final = "erasure-expiry"
"""The timer that deletes what an erased person's records are recognised by; its key is the person's id."""
KEPT_FOR: Final = timedelta(milliseconds=streams.PEOPLE.retention_ms)
_REMEDY: Final = (
    "the person was erased after this record was sent; send a new submission if support is wanted again"
)


class NamedBy(StrEnum):
    """What a reference names, as the field of a submission that holds it."""

    PERSON = "person_reference"
    SUBMISSION = "reference"


@dataclass(frozen=True, slots=True)
class SentReference:
    """A reference in a record, and when the broker received the record; None for what is sent now."""

    named_by: NamedBy
    ref: ExternalRef
    at: datetime | None

    @classmethod
    def of_submission(cls, reference: str, origin: RecordOrigin) -> Self:
        """Return the reference of a submission in a partner's record."""
        return cls(NamedBy.SUBMISSION, (str(origin.partner), reference), origin.at)

    @classmethod
    def proving(cls, received: ReceivedSubmission, origin: RecordOrigin) -> Self | None:
        """Return the reference of a partner's submission that proves whom it is about; None if it has placeholders only."""
        identity, content = received.identity, received.content
        if identity.finds_person:
            return cls(NamedBy.PERSON, (str(origin.partner), content.person_reference), origin.at)
        if NamedBy.SUBMISSION in identity.placeholders:
            return None
        return cls.of_submission(content.reference, origin)


@dataclass(frozen=True, slots=True)
class Erasure:
    """Erases people; `vault` holds the key of the hashes."""

    vault: Vault

    async def erase(self, tx: Tx, person_id: UUID, at: datetime) -> ErasureResult | None:
        """Erase a person, once; None when there is no such person. The caller has called `store.lock_erasures`.

        1 lock the person; 2 keep the hashes of all references, before the rows lose them; 3 empty dead letters; 4 erase the
        rows.
        """
        person = await store.lock_person(tx, person_id)  # 1
        if person is None:
            return None
        if person.erased_at is None:
            await self._store_hashes(tx, person, at)  # 2
            await _empty_letters(tx, person)  # 3
            tx.set_timer(ERASURE_EXPIRY, str(person_id), at + KEPT_FOR)
        erased = await store.erase(tx, person, at)  # 4
        for submission_id in erased.submissions:
            tx.cancel_timer(HELD_OVERDUE, str(submission_id))
        return erased

    async def erase_again(self, tx: Tx, event: PersonErased) -> None:
        """Erase a person whom a restored backup has brought back; anybody else is erased already, or unknown."""
        if await store.is_not_erased(tx.conn, event.person_id):
            await store.lock_erasures(tx)
            await self.erase(tx, event.person_id, event.erased_at)

    async def sent_before(self, tx: Tx, sent: Sequence[SentReference | None]) -> list[bool]:
        """Return for each reference whether it was sent before its person was erased; None names nobody.

        An erasure that runs at the same time comes before this question, or after the end of its transaction.
        """
        digests = [self._digest(each.named_by, each.ref) if each else b"" for each in sent]
        erased_at = await store.erasures_of(tx, digests)
        return [
            each is not None and each.at is not None and digest in erased_at and each.at <= erased_at[digest]
            for each, digest in zip(sent, digests, strict=True)
        ]

    async def record_sent_before(self, tx: Tx, origin: RecordOrigin, value: bytes | None) -> bool:
        """Return whether a record, readable or not, was sent before somebody whom it names was erased."""
        if origin.partner is None or value is None:
            return False
        read = await beside_the_loop(partial(read_references, value), len(value))
        sent = [
            SentReference(named_by, (origin.partner, reference), origin.at)
            for named_by, found in ((NamedBy.PERSON, read.people), (NamedBy.SUBMISSION, read.submissions))
            for reference in found
        ]
        return any(await self.sent_before(tx, sent)) if sent else False

    async def _store_hashes(self, tx: Tx, person: KnownPerson, at: datetime) -> None:
        digests = [self._digest(NamedBy.PERSON, person.ref)]
        digests += [self._digest(NamedBy.SUBMISSION, ref) for ref in person.submission_refs]
        await store.add_erasure(tx, digests, at)

    def _digest(self, named_by: NamedBy, ref: ExternalRef) -> bytes:
        return self.vault.hash_of(named_by, *ref)


def erased_problem(named_by: NamedBy) -> Problem:
    """Return the problem of a record that was sent before its person was erased."""
    return Problem(code=ProblemCode.ERASED, where=named_by, remedy=_REMEDY)


def announce_erased(tx: Tx, erased: ErasureResult, person_id: UUID) -> None:
    """Announce an erasure to the network, unless the person was erased before."""
    if erased.is_new:
        tx.announce(PersonErased(person_id=PersonId(person_id), erased_at=erased.erased_at))


async def _empty_letters(tx: Tx, person: KnownPerson) -> None:
    """Empty the dead letters that name the person: by the opaque id, or in the records of a partner by a reference."""
    await dead_letters.erase_of_people(tx.conn, [person.id], at=tx.now)
    namespace, reference = person.ref
    if namespace == SELF:
        return
    known = KnownReferences.of(reference, (submission for _, submission in person.submission_refs))
    topics = [streams.PARTNER_REFERRALS.topic(namespace), streams.PARTNER_STATUS.topic(namespace)]
    letters = await dead_letters.naming(tx.conn, known.searched_for, topics=topics)
    bytes_read = sum(len(letter.value or b"") for letter in letters)
    found = await beside_the_loop(partial(letters_about, letters, known), bytes_read)
    await dead_letters.erase(tx.conn, found, at=tx.now)
