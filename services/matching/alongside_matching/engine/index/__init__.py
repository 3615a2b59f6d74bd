"""A region's offers in memory, by column: the hard rules are a few operations on packed bits, the score a few on arrays.

Read it in this order: `region` (what others use), `rules` and `factors` (what `eligibility` and `score` say, for all
offers at once), `candidate_rows` (the rows that remain, checked one by one), `columns` (what is kept of each offer), `facets` and `bits` (how).
"""

from alongside_matching.engine.index.region import RegionIndex

__all__ = ["RegionIndex"]
