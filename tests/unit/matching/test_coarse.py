"""No count that leaves matching points at somebody."""

from hypothesis import given
from hypothesis import strategies as st

from alongside_matching.engine.decisions.coarse import FEW, coarsened

counts = st.dictionaries(st.sampled_from(["need", "trigger", "consent", "language"]), st.integers(0, 12))


def test_few_are_named_and_not_counted() -> None:
    told = coarsened({"need": 20, "trigger": 1, "consent": 4, "paused": 0}, 0)

    assert (told.counts, told.few, told.total) == ({"need": 20}, ("consent", "trigger"), 20)


@given(counts, st.integers(0, 7))
def test_every_rule_that_kept_somebody_out_is_named(excluded: dict[str, int], eligible: int) -> None:
    told = coarsened(excluded, eligible)

    assert {*told.counts, *told.few} == {rule for rule, count in excluded.items() if count}


@given(counts, st.integers(0, 7))
def test_whatever_few_there_were_it_is_told_alike(excluded: dict[str, int], eligible: int) -> None:
    """So no subtraction tells how few."""
    others = {rule: FEW - 1 if 0 < count < FEW else count for rule, count in excluded.items()}

    assert coarsened(excluded, eligible) == coarsened(others, eligible)
