"""Imports a published list of online meetings as groups with schedules; importing it again changes nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from alongside_chassis.announce import Tx
from alongside_contracts.ids import new_id
from alongside_contracts.vocabulary import Format, Mode, OfferKind
from alongside_matching.catalogue import offer_updates
from alongside_matching.catalogue.offer_review import review
from alongside_matching.catalogue.store import offer_batches
from alongside_matching.catalogue.store.offer_batches import Added, NewOffer
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.groups.meetings import save_schedule
from alongside_matching.groups.published_meetings import PublishedGroup, PublishedMeetings
from alongside_matching.groups.rules import MeetingState
from alongside_matching.groups.store import Group

SOURCE: Final = "meetings"


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How many groups an import created, changed or left unchanged."""

    created: int
    changed: int
    unchanged: int


async def import_meetings(
    tx: Tx, published: PublishedMeetings, *, region: str, needs: Sequence[str], policies: Policies
) -> ImportCounts | Sequence[offer_updates.Conflict]:
    """Add or change the groups of a list: 1 offers; 2 schedules of new and changed ones; 3 review."""
    policy = policies.of(region)
    new = [_offer(group, region, needs, policy) for group in published.groups]
    match await offer_updates.add_many(tx, new, policies):
        case Added() as added:
            await _save_schedules(tx, published.groups, region, added)
            await review(tx, [*added.created, *added.changed], policies)
            created_or_changed = len(added.created) + len(added.changed)
            return ImportCounts(len(added.created), len(added.changed), len(new) - created_or_changed)
        case conflicts:
            return conflicts


async def _save_schedules(tx: Tx, published: Sequence[PublishedGroup], region: str, added: Added) -> None:
    existing = await offer_batches.lock_existing(
        tx.conn, [(_source(region), group.slug) for group in published]
    )
    created_or_changed = {*added.created, *added.changed}
    for group in published:
        offer_id = existing[_source(region), group.slug].id
        if offer_id in created_or_changed:
            await save_schedule(tx, _group(group, offer_id, region))


def _source(region: str) -> str:
    return f"{SOURCE}:{region}"


def _group(published_group: PublishedGroup, offer_id: Any, region: str) -> Group:
    return Group(
        offer_id=offer_id,
        region=region,
        modes=frozenset({Mode.VIDEO.value}),
        schedule=published_group.schedule,
        meeting_state=MeetingState.MEETING,
        place_closed=False,
        newcomers=True,
        seats=None,
        facilitators_min=0,
    )


def _offer(published_group: PublishedGroup, region: str, needs: Sequence[str], policy: Policy) -> NewOffer:
    """Return an online meeting as an offer without limited places, reserved as its publisher states."""
    codes = sorted(set(needs))
    only_for = [identity.value for identity in published_group.only_for]
    facts = [asdict(published_group), codes, *only_for]
    content = orjson.dumps(facts, default=sorted, option=orjson.OPT_NON_STR_KEYS)
    return NewOffer(
        id=new_id(),
        kind=OfferKind.GROUP.value,
        region=region,
        name=published_group.name,
        needs=codes,
        languages=published_group.languages or (policy.directory_language,),
        formats=(Format.GROUP.value, Format.ONLINE_COMMUNITY.value),
        modes=(Mode.VIDEO.value,),
        age_bands=(),
        capacity=None,
        paused_because=None,
        source=_source(region),
        source_id=published_group.slug,
        content_hash=sha256(content).hexdigest(),
        identities=[identity.value for identity in published_group.identities],
        eligibility=codes if published_group.need_only else (),
        only_for=only_for,
    )
