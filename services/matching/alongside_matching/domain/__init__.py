"""Who may be asked, who is asked first, and what an answer does: matching's rules, pure; beside the standard library they
compute with numpy and scipy and use nothing else.

Read it in this order: `facts` (what a rule may know), `policy` (the numbers of a region), `eligibility` (hard rules),
`score` (who is asked first), `ranking` (both together, one offer at a time), `index` (the same for a region at once),
`assign` (those who arrive together), `decision` (what is kept of it) and `plain_words` (what the person is told), `places`
(capacity), `proposals` (answers and lapses), `waiting` (requests and their end).
"""
