"""A region's offers in memory, by column: hard rules are operations on packed bits, the score on arrays.

Read it in this order: `region` (the interface), `rules` and `factors` (`eligibility` and `score` for all offers at
once), `candidate_rows` (the remaining rows, checked one by one), `columns` (what is stored of each offer), then `facets`,
`labels` and `bits` (how sets of codes and rows are stored).
"""

from alongside_matching.engine.index.region import RegionIndex

__all__ = ["RegionIndex"]
