"""Maps events of the journey to notices, with recipients, channels and template; live handlers and replays share it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from alongside_contracts.ids import OfferId, PersonId, new_id
from alongside_contracts.matching import MatchLapsed, MatchWithdrawn
from alongside_contracts.referrals import ReferralOverdue, ReferralStatusChanged
from alongside_notifications.domain import audience
from alongside_notifications.domain.audience import Overdue, Parties, Recipient, Transition
from alongside_notifications.domain.ladder import ANY_REGION, Ladders, find_ladder
from alongside_notifications.domain.notice import EVERY_CHANNEL, News, Notice, Subject, channels_to
from alongside_notifications.domain.present import ReferralState
from alongside_notifications.domain.rules import CURRENT, LAPSED, OVERDUE, WITHDRAWN, Rules

JourneyEvent: TypeAlias = ReferralStatusChanged | MatchLapsed | MatchWithdrawn | ReferralOverdue


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside an event: who is on call, what its partner chose, how the referral stood before, and the rules."""

    ladders: Ladders
    partner_channels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    before: ReferralState | None = None
    rules: Rules = CURRENT

    def coordinator_of(self, region: str | None) -> str:
        """Return the coordinator who is on call first in a region."""
        return find_ladder(region or ANY_REGION, self.ladders)[0]

    def at(self, before: ReferralState | None) -> "Circumstances":
        """Return these with another state of the referral."""
        return replace(self, before=before)


def notices_for(event: JourneyEvent, cause: str, known: Circumstances) -> list[Notice]:
    """Return every notice that an event causes."""
    match event:
        case ReferralStatusChanged():
            return _transition_notices(event, cause, known)
        case MatchLapsed() | MatchWithdrawn():
            template = LAPSED if isinstance(event, MatchLapsed) else WITHDRAWN
            news = News(cause, template, Subject(referral_id=event.referral_id))
            recipients = audience.asked_before_recipients(template, str(event.offer_id))
            return _build_notices(news, recipients, known, partner=None)
        case ReferralOverdue():
            sequence = known.before.sequence if known.before else None
            news = News(cause, OVERDUE, Subject(referral_id=event.referral_id), sequence=sequence)
            overdue = Overdue(_parties(event.person_id, event.partner, event.offer_id), event.next_actor)
            recipients = audience.overdue_recipients(overdue, coordinator=known.coordinator_of(event.region))
            return _build_notices(news, recipients, known, partner=event.partner)


def state_after(event: ReferralStatusChanged) -> ReferralState:
    """Return the state of a referral after its transition."""
    return ReferralState(
        referral_id=event.referral_id,
        sequence=event.sequence,
        status=event.status,
        business_status=event.business_status,
        offer_id=event.offer_id,
        next_actor=event.next_actor,
    )


def _transition_notices(event: ReferralStatusChanged, cause: str, known: Circumstances) -> list[Notice]:
    transition = Transition(
        parties=_parties(event.person_id, event.partner, event.offer_id),
        previous=event.previous,
        status=event.status,
        business_status=event.business_status,
        actor=event.actor,
        next_actor=event.next_actor,
        waited_for=known.before.next_actor if known.before else None,
    )
    news = News(
        cause=cause,
        template=audience.template_of(transition),
        subject=Subject(referral_id=event.referral_id),
        status=event.status,
        sequence=event.sequence,
    )
    recipients = audience.transition_recipients(
        transition, coordinator=known.coordinator_of(event.region), rules=known.rules
    )
    return _build_notices(news, recipients, known, partner=event.partner)


def _build_notices(
    news: News, recipients: Iterable[Recipient], known: Circumstances, *, partner: str | None
) -> list[Notice]:
    """Return a notice for each recipient who has a channel; a partner may have chosen its stream alone."""
    chosen = known.partner_channels.get(partner or "")
    by_channels = [
        (recipient, channels_to(recipient, chosen) if known.rules.partners_choose else EVERY_CHANNEL)
        for recipient in recipients
    ]
    return [
        Notice(new_id(), news, recipient, channels, known.rules.version)
        for recipient, channels in by_channels
        if channels
    ]


def _parties(person_id: PersonId, partner: str | None, offer_id: OfferId | None) -> Parties:
    return Parties(str(person_id), partner, str(offer_id) if offer_id else None)
