"""The waterfall as the text that `alongside trace` prints."""

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from alongside_cli.traces.model import Span, SpanStatus
from alongside_cli.traces.waterfall import ROWS_PER_TRACE_MAX, waterfall
from tests.unit.traces.spans import HOUR_MS, a_referral_trace, a_span
from tests.unit.traces.test_tree import ANY_SPANS

REFERRAL_WATERFALL = """\
trace 00000000000000000000000000000001 · 12 Mar 2026 10:00:00 UTC · 100 ms · 5 spans · 5 services
service          span                                      length 0           50 ms          100 ms
partner.harbour  send partner.harbour.referrals.v1           4 ms █▌
intake           └ process partner.harbour.referrals.v1     12 ms    ████▌
matching           └ process referrals.journey.v1           18 ms           ▐██████
referrals            └ process referrals.journey.v1          8 ms                    ▐██▌
notifications          └ process referrals.journey.v1       25 ms                          ▐████████

Direct steps: partner.harbour → intake, intake → matching, matching → referrals,
  referrals → notifications"""


def lines(*spans: Span, width: int = 100, ascii_only: bool = False) -> list[str]:
    return waterfall(spans, width=width, ascii_only=ascii_only).plain.split("\n")


def test_a_referral_trace_reads_from_the_partner_to_the_notice() -> None:
    assert waterfall(a_referral_trace(), width=100).plain == REFERRAL_WATERFALL


def test_the_order_in_which_spans_arrive_does_not_change_the_picture() -> None:
    assert waterfall(reversed(a_referral_trace()), width=100).plain == REFERRAL_WATERFALL


def test_a_later_human_step_is_a_separate_section_with_the_elapsed_time() -> None:
    accepted = a_span(
        7,
        "matching",
        trace=2,
        name="POST /proposals/{proposal_id}/accept",
        ms=(2 * HOUR_MS, 2 * HOUR_MS + 18),
        links=[(1, 3)],
    )

    drawn = lines(accepted, *a_referral_trace())

    assert drawn[0].startswith("trace 00000000000000000000000000000001")
    assert drawn[8].startswith("── 2 h later · follows matching: process referrals.journey.v1 ──")
    assert drawn[9].startswith("trace 00000000000000000000000000000002 · 12 Mar 2026 12:00:00 UTC")


def test_a_trace_that_ran_at_the_same_time_is_labelled_as_concurrent() -> None:
    assert "── meanwhile ─" in "\n".join(
        lines(a_span(1, "intake"), a_span(2, "matching", trace=2, ms=(5, 8)))
    )


@pytest.mark.parametrize(
    ("pause_ms", "shown"),
    [
        (0.2, "0 ms"),
        (840, "840 ms"),
        (12_000, "12 s"),
        (300_000, "5 min"),
        (5_400_000, "90 min"),
        (26 * HOUR_MS, "26 h"),
        (72 * HOUR_MS, "3 d"),
    ],
)
def test_a_pause_is_shown_in_one_unit(pause_ms: float, shown: str) -> None:
    later = a_span(2, "matching", trace=2, ms=(10 + pause_ms, 20 + pause_ms))

    assert f"── {shown} later ──" in "\n".join(lines(a_span(1, "intake"), later))


def test_work_which_failed_is_marked_and_says_why() -> None:
    drawn = lines(a_span(1, "intake", status=SpanStatus.ERROR, status_message="SMTP 451: try again"))

    assert "✗" in drawn[2]
    assert drawn[3].strip() == "SMTP 451: try again"


def test_a_span_without_its_parent_is_marked_and_the_mark_explained() -> None:
    drawn = lines(a_span(2, "matching", parent=1))

    assert " ? " in drawn[2]
    assert drawn[-1].startswith("? its parent is not in the store")


def test_a_clock_which_runs_behind_still_gives_a_picture() -> None:
    drawn = lines(a_span(1, "intake", ms=(50, 60)), a_span(2, "matching", parent=1, ms=(40, 30)))

    assert "0 µs" in drawn[3]
    assert drawn[3].rstrip().endswith("▌")


def test_a_link_to_a_trace_which_is_not_drawn_is_named() -> None:
    assert (
        lines(a_span(1, "intake", links=[(77, 1)]))[-1]
        == "Also linked: trace 0000000000000000000000000000004d · from intake: work"
    )


def test_a_name_cannot_control_the_terminal() -> None:
    text = waterfall([a_span(1, "in\x1b]0;ha\x07take", name="a\nb\x1b[2Jc\u202e", ms=(0, 1))]).plain

    assert "\x1b" not in text
    assert "a?b?[2Jc?" in text


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    assert "[red]x[/red]" in waterfall([a_span(1, "intake", name="[red]x[/red]")]).plain


def test_a_terminal_which_only_knows_ascii_gets_ascii() -> None:
    spans = [*a_referral_trace(), a_span(9, "intake", name="Zürich → 東京", ms=(0, 0.0005), trace=2)]

    assert waterfall(spans, ascii_only=True).plain.isascii()


def test_colour_does_not_change_the_text() -> None:
    def printed(**colour: object) -> str:
        console = Console(file=StringIO(), width=100, record=True, **colour)  # type: ignore[arg-type]  # test data
        console.print(waterfall(a_referral_trace(), width=100), no_wrap=True, highlight=False)
        return console.export_text()

    assert printed(force_terminal=True, color_system="truecolor") == printed(no_color=True)


def test_a_narrow_terminal_gets_the_text_without_the_bars() -> None:
    drawn = lines(*a_referral_trace(), width=46)

    assert max(map(cell_len, drawn)) <= 46
    assert "length" in drawn[1]
    assert "█" not in "".join(drawn)


def test_a_huge_trace_is_cut_and_says_by_how_much() -> None:
    spans = [a_span(n, "intake", ms=(n, n + 1)) for n in range(1, ROWS_PER_TRACE_MAX + 8)]

    assert "… 7 more spans" in lines(*spans)


def test_no_spans_draw_nothing() -> None:
    assert waterfall([]).plain == ""


@given(spans=ANY_SPANS, width=st.integers(1, 220), ascii_only=st.booleans())
def test_whatever_arrives_is_drawn_within_the_width(spans: list[Span], width: int, ascii_only: bool) -> None:
    drawn = lines(*spans, width=width, ascii_only=ascii_only)

    assert max(map(cell_len, drawn)) <= max(width, 40)


@given(st.text(max_size=60), st.text(max_size=60))
def test_names_in_any_script_keep_the_columns(service: str, name: str) -> None:
    drawn = lines(a_span(1, service, name=name), a_span(2, "intake", parent=1))

    assert max(map(cell_len, drawn)) <= 100
