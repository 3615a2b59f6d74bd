"""Measures how long people wait for an answer of the directory: by words, at every list, and by distance.

The questions are asked one after the other over HTTP, each as often as the others, and each answer is read whole. Nothing else runs.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from alongside_cli.network import open_network
from alongside_contracts.streams import DIRECTORY
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.plan import SAMPLED, BenchPlan
from alongside_lab.bench.whole.import_benchmark import SOURCE, TimedImport, import_directory
from alongside_lab.bench.whole.network_benchmark import ReportProgress, open_stack
from alongside_lab.faults.directory.packages import PublishedService, make_package
from alongside_localstack.sample.randomness import seeded_random

METRES: Final = (1_000, 10_000, 50_000)
ROUNDS_PER_LINE: Final = 50


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of question: a list of the directory, and what is asked of it. `finds`: whether some record must be found."""

    name: str
    path: str
    params: Mapping[str, Any]
    finds: bool = True


@dataclass(frozen=True, slots=True)
class FindingResult:
    """Seconds of each answer by kind of question, on a directory of `listings`."""

    listings: int
    seconds: Mapping[str, Sequence[float]]


async def measure_finding(plan: BenchPlan, report_progress: ReportProgress) -> FindingResult:
    """Measure a new network after one import. Raises BenchFailed."""
    listings, rng = plan.directory.listings, seeded_random("finding", plan.seed)
    services = make_package(plan.seed, SOURCE, listings).services
    async with open_stack(SAMPLED, report_progress) as stack:
        report_progress(f"finding: a directory of {listings:,} listings")
        await import_directory(stack, plan, TimedImport())
        seconds: dict[str, list[float]] = {}
        async with open_network(stack.addresses(), service_token=stack.service_token) as network:
            for number in range(plan.finding_rounds):
                if number % ROUNDS_PER_LINE == 0:
                    report_progress(f"finding: round {number + 1} of {plan.finding_rounds}")
                for question in questions(rng.choice(services), rng):
                    began = time.monotonic()
                    answer = await network.get(DIRECTORY, question.path, **question.params)
                    seconds.setdefault(question.name, []).append(time.monotonic() - began)
                    _require_found(question, answer)
    return FindingResult(listings, seconds)


def questions(service: PublishedService, rng: Random) -> Sequence[Question]:
    """Return a question of each kind about the term and the place of a listed service."""
    term, place = service.term.name, service.place
    word, centre = term.split()[0], {"latitude": place.latitude, "longitude": place.longitude}
    around = {**centre, "proximity": rng.choice(METRES)}
    at_locations = "/service_at_locations"
    return (
        Question("everything", "/services", {"page": rng.randint(1, 10)}),
        Question("a frequent word", "/services", {"search": word}),
        Question("words", "/services", {"search": f"{term} {place.name}"}),
        Question("alternatives", "/services", {"search": f'"{term}" or {place.name} -housing'}),
        Question("nothing found", "/services", {"search": "oraci\u00f3n espiritual"}, finds=False),
        Question("organisations", "/organizations", {"search": word}),
        Question("terms", "/taxonomy_terms", {"search": word}),
        Question("words and a place", at_locations, {"search": f"{term} {place.name}"}),
        Question("around a point", at_locations, around),
        Question("words around a point", at_locations, {"search": word, **centre, "proximity": METRES[-1]}),
        Question("around a postcode", at_locations, {"postcode": place.postal_code}),
    )


def _require_found(question: Question, answer: Mapping[str, Any]) -> None:
    if question.finds is answer["empty"]:
        raise BenchFailed(
            f"{question.name}: {question.path} {dict(question.params)} found {answer['total_items']}."
        )
