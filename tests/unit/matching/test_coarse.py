"""No announced count identifies a single offer."""

from hypothesis import given, strategies

from alongside_matching.engine.decisions.coarse import FEW, coarsen

counts = strategies.dictionaries(
    strategies.sampled_from(["need", "trigger", "consent", "language"]), strategies.integers(0, 12)
)


def test_rules_with_small_counts_are_named_without_the_number() -> None:
    coarse_counts = coarsen({"need": 20, "trigger": 1, "consent": 4, "paused": 0}, 0)

    assert (coarse_counts.counts, coarse_counts.few, coarse_counts.total) == (
        {"need": 20},
        ("consent", "trigger"),
        20,
    )


@given(counts, strategies.integers(0, 7))
def test_every_rule_that_excluded_an_offer_is_named(excluded: dict[str, int], eligible: int) -> None:
    coarse_counts = coarsen(excluded, eligible)

    assert {*coarse_counts.counts, *coarse_counts.few} == {rule for rule, count in excluded.items() if count}


@given(counts, strategies.integers(0, 7))
def test_all_small_counts_look_the_same(excluded: dict[str, int], eligible: int) -> None:
    """The total leaves small counts out, so that no subtraction reveals one."""
    others = {rule: FEW - 1 if 0 < count < FEW else count for rule, count in excluded.items()}

    assert coarsen(excluded, eligible) == coarsen(others, eligible)
