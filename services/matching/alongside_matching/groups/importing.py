"""Imports a published list of online meetings as groups with schedules; importing it again changes nothing."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import orjson

from alongside_chassis.announce import Tx
from alongside_contracts.ids import new_id
from alongside_contracts.vocabulary import Format, Mode, OfferKind
from alongside_matching.catalogue import offer_updates
from alongside_matching.catalogue.offer_review import review
from alongside_matching.catalogue.rules.pauses import KEPT_BY_STAFF, KEPT_REMEDY, too_many_missing
from alongside_matching.catalogue.store import offer_batches
from alongside_matching.catalogue.store.kept import SCHEDULE
from alongside_matching.catalogue.store.offer_batches import Added, ExistingOffer, NewOffer
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.groups import store as groups
from alongside_matching.groups.meetings import LeftInTheAir, move_meetings, save_schedule
from alongside_matching.groups.moving import with_exceptions_of
from alongside_matching.groups.published_meetings import PublishedGroup, PublishedMeetings, Remark, RemarkKind
from alongside_matching.groups.rules import MeetingState
from alongside_matching.groups.store import Group

SOURCE: Final = "meetings"


class Vanished(StrEnum):
    """What becomes of groups that a list no longer has: `pause` pauses them, but none when they are more than half."""

    KEEP = "keep"
    PAUSE = "pause"
    PAUSE_ALL = "pause-all"


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How many groups an import created, changed or left unchanged; `remarks`: entries not or not wholly applied."""

    created: int
    changed: int
    unchanged: int
    withdrawn: int = 0
    remarks: tuple[Remark, ...] = ()


async def import_meetings(
    tx: Tx,
    published: PublishedMeetings,
    *,
    region: str,
    needs: Sequence[str],
    vanished: Vanished,
    policies: Policies,
) -> ImportCounts | Sequence[offer_updates.Conflict]:
    """Add or change the groups of a list: 1 move meetings and seats; 2 offers; 3 schedules of new and changed ones; 4 review;
    5 pause what the list withdraws or, among the groups for the same needs, no longer lists.

    An entry that would lose cancelled meetings or seats is not applied; the next import tries it again. What staff have
    set stays, and is flagged.
    """
    new = await asyncio.to_thread(_offers, published, region, needs, policies.of(region))
    remarks = await _move_meetings(tx, published.groups, new)  # 1
    applied = [group for group in published.groups if group.slug not in remarks]
    match await offer_updates.add_many(tx, [new[group.slug] for group in applied], policies):  # 2
        case Added() as added:
            await _save_schedules(tx, applied, region, added)  # 3
            await review(tx, [*added.created, *added.changed], policies)  # 4
            withdrawn, said = await _withdraw(
                tx, published, _source(region), sorted(set(needs)), vanished
            )  # 5
            created_or_changed = len(added.created) + len(added.changed)
            return ImportCounts(
                created=len(added.created),
                changed=len(added.changed),
                unchanged=len(applied) - created_or_changed,
                withdrawn=withdrawn,
                remarks=(*remarks.values(), *said, *await _kept(tx, applied, region, added)),
            )
        case conflicts:
            return conflicts


async def _move_meetings(
    tx: Tx, published: Sequence[PublishedGroup], new: Mapping[str, NewOffer]
) -> dict[str, Remark]:
    """Move the stored meetings of groups that changed, and return a remark on each that would lose some, by slug."""
    existing = await offer_batches.lock_existing(
        tx.conn, [(offer.source or "", slug) for slug, offer in new.items()]
    )
    changed = {
        slug: offer
        for (_, slug), offer in existing.items()
        if offer.content_hash != new[slug].content_hash or offer.withdrawn
    }
    remarks = {}
    for group in published:
        if group.slug in changed:
            offer = changed[group.slug]
            before = await groups.lock_group(tx.conn, offer.id, to_change=True)
            if before is None:
                continue
            if lost := await move_meetings(tx, before, _changed(before, group, offer)):
                remarks[group.slug] = _not_applied(group, lost)
    return remarks


def _not_applied(group: PublishedGroup, lost: LeftInTheAir) -> Remark:
    days = sorted({*lost.days.cancelled, *lost.days.seated, *lost.days.crowded})
    return Remark(
        entry=group.entry,
        slug=group.slug,
        kind=RemarkKind.QUARANTINED,
        code="meetings-left-in-the-air",
        detail=", ".join(map(str, [*days, *lost.referral_ids])),
        remedy="The group keeps its schedule. Ask its publisher; if the list is right, open these cancelled days again"
        " or release the seats of these referrals, and import it again.",
    )


async def _save_schedules(tx: Tx, published: Sequence[PublishedGroup], region: str, added: Added) -> None:
    existing = await offer_batches.lock_existing(
        tx.conn, [(_source(region), group.slug) for group in published]
    )
    created_or_changed = {*added.created, *added.changed}
    stored = await groups.load_groups(tx.conn, list(added.changed))
    for group in published:
        offer = existing[_source(region), group.slug]
        if offer.id in created_or_changed:
            before = stored.get(offer.id)
            after = _changed(before, group, offer) if before else _group(group, offer.id, region)
            await save_schedule(tx, after)


async def _withdraw(
    tx: Tx, published: PublishedMeetings, source: str, needs: Sequence[str], vanished: Vanished
) -> tuple[int, list[Remark]]:
    """Pause withdrawn groups; return how many, and a remark on each missing one, or on a list that lacks too many."""
    withdrawn = [*published.withdrawn]
    if published.for_families:
        of_these_needs, _ = await offer_batches.find_missing(tx.conn, source, [], needs=needs)
        withdrawn += published.for_families.intersection(of_these_needs)
    missing: Sequence[str] = ()
    if vanished is not Vanished.KEEP:
        known = [*published.listed, *withdrawn]
        missing, before = await offer_batches.find_missing(tx.conn, source, known, needs=needs)
        if vanished is Vanished.PAUSE and too_many_missing(len(missing), before):
            detail = f"{len(missing)} of {before} groups are missing; none was paused"
            remedy = "Send the whole list; if it is right, send it with vanished=pause-all."
            return await _pause(tx, source, withdrawn), [_flag("", "too-many-missing", detail, remedy)]
    remedy = "It is proposed again when the list has it again, or when you resume it."
    paused = await _pause(tx, source, [*withdrawn, *missing])
    return paused, [_flag(slug, "no-longer-listed", "its group is paused", remedy) for slug in missing]


async def _pause(tx: Tx, source: str, slugs: Iterable[str]) -> int:
    return len(await offer_batches.withdraw(tx.conn, source, list(slugs), tx.now))


def _flag(slug: str, code: str, detail: str, remedy: str) -> Remark:
    """Return a remark on what is missing from the list, so without a position (0)."""
    return Remark(0, slug, RemarkKind.FLAGGED, code, detail, remedy)


async def _kept(tx: Tx, published: Sequence[PublishedGroup], region: str, added: Added) -> Sequence[Remark]:
    """Return a remark on each group of which something stays as staff set it."""
    existing = await offer_batches.lock_existing(
        tx.conn, [(_source(region), group.slug) for group in published]
    )
    stored = await groups.load_groups(tx.conn, [offer.id for offer in existing.values()])
    fields = {kept.source_id: kept.fields for kept in added.kept}
    remarks = []
    for group in published:
        offer = existing[_source(region), group.slug]
        if kept := [*fields.get(group.slug, ()), *_kept_of(stored.get(offer.id), group, offer)]:
            remarks.append(
                Remark(
                    entry=group.entry,
                    slug=group.slug,
                    kind=RemarkKind.FLAGGED,
                    code=KEPT_BY_STAFF,
                    detail=", ".join(kept),
                    remedy=KEPT_REMEDY,
                )
            )
    return remarks


def _kept_of(stored: Group | None, published_group: PublishedGroup, offer: ExistingOffer) -> Iterator[str]:
    if stored is None:
        return
    recurrence = replace(stored.schedule, exceptions=frozenset())
    if SCHEDULE in offer.kept_by_staff and recurrence != published_group.schedule:
        yield SCHEDULE
    if stored.meeting_state is not MeetingState.MEETING:
        yield "meeting_state"


def _changed(before: Group, published_group: PublishedGroup, offer: ExistingOffer) -> Group:
    """Return a group with its published schedule, unless staff set one; what a list does not publish stays."""
    schedule = before.schedule
    if SCHEDULE not in offer.kept_by_staff:
        schedule = with_exceptions_of(published_group.schedule, before.schedule)
    return replace(before, modes=frozenset({Mode.VIDEO.value}), schedule=schedule)


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


def _offers(
    published: PublishedMeetings, region: str, needs: Sequence[str], policy: Policy
) -> dict[str, NewOffer]:
    """Return the groups of a list as offers, by slug; thousands take longer than a step of the event loop may."""
    return {group.slug: _offer(group, region, needs, policy) for group in published.groups}


def _offer(published_group: PublishedGroup, region: str, needs: Sequence[str], policy: Policy) -> NewOffer:
    """Return an online meeting as an offer without limited places, reserved as its publisher states."""
    codes = sorted(set(needs))
    only_for = [identity.value for identity in published_group.only_for]
    entry = asdict(published_group)
    del entry["entry"]  # another position in the list is no change
    facts = [entry, codes, *only_for]
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
