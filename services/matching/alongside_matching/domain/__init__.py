"""Who may be asked, who is asked first, and what an answer does: matching's rules, pure and standard library only.

Read it in this order: `facts` (what a rule may know), `policy` (the numbers of a region), `eligibility` (hard rules),
`choose` (the score), `places` (capacity), `proposals` (answers and lapses), `waiting` (requests and their end).
"""
