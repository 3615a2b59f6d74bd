"""Decides which offers may be asked and in which order: pure rules on the standard library, numpy and scipy.

Read it in this order: `facts` (what a rule may read), `policy` (the numbers of a region), `eligibility` (hard rules),
`score` (the order), `ranking` (both together, one offer at a time), `index` (the same for a whole region at once),
`assign` (requests that arrive together), `decisions` (what is stored of a decision, and what may be shown of it).
"""
