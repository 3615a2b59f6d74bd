"""Encodes what a sample partner says as the Kafka record that it would send."""

from datetime import datetime
from typing import NamedTuple, TypeAlias

from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.partner import ConsentStated, SubmissionWithdrawalRequested
from alongside_contracts.streams import PARTNER_REFERRALS
from alongside_localstack.sample.partners import SamplePartner

PartnerEvent: TypeAlias = SubmissionReceived | ConsentStated | SubmissionWithdrawalRequested


class PartnerRecord(NamedTuple):
    """A record for a producer. The sender adds its trace headers."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def record(
    partner: SamplePartner, sent: PartnerEvent, event_id: str, at: datetime | None = None
) -> PartnerRecord:
    """Encode an event in CloudEvents binary mode, keyed by its reference; `at` is the event's time."""
    event = CloudEvent(
        id=event_id,
        source=partner.source,
        type=sent.type,
        data=sent.model_dump_json(exclude_none=True).encode(),
        time=at,
        subject=sent.reference,
    )
    return PartnerRecord(
        topic=PARTNER_REFERRALS.topic(partner.id),
        key=sent.key.encode(),
        value=event.data,
        headers=cloudevents.encode(event),
    )
