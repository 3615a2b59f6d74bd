"""Rules on whether the region's network serves a person, by place and age."""

from collections.abc import Iterator

from alongside_intake.domain.facts import Facts, Policies
from alongside_intake.domain.problem import Code, Problem


def region_problems(facts: Facts, policies: Policies) -> Iterator[Problem]:
    """Yield the problems for which the region cannot serve the person. A missing postal code or age band excludes nobody."""
    if not policies.serves(facts.region):
        yield Problem(
            Code.OUTSIDE_REGION, "region", "name a region of the network, as GET /regions lists them"
        )
        return
    policy = policies.of(facts.region)
    if facts.postal_code is not None and not _has_prefix(facts.postal_code, policy.postal_prefixes):
        yield Problem(
            Code.OUTSIDE_REGION, "postal_code", "submit to the network of the region the person lives in"
        )
    if facts.age_band is not None and facts.age_band not in policy.age_bands:
        yield Problem(
            Code.NOT_ELIGIBLE, "age_band", "refer to a service for this age: the region's network has none"
        )


def _has_prefix(postal_code: str, prefixes: tuple[str, ...]) -> bool:
    return postal_code.replace(" ", "").startswith(prefixes)
