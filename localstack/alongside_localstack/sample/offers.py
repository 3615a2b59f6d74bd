"""Offers of the sample region: supporters, groups and services at real places, for `POST /offers/batch`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from random import Random
from typing import Any, Final

from alongside_contracts.vocabulary import AgeBand, Format, Mode, Need, OfferKind
from alongside_localstack.sample.attributes import group_schedule, supporter_attributes
from alongside_localstack.sample.names import (
    GROUP_NAME_TEMPLATES,
    GROUP_TOPICS,
    SERVICE_TITLES,
    number_duplicates,
)
from alongside_localstack.sample.needs import PREVALENCE, RELATED_NEEDS, draw_needs
from alongside_localstack.sample.places import SamplePlace, SampleRegion, places, sample_region
from alongside_localstack.sample.randomness import chance, choose_one, choose_some, seeded_random

SOURCE: Final = "alongside-sample"
"""The `source` of these offers: with `source_id` it identifies an offer, so loading again changes nothing."""

YOUNG: Final = (AgeBand.FROM_13_TO_17, AgeBand.FROM_18_TO_25)
ADULT: Final = (AgeBand.FROM_18_TO_25, AgeBand.FROM_26_TO_64, AgeBand.FROM_65)

# The numbers of the following mappings are weights for `choose_one`.
# A full-time supporter usually has 12 to 15 people; most supporters are volunteers with one evening a week.
_CAPACITY_RANGES: Final[Mapping[tuple[int, int], float]] = {(1, 3): 55, (4, 8): 30, (9, 12): 15}
_SUPPORTER_AGES: Final[Mapping[tuple[AgeBand, ...], float]] = {
    ADULT: 62,
    (AgeBand.FROM_26_TO_64, AgeBand.FROM_65): 20,
    YOUNG: 10,
    (AgeBand.FROM_65,): 8,
}
_SUPPORTER_FORMATS: Final[Mapping[tuple[Format, ...], float]] = {
    (Format.ONE_TO_ONE,): 70,
    (Format.ONE_TO_ONE, Format.CHAT): 20,
    (Format.ONE_TO_ONE, Format.GROUP): 10,
}
_SUPPORTER_MODES: Final[Mapping[tuple[Mode, ...], float]] = {
    (Mode.IN_PERSON, Mode.PHONE): 35,
    (Mode.IN_PERSON, Mode.PHONE, Mode.VIDEO): 20,
    (Mode.PHONE, Mode.TEXT): 15,
    (Mode.PHONE, Mode.VIDEO, Mode.TEXT): 15,
    (Mode.IN_PERSON,): 15,
}
_GROUP_FORMATS: Final[Mapping[Format, float]] = {
    Format.GROUP: 75,
    Format.WORKSHOP: 15,
    Format.ONLINE_COMMUNITY: 10,
}
_GROUP_MODES: Final[Mapping[tuple[Mode, ...], float]] = {
    (Mode.IN_PERSON,): 60,
    (Mode.IN_PERSON, Mode.VIDEO): 25,
    (Mode.VIDEO,): 15,
}
_SERVICE_MODES: Final[Mapping[tuple[Mode, ...], float]] = {
    (Mode.IN_PERSON, Mode.PHONE): 70,
    (Mode.IN_PERSON, Mode.PHONE, Mode.VIDEO): 30,
}
_YOUTH_GROUPS_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOffer:
    """One generated offer. `number` counts within its region and kind, from 1; a supporter has no name.

    `capacity` None means a group that is open to all. Matching gets the exact position of the place, and stores it rounded.
    `attributes` are further fields of the offer; `schedule`, of groups only, is sent in a separate request.
    """

    kind: OfferKind
    number: int
    region: SampleRegion
    place: SamplePlace
    needs: tuple[Need, ...]
    languages: tuple[str, ...]
    formats: tuple[Format, ...]
    modes: tuple[Mode, ...]
    age_bands: tuple[AgeBand, ...] = ()
    capacity: int | None
    name: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    schedule: Mapping[str, Any] | None = field(default=None, hash=False)

    @property
    def source_id(self) -> str:
        """The permanent id of this offer in the sample: `us-fl-miami/supporter-0007`."""
        return f"{self.region.id}/{self.kind.value}-{self.number:04d}"

    @property
    def label(self) -> str:
        """The display name: the public name, or `peer supporter 7`."""
        return self.name or f"peer supporter {self.number}"

    @property
    def contact_email(self) -> str:
        """An address that nobody can own: `.example` is reserved (RFC 2606)."""
        return f"offer-{self.region.short}-{self.number:04d}@{self.kind.value}s.example"

    def batch_entry(self) -> dict[str, Any]:
        """Return one entry of `offers` in the body of matching's `POST /offers/batch`."""
        return {
            "source": SOURCE,
            "source_id": self.source_id,
            "kind": self.kind.value,
            "region": self.region.id,
            "name": self.name,
            "needs": [need.value for need in self.needs],
            "languages": list(self.languages),
            "formats": [form.value for form in self.formats],
            "modes": [mode.value for mode in self.modes],
            "age_bands": [band.value for band in self.age_bands],
            "capacity": self.capacity,
            "contact_email": self.contact_email,
            "position": {"latitude": self.place.latitude, "longitude": self.place.longitude},
            **self.attributes,
        }


def offers(
    region: str, seed: int, *, supporters: int = 220, groups: int = 40, services: int = 60
) -> tuple[SampleOffer, ...]:
    """Return the offers of a sample region; a larger number of one kind only appends offers.

    With 27 or more services there is one for every need, in every language of the region. Raises ValueError for a region
    without a sample.
    """
    sample = sample_region(region)
    return tuple(
        chain(
            (_supporter(sample, seed, number) for number in range(1, supporters + 1)),
            _name_uniquely(_group(sample, seed, number) for number in range(1, groups + 1)),
            _name_uniquely(_service(sample, seed, number) for number in range(1, services + 1)),
        )
    )


def _supporter(region: SampleRegion, seed: int, number: int) -> SampleOffer:
    rng = _offer_random(region, OfferKind.SUPPORTER, seed, number)
    fewest, most = choose_one(rng, _CAPACITY_RANGES)
    place, needs = rng.choice(places(region.id)), draw_needs(rng, PREVALENCE, how_many=rng.randint(1, 4))
    return SampleOffer(
        kind=OfferKind.SUPPORTER,
        number=number,
        region=region,
        place=place,
        needs=needs,
        languages=choose_one(rng, region.languages),
        formats=choose_one(rng, _SUPPORTER_FORMATS),
        modes=choose_one(rng, _SUPPORTER_MODES),
        age_bands=choose_one(rng, _SUPPORTER_AGES),
        capacity=rng.randint(fewest, most),
        attributes=supporter_attributes(seeded_random("says", region.id, seed, number), needs),
    )


def _group(region: SampleRegion, seed: int, number: int) -> SampleOffer:
    rng = _offer_random(region, OfferKind.GROUP, seed, number)
    form = choose_one(rng, _GROUP_FORMATS)
    online = form is Format.ONLINE_COMMUNITY
    place, needs = rng.choice(places(region.id)), draw_needs(rng, PREVALENCE, how_many=rng.randint(1, 3))
    young = chance(rng, _YOUTH_GROUPS_SHARE)
    name = GROUP_NAME_TEMPLATES[form].format(topic=GROUP_TOPICS[needs[0]], place=place.name)
    group = SampleOffer(
        kind=OfferKind.GROUP,
        number=number,
        region=region,
        place=place,
        needs=needs,
        languages=choose_one(rng, region.languages),
        formats=(form,),
        modes=(Mode.VIDEO, Mode.TEXT) if online else choose_one(rng, _GROUP_MODES),
        age_bands=YOUNG if young else ADULT,
        capacity=None if online else rng.randint(6, 20),
        name=f"Young people: {name}" if young else name,
    )
    schedule_rng = seeded_random("meets", region.id, seed, number)
    return replace(group, schedule=group_schedule(schedule_rng, seats=group.capacity))


def _service(region: SampleRegion, seed: int, number: int) -> SampleOffer:
    """Generate a service for the next need in turn, so that every need has one.

    It is offered in all languages of the region, because publicly funded services provide interpreters.
    """
    rng = _offer_random(region, OfferKind.SERVICE, seed, number)
    need = tuple(PREVALENCE)[(number - 1) % len(PREVALENCE)]
    place = rng.choice(places(region.id))
    return SampleOffer(
        kind=OfferKind.SERVICE,
        number=number,
        region=region,
        place=place,
        needs=(need, *choose_some(rng, RELATED_NEEDS[need], most=2)),
        languages=region.all_languages,
        formats=(Format.ONE_TO_ONE, Format.WORKSHOP) if chance(rng, 0.3) else (Format.ONE_TO_ONE,),
        modes=choose_one(rng, _SERVICE_MODES),
        capacity=rng.randrange(20, 81, 5),
        name=f"{SERVICE_TITLES[need]}, {place.name}",
    )


def _name_uniquely(offers_drawn: Iterator[SampleOffer]) -> Iterator[SampleOffer]:
    """Return the offers, with a number appended to repeated names."""
    drawn = tuple(offers_drawn)
    names = number_duplicates(offer.label for offer in drawn)
    return (replace(offer, name=name) for offer, name in zip(drawn, names, strict=True))


def _offer_random(region: SampleRegion, kind: OfferKind, seed: int, number: int) -> Random:
    return seeded_random("offer", region.id, kind.value, seed, number)
