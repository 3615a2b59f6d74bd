"""The records of a benchmark: sample submissions, the same for the same seed, each in a separate trace."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count as counted
from typing import Final
from uuid import UUID

from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.ids import PersonId, ReferralId, SubmissionId
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived, SupportRequest
from alongside_contracts.streams import INTAKE, JOURNEY
from alongside_localstack.sample.partners import HOSPITAL, SamplePartner, partners
from alongside_localstack.sample.randomness import chance, seeded_random
from alongside_localstack.sample.records import PartnerRecord, record
from alongside_localstack.sample.submissions import Series, submission

RUN: Final = "bench"


def hop_records(
    partner: str, count: int, *, seed: int, now: datetime, sampled_share: float
) -> Iterator[PartnerRecord]:
    """Yield a hospital's submissions on the topic of `partner`; `sampled_share` is the share whose trace is sampled."""
    series, sender = Series(RUN, seed, now), replace(HOSPITAL, id=partner)
    for index in range(1, count + 1):
        generated = submission(HOSPITAL, series, index)
        untraced = record(sender, generated, f"e-{generated.reference}", now)
        yield _with_trace(untraced, seed, index, sampled_share)


def journey_records(
    partner: str, count: int, *, seed: int, now: datetime, sampled_share: float
) -> Iterator[PartnerRecord]:
    """Yield the admissions that intake would announce for a hospital's submissions, as referrals of `partner`."""
    series = Series(RUN, seed, now)
    for index in range(1, count + 1):
        admitted = _admission(partner, submission(HOSPITAL, series, index), index)
        event = CloudEvent(
            id=str(_id(4, index)),
            source=f"urn:alongside:service:{INTAKE}",
            type=admitted.type,
            data=admitted.model_dump_json(exclude_none=True).encode(),
            time=now,
            subject=admitted.key,
        )
        admission = PartnerRecord(
            JOURNEY.topic(), admitted.key.encode(), event.data, cloudevents.encode(event)
        )
        yield _with_trace(admission, seed, index, sampled_share)


def network_submissions(*, seed: int, now: datetime) -> Iterator[tuple[SamplePartner, SubmissionReceived]]:
    """Yield submissions of all sample partners in turn, endlessly, each of another person."""
    series, senders = Series(RUN, seed, now), partners()
    for index in counted(1):
        sender = senders[index % len(senders)]
        yield sender, submission(sender, series, index)


def network_records(
    *, seed: int, now: datetime, sampled_share: float
) -> Iterator[tuple[SamplePartner, PartnerRecord]]:
    """Yield the records of `network_submissions`."""
    for index, (sender, generated) in enumerate(network_submissions(seed=seed, now=now), start=1):
        untraced = record(sender, generated, f"e-{generated.reference}", now)
        yield sender, _with_trace(untraced, seed, index, sampled_share)


def trace_header(seed: int, index: int, sampled_share: float) -> tuple[str, bytes]:
    """Return a W3C `traceparent` whose sampled flag is set in `sampled_share` of all cases."""
    rng = seeded_random("trace", seed, index)
    trace_id, span_id = rng.getrandbits(128) or 1, rng.getrandbits(64) or 1
    return "traceparent", f"00-{trace_id:032x}-{span_id:016x}-{int(chance(rng, sampled_share)):02x}".encode()


def _admission(partner: str, generated: SubmissionReceived, index: int) -> SubmissionAdmitted:
    return SubmissionAdmitted(
        referral_id=ReferralId(_id(1, index)),
        submission_id=SubmissionId(_id(2, index)),
        person_id=PersonId(_id(3, index)),
        partner=partner,
        reference=generated.reference,
        setting=generated.setting,
        request=SupportRequest.model_validate(generated.model_dump(include=set(SupportRequest.model_fields))),
    )


def _id(kind: int, index: int) -> UUID:
    """Return a UUIDv7 that is the same in every run; a larger index sorts later, as with real ids."""
    return UUID(int=(index << 80) | (0x7 << 76) | (0b10 << 62) | kind)


def _with_trace(untraced: PartnerRecord, seed: int, index: int, sampled_share: float) -> PartnerRecord:
    return untraced._replace(headers=[*untraced.headers, trace_header(seed, index, sampled_share)])
