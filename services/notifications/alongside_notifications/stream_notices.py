"""Maps the pauses of partners' streams to notices, with recipients and template.

Records of a paused stream are unread. Intake escalates the risks it can read in them; whatever else they say is only heard
when a person gets the stream read again. A partner is notified by every channel here, whatever it chose for its referrals: the
client that reads its stream may be the one that sends what cannot be read.
"""

from dataclasses import replace
from typing import TypeAlias

from alongside_contracts.ids import new_id
from alongside_contracts.intake import PartnerStreamPaused, PartnerStreamResumed
from alongside_notifications.domain import audience
from alongside_notifications.domain.ladder import ELSEWHERE, Ladders, find_ladder
from alongside_notifications.domain.notice import News, Notice, Subject, notices
from alongside_notifications.domain.rules import STREAM_READ_AGAIN, STREAM_UNREAD, TemplateKey

StreamEvent: TypeAlias = PartnerStreamPaused | PartnerStreamResumed


def stream_notices(event: StreamEvent, cause: str, *, ladders: Ladders) -> list[Notice]:
    """Return every notice that an event causes; `ladders` name the coordinator on call in the partner's region."""
    template = _template_of(event)
    news = News(cause, template, Subject(partner=event.partner), since=event.paused_at)
    recipients = audience.stream_recipients(
        template,
        partner=event.partner if event.region is not None else None,
        coordinator=find_ladder(event.region or ELSEWHERE, ladders)[0],
    )
    return [
        notice
        for recipient in recipients
        for notice in notices(
            replace(news, urgent=audience.is_urgent_about_stream(template, recipient.role)),
            [recipient],
            new_id=new_id,
        )
    ]


def _template_of(event: StreamEvent) -> TemplateKey:
    match event:
        case PartnerStreamPaused():
            return STREAM_UNREAD
        case PartnerStreamResumed():
            return STREAM_READ_AGAIN
