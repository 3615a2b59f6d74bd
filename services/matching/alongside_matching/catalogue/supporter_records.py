"""Changes to a supporter's record, each except a training followed by a review of the supporter's places.

The caller has locked the supporter (`offer_updates.lock_offer`).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.catalogue.offer_updates import review_and_propose
from alongside_matching.catalogue.rules.certificates import Certificate, Sound, Unsound, check_recordable
from alongside_matching.catalogue.rules.codes import LogKind
from alongside_matching.catalogue.rules.supervision import SupervisorFull, check_supervisor_norm
from alongside_matching.catalogue.store import supporters
from alongside_matching.catalogue.store.kept import RECORD, keep
from alongside_matching.catalogue.store.offers import StoredOffer
from alongside_matching.catalogue.store.supporters import Training
from alongside_matching.engine.policy import Policies


@dataclass(frozen=True, slots=True)
class Noted:
    """The entry was recorded."""


@dataclass(frozen=True, slots=True)
class InTheFuture:
    """The day is in the future, so the entry is refused."""


async def lock_supervisor(tx: Tx, supervisor: str | None) -> None:
    """Lock a supervisor until the commit, before the offer is locked (lock order: see `alongside_matching`)."""
    if supervisor is not None:
        await supporters.lock_supervisor(tx.conn, supervisor)


async def agree(
    tx: Tx,
    offer: StoredOffer,
    *,
    hours_per_week_max: float | None,
    supervisor: str | None,
    policies: Policies,
) -> Noted | SupervisorFull:
    """Set the hours and the supervisor agreed with a supporter; the caller has locked the supervisor as well."""
    if supervisor is not None:
        norm = policies.of(offer.region).norms.supporters_per_supervisor_max
        others = await supporters.count_supervised(tx.conn, supervisor, offer.id)
        decision = check_supervisor_norm(others, supporters_max=norm)
        if isinstance(decision, SupervisorFull):
            return decision
    await supporters.set_agreement(
        tx.conn, offer.id, hours_per_week_max=hours_per_week_max, supervisor=supervisor
    )
    await keep(tx.conn, offer.id, [RECORD])
    await review_and_propose(tx, offer.id, policies)
    return Noted()


async def certify(
    tx: Tx, offer: StoredOffer, certificate: Certificate, policies: Policies
) -> Sound | Unsound:
    """Record a certificate."""
    decision = check_recordable(certificate, policies.of(offer.region).day(tx.now))
    if isinstance(decision, Sound):
        await supporters.add_certificates(tx.conn, [(offer.id, certificate)])
        await keep(tx.conn, offer.id, [RECORD])
        await review_and_propose(tx, offer.id, policies)
    return decision


async def train(tx: Tx, offer: StoredOffer, training: Training, policies: Policies) -> Noted | InTheFuture:
    """Record a training."""
    if training.completed_on > policies.of(offer.region).day(tx.now):
        return InTheFuture()
    await supporters.add_trainings(tx.conn, [(offer.id, training)])
    await keep(tx.conn, offer.id, [RECORD])
    return Noted()


async def note(
    tx: Tx, offer: StoredOffer, kind: LogKind, on: date, *, minutes: int, policies: Policies
) -> Noted | InTheFuture:
    """Record supervision, exposure to a crisis, or support given on a day."""
    if on > policies.of(offer.region).day(tx.now):
        return InTheFuture()
    await supporters.add_log_entry(tx.conn, offer.id, kind, on, minutes)
    await review_and_propose(tx, offer.id, policies)
    return Noted()


async def check_self(
    tx: Tx, offer_id: UUID, *, rested: int, supported: int, able: int, policies: Policies
) -> None:
    """Store a supporter's self-check; only the number of places shows its effect."""
    await supporters.add_self_check(tx.conn, offer_id, tx.now, rested=rested, supported=supported, able=able)
    await review_and_propose(tx, offer_id, policies)
