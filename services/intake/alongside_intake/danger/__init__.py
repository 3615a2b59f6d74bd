"""Danger is heard first: a risk that can be read in a record is escalated, whatever else is wrong with the record.

`reading` finds risks in the bytes of a record or request: `body_text` makes text of them, `tolerant_json` finds keys in it,
`broken_value` reads values that are no JSON, `folding` compares texts. `hearing` records and announces risks, `api` hears
refused requests and shows what was said to who acknowledges it.
"""
