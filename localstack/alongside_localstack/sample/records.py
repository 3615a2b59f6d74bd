"""A sample submission as the Kafka record its partner would send."""

from datetime import datetime
from typing import NamedTuple

from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.streams import PARTNER_REFERRALS
from alongside_localstack.sample.partners import SamplePartner


class PartnerRecord(NamedTuple):
    """What is handed to a producer. Whoever sends it adds the headers of its own trace."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def record(
    partner: SamplePartner, submission: SubmissionReceived, event_id: str, at: datetime | None = None
) -> PartnerRecord:
    """A submission in CloudEvents binary mode, keyed by its reference; `at` is when it is sent."""
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
