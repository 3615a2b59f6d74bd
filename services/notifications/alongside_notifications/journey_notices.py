"""Maps events of the journey to notices, with recipients and template; live handlers and replays share it."""

from collections.abc import Iterable
from typing import TypeAlias

from alongside_contracts.ids import OfferId, PersonId, new_id
from alongside_contracts.matching import MatchLapsed, MatchWithdrawn
from alongside_contracts.referrals import ReferralOverdue, ReferralStatusChanged
from alongside_notifications.domain import audience
from alongside_notifications.domain.audience import (
    LAPSED,
    OVERDUE,
    WITHDRAWN,
    Overdue,
    Parties,
    Recipient,
    Transition,
)
from alongside_notifications.domain.ladder import ANY_REGION, Ladders, find_ladder
from alongside_notifications.domain.notice import News, Notice, Subject, notices

JourneyEvent: TypeAlias = ReferralStatusChanged | MatchLapsed | MatchWithdrawn | ReferralOverdue


def notices_for(event: JourneyEvent, cause: str, *, ladders: Ladders) -> list[Notice]:
    """Return every notice that an event causes; `ladders` name the coordinator on call in its region."""
    match event:
        case ReferralStatusChanged():
            return _transition_notices(event, cause)
        case MatchLapsed() | MatchWithdrawn():
            template = LAPSED if isinstance(event, MatchLapsed) else WITHDRAWN
            news = News(cause, template, Subject(referral_id=event.referral_id))
            return _build_notices(news, audience.asked_before_recipients(template, str(event.offer_id)))
        case ReferralOverdue():
            news = News(cause, OVERDUE, Subject(referral_id=event.referral_id))
            overdue = Overdue(_parties(event.person_id, event.partner, event.offer_id), event.next_actor)
            coordinator = find_ladder(event.region or ANY_REGION, ladders)[0]
            return _build_notices(news, audience.overdue_recipients(overdue, coordinator=coordinator))


def _transition_notices(event: ReferralStatusChanged, cause: str) -> list[Notice]:
    transition = Transition(
        parties=_parties(event.person_id, event.partner, event.offer_id),
        previous=event.previous,
        status=event.status,
        business_status=event.business_status,
        actor=event.actor,
    )
    news = News(
        cause=cause,
        template=audience.template_of(transition),
        subject=Subject(referral_id=event.referral_id),
        status=event.status,
    )
    return _build_notices(news, audience.transition_recipients(transition))


def _build_notices(news: News, recipients: Iterable[Recipient]) -> list[Notice]:
    return list(notices(news, recipients, new_id=new_id))


def _parties(person_id: PersonId, partner: str | None, offer_id: OfferId | None) -> Parties:
    return Parties(str(person_id), partner, str(offer_id) if offer_id else None)
