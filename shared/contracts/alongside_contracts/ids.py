"""Typed identifiers: a referral's id can never be passed where an offer's is expected.

Our own ids are UUIDv7 (RFC 9562): they sort by creation time, which keeps index pages warm. Partners choose their own
references; those are opaque strings, bounded, and never shown outside the partner's own stream.
"""

from typing import Annotated, Final, NewType
from uuid import UUID

import uuid_utils
from pydantic import StringConstraints
from uuid_utils import compat

SubmissionId = NewType("SubmissionId", UUID)
ReferralId = NewType("ReferralId", UUID)
PersonId = NewType("PersonId", UUID)
OfferId = NewType("OfferId", UUID)
ProposalId = NewType("ProposalId", UUID)
NoticeId = NewType("NoticeId", UUID)

PartnerId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$")]
"""A partner's id as it appears in topic names: 3 to 40 lower-case letters, digits and hyphens."""

REGION_PATTERN: Final = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"
RegionId = Annotated[str, StringConstraints(pattern=REGION_PATTERN)]
"""A network's area, for example `us-fl-miami`; also the unit of partitioning."""

REFERENCE_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$"
Reference = Annotated[str, StringConstraints(pattern=REFERENCE_PATTERN)]
"""A partner's own opaque reference to a referral or a person: 1 to 100 characters, no spaces, no names."""

LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A BCP 47 language tag, for example `en`, `es`, `zh-Hant`."""

PostalCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9 -]{1,9}$")]
"""A postal code: a person's place, as coarse as matching needs it."""


def new_id() -> UUID:
    """Return a new UUIDv7, monotonic within this process."""
    return compat.uuid7()


def new_id_text() -> str:
    """Return a new UUIDv7 as text, for ids that are only used as text: a third of the cost of `new_id`."""
    return str(uuid_utils.uuid7())
