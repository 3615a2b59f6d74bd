"""What the network holds about the people and references of a batch, kept up as the batch is decided.

Each filing is decided as if all before it had been recorded long ago: what one becomes is entered here, and the next
one looks here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from alongside_contracts.ids import ReferralId
from alongside_intake.domain.decide import Admitted, Because, Decision, Escalated, Linked, gives_way
from alongside_intake.domain.facts import Alarm, Known, OpenReferral, Standing
from alongside_intake.filing import Filing, Place


@dataclass(frozen=True, slots=True)
class Decided:
    """A filing and the decision it ended in.

    `opens` is the id of the referral that begins. `repeats` is the submission that stands for the reference already;
    `supersedes` the one that stood for it, led nowhere and gives way.
    """

    filing: Filing
    decision: Decision
    opens: ReferralId | None
    repeats: UUID | None = None
    supersedes: UUID | None = None

    @property
    def referral_id(self) -> ReferralId | None:
        """The referral this is about, new or known; None while there is none."""
        linked_to = self.decision.referral_id if isinstance(self.decision, Linked) else None
        return ReferralId(linked_to) if linked_to else self.opens


class Ledger:
    """Begins with what was found for some references and people; grows with every decision about them."""

    def __init__(
        self,
        standing: Mapping[Place, Standing],
        alarms: Mapping[Place, tuple[Alarm, ...]],
        open_referrals: Mapping[UUID, tuple[OpenReferral, ...]],
    ) -> None:
        self._standing = dict(standing)
        self._alarms, self._open_referrals = dict(alarms), dict(open_referrals)

    def known(self, filing: Filing) -> Known:
        """What is held about a filing's reference and person, itself left out."""
        standing = self._standing.get(filing.sent.place)
        return Known(
            standing=None if standing is None or standing.submission_id == filing.id else standing,
            alarms=tuple(a for a in self._alarms.get(filing.sent.place, ()) if a.submission_id != filing.id),
            open_referrals=self._open_referrals.get(filing.person_id, ()),
        )

    def enter(self, decided: Decided) -> None:
        """Hold a decision about a new submission, for those that come after it."""
        filing, decision = decided.filing, decided.decision
        if decided.repeats is None:
            self._standing[filing.sent.place] = Standing(filing.id, decision.state, decided.referral_id)
        if isinstance(decision, Escalated):
            alarm = Alarm(filing.id, frozenset(decision.risks))
            self._alarms[filing.sent.place] = (*self._alarms.get(filing.sent.place, ()), alarm)
        if isinstance(decision, Admitted) and decided.opens is not None:
            needs = frozenset(need.value for need in filing.submission.needs)
            opened = OpenReferral(decided.opens, filing.id, needs)
            known = self._open_referrals.get(filing.person_id, ())
            self._open_referrals[filing.person_id] = (*known, opened)


def placed(decided: Decided, known: Known) -> Decided:
    """The same, and whether the filing repeats what stands for its reference or takes that one's place."""
    match known.standing, decided.decision:
        case None, _:
            return decided
        case standing, _ if gives_way(standing):
            return replace(decided, supersedes=standing.submission_id)
        case _, Linked(Because.SAME_REFERENCE, repeated):
            return replace(decided, repeats=repeated)
        case standing, _:
            return replace(decided, repeats=standing.submission_id)
