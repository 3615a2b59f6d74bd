"""Trees of spans, also when some spans are missing."""

from hypothesis import given
from hypothesis import strategies as st

from alongside_cli.traces.model import Span
from alongside_cli.traces.tree import branches, edges, is_complete, traces
from tests.unit.traces.spans import a_referral_trace, a_span, span_id

NUMBERS = st.integers(min_value=1, max_value=12)
ANY_SPANS = st.lists(
    st.builds(
        lambda number, parent, start, length: a_span(
            number, "intake", parent=parent, ms=(start, start + length)
        ),
        NUMBERS,
        st.none() | NUMBERS,
        st.integers(0, 1_000),
        st.integers(-500, 500),
    ),
    max_size=15,
)


def shape(spans: list[Span]) -> list[tuple[int, int, bool]]:
    return [(int(found.span.span_id, 16), found.depth, found.orphan) for found in branches(spans)]


def test_children_are_below_their_parent_in_the_order_of_their_start() -> None:
    late, early = a_span(3, "matching", parent=1, ms=(50, 60)), a_span(4, "intake", parent=1, ms=(20, 30))
    grandchild = a_span(5, "intake", parent=4, ms=(25, 28))

    found = shape([grandchild, late, early, a_span(1, "intake", ms=(0, 100))])

    assert found == [(1, 0, False), (4, 1, False), (5, 2, False), (3, 1, False)]


def test_a_span_whose_parent_never_arrived_becomes_a_root_and_says_so() -> None:
    assert shape([a_span(1, "intake"), a_span(2, "matching", parent=99, ms=(5, 8))]) == [
        (1, 0, False),
        (2, 0, True),
    ]


def test_spans_which_are_each_others_parent_are_still_all_shown() -> None:
    circle = [a_span(1, "intake", parent=2, ms=(5, 8)), a_span(2, "intake", parent=1)]

    assert shape([*circle, a_span(3, "intake", parent=3)]) == [(2, 0, True), (1, 1, False), (3, 0, True)]


def test_a_trace_deeper_than_pythons_stack_is_walked() -> None:
    chain = [a_span(n, "intake", parent=n - 1 or None, ms=(n, n + 1)) for n in range(1, 5_001)]

    assert branches(chain)[-1].depth == 4_999


@given(ANY_SPANS)
def test_whatever_arrives_every_span_is_shown_exactly_once(spans: list[Span]) -> None:
    shown = [found.span.span_id for found in branches(spans)]

    assert sorted(shown) == sorted({span.span_id for span in spans})


def test_only_a_direct_parent_in_another_service_makes_a_step() -> None:
    spans = [
        a_span(1, "intake"),
        a_span(2, "intake", parent=1),
        a_span(3, "matching", parent=2),
        a_span(4, "referrals", parent=99),
        a_span(5, "notifications", parent=3, trace=2),
    ]

    assert edges(spans) == {("intake", "matching")}


def test_a_referral_which_went_through_all_four_services_is_complete() -> None:
    assert is_complete(a_referral_trace())


def test_a_lost_span_in_the_middle_makes_the_way_incomplete() -> None:
    assert not is_complete([span for span in a_referral_trace() if span.span_id != span_id(3)])


def test_two_half_traces_do_not_complete_each_other() -> None:
    half = a_referral_trace()[:4]
    other_half = [a_span(8, "referrals", trace=2), a_span(9, "notifications", parent=8, trace=2)]

    assert not is_complete([*half, *other_half])


def test_service_names_are_compared_exactly() -> None:
    spans = [a_span(1, "alongside-intake"), a_span(2, "matching", parent=1)]

    assert not is_complete(spans, path=("intake", "matching"))


def test_no_spans_are_no_way() -> None:
    assert not is_complete([])


def test_the_trace_which_started_first_comes_first() -> None:
    later, first = a_span(1, "matching", trace=1, ms=(500, 600)), a_span(2, "intake", trace=2)

    assert traces([later, first]) == ((first,), (later,))
