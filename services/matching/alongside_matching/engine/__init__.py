"""Who may be asked and who is asked first: pure rules, which beside the standard library compute with numpy and scipy.

Read it in this order: `facts` (what a rule may know), `policy` (the numbers of a region), `eligibility` (hard rules),
`score` (who is asked first), `ranking` (both together, one offer at a time), `index` (the same for a region at once),
`assign` (those who arrive together), `decisions` (what is kept of it, and what may be said of it).
"""
