"""Groups: when they meet, correct across daylight-saving changes, and the seats at their meetings.

`schedule`, `published_meetings` and `rules` are pure. `dateutil.rrule` computes recurrence on the wall clock,
`zoneinfo` the zones; `schedule` combines the two.
"""
