"""Directories: imports publishers' HSDS datapackages, checking every line and every doubt before anything is stored.

`source`, `listing`, `confidential`, `documents`, `plan` and `policy` are pure: a file in, a `Listing` and an `ImportPlan` out. Read them in
this order: `source.tables` (HSDS names), `source.reader` (rows), `source.findings` and `listing.row_audit` (every row
accounted for), `confidential` (places that must not be shown), `listing.languages` (languages of a
text), `listing.needs` (the needs of a service), `listing.listing`, `.places` and `.service_parts` (the join), `plan` (what an import
would do, and what holds it). `importing` stores the result.
"""
