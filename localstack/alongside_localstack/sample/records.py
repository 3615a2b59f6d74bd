"""Encodes a sample submission as the Kafka record that its partner would send."""

from datetime import datetime
from typing import NamedTuple

from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.streams import PARTNER_REFERRALS
from alongside_localstack.sample.partners import SamplePartner


class PartnerRecord(NamedTuple):
    """A record for a producer. The sender adds its trace headers."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def record(
    partner: SamplePartner, submission: SubmissionReceived, event_id: str, at: datetime | None = None
) -> PartnerRecord:
    """Encode a submission in CloudEvents binary mode, keyed by its reference; `at` is the event's time."""
    event = CloudEvent(
        id=event_id,
        source=partner.source,
        type=SubmissionReceived.type,
        data=submission.model_dump_json(exclude_none=True).encode(),
        time=at,
        subject=submission.reference,
    )
    return PartnerRecord(
        topic=PARTNER_REFERRALS.topic(partner.id),
        key=submission.key.encode(),
        value=event.data,
        headers=cloudevents.encode(event),
    )
