"""The directory: what a published HSDS datapackage says, judged line by line before anything of it is stored.

This room is pure: a file in, a `Listing` and an `ImportReport` out. It knows no database, clock or log. Read it in this
order: `tables` (what HSDS calls things), `reader` (rows), `findings` and `ledger` (every row accounted for), `text` and
`languages` (repairs), `needs` (what a service is for), `listing`, `places` and `belongings` (the join), `report`.
"""
