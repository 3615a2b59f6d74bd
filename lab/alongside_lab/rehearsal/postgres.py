"""The engine's rules as SQL: a table, indexes, and one query with the same hard rules and factors.

The query is straightforward. Its eligible offers are compared with the engine's before it is timed.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Self

import asyncpg

from alongside_lab.rehearsal.population import TODAY
from alongside_matching.engine.curve import Curve
from alongside_matching.engine.distance import position
from alongside_matching.engine.eligibility import root
from alongside_matching.engine.facts import MINOR_BANDS, SLOTS_PER_WEEK, Offer, Request
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.score import Rarity, shares_of

_TABLE: Final = """
    create table offer (
        id uuid primary key, kind text, needs text[], languages text[], formats text[], modes text[], age_bands text[],
        capacity int, occupied int, paused boolean, hopes text[], interests text[], identities text[],
        organisations text[], hours bit(336), x float8, y float8, z float8, reach_km float8, certified_until date,
        certification_required boolean, checked_until date, check_required boolean, eligibility text[]
    )
"""
_INDEXES: Final = ("create index on offer using gin (needs)", "create index on offer using gin (languages)")
_ELIGIBLE: Final = """
    from (select *, sqrt((x - $9::float8) ^ 2 + (y - $10::float8) ^ 2 + (z - $11::float8) ^ 2) as km from offer) o
    where needs && $1::text[] and languages && $2::text[] and not organisations && $3::text[] and not paused
      and (capacity is null or occupied < capacity) and (capacity is not null or formats && $4::text[])
      and (modes = '{}' or $5::text[] = '{}' or modes && $5::text[])
      and (age_bands = '{}' or case when $6::text is null then not age_bands <@ $7::text[] else $6::text = any(age_bands) end)
      and ($6::text is null or not $6::text = any($7::text[]) or kind = 'service' or $6::text = any(age_bands))
      and (not certification_required or certified_until >= $12::date) and (not check_required or checked_until >= $12::date)
      and (kind = 'service' or not needs && $8::text[])
      and (eligibility = '{}' or eligibility && ($1::text[] || $6::text))
      and not (coalesce(km > least(reach_km, $13::float8), false) and case when $5::text[] = '{}' then modes = '{in-person}'
               else 'in-person' = any($5::text[]) and (modes = '{}' and $5::text[] = '{in-person}'
                    or 'in-person' = any(modes) and not modes && array_remove($5::text[], 'in-person')) end)
      and (bit_count($14::bit(336)) = 0 or bit_count(hours) = 0 or bit_count(hours & $14::bit(336)) > 0)
"""
_SCORE: Final = """
    select id, round((
        $15::float8 * (select sum(w) from unnest($1::text[], $16::float8[]) as n(need, w) where need = any(needs)) / $17::float8
        + $18::float8 * cardinality(array(select unnest(hopes) intersect select unnest($19::text[]))) / greatest(cardinality($19::text[]), 1)
        + $20::float8 * (formats && $4::text[])::int + $21::float8 * (modes && $5::text[])::int
        + $22::float8 * curve(bit_count(hours & $14::bit(336)) * 30, $23::float8[], $24::float8[])
        + $25::float8 * coalesce(curve(km, $26::float8[], $27::float8[]), 0)
        + $28::float8 * cardinality(array(select unnest(interests) intersect select unnest($29::text[]))) / greatest(cardinality($29::text[]), 1)
        + $30::float8 * cardinality(array(select unnest(identities) intersect select unnest($31::text[]))) / greatest(cardinality($31::text[]), 1)
        + $32::float8 * curve(coalesce(occupied::float8 / capacity, 0), $33::float8[], $34::float8[]))::numeric, 6) as score
"""
_CURVE: Final = """
    create function curve(at float8, xs float8[], ys float8[]) returns float8 immutable language sql return
    case when at is null then null
         when width_bucket(at, xs) = 0 then ys[1]
         when width_bucket(at, xs) = cardinality(xs) then ys[cardinality(ys)]
         else ys[width_bucket(at, xs)] + (ys[width_bucket(at, xs) + 1] - ys[width_bucket(at, xs)])
              / (xs[width_bucket(at, xs) + 1] - xs[width_bucket(at, xs)]) * (at - xs[width_bucket(at, xs)]) end
"""


class PostgresPeer:
    """The table and its query, in an empty database. Only for requests without `asked` or `consent_offers`."""

    def __init__(self, url: str, pool: Sequence[Offer]) -> None:
        self._url = url
        self._pool = pool
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        """Connect, create and fill the table."""
        self._conn = self._wait(asyncpg.connect(self._url))
        for statement in (_CURVE, _TABLE):
            self._wait(self._conn.execute(statement))
        self._wait(self._conn.copy_records_to_table("offer", records=map(_row, self._pool)))
        for statement in (*_INDEXES, "vacuum analyze offer"):
            self._wait(self._conn.execute(statement))
        self._holders = {
            row["need"]: row["count"]
            for row in self._wait(
                self._conn.fetch("select need, count(*) from offer, unnest(needs) as n(need) group by need")
            )
        }
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._wait(self._conn.close())
        self._loop.close()

    def eligible(self, request: Request) -> int:
        """Return the number of eligible offers."""
        count: int = self._wait(
            self._conn.fetchval(f"select count(*) {_ELIGIBLE}", *_request_parameters(request))
        )
        return count

    def search(self, request: Request, policy: Policy, top: int) -> list[float]:
        """Return the best `top` scores."""
        statement = f"{_SCORE} {_ELIGIBLE} order by score desc, id limit {top:d}"
        rarity = Rarity(len(self._pool), self._holders)
        values = (*_request_parameters(request), *_score_parameters(request, policy, rarity))
        return [float(row["score"]) for row in self._wait(self._conn.fetch(statement, *values))]

    def _wait(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)


def _row(offer: Offer) -> tuple[Any, ...]:
    x, y, z = position(offer.where) if offer.where else (None, None, None)
    codes = (offer.hopes, offer.interests, offer.identities, offer.organisations)
    return (
        offer.id,
        offer.kind,
        sorted(offer.needs),
        sorted(map(root, offer.languages)),
        *map(sorted, (offer.formats, offer.modes, offer.age_bands)),
        offer.capacity,
        offer.held + offer.taken,
        offer.paused,
        *map(sorted, codes),
        _bits(offer.availability),
        *(x, y, z),
        offer.reach_km,
        offer.certified_until,
        offer.certification_required,
        offer.checked_until,
        offer.check_required,
        sorted(offer.eligibility),
    )


def _request_parameters(request: Request) -> tuple[Any, ...]:
    codes = (request.organisations_avoided, request.formats, request.modes)
    return (
        sorted(request.needs),
        [root(tag) for tag in request.languages],
        *map(sorted, codes),
        request.age_band,
        sorted(MINOR_BANDS),
        sorted(request.avoid_needs),
        *(position(request.near) if request.near else (None, None, None)),
        TODAY,
        request.distance_km_max,
        _bits(request.availability),
    )


def _score_parameters(request: Request, policy: Policy, rarity: Rarity) -> tuple[Any, ...]:
    shares, curves = shares_of(request, policy.weights), policy.curves
    worth = [rarity.worth(need) for need in sorted(request.needs)]

    def share(name: str) -> float:
        return shares.get(name, 0.0)

    return (
        *(share("shared_need"), worth, sum(worth)),
        *(share("hopes"), sorted(request.hopes)),
        *(share("preferred_format"), share("preferred_mode")),
        *(share("availability"), *_axes(curves.common_minutes)),
        *(share("distance"), *_axes(curves.distance_km)),
        *(share("interests"), sorted(request.interests)),
        *(share("identities"), sorted(request.identities)),
        *(share("free_places"), *_axes(curves.load)),
    )


def _axes(curve: Curve) -> tuple[list[float], list[float]]:
    return [x for x, _ in curve.points], [y for _, y in curve.points]


def _bits(availability: int) -> asyncpg.BitString:
    written = f"{availability:0{SLOTS_PER_WEEK}b}"
    return asyncpg.BitString(written)  # type: ignore[arg-type]  # it takes text of 0 and 1; the stubs say bytes
