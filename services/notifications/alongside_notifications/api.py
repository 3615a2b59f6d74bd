"""HTTP API: notices, each recipient's inbox, and crises that wait for a coordinator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.announce import Tx
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import (
    PAGE_MAX,
    APIRouter,
    Command,
    Page,
    Read,
    cursor_text,
    cursor_time,
    decode_cursor,
    decode_id_cursor,
    encode_cursor,
    refuses_with,
)
from alongside_contracts.codes.fields import ChannelCode, RecipientRoleCode
from alongside_contracts.fields.texts import AnyId
from alongside_contracts.ids import PartnerId
from alongside_contracts.vocabulary import Status
from alongside_notifications import escalations, store
from alongside_notifications.domain.ladder import UNACKNOWLEDGED, Escalation
from alongside_notifications.domain.notice import State, StoredDelivery, StoredNotice
from alongside_notifications.domain.wording import render_notice

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


class DeliveryView(BaseModel):
    """What became of a notice by one channel."""

    channel: ChannelCode
    state: State
    attempts: int
    next_attempt_at: datetime | None
    trouble: str | None
    message_id: str | None
    delivered_at: datetime | None

    @classmethod
    def of(cls, delivery: StoredDelivery) -> "DeliveryView":
        """Return a stored delivery as the API shows it."""
        return cls(**{name: getattr(delivery, name) for name in cls.model_fields})


class NoticeView(BaseModel):
    """One notice and its deliveries: ids and codes, no personal data."""

    id: UUID
    referral_id: UUID | None
    submission_id: UUID | None
    partner: PartnerId | None
    since: datetime | None
    cause: str
    template: str
    about_status: Status | None
    role: RecipientRoleCode
    recipient_kind: str
    recipient_id: str
    urgent: bool
    rules: int = Field(description="The version of the rules that named the recipient.")
    created_at: datetime
    reached_at: datetime | None = Field(description="When it first reached its recipient, by any channel.")
    deliveries: Sequence[DeliveryView]

    @classmethod
    def of(cls, stored: StoredNotice) -> "NoticeView":
        """Return a stored notice as the API shows it."""
        notice = stored.notice
        return cls(
            id=notice.id,
            referral_id=notice.news.subject.referral_id,
            submission_id=notice.news.subject.submission_id,
            partner=notice.news.subject.partner,
            since=notice.news.since,
            cause=notice.news.cause,
            template=notice.news.template,
            about_status=Status(notice.news.status) if notice.news.status else None,
            role=notice.recipient.role,
            recipient_kind=notice.recipient.kind,
            recipient_id=notice.recipient.id,
            urgent=notice.news.urgent,
            rules=notice.rules,
            created_at=stored.created_at,
            reached_at=stored.reached_at,
            deliveries=[DeliveryView.of(delivery) for delivery in stored.deliveries],
        )


class InboxItemView(BaseModel):
    """One notice of an inbox, as text."""

    id: UUID
    title: str
    text: str
    link: str
    urgent: bool
    referral_id: UUID | None
    submission_id: UUID | None
    partner: PartnerId | None
    since: datetime | None
    about_status: Status | None
    at: datetime


class EscalationView(BaseModel):
    """One crisis: the coordinator who is paged now, and the one who acknowledged it."""

    submission_id: UUID
    region: str
    coordinator: str
    step: int
    raised_at: datetime
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None

    @classmethod
    def of(cls, escalation: Escalation) -> "EscalationView":
        """Return an escalation as the API shows it."""
        return cls(**{name: getattr(escalation, name) for name in cls.model_fields})


class AcknowledgeCommand(BaseModel):
    """The coordinator who takes a crisis over."""

    model_config = ConfigDict(extra="forbid")

    coordinator: str = Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


def notices_router() -> APIRouter:
    """Return the routes that list notices and retry failed ones, for staff and operators."""
    router = APIRouter(tags=["notices"])
    _add_reading(router)
    _add_retry(router)
    return router


def _add_reading(router: APIRouter) -> None:
    @router.get("/notices")
    async def list_notices(
        read: Read,
        *,
        referral_id: UUID | None = None,
        role: RecipientRoleCode | None = None,
        recipient_id: AnyId | None = None,
        channel: ChannelCode | None = None,
        state: State | None = None,
        cursor: str | None = None,
        limit: Limit = 50,
    ) -> Page[NoticeView]:
        """List notices, newest first; with `channel` or `state`, those with a delivery by that channel or in that state."""
        notice_filter = store.NoticeFilter(referral_id, role, recipient_id, channel, state)
        notices = await store.list_notices(
            read.conn, notice_filter, before=decode_id_cursor(cursor), limit=limit + 1
        )
        items = [NoticeView.of(stored) for stored in notices[:limit]]
        return Page(items=items, next_cursor=_next_cursor(notices, limit))

    @router.get("/notices/{notice_id}")
    async def get_notice(notice_id: UUID, read: Read) -> NoticeView:
        """Show one notice."""
        return NoticeView.of(_require_notice(await store.find_notice(read.conn, notice_id)))


def _add_retry(router: APIRouter) -> None:
    @router.post("/notices/{notice_id}/retry", response_model=NoticeView, responses=refuses_with(409))
    async def retry_notice(notice_id: UUID, command: Command) -> Response:
        """Retry the failed deliveries of a notice; their attempts are counted from zero."""

        async def work(tx: Tx) -> NoticeView:
            retried = await store.retry_failed(tx, notice_id)
            stored = _require_notice(await store.find_notice(tx.conn, notice_id))
            if not retried:
                raise _not_failed(stored)
            return NoticeView.of(stored)

        return await command.run(work)


def inbox_router(*, link_base: str) -> APIRouter:
    """Return the route of each recipient's in-app inbox."""
    router = APIRouter(tags=["inbox"])

    @router.get("/inbox/{role}/{recipient_id}")
    async def list_inbox(
        role: RecipientRoleCode, recipient_id: AnyId, read: Read, cursor: str | None = None, limit: Limit = 50
    ) -> Page[InboxItemView]:
        """List the notices of one recipient as text, newest first."""
        notices = await store.list_inbox(
            read.conn, role, recipient_id, before=decode_id_cursor(cursor), limit=limit + 1
        )
        items = [_inbox_item(stored, link_base) for stored in notices[:limit]]
        return Page(items=items, next_cursor=_next_cursor(notices, limit))

    return router


def crisis_router() -> APIRouter:
    """Return the routes that list open crises and acknowledge one."""
    router = APIRouter(tags=["crisis"])

    @router.get("/crisis")
    async def list_open_crises(
        read: Read, cursor: str | None = None, limit: Limit = 50
    ) -> Page[EscalationView]:
        """List crises that nobody has acknowledged yet, oldest first."""
        open_crises = await escalations.open_escalations(
            read.conn, after=decode_cursor(cursor, cursor_time, cursor_text), limit=limit + 1
        )
        has_more = len(open_crises) > limit
        last = open_crises[limit - 1] if has_more else None
        return Page(
            items=[EscalationView.of(escalation) for escalation in open_crises[:limit]],
            next_cursor=encode_cursor(last.raised_at.isoformat(), last.cause) if last else None,
        )

    @router.post("/crisis/{submission_id}/acknowledge", response_model=EscalationView)
    async def acknowledge_crisis(submission_id: UUID, body: AcknowledgeCommand, command: Command) -> Response:
        """Acknowledge a crisis: nobody else is paged. The first acknowledgement counts; a repeat changes nothing."""

        async def work(tx: Tx) -> EscalationView:
            for cause in await escalations.acknowledge(tx, submission_id, by=body.coordinator):
                tx.cancel_timer(UNACKNOWLEDGED, cause)
            escalation = await escalations.escalation_of(tx.conn, submission_id)
            if escalation is None:
                raise HttpProblem(
                    status=404,
                    code="crisis-not-found",
                    title="No crisis is known for this submission",
                    remedy="List open crises with GET /crisis; a new one may take a moment to arrive.",
                    field="submission_id",
                )
            return EscalationView.of(escalation)

        return await command.run(work)

    return router


def _inbox_item(stored: StoredNotice, link_base: str) -> InboxItemView:
    news = stored.notice.news
    text = render_notice(
        news.template, stored.notice.recipient.role, link=news.subject.link(link_base), since=news.since
    )
    return InboxItemView(
        id=stored.notice.id,
        title=text.title,
        text=text.sentence,
        link=text.link,
        urgent=news.urgent,
        referral_id=news.subject.referral_id,
        submission_id=news.subject.submission_id,
        partner=news.subject.partner,
        since=news.since,
        about_status=Status(news.status) if news.status else None,
        at=stored.created_at,
    )


def _next_cursor(notices: list[StoredNotice], limit: int) -> str | None:
    return encode_cursor(str(notices[limit - 1].notice.id)) if len(notices) > limit else None


def _require_notice(stored: StoredNotice | None) -> StoredNotice:
    if stored is None:
        raise HttpProblem(
            status=404,
            code="notice-not-found",
            title="No notice has this id",
            remedy="Find it with GET /notices, for example by its referral_id.",
            field="notice_id",
        )
    return stored


def _not_failed(stored: StoredNotice) -> HttpProblem:
    return HttpProblem(
        status=409,
        code="notice-not-failed",
        title="Only a failed delivery can be retried",
        detail="Its deliveries: "
        + ", ".join(f"{each.channel} {each.state}" for each in stored.deliveries)
        + ".",
        remedy="A pending delivery is retried automatically, and a delivered one needs no retry. For no-route, register a"
        " contact route of the recipient: later notices use it.",
        field="notice_id",
    )
