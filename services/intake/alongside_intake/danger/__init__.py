"""Danger is heard first: a risk that can be read in a record is escalated, whatever else is wrong with the record.

`reading` finds risks in the bytes of a record or request, `hearing` records and announces them, `unread_streams` looks at
records behind a paused stream, `api` hears refused requests and shows what was said to who acknowledges it.
"""
