"""The directory: imports a published HSDS datapackage, checking every line before anything is stored.

`source`, `listing`, `documents` and `report` are pure: a file in, a `Listing` and an `ImportReport` out. Read them in
this order: `source.tables` (HSDS names), `source.reader` (rows), `source.findings` and `listing.row_audit` (every row
accounted for), `listing.languages` (languages of a text), `listing.needs` (the needs of a service),
`listing.listing`, `.places` and `.service_parts` (the join), `report`. `importing` stores the result.
"""
