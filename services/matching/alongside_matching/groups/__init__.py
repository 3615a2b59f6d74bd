"""Groups in time: when a group meets, right across daylight-saving changes, and what published lists say of it.

This room is pure: facts in, decisions out. It knows no database and no clock. Recurrence is computed by
`dateutil.rrule` on the wall clock, zones by `zoneinfo`; how the two are put together is in `schedule`.
"""
