"""Groups in time: when a group meets, right across daylight-saving changes, and who has a seat there.

`schedule`, `published_meetings` and `rules` are pure. Recurrence is computed by `dateutil.rrule` on the wall clock, zones by
`zoneinfo`; how the two are put together is in `schedule`.
"""
