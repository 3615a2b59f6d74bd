"""SQL that rebuilds the list of open referrals; rows that are correct already are not written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
import orjson

from alongside_contracts.ids import PersonId, ReferralId, SubmissionId

# The person's row is locked: an erasure either came first, and nothing is written, or waits and deletes what was written.
# A successor belongs to the first submission that points to it, as in the live handler.
_UPSERT: Final = """
    insert into open_referral (referral_id, person_id, submission_id, needs)
    select opened.referral_id, person.id,
           coalesce(opened.submission_id, (
               select s.id from submission s where s.referral_id = opened.referral_id order by s.id limit 1)),
           array(select jsonb_array_elements_text(opened.needs))
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::jsonb[])
        as opened (referral_id, person_id, submission_id, needs)
    join (select id from person where id = any($2) and erased_at is null order by id for share) as person
        on person.id = opened.person_id
    where exists (select from submission s where s.referral_id = opened.referral_id)
    on conflict (referral_id) do update set
        person_id = excluded.person_id, submission_id = excluded.submission_id, needs = excluded.needs, ended_at = null
    where (open_referral.person_id, open_referral.submission_id, open_referral.needs, open_referral.ended_at)
        is distinct from (excluded.person_id, excluded.submission_id, excluded.needs, null)
"""


_CLOSE: Final = """
    update open_referral set ended_at = now() where referral_id = any($1) and ended_at is null
"""


@dataclass(frozen=True, slots=True)
class OpenedReferral:
    """A referral that began. `submission_id` is None for a successor."""

    referral_id: ReferralId
    person_id: PersonId
    submission_id: SubmissionId | None
    needs: list[str]


async def write_open_referrals(
    conn: asyncpg.Connection, still_open: Sequence[OpenedReferral], *, ended: Collection[ReferralId]
) -> int:
    """Store `still_open` as it was announced, mark `ended`, and return how many rows changed."""
    deleted: str = await conn.execute(_CLOSE, list(ended))
    written: str = await conn.execute(
        _UPSERT,
        [referral.referral_id for referral in still_open],
        [referral.person_id for referral in still_open],
        [referral.submission_id for referral in still_open],
        [orjson.dumps(referral.needs).decode() for referral in still_open],
    )
    return sum(int(status.rpartition(" ")[2]) for status in (deleted, written))
