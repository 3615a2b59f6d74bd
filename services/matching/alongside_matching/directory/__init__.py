"""The directory: what a published HSDS datapackage says, judged line by line before anything of it is stored.

`source`, `listing`, `documents` and `report` are pure: a file in, a `Listing` and an `ImportReport` out. Read them in this
order: `source.tables` (what HSDS calls things), `source.reader` (rows), `source.findings` and `listing.audit` (every row
accounted for), `listing.languages` (repairs), `listing.needs` (what a service is for), `listing.listing`, `.places` and
`.service_parts` (the join), `report`. `importing` stores them.
"""
