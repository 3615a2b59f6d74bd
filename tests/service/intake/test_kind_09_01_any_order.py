"""Kind 09.05: whatever becomes of the bytes around it, and however deliveries, pauses and scans mix, a danger pages once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside_chassis.consume.decoding import Record
from alongside_contracts import streams
from tests.service.intake.danger_records import Labelled, labelled_records
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient
from tests.service.intake.raw_danger import escalations, record

BODY_BYTES_MAX: Final = 3_000
RECORDS: Final = [
    labelled
    for labelled in labelled_records()
    if not (labelled.structured or labelled.false_alarm_accepted) and len(labelled.body) <= BODY_BYTES_MAX
]
KEEP_TABLES: Final = "('alembic_version', 'partner')"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the bytes before or after what a record says about risks, at a share of their length."""

    kind: str
    before: bool
    at: float
    with_: bytes

    def of(self, part: bytes) -> bytes:
        """Return one of the two parts of a body after the change."""
        at = int(self.at * len(part))
        match self.kind:
            case "insert":
                return part[:at] + self.with_ + part[at:]
            case "delete":
                return part[:at] + part[at + len(self.with_) :]
            case "flip":
                flipped = bytes(old ^ new for old, new in zip(part[at:], self.with_, strict=False))
                return part[:at] + flipped + part[at + len(flipped) :]
            case "cut":  # at the end of a body, or at its beginning
                return part[at:] if self.before else part[:at]
            case _:
                return part + b',"needs":["grief"],' if self.before else b',"needs":["grief"]' + part


CHANGES: Final = st.builds(
    Change,
    st.sampled_from(["insert", "delete", "flip", "cut", "repeat a field"]),
    st.booleans(),
    st.floats(0, 1),
    st.binary(min_size=1, max_size=6)
    | st.sampled_from([b'"', b"\\", b"{", b"]", b"\x00", b"\xff\xfe", b"%", b"//"]),
)
ACTIONS: Final = st.tuples(
    st.sampled_from(["read", "read", "scan", "scan", "pause", "resume", "clear"]),
    st.lists(st.integers(0, 3), min_size=1, max_size=6),
)


def changed(labelled: Labelled, changes: Sequence[Change]) -> bytes:
    """Return the body of a record after changes of any bytes but the key and value of its risks."""
    if labelled.keep is None:
        return labelled.body
    begin = labelled.body.index(labelled.keep) if labelled.keep else 0
    before, after = labelled.body[:begin], labelled.body[begin + len(labelled.keep) :]
    for change in changes:
        if change.before:
            before = change.of(before)
        else:
            after = change.of(after)
    return before + labelled.keep + after


class Stream:
    """The hospital's stream with some records on it, which are read and scanned any number of times."""

    def __init__(self, intake: IntakeClient, records: Sequence[Record]) -> None:
        self.intake, self.records = intake, records

    async def act(self, action: str, places: Sequence[int]) -> None:
        """Do one thing; `places` are those of the records that are read or scanned."""
        records = [self.records[place % len(self.records)] for place in places]
        match action:
            case "read":
                await self.intake.bench.hear_records(*records)
            case "scan":
                await self.intake.bench.scan(streams.PARTNER_REFERRALS, *records)
            case "pause":
                await self.intake.bench.hear_records(*[record(self.intake, b"{") for _ in range(25)])
            case "resume":
                await self.intake.http.post(
                    f"/quarantine/{HOSPITAL}/resume", json={"by": "ana"}, headers=SERVICE
                )
            case _:
                for escalation in await escalations(self.intake):
                    await self.intake.clear(escalation.submission_id)

    async def read_to_its_end(self) -> None:
        """Have every record read that is not read yet; a resumption starts the count of refused records again."""
        for action in ("pause", "resume", "read"):
            await self.act(action, range(len(self.records)))


async def pages_by_record(intake: IntakeClient) -> Counter[str]:
    """Return how often was paged for each record, by the id of its event."""
    causes = {
        row["id"]: row["cause"] for row in await intake.bench.pool.fetch("select id, cause from submission")
    }
    return Counter(str(causes[escalation.submission_id]) for escalation in await escalations(intake))


async def empty_all_tables(intake: IntakeClient) -> None:
    """Start again with the same partners, which is faster than another database."""
    tables = await intake.bench.pool.fetch(
        f"select tablename from pg_tables where schemaname = 'public' and tablename not in {KEEP_TABLES}"
    )
    await intake.bench.pool.execute(f"truncate {', '.join(row['tablename'] for row in tables)} cascade")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(RECORDS), st.lists(CHANGES, max_size=3)),
        min_size=1,
        max_size=4,
        unique_by=lambda sent: sent[0].name,
    ),
    st.lists(ACTIONS, max_size=6),
)
async def test_each_danger_pages_once_in_any_order_of_deliveries_pauses_and_scans(
    intake: IntakeClient, sent: list[tuple[Labelled, list[Change]]], actions: list[tuple[str, list[int]]]
) -> None:
    await empty_all_tables(intake)
    bodies = [changed(labelled, changes) for labelled, changes in sent]
    records = [record(intake, body, event_id=f"event-{place}") for place, body in enumerate(bodies)]
    stream = Stream(intake, records)

    for action, places in actions:
        await stream.act(action, places)
    await stream.read_to_its_end()

    pages = await pages_by_record(intake)
    for place, (labelled, _) in enumerate(sent):
        expected = 1 if labelled.risk else 0
        assert pages[f"event-{place}"] == expected, f"{labelled.name}: {bodies[place]!r}"
    assert pages.total() == sum(labelled.risk for labelled, _ in sent)
