"""Announcements of notifications: only about referrals.

A crisis has no referral yet and its own row; a partner's stream is about no single referral.
"""

from alongside_chassis.announce import Tx
from alongside_contracts.ids import NoticeId, ReferralId
from alongside_contracts.notifications import NoticeDelivered, NoticeFailed
from alongside_contracts.vocabulary import NoticeFailure, Status
from alongside_notifications.domain.notice import Notice


def announce_reached(tx: Tx, notice: Notice, *, channel: str) -> None:
    """Announce that a notice reached its recipient now, by the first of its channels."""
    news = notice.news
    if news.subject.referral_id is None:
        return
    tx.announce(
        NoticeDelivered(
            referral_id=ReferralId(news.subject.referral_id),
            notice_id=NoticeId(notice.id),
            cause=news.cause,
            about_status=Status(news.status) if news.status else None,
            role=notice.recipient.role,
            channel=channel,
            channels=tuple(notice.channels),
            rules=notice.rules,
            delivered_at=tx.now,
        )
    )


def announce_failed(tx: Tx, notice: Notice, why: NoticeFailure, *, channel: str) -> None:
    """Announce that a notice will not be tried again by one of its channels."""
    news = notice.news
    if news.subject.referral_id is None:
        return
    tx.announce(
        NoticeFailed(
            referral_id=ReferralId(news.subject.referral_id),
            notice_id=NoticeId(notice.id),
            cause=news.cause,
            role=notice.recipient.role,
            channel=channel,
            channels=tuple(notice.channels),
            why=why,
        )
    )
