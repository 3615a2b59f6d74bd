"""The last line of a benchmark has all documented keys, also when a part was not measured."""

from alongside_lab.bench import report
from alongside_lab.bench.hop import HopRun, Implementation, summary
from alongside_lab.bench.plan import FULL, QUICK, with_growth_point
from alongside_lab.bench.summary_statistics import Statistics
from alongside_lab.bench.topic_watcher import ProducedRecords
from alongside_lab.bench.usage import Usage
from alongside_lab.bench.whole.finding_benchmark import FindingResult
from alongside_lab.bench.whole.import_benchmark import ImportResult
from alongside_lab.bench.whole.network_benchmark import NetworkResult, SustainedLoad


def run(name: str, per_second: int) -> HopRun:
    """A run of one second of one implementation."""
    stamps = (0, *(1000 for _ in range(per_second)))
    implementation = Implementation(name, "ours", "hop-sampled", 1.0, len(stamps))
    return HopRun(
        implementation, ProducedRecords(stamps, len(stamps)), Usage({"peer": 0.5}), per_second, {"peer": 70.0}
    )


def whole() -> NetworkResult:
    """A network with 100 referrals per second."""
    sustained = SustainedLoad(
        open_referrals=1000,
        rates=Statistics((90.0, 100.0, 120.0)),
        cpu=Usage({"intake": 1.0, "kafka": 2.0}),
        notified=1000,
        outbox={},
        memory={},
        services_rss_mib=300.0,
    )
    return NetworkResult((sustained,), 50.0, tuple(number / 1000 for number in range(1, 101)), 0, "kafka")


def test_the_hop_is_reported_as_medians_and_as_shares_of_the_others() -> None:
    hop = summary([run("sampled", rate) for rate in (300, 500, 400)] + [run("bare_limit", 1000)])

    assert hop["rate_sampled"] == 400
    assert hop["bare_limit_rate"] == 1000
    assert hop["sampled_to_bare_limit"] == 0.4
    assert hop["spread"]["sampled"]["values"] == [300, 500, 400]
    assert hop["cpu_us_per_record"]["bare_limit"] == {"peer": 500, "total": 500}


def test_without_the_tutorial_its_rate_is_null_and_nothing_else_is_missing() -> None:
    hop = summary([run("traced", 300), run("sampled", 400), run("bare_limit", 1000)])

    assert hop["tutorial_rate"] is None
    assert hop["sampled_to_tutorial"] is None
    assert "not measured tutorial" in "\n".join(report.format_summary({"hop": hop}))


def test_start_up_is_no_part_of_a_rate() -> None:
    produced = ProducedRecords(stamps_ms=(5_000, 5_000, 5_500, 6_000), distinct=4)

    assert produced.per_second == 2.0


def test_latency_is_in_milliseconds_and_cost_in_microseconds_per_referral() -> None:
    figures = report.end_to_end(whole(), whole())

    assert figures["referrals_per_s"] == 100
    assert (figures["p50_ms"], figures["p95_ms"], figures["p99_ms"]) == (50, 95, 99)
    assert figures["cpu_us_per_referral"] == {"intake": 1000, "kafka": 2000, "total": 3000}
    assert figures["sampled"]["referrals_per_s"] == 100


def test_growth_names_how_many_were_open_how_fast_it_was_and_how_large() -> None:
    (point,) = report.growth(whole().growth)

    assert (point["open_referrals"], point["rate"], point["rss_mib"]) == (1000, 100, 300)


def test_growth_may_go_one_point_further_than_planned() -> None:
    assert with_growth_point(FULL, 100_000).whole.open_referrals == (1_000, 10_000, 100_000)
    assert with_growth_point(QUICK, 10) == QUICK


def test_a_quick_run_measures_one_network_only() -> None:
    figures = report.end_to_end(whole(), None)

    assert figures["sampled"] is None
    assert "sampled" not in "\n".join(report.format_summary({"end_to_end": figures}))


def test_finding_is_reported_with_the_slowest_kind_of_question() -> None:
    result = FindingResult(10_000, {"words": [0.001] * 99 + [0.002], "around a point": [0.03] * 100})

    figures = report.finding(result)
    text = "\n".join(report.format_summary({"finding": figures}))

    assert (figures["answers"], figures["p99_ms"]) == (200, 30.0)
    assert figures["p99_ms_by_question"]["around a point"] == 30.0
    assert "finding in 10,000 listings: p50" in text
    assert "the slowest: around a point, p99 30.0 ms" in text


def test_an_import_is_reported_with_the_referrals_beside_it_and_without_it() -> None:
    result = ImportResult(
        listings=10_000,
        referrals_per_second=20.0,
        alone=tuple(number / 1000 for number in range(1, 101)),
        beside=tuple(number / 500 for number in range(1, 201)),
        import_seconds=40.04,
        offers_seconds=41.0,
        broker="kafka",
    )

    figures = report.beside_import(result)
    text = "\n".join(report.format_summary({"import": figures}))

    assert (figures["alone"]["p99_ms"], figures["beside"]["p99_ms"], figures["p99_ratio"]) == (99, 396, 4.0)
    assert (figures["alone"]["latencies"], figures["beside"]["latencies"]) == (100, 200)
    assert "import of 10,000 listings: done in 40.0 s, offers in 41.0 s" in text
    assert "p99 99 ms alone, 396 ms beside it (4.0 times)" in text
